"""What only a machine with a GPU can say, in five minutes: `make bench-gpu` writes the table of docs/gpu.md.

Each method's step against the CPU's, with the same weights, images and chance; images a second; how soon SimCLR with ResNet-18
has the kNN that lightly's benchmark has on CIFAR-10; frames a second of the page while a run is drawn. `--quick` tries the
program itself on whatever device there is, and writes nothing.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
import time
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from tests.benchmarks.served import Served
from tests.benchmarks.throughput import ours
from tests.chromium import FLAGS, executable
from trainers.data import DataError, Dataset, load
from trainers.events import Finished, Snapshot
from trainers.method import Batch, make_config, methods
from trainers.train import RunConfig, build, learned, pick_device, train
from trainers.views import plain

DOCUMENT = Path(__file__).parents[2] / "docs" / "gpu.md"
BEGIN, END = "<!-- bench-gpu writes from here -->\n", "<!-- to here -->"
LIMIT = 300.0  # seconds in all
TARGET = 0.847  # kNN of lightly's SimCLR with ResNet-18 on CIFAR-10 after 200 epochs at batch 128, in its benchmarks
DRAWS = (torch.rand, torch.randn, torch.randint, torch.randperm)
# relative: of the loss, and of the gradient's direction, 1 - cos
EXACT, ROUNDED = (1e-3, 1e-3), (1e-2, 5e-2)  # as a CPU rounds to bfloat16 they are 2e-4 and 1e-2


class SameChance(TorchFunctionMode):
    """Within, chance is drawn on the CPU and sent: two devices have the same."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.rng = torch.Generator().manual_seed(seed)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in DRAWS or kwargs.get("generator") is None:
            return func(*args, **kwargs)
        drawn = func(*args, **kwargs | {"generator": self.rng, "device": "cpu"})
        return drawn.to(kwargs.get("device") or "cpu")


@dataclass(frozen=True)
class Difference:
    """Of a method's step on two devices: of the loss, relative, and of the gradients' direction, 1 - cos."""

    method: str
    encoder: str
    precision: str
    loss: float
    gradient: float
    fine: bool


def step(name: str, encoder: str, data: Dataset, device: torch.device, rounded: bool) -> tuple[float, Tensor]:
    """Loss and gradient, as one vector on the CPU, of the first step of a seed. rounded: bfloat16 where a GPU has it."""
    real = torch.autocast
    same = nullcontext if not rounded else lambda kind, dtype, **_: real(kind, dtype)
    config = RunConfig(name, data.name, steps=1, knobs={"encoder": encoder})
    method = build(config, data, device)
    index = torch.arange(min(64, len(data.train)))
    x = data.train.images[index].to(device)
    words = learned(data, method.config).of_image[index].to(device) if method.reads else None
    rng = torch.Generator(device).manual_seed(0)
    with ExitStack() as stack:
        stack.enter_context(torch.backends.cudnn.flags(enabled=True, allow_tf32=False))
        stack.enter_context(
            mock.patch.object(torch, "autocast", lambda *args, **kwargs: same(*args[:2]) if rounded else same())
        )
        stack.enter_context(SameChance())
        views = tuple(view.contiguous(memory_format=torch.channels_last) for view in method.views(x, rng))
        whole = plain(x).contiguous(memory_format=torch.channels_last)
        loss = method.loss(Batch(whole, views, rng, 0.5, words, index=index.to(device))).value
        loss.backward()
    learned_by = [p.grad for p in method.parameters() if p.grad is not None]
    return float(loss.detach()), torch.cat([grad.flatten().float().cpu() for grad in learned_by])


def differences(data: Dataset, device: torch.device, nets: tuple[str, ...]) -> list[Difference]:
    """Of every method with every net that it can have of `nets`, in float32 and as a GPU rounds."""
    found = []
    for name in methods():
        own = make_config(name, {}).encoder
        for encoder in nets if own == "auto" else (own,):
            loss, gradient = step(name, encoder, data, torch.device("cpu"), False)
            for rounded, (of_loss, of_gradient) in ((False, EXACT), (True, ROUNDED)):
                other, its = step(name, encoder, data, device, rounded)
                far = abs(other - loss) / max(abs(loss), 1e-9)
                turned = 1 - float(F.cosine_similarity(gradient.double(), its.double(), dim=0))
                fine = far <= of_loss and turned <= of_gradient  # also false for what is no number
                found.append(Difference(name, encoder, "bfloat16" if rounded else "float32", far, turned, fine))
                print(found[-1], flush=True)
    return found


def rates(data: Dataset, seconds: float, nets: tuple[str, ...]) -> dict[str, float]:
    """Images a second of every method as the page trains it, and of SimCLR with each net at a batch of 512."""
    found = {name: ours(data, seconds, name) for name in methods()}
    for net in nets:
        found[f"simclr, {net}, batch of 512"] = ours(data, seconds, "simclr", encoder=net, batch_size=512)
    for name, rate in found.items():
        print(f"{name:<32}{rate:>10.0f} images/s", flush=True)
    return found


def reached(data: Dataset, seconds: float, **knobs: object) -> dict[str, Any]:
    """kNN of SimCLR after so long, and when a snapshot, whose bank is 2,000 images, first had TARGET."""
    first, snapshots = None, list[tuple[float, float]]()
    for event in train(RunConfig("simclr", data.name, seconds=seconds, knobs=knobs), data):
        if isinstance(event, Snapshot) and event.metrics["knn"] is not None:
            snapshots.append((event.seconds, event.metrics["knn"]))
            first = event.seconds if first is None and event.metrics["knn"] >= TARGET else first
    assert isinstance(event, Finished)
    end = event.summary
    return {
        "dataset": data.name, "seconds": event.seconds, "steps": event.step, "knn": end["knn"], "probe": end["probe"],
        "knn_pixels": end["knn_pixels"], "target": TARGET if data.name == "cifar10" else None, "reached_after": first,
    }  # fmt: skip


def photographs() -> Dataset:
    """CIFAR-10 where it is at hand, else the shipped clothes."""
    try:
        return load("cifar10")
    except DataError as error:
        print(error)
        return load("fashion-mnist")


def frames(seconds: float) -> float | None:
    """Frames a second of Train while a run moves its map; None where there is no browser."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as name, Served(Path(name) / "runs") as served, sync_playwright() as p:
        served.ready()
        try:
            browser = p.chromium.launch(executable_path=executable(), args=FLAGS)
        except Error as error:
            print(error)
            return None
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(served.url)
        page.click("#train")
        page.wait_for_timeout(4000)
        count = page.evaluate(
            """ms => new Promise(done => { let n = 0; const end = performance.now() + ms;
            const next = now => { n += 1; now < end ? requestAnimationFrame(next) : done(n) };
            requestAnimationFrame(next) })""",
            1000 * seconds,
        )
        browser.close()
    return count / seconds


def machine(device: torch.device) -> dict[str, str]:
    """What it was measured on."""
    about = {"cores": str(os.cpu_count()), "python": platform.python_version(), "torch": torch.__version__}
    about |= {"torchvision": importlib.metadata.version("torchvision"), "date": time.strftime("%Y-%m-%d", time.gmtime())}
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        about |= {"device": properties.name, "memory": f"{properties.total_memory / 2**30:.0f} GiB"}
        about |= {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
    return {"device": device.type} | about


def table(found: dict[str, Any]) -> str:
    """The measurements as Markdown."""
    lines = ["", ", ".join(f"{key} {value}" for key, value in found["machine"].items()), "", "| | |", "|---|---|"]
    for one in found["differences"]:
        verdict = "within its tolerance" if one["fine"] else "**beyond its tolerance**"
        whose = f"{one['method']}, {one['encoder']}, {one['precision']}: a step against the CPU's"
        lines.append(f"| {whose} | loss {one['loss']:.1e}, gradient {one['gradient']:.1e}: {verdict} |")
    lines += [f"| {name}: images a second | {rate:,.0f} |" for name, rate in found["rates"].items()]
    knn = found["reached"]
    said = f"kNN {knn['knn']:.1%} after {knn['seconds']:.0f} s and {knn['steps']:,} steps, raw pixels {knn['knn_pixels']:.1%}"
    if knn["target"]:
        after = knn["reached_after"]
        at = f"reached after {after:.0f} s, at a snapshot" if after else "not reached at a snapshot"
        said += f"; {knn['target']:.1%} {at}"
    lines.append(f"| SimCLR, ResNet-18, {knn['dataset']} | {said} |")
    painted = f"{found['frames']:.0f}" if found["frames"] else "no browser"
    lines.append(f"| frames a second of Train while a run moves | {painted} |")
    return "\n".join([*lines, "", ""])


def written(document: str, part: str) -> str:
    """The document with the table in its place."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert rest and after, "docs/gpu.md has no place for the table"
    return before + BEGIN + part + END + after


def measure(quick: bool) -> dict[str, object]:
    """All of it; the document is written on a CUDA device alone, and not by --quick."""
    begun, device = time.perf_counter(), pick_device()
    if device.type != "cuda" and not quick:
        raise SystemExit("This machine has no CUDA device: --quick tries the program itself.")
    data, nets = load("emoji"), ("conv",) if quick else ("conv", "resnet18")
    found: dict[str, Any] = {"machine": machine(device)}
    found["differences"] = [asdict(one) for one in differences(data, device, nets)]
    found["rates"] = rates(data, 0.3 if quick else 4.0, nets)
    found["frames"] = frames(2 if quick else 6)
    images = load("digits") if quick else photographs()  # before the time that is left is known: it may be a download
    left = LIMIT - 45 - (time.perf_counter() - begun)  # 45 s to judge at the end
    knobs: dict[str, object] = {} if quick else {"encoder": "resnet18", "batch_size": 512}
    found["reached"] = reached(images, 1.0 if quick else max(30.0, left), **knobs)
    found["seconds"] = time.perf_counter() - begun
    part = table(found)
    print(part)
    if device.type == "cuda" and not quick:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), part), encoding="utf-8")
    found["all_fine"] = all(one["fine"] for one in found["differences"])
    return found
