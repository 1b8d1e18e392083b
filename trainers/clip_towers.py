"""open_clip's own classes at playground size: two towers to train, and a folder that plain open_clip loads.

The vocabulary: open_clip's tokenizer knows 49,408 tokens, the captions of a small data set a few thousand of them. Only
those are trained and kept, in their order; `export` puts them back into the full table, where all others are zero:
`python -m trainers.clip_towers RUN FOLDER`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Generator, Tensor, nn

from trainers.encoders import Encoder
from trainers.errors import UserError
from trainers.objectives import cross_entropy
from trainers.together import by_rows

SMALLEST = 32  # pixels a side below which the image tower, which halves five times, has nothing left
CONFIG = Path(__file__).parent / "clip_config" / "playground-clip.json"


@cache
def registered() -> dict[str, Any]:
    """The small model's configuration, known to open_clip from now on as "playground-clip"."""
    import open_clip

    open_clip.add_model_config(CONFIG)
    return json.loads(CONFIG.read_text(encoding="utf-8"))


@cache
def tokenizer() -> Any:
    """open_clip's tokenizer for that model."""
    import open_clip

    registered()
    return open_clip.get_tokenizer(CONFIG.stem)


@lru_cache(16)
def tokenize(texts: tuple[str, ...]) -> Tensor:
    """n texts -> (n,L) int64, by open_clip's tokenizer: two thousand take 80 ms, and the same ones are asked for again."""
    return tokenizer()(list(texts))


def towers(captions: Sequence[str], size: int, dimensions: int) -> Any:
    """An untrained open_clip model for these captions and images of `size` pixels a side; its space has so many dimensions."""
    from open_clip.model import CustomTextCLIP

    config = deepcopy(registered())
    config.pop("custom_text")
    config["embed_dim"] = dimensions
    config["text_cfg"]["vocab_size"], config["vision_cfg"]["image_size"] = len(Vocabulary(captions)), max(SMALLEST, size)
    model: Any = CustomTextCLIP(**config)
    with torch.no_grad():
        model.text.token_embedding.weight[0] = 0  # a word that nobody taught says nothing
    return model


def image_encoder(model: Any, mean: Sequence[float], std: Sequence[float]) -> Encoder:
    """The image tower without its last projection as a backbone."""
    return Encoder(nn.Sequential(ToRGB(), model.visual.trunk), model.visual.trunk.num_features, mean, std)


class ToRGB(nn.Module):
    """Images as open_clip's towers want them: three channels, of which grey ones are three times the same, and large enough."""

    def forward(self, images: Tensor) -> Tensor:
        """(B,1 or 3,H,W) -> (B,3,H',W'), H' and W' at least SMALLEST."""
        height, width = (max(SMALLEST, side) for side in images.shape[2:])
        if (height, width) != images.shape[2:]:
            images = F.interpolate(images, (height, width), mode="bilinear")
        return images.expand(-1, 3, -1, -1)


class Vocabulary(nn.Module):
    """Texts -> rows of a small table: 0 for a token that no caption has, else its place among the known ones, from 1.

    The order of the tokens is kept, so the end of the text is still the largest number, which open_clip looks for.
    """

    known: Tensor

    def __init__(self, captions: Sequence[str]) -> None:
        super().__init__()
        self.register_buffer("known", tokenize(tuple(captions) or ("",)).unique(), persistent=False)

    def __len__(self) -> int:
        return len(self.known) + 1

    def forward(self, texts: Sequence[str]) -> Tensor:
        """n texts -> (n,L) int64."""
        tokens = tokenize(tuple(texts)).to(self.known.device)
        place = torch.searchsorted(self.known, tokens).clamp(max=len(self.known) - 1)
        return torch.where(self.known[place] == tokens, place + 1, 0)

    def knows(self, texts: Sequence[str]) -> list[bool]:
        """Whether some word of each is one of the captions'."""
        return known(texts, tokenizer(), self.known)


def known(texts: Sequence[str], tokenizer: Any, trained: Tensor) -> list[bool]:
    """Whether some word of each has only tokens that were trained, (T,): one alone may be a letter, or a byte of one."""
    words = [text.split() or [""] for text in texts]
    tokens = tokenizer([word for several in words for word in several])  # 0 is nothing, the two largest begin and end a text
    content = (tokens != 0) & (tokens < int(tokens[0, 0]))
    whole = iter((content.any(1) & (torch.isin(tokens, trained.cpu()) | ~content).all(1)).tolist())
    return [any([next(whole) for _ in several]) for several in words]


def read_letters(tokenizer: Any, text: str, tokens: int) -> int:
    """How many letters of a text fit into so many tokens of a tokenizer of open_clip's, which cuts what is longer silently."""

    def fits(letters: int) -> bool:
        rows = tokenizer([text[:letters], ""], context_length=2 * tokens)
        padding = int(rows[1].mode().values)  # on which side it stands is the tokenizer's own
        beyond = rows[0, tokens:] if int(rows[1, -1]) == padding else rows[0, :tokens]
        return not bool((beyond != padding).any())

    if len(text.encode()) + 3 <= tokens or fits(len(text)):  # a token has a byte of a letter at least
        return len(text)
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


class Texts(nn.Module):
    """A text tower with its vocabulary, and the captions to learn from, read beforehand."""

    tokens: Tensor

    def __init__(self, tower: nn.Module, captions: Sequence[str]) -> None:
        super().__init__()
        self.tower, self.vocabulary = tower, Vocabulary(captions)
        self.register_buffer("tokens", self.vocabulary(captions), persistent=False)
        self.longest = int(self.tokens.argmax(1).max()) + 1 if len(self.tokens) else 0

    @by_rows
    def forward(self, captions: Tensor) -> Tensor:
        """Indices (n,) of captions -> (n,D), of length 1."""
        tokens = self.tokens[captions]
        # how long those are that were drawn an accelerator alone knows, and to ask is to wait for it
        return self.embed(tokens, 0 if tokens.device.type == "cpu" else self.longest)

    def draw(self, of_image: Tensor, more: int, rng: Generator) -> tuple[Tensor, int, Tensor]:
        """Captions to tell apart, as indices (kN+m,), how many of them are images' own, kN, and what fits, (N,kN+m) bool.

        of_image: (N,K), of which k = 2 are drawn, or 1 where there is but one; more: m, at most as many as there are, and
        these may fit as well.
        """
        chance = torch.rand(of_image.shape, generator=rng, device=rng.device)
        own = of_image.gather(1, chance.argsort(1)[:, :2]).T.flatten()
        drawn = torch.cat([own, torch.randperm(len(self.tokens), generator=rng, device=rng.device)[:more]])
        return drawn, len(own), (of_image.unsqueeze(1) == drawn.view(1, -1, 1)).any(2)

    def read(self, texts: Sequence[str]) -> Tensor:
        """Any n texts -> (n,D), of length 1."""
        return self.embed(self.vocabulary(texts))

    def embed(self, tokens: Tensor, length: int = 0) -> Tensor:
        """(n,L) -> (n,D), of length 1; the shorter half and the longer half are read apart, as half of the places are empty.

        length: places that are enough for each of them; 0 to look for the fewest.
        """
        order = tokens.argmax(1).argsort()
        return torch.cat([self._embed(tokens[half], length) for half in order.chunk(2)])[order.argsort()]

    def _embed(self, tokens: Tensor, length: int) -> Tensor:
        """open_clip's tower without what it computes in vain. Nothing behind the end of a text reaches that end, the only
        place that is read: so the longest text gives the length, and the last layer asks at the ends alone.
        """
        tower: Any = self.tower
        if not len(tokens):
            return tower.text_projection[:0]
        rows, end = torch.arange(len(tokens), device=tokens.device), tokens.argmax(1)
        length = length or int(end.max()) + 1
        x = tower.token_embedding(tokens[:, :length]) + tower.positional_embedding[:length]
        *blocks, last = tower.transformer.resblocks
        for block in blocks:
            x = block(x, attn_mask=tower.attn_mask[:length, :length])
        behind = torch.arange(length, device=x.device) > end.unsqueeze(1)
        mask = torch.zeros(behind.shape, device=x.device).masked_fill(behind, -torch.inf).repeat_interleave(tower.heads, 0)
        seen, x = last.ln_1(x), x[rows, end].unsqueeze(1)  # (n,length,W), (n,1,W)
        x = x + last.attention(last.ln_1(x), seen, seen, mask.unsqueeze(1))
        x = x + last.mlp(last.ln_2(x))
        return F.normalize(tower.ln_final(x[:, 0]) @ tower.text_projection, dim=1)


def agreement(logits: Tensor, fits: Tensor) -> Tensor:
    """Cross-entropy of rows (n,m) with what fits them, in equal parts; fits: (n,m) bool, one of a row at least."""
    return cross_entropy(logits, fits / fits.sum(1, keepdim=True))


def least(fits: Tensor) -> Tensor:
    """What `agreement` cannot fall below, the entropy of its targets: 0 where one thing fits each row."""
    return fits.sum(1).log().mean()


def export(method: Any, folder: Path, half: bool = False) -> None:
    """Write a trained CLIP as a folder that open_clip.create_model_and_transforms("local-dir:FOLDER") takes.

    half: weights of 16 bits, which open_clip turns back into its own precision.
    """
    config, texts, spec = deepcopy(registered()), method.texts, method.spec
    size = max(spec.height, spec.width, SMALLEST)
    config["embed_dim"], config["vision_cfg"]["image_size"] = method.config.dimensions, size
    parts = {"visual.trunk": method.encoder.net[1], "visual.head": method.image_head, "text": texts.tower}
    weights = {f"{name}.{key}": value for name, part in parts.items() for key, value in part.state_dict().items()}
    trained = weights["text.token_embedding.weight"]
    table = torch.zeros(config["text_cfg"]["vocab_size"], trained.shape[1])
    table[texts.vocabulary.known.cpu()] = trained[1:].cpu()
    weights |= {"text.token_embedding.weight": table, "logit_scale": method.logit_scale}
    folder.mkdir(parents=True, exist_ok=True)
    kept = {key: value.detach().cpu().contiguous() for key, value in weights.items()}
    if half:
        kept = {key: value.half() if value.is_floating_point() else value for key, value in kept.items()}
    save_file(kept, folder / "open_clip_model.safetensors")
    rgb = {"mean": list(spec.mean) * (3 // spec.channels), "std": list(spec.std) * (3 // spec.channels)}
    preprocess = rgb | {"size": [size, size], "interpolation": "bilinear", "resize_mode": "shortest"}
    about = json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}, indent=1)
    (folder / "open_clip_config.json").write_text(about, encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    """0 when the folder is written, 1 with a sentence on stderr when it cannot be."""
    from trainers.checkpoint import load_model

    parser = argparse.ArgumentParser(prog="python -m trainers.clip_towers", description="Export a trained CLIP for open_clip")
    parser.add_argument("run", type=Path, help="the folder of a run of CLIP")
    parser.add_argument("folder", type=Path, help="where to write open_clip_config.json and its weights")
    args = parser.parse_args(argv)
    try:
        method = load_model(args.run)
        if not method.reads:
            raise UserError("{name} is no run of CLIP: train one with python -m trainers clip --out FOLDER.", name=args.run)
        export(method, args.folder)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
