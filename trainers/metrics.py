"""What a loss does not tell: is the representation useful (kNN), and has it collapsed (std·√d, RankMe, uniformity)?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def knn_accuracy(
    queries: Tensor, query_labels: Tensor, bank: Tensor, bank_labels: Tensor, k: int = 20, temperature: float = 0.07
) -> float:
    """Share of queries (Q,F) that the k nearest of the bank (N,F), by cosine, give the right label (Q,). In [0,1].

    Each neighbour votes with weight exp(cosine/temperature): Wu et al. 2018, arXiv:1805.01978, section 3.4.
    k is clamped to the bank.
    """
    bank = F.normalize(bank.float(), dim=1)
    classes = int(max(query_labels.max(), bank_labels.max())) + 1
    right = 0
    for rows, labels in zip(queries.split(1000), query_labels.split(1000), strict=True):
        cosine, index = (F.normalize(rows.float(), dim=1) @ bank.T).topk(min(k, len(bank)))  # (b,k)
        weight = ((cosine - 1) / temperature).exp()  # the shift by 1 changes no ratio and cannot overflow
        score = torch.zeros(len(rows), classes, device=rows.device).scatter_add_(1, bank_labels[index], weight)
        right += int((score.argmax(1) == labels).sum())
    return right / len(queries)


def linear_probe(queries: Tensor, query_labels: Tensor, bank: Tensor, bank_labels: Tensor) -> float:
    """Share of queries (Q,F) that a linear classifier fitted on the bank (N,F) gets right, in [0,1].

    Multinomial logistic regression on standardised features, weight decay 1e-2, 50 iterations of L-BFGS from zero.
    """
    mean, std = bank.float().mean(0), bank.float().std(0, correction=0).clamp(min=1e-6)
    x, y = (bank.float() - mean) / std, bank_labels
    classes = int(max(query_labels.max(), bank_labels.max())) + 1
    with torch.enable_grad(), torch.inference_mode(False):
        x, y = x.clone(), y.clone()
        weight = torch.zeros(classes, x.shape[1], device=x.device, requires_grad=True)
        bias = torch.zeros(classes, device=x.device, requires_grad=True)
        optimizer = torch.optim.LBFGS([weight, bias], max_iter=50, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(F.linear(x, weight, bias), y) + 5e-3 * weight.pow(2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)  # type: ignore[arg-type]
    scores = F.linear((queries.float() - mean) / std, weight.detach(), bias.detach())
    return float((scores.argmax(1) == query_labels).float().mean())


def retrieval(queries: Tensor, wanted: Tensor, gallery: Tensor, ids: Tensor, at: Sequence[int] = (1, 5)) -> list[float]:
    """For each k: share of queries (Q,F) with one of their own kind (same id: wanted (Q,), ids (N,)) among the k nearest.

    Nearest of the gallery (N,F) by cosine. k is clamped to the gallery.
    """
    gallery = F.normalize(gallery.float(), dim=1)
    hits = torch.zeros(len(at))
    for rows, own in zip(queries.split(1000), wanted.split(1000), strict=True):
        nearest = (F.normalize(rows.float(), dim=1) @ gallery.T).topk(min(max(at), len(gallery))).indices
        right = ids[nearest] == own.unsqueeze(1)
        hits += torch.stack([right[:, :k].any(1).sum() for k in at]).cpu()
    return (hits / len(queries)).tolist()


def std_sqrt_d(z: Tensor) -> Tensor:
    """Mean standard deviation of the coordinates of z/|z|, (B,D), times √D: 1 on an even sphere, 0 at one point.

    SimSiam, Chen & He 2020, section 4.1.
    """
    return F.normalize(z.float(), dim=1).std(0, correction=0).mean() * math.sqrt(z.shape[1])


def rankme(z: Tensor) -> float:
    """Effective number of dimensions of z (N,D): exp of the entropy of σ/Σσ, from 1 to D. Garrido et al. 2022.

    1 where all of z is zero, as after any other collapse.
    """
    z = z.double()
    gram = z.T @ z if z.shape[0] > z.shape[1] else z @ z.T  # its eigenvalues are σ², at a fraction of the cost
    sigma = torch.linalg.eigvalsh(gram).clamp(min=0).sqrt()
    if not sigma.sum():
        return 1.0
    p = sigma / sigma.sum() + 1e-7
    return float(torch.exp(-(p * p.log()).sum()))


def places(scores: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (N,M) and the right column of each row (N,) -> how many are above it, and how many equal, itself among them.

    Both (N,), float. Equal is what a different order of summing can make of it, 1e-6.
    """
    own = scores.gather(1, wanted.unsqueeze(1))
    above = (scores > own + 1e-6).sum(1)
    return above.float(), ((scores >= own - 1e-6).sum(1) - above).float()


def alignment(z1: Tensor, z2: Tensor) -> float:
    """Mean squared distance of the two views' embeddings on the sphere, 0 to 4, small is good. Wang & Isola 2020, α=2."""
    return float((F.normalize(z1.float(), dim=1) - F.normalize(z2.float(), dim=1)).pow(2).sum(1).mean())


def uniformity(z: Tensor) -> float:
    """log of the mean of exp(-2|zi-zj|²) over pairs, -4 (even) to 0 (one point). Wang & Isola 2020, t=2."""
    distances = torch.pdist(F.normalize(z.float(), dim=1)).pow(2)
    return float(torch.logsumexp(-2 * distances, 0) - math.log(len(distances)))


def psnr(mse: float) -> float:
    """Peak signal-to-noise ratio in decibels of a mean squared error of pixels in [0,1]."""
    return math.inf if mse == 0 else -10 * math.log10(mse)


def pca(train: Tensor, dimensions: int) -> tuple[Tensor, Tensor]:
    """Mean (P,) and first principal components (P,D) of train (M,P); D is at most its smaller side."""
    mean = train.mean(0)
    rank = min(dimensions, *train.shape)
    with torch.random.fork_rng([]):  # subspace iteration (Halko et al. 2009): exact to four digits, and large images too
        torch.manual_seed(0)
        _, _, v = torch.svd_lowrank(train - mean, q=min(rank + 16, *train.shape), niter=8)
    return mean, v[:, :rank]


def pca_mse(train: Tensor, test: Tensor, dimensions: int) -> float:
    """Mean squared error a pixel of test (N,P) rebuilt from its first principal components, fitted on train (M,P)."""
    mean, basis = pca(train, dimensions)
    rest = test - mean
    return float((rest - rest @ basis @ basis.T).pow(2).mean())
