"""What a loss does not tell: is the representation useful (kNN), and has it collapsed (std·√d, RankMe, uniformity)?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

FAR = 3  # deviations
MOST = 1e18  # whose square is a float still
DRAWS = 3  # of a few labelled images
ITERATIONS = 50  # of L-BFGS, for a linear probe
COMPONENTS, POWERS = (32, 64, 128, 256, 512), (0.0, 0.25, 0.5, 0.75, 1.0)  # what whitening is chosen from
CHOSEN, FEWEST = 4_000, 50  # images that components and power are worked out from, at most and at least


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


def whitened(queries: Tensor, query_labels: Tensor, bank: Tensor, bank_labels: Tensor) -> tuple[float, int, float]:
    """kNN accuracy where no direction outvotes the others: principal components of the bank (N,F), each divided by its
    deviation to a power. And how many components and which power, chosen on a fifth of CHOSEN of the bank. All of it votes.

    A cosine sees mostly what varies most. Pixels gain by it as much as features do, so a bar of pixels must have it too.
    Of fewer images than FEWEST nothing can be chosen: they are whitened by no power.
    """
    some = torch.randperm(len(bank), generator=torch.Generator().manual_seed(0))[:CHOSEN].to(bank.device)
    first, rest = some[: len(some) // 5], some[len(some) // 5 :]

    def found(
        q: Tensor, q_labels: Tensor, b: Tensor, b_labels: Tensor, fitted: Tensor, ways: Sequence[tuple[int, float]]
    ) -> list[float]:
        mean, spread, basis = components(fitted)
        q, b = (q.float() - mean) @ basis, (b.float() - mean) @ basis
        return [
            knn_accuracy(q[:, :k] / spread[:k] ** power, q_labels, b[:, :k] / spread[:k] ** power, b_labels)
            for k, power in ways
        ]

    if len(bank) < FEWEST:
        best = (min(COMPONENTS[-1], *bank.shape), 0.0)
    else:
        most = min(len(rest), bank.shape[1])
        ways = [(k, power) for k in sorted({min(k, most) for k in COMPONENTS}) for power in POWERS]
        scores = found(bank[first], bank_labels[first], bank[rest], bank_labels[rest], bank[rest], ways)
        best = ways[max(range(len(ways)), key=scores.__getitem__)]
    return found(queries, query_labels, bank, bank_labels, bank[some], [best])[0], *best


def components(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (F,) of x (N,F), deviations (K,) along its first principal components, falling, and these, (F,K).

    K is at most COMPONENTS[-1] and at most N or F.
    """
    device, x = x.device, finite(x).cpu()  # not every accelerator factorises a matrix
    if x.shape[1] > 2 * COMPONENTS[-1]:  # a covariance of 3,072 pixels takes ten seconds to factorise
        mean, basis = pca(x, COMPONENTS[-1], rounds=2)
        spread = ((x - mean) @ basis).std(0, correction=0).clamp(min=1e-5)
    else:
        mean, most = x.mean(0), min(COMPONENTS[-1], *x.shape)
        apart = (x - mean).double()  # whose squares may be no float
        values, vectors = torch.linalg.eigh(apart.T @ apart / len(x))  # rising
        spread, basis = values.float().flip(0)[:most].clamp(min=1e-10).sqrt(), vectors.float().flip(1)[:, :most]
    return mean.to(device), spread.to(device), basis.to(device)


def linear_probe(queries: Tensor, query_labels: Tensor, bank: Tensor, bank_labels: Tensor) -> float:
    """Share of queries (Q,F) that a linear classifier fitted on the bank (N,F) gets right, in [0,1].

    Multinomial logistic regression on standardised features, ITERATIONS of L-BFGS from zero. What lies farther out than
    FAR deviations counts as that far: a pixel that is white in almost all of the bank, and is not in the pictures of another
    vendor, would else outvote all the others. The weight decay is 1e-2 for 256 features and grows with their number, so
    that a sum over many may vary as much as one over few.
    """
    return _separated(*standard_scores(queries, bank), query_labels, bank_labels)


def few_labels(
    queries: Tensor, query_labels: Tensor, bank: Tensor, bank_labels: Tensor, counts: Sequence[int]
) -> dict[int, float]:
    """The same where only so many images of each class have a label, for each of the counts that leaves some without one.

    Which ones is drawn DRAWS times, the same for all who ask, and the mean is told; 100 of a class differ little, and are drawn
    once. All of the bank tells means and deviations, for which no label is needed. Chen et al. 2020, arXiv:2006.10029.
    """
    seen, x = standard_scores(queries, bank)
    found: dict[int, float] = {}
    for each in (each for each in counts if each < int(bank_labels.bincount().max())):
        draws = DRAWS if each < 100 else 1
        for draw in range(draws):
            order = torch.randperm(len(x), generator=torch.Generator().manual_seed(draw)).to(x.device)
            some = torch.cat([order[bank_labels[order] == label][:each] for label in bank_labels.unique()])
            right = _separated(seen, x[some], query_labels, bank_labels[some])
            found[each] = found.get(each, 0.0) + right / draws
    return found


def standard_scores(queries: Tensor, bank: Tensor) -> tuple[Tensor, Tensor]:
    """Queries (Q,F) and bank (N,F) less the bank's mean, over its deviation, and cut at FAR."""
    queries, bank = finite(queries), finite(bank)
    mean, std = bank.mean(0), bank.std(0, correction=0).clamp(min=1e-6)
    seen, x = (((part - mean) / std).clamp(-FAR, FAR) for part in (queries, bank))
    return seen, x


def finite(x: Tensor) -> Tensor:
    """Numbers that a matrix can be factorised of: of a network that diverges some are none, or infinite, and count as 0."""
    return x.float().nan_to_num(0.0, 0.0, 0.0).clamp(-MOST, MOST)


@contextmanager
def one_thread() -> Iterator[None]:
    """For thousands of small steps, or MKL's QR: there two threads wait for each other longer than they work, on two idle
    cores too, and several times as long where another process wants one of them.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _separated(seen: Tensor, x: Tensor, query_labels: Tensor, y: Tensor) -> float:
    """Share of standard scores `seen` (Q,F) that a linear classifier fitted on x (N,F) and its labels y (N,) gets right."""
    decay = 1e-2 * x.shape[1] / 256
    classes = int(max(query_labels.max(), y.max())) + 1
    with one_thread(), torch.enable_grad(), torch.inference_mode(False):
        x, y = x.clone(), y.clone()
        weight = torch.zeros(classes, x.shape[1], device=x.device, requires_grad=True)
        bias = torch.zeros(classes, device=x.device, requires_grad=True)
        optimizer = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(F.linear(x, weight, bias), y) + decay / 2 * weight.pow(2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)  # type: ignore[arg-type]
    scores = F.linear(seen, weight.detach(), bias.detach())
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
    """Effective number of dimensions of z (N,D): exp of the entropy of σ/Σσ, from 1 to D, or to N. Garrido et al. 2022.

    1 where all of z is zero, as after any other collapse; what is no number counts as zero. In float64, on the CPU: not every
    accelerator has it.
    """
    z = finite(z).cpu().double()
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
    """log of the mean of exp(-2|zi-zj|²) over pairs, -4 (even) to 0 (one point). Wang & Isola 2020, t=2.

    Below -4 where there are so few that they can all be far from each other; nan of one, which has no pair.
    """
    if len(z) < 2:
        return math.nan
    distances = torch.pdist(F.normalize(z.float(), dim=1).cpu()).pow(2)  # not every accelerator has it
    return float(torch.logsumexp(-2 * distances, 0) - math.log(len(distances)))


def psnr(mse: float) -> float:
    """Peak signal-to-noise ratio in decibels of a mean squared error of pixels in [0,1]."""
    return math.inf if mse == 0 else -10 * math.log10(mse)


def pca(train: Tensor, dimensions: int, rounds: int = 8) -> tuple[Tensor, Tensor]:
    """Mean (P,) and first principal components (P,D) of train (M,P), on the CPU; D is at most its smaller side.

    By subspace iteration (Halko et al. 2009): exact to four digits after 8 rounds, and large images too.
    """
    train = train.cpu()  # not every accelerator factorises a matrix
    mean = train.mean(0)
    rank = min(dimensions, *train.shape)
    with one_thread(), torch.random.fork_rng([]):
        torch.manual_seed(0)
        _, _, v = torch.svd_lowrank(train - mean, q=min(rank + 16, *train.shape), niter=rounds)
    return mean, v[:, :rank]


def pca_mse(train: Tensor, test: Tensor, dimensions: int) -> float:
    """Mean squared error a pixel of test (N,P) rebuilt from its first principal components, fitted on train (M,P).

    What is rebuilt is cut to the range that train has, as a picture is.
    """
    (mean, basis), test = pca(train, dimensions), test.cpu()
    made = (mean + (test - mean) @ basis @ basis.T).clamp(float(train.min()), float(train.max()))
    return float((made - test).pow(2).mean())
