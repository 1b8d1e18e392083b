"""Corpus: what no page of ours sends, to every route, to every function of the API, and to whatever reads a file.

The app runs for real, in a folder of its own. An answer fails that has no answer within a minute, is a 5xx, or shows a path of
this machine or Python's own words; so do a trace in the log, a file outside of the folders that the app may write to, a pickle
that was run, and more than PAGE_MB of memory that the page's process once needed (`page_mb`). `--quick` takes a part of each
group, by a seed.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
import httpx

from playground import api, ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs.store import Runs
from playground.texts import text
from tests.benchmarks.served import ROOT, Served
from tests.reliability import bad, right

# words of Python and of libraries, and the content of files that are nobody's business
LEAKS = re.compile(
    r"Traceback|site-packages|invalid literal|NoneType|has no attribute|unexpected keyword|positional argument|not iterable|"
    r"not subscriptable|JSONDecodeError|(?:Value|Type|Key|Index|Attribute|Unicode|OS|Runtime)Error|Errno|root:x:0|"
    r"event handler|gradio cache|codec can't|unhashable|could not convert"
)
TOGETHER, PATIENCE, SLOW = 6, 60.0, 5.0  # questions at a time; seconds
FIRST = 180.0  # seconds that the first questions may take: each process beside the page begins with one of them
PAGE_MB = 2_500  # which the process of the page may once have needed: right questions alone, six at a time, bring it to 1,600
LIMITS = httpx.Limits(keepalive_expiry=2.0)  # the server lets go of an idle connection after 5 s
PREDICT = "/gradio_api/run/predict"
TOLD = " cannot be loaded\n"  # of a model, whose sentence says that the log has the details
UNEXPECTED = text("en", "toast.unexpected")
QUICK = {
    "address": 120,
    "query": 100,
    "field": 120,
    "body": 100,
    "page": 20,
    "picture": 50,
    "zip": 12,
    "api": 150,
    "gradio": 40,
    "run": 35,
}
LISTS = ("runs", "repairs", "models", "compare", "compare?runs=good,{run}", "learn")
QUESTIONS = (  # about a run, and about its last snapshot
    "live", "timeline", "knobs", "images.json", "images.png", "maps/pca-2", "maps/pca-2/{last}", "maps/pca-2/{last}/quality",
    "neighbours/{last}/0", "values/purity/{last}", "overlap/{last}/good/{last}", "lesson", "values/error/{last}",
)  # fmt: skip
REPAIRS = ("rebuild", "mask")
PICTURE = {"set": "emoji", "index": 0}
RIGHT: dict[str, Any] = {  # what functions of the API take
    "method": "simclr", "pictures": [PICTURE], "labels": ["a"], "picture": PICTURE, "files": [], "run": "good",
    "secret": "s",
}  # fmt: skip
WRITTEN = ("runs", "runs.log", "gradio", "cache")  # below the box: where the app may write


@dataclass(frozen=True)
class Case:
    """One question: `group` for the table, `said` for who looks for it."""

    group: str
    said: str
    method: str
    path: str
    sent: dict[str, Any] = field(default_factory=dict)


def rights() -> list[tuple[Case, bool]]:
    """The right questions to each route, and whether one ends something that others ask for."""
    return [(_right(route, one), one.last) for route, every in right.ROUTES.items() for one in every]


def _right(route: str, one: right.Right, **slots: str) -> Case:
    method, path = route.split(" ", 1)
    sent: dict[str, Any] = {"params": dict(one.query)}
    if one.body is not None:
        sent |= _json(one.body)
    if one.form is not None:
        sent["data"] = dict(one.form)
    if one.files:
        sent["files"] = [("images", (f"{value}.png", bad.png(value))) for value in range(8)]
    return Case("right", route, method, bad.filled(path, **{**one.slots, **slots}), sent)


def _json(body: Any) -> dict[str, Any]:
    return {"content": json.dumps(body).encode(), "headers": {"content-type": "application/json"}}


def routes() -> Iterator[Case]:
    """To every route of ours its right question with one thing bad: a word of the address, of the query, of the body.

    Bodies that are none. And every key of the page's address.
    """
    for route, one, first in ((route, one, one is every[0]) for route, every in right.ROUTES.items() for one in every):
        case, path = _right(route, one), route.partition(" ")[2]
        for slot in re.findall(r"{(\w+)", path):
            for value in bad.VALUES:
                changed = _right(route, one, **{slot: value})
                yield replace(changed, group="address", said=f"{route} {slot}={value[:40]}")
        for name in {*one.query, *(bad.ASKED_FOR if first and case.method == "GET" else ())}:
            others = "".join(f"&{key}={quote(value)}" for key, value in one.query.items() if key != name)
            for value in bad.VALUES:
                address = f"{case.path}?{name}={value}{others}"
                yield replace(case, group="query", said=f"{route} {name}={value[:40]}", path=address,
                              sent={key: sent for key, sent in case.sent.items() if key != "params"})  # fmt: skip
        for name in one.body or ():
            rest = {key: value for key, value in (one.body or {}).items() if key != name}
            for said, body in (("none", rest), *((str(value)[:40], {**rest, name: value}) for value in bad.ARGUMENTS)):
                yield replace(case, group="field", said=f"{route} {case.path} {name}={said}", sent=case.sent | _json(body))
        for name in one.form or ():
            for value in bad.VALUES:
                yield replace(
                    case, group="field", said=f"{route} {name}={value[:40]}", sent=case.sent | {"data": {name: value}}
                )
        for kind in bad.KINDS if first and case.method != "GET" else ():
            for body in bad.BODIES:
                sent = {"content": body.encode("utf-8", "surrogateescape"), "headers": {"content-type": kind}}
                yield replace(case, group="body", said=f"{route} {kind} {body[:40]}", sent=sent)
    for key in (*ui.PAGE_KEYS, *(key for own in ui.keys().values() for key in own)):
        for value in bad.VALUES:
            yield Case("page", f"{key}={value[:40]}", "GET", f"/?{key}={value}")


def files(chance: random.Random, each: int) -> Iterator[Case]:
    """Pictures and zips to whatever takes uploads."""
    places = ("/playground/pictures", "/playground/sets", "/playground/runs/good/fit", "/playground/runs/good/maps/pca-2/place")
    for name, content in bad.pictures(each, chance):
        for place in places:
            yield Case("picture", f"{place} {name}", "POST", place, {"files": [("images", (name, content))]})
    for name, content in bad.zips(chance):
        for place in places[:2]:
            yield Case("zip", f"{place} {name}", "POST", place, {"files": [("images", (name, content))]})


def functions(box: Path, models: list[str]) -> Iterator[Case]:
    """Every function of the API with each argument of the wrong kind, with too few and too many; and models that are none."""
    runs, background = Runs(box / "routes"), Background()
    with gr.Blocks() as demo:
        api.build(runs, Matching(Maps(runs), background))
    for name, function in {str(one.api_name): one.fn for one in demo.fns.values() if one.fn}.items():
        taken = {key: one for key, one in inspect.signature(function).parameters.items() if key != "request"}  # Gradio's
        usual = [RIGHT.get(key, one.default if one.default is not one.empty else None) for key, one in taken.items()]
        for place, key in enumerate(taken):
            for value in bad.ARGUMENTS:
                data = [*usual[:place], value, *usual[place + 1 :]]
                yield Case("api", f"{name} {key}={str(value)[:50]}", "CALL", name, {"data": data})
        for data in ([], usual[:-1] or [[]], [*usual, 1, 2], None, "x", {"a": 1}, [None] * len(usual)):
            yield Case("api", f"{name} of {str(data)[:50]}", "CALL", name, {"data": data})
    for model in models:
        yield Case("api", f"load {model}", "CALL", "load", {"data": [model]})
    for name in ("load", "nosuch", "a%00b", "..%2f.."):
        for body in ({}, [], {"data": 3}, {"data": [], "session_hash": {}}, {"fn_index": 10**30, "data": []}):
            yield Case("gradio", f"call/{name} {body}", "POST", f"/gradio_api/call/{name}", {"json": body})
    for number in (*range(14), -1, 99, 10**30):
        for data in ([], [None] * 60, ["a\0b"] * 60, [{"path": "/etc/passwd"} | bad.FILE] * 60, [10**400] * 60):
            body = {"fn_index": number, "data": data, "session_hash": "s"}
            content = json.dumps(body).encode()
            sent = {"content": content, "headers": {"content-type": "application/json"}}
            yield Case("gradio", f"predict {number} {str(data)[:40]}", "POST", PREDICT, sent)
    for path in (
        "/etc/passwd",
        "../../etc/passwd",
        "%2fetc%2fpasswd",
        "app.py",
        "%00",
        "a%00b",
        "http://127.0.0.1:9/x",
    ):
        yield Case("gradio", f"file={path}", "GET", f"/gradio_api/file={path}")
    for kind in bad.KINDS:
        yield Case(
            "gradio", f"upload {kind}", "POST", "/gradio_api/upload", {"content": b"--x\r\n", "headers": {"content-type": kind}}
        )


def models(box: Path, chance: random.Random) -> list[str]:
    """Folders and files of weights that are none, one of them a pickle that leaves a file behind."""
    shipped, found = ROOT / "assets" / "models" / "emoji-clip", list[str]()
    whole = (shipped / "open_clip_model.safetensors").read_bytes()
    garbled = bytearray(whole[:4000])
    for _ in range(200):
        garbled[chance.randrange(8, 4000)] = chance.randrange(256)
    contents = {
        "cut.safetensors": whole[:3000],
        "garbled.safetensors": bytes(garbled) + whole[4000:],
        "long.safetensors": b"\xff" * 200,
        "empty.safetensors": b"",
        "pickle.pt": pickle.dumps(bad.Bomb(box / "run-by-a-pickle")),
        "zeros.pth": b"\0" * 300,
    }
    for name, content in contents.items():
        folder = box / "models" / name.partition(".")[0]
        folder.mkdir(parents=True)
        shutil.copyfile(shipped / "open_clip_config.json", folder / "open_clip_config.json")
        (folder / f"open_clip_model{Path(name).suffix}").write_bytes(content)
        found += [str(folder), str(folder / f"open_clip_model{Path(name).suffix}")]
    for name, content in {"config-cut": '{"model_cfg": {', "config-list": "[]", "config-none": "{}"}.items():
        folder = box / "models" / name
        folder.mkdir()
        (folder / "open_clip_config.json").write_text(content)
        shutil.copyfile(shipped / "open_clip_model.safetensors", folder / "open_clip_model.safetensors")
        found.append(str(folder))
    return found


def damaged(root: Path, chance: random.Random, each: int, most: int | None) -> Iterator[Case]:
    """Runs whose folders are damaged, among others that are well; what a page asks of them and of all."""
    every, last = list(bad.damage(chance, each)), Runs(root).view("good").of("Snapshot")[-1]["step"]
    for number, (said, how) in enumerate([*chance.sample(every, min(most or len(every), len(every))), *bad.bombs()]):
        run = f"bad-{number}"
        shutil.copytree(root / "good", root / run)
        how(root / run)
        for path in QUESTIONS:
            yield Case("run", f"{said}: {path}", "GET", f"/playground/runs/{run}/{path.format(last=last)}")
        for kind in REPAIRS:
            yield Case("run", f"{said}: {kind}", "POST", f"/playground/runs/{run}/repair/{kind}", {"json": {"index": 0}})
    for path in LISTS:
        yield Case("run", f"all: {path}", "GET", "/playground/" + path.format(run="bad-0"))
    yield Case("run", "repair of all", "POST", "/playground/runs/good/repair/mask", {"json": {"index": 0}})


async def ask(client: httpx.AsyncClient, case: Case) -> tuple[int, str]:
    """Status and text of the answer; a function's is at a second address."""
    if case.method != "CALL":
        answer = await client.request(case.method, case.path, **case.sent)
        kind = answer.headers.get("content-type", "")
        return answer.status_code, answer.text if kind.startswith(("application/json", "text/plain")) else ""
    content = json.dumps(case.sent).encode()
    begun = await client.post(f"/gradio_api/call/{case.path}", content=content, headers={"content-type": "application/json"})
    if begun.status_code != 200:
        return begun.status_code, begun.text
    answer = await client.get(f"/gradio_api/call/{case.path}/{begun.json()['event_id']}")
    return answer.status_code, answer.text


async def asked(
    url: str, cases: list[Case], shown: re.Pattern[str], together: int = TOGETHER, patience: float = PATIENCE
) -> tuple[list[str], Counter[str]]:
    """What failed, in words, and how many cases each group had. shown: the paths that no answer may show."""
    failed, counts, waiting = list[str](), Counter[str](), iter(cases)

    async def one_after_another(client: httpx.AsyncClient) -> None:
        for case in waiting:
            begun = time.perf_counter()
            try:
                try:
                    found = await ask(client, case)
                except (httpx.ReadError, httpx.RemoteProtocolError):  # a kept connection that the server has just let go
                    found = await ask(client, case)
                reason = wrong(case, *found, shown)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = f"no answer ({type(error).__name__})"
            if (took := time.perf_counter() - begun) > SLOW:
                print(f"slow: {case.group}: {case.said[:100]}: {took:.1f} s")
            counts[case.group] += 1
            if reason:
                failed.append(f"{case.group}: {case.said}: {reason}")

    async with httpx.AsyncClient(base_url=url, timeout=patience, limits=LIMITS) as client:
        await asyncio.gather(*(one_after_another(client) for _ in range(together)))
    return failed, counts


def wrong(case: Case, status: int, text: str, shown: re.Pattern[str]) -> str:
    """Why an answer is wrong, "" where it is not. Gradio gives 500 with every sentence where it answers at once."""
    told = case.path == PREDICT and text.startswith('{"error":"')
    if (status >= 500 and not told) or UNEXPECTED in text or (case.group == "right" and status >= 400):
        return f"{status} {text[:200]}"
    if found := LEAKS.search(text) or shown.search(text):
        return f"{status} shows {found[0]!r}: …{text[max(0, found.start() - 120) : found.end() + 120]}…"
    return ""


def measure(quick: bool) -> dict[str, object]:
    """How many were asked, and what failed."""
    chance, began = random.Random(0), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        box = Path(folder)
        runs = Runs(box / "runs").root
        right.furnish(Runs(runs))
        cases = [*routes(), *files(chance, 4 if quick else 16), *functions(box, models(box, chance))]
        if quick:
            groups = {group: [case for case in cases if case.group == group] for group in QUICK}
            cases = [
                case for group, most in QUICK.items() for case in chance.sample(groups[group], min(most, len(groups[group])))
            ]
        chance.shuffle(cases)
        before, shown = _files(box), re.compile("|".join(re.escape(str(path)) for path in (box, ROOT)))
        # no network: what is to be downloaded fails at once; and no address of ours is asked through a proxy
        settings = {
            "HOME": str(box / "home"), "TMPDIR": str(box / "tmp"), "GRADIO_TEMP_DIR": str(box / "gradio"),
            "PLAYGROUND_DATA": str(box / "cache"), "HF_HOME": str(box / "cache"), "PYTHONDONTWRITEBYTECODE": "1",
            "PLAYGROUND_ROOMS_ADDRESS": "200",
            "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1",
        }  # fmt: skip
        for name in ("home", "tmp"):
            (box / name).mkdir()
        with Served(runs, **settings) as served:
            first = rights()
            failed, counts = asyncio.run(asked(served.url, [case for case, ends in first if not ends], shown, 1, FIRST))
            more, others = asyncio.run(asked(served.url, cases, shown))
            failed, counts = failed + more, counts + others
            last = list(damaged(runs, chance, 2 if quick else 8, QUICK["run"] // 5 if quick else None))
            last += [case for case, ends in first if ends]
            more, others = asyncio.run(asked(served.url, last, shown))
            log, page = served.said(), highest(served.process.pid)
        failed, counts = failed + more, counts + others
        parts = log.split("Traceback (most recent call last)")
        ends = [_last(part.splitlines()[1:]) for before, part in pairwise(parts) if not before.endswith(TOLD)]
        # an error that a person is told, and whose cause is in the log for the keeper, is none
        traces = [end for end in ends if end and not end.startswith("trainers.errors.")]
        outside = sorted(_files(box) - before)
    failed += [f"trace in the log: {kind} ({number} times)" for kind, number in Counter(traces).items()]
    failed += [f"written outside: {path}" for path in outside]
    failed += [f"memory of the page's process: {page} MB"] if page > PAGE_MB else []
    for line in failed:
        print(line[:500])
    print(f"{'group':<10}{'asked':>7}")
    for group, number in counts.items():
        print(f"{group:<10}{number:>7}")
    return {
        "tried": sum(counts.values()), "failed": len(failed), "traces": len(traces), "outside": len(outside),
        "page_mb": page, "groups": dict(counts), "seconds": round(time.perf_counter() - began, 1), "quick": quick,
    }  # fmt: skip


def highest(process: int) -> int:
    """Megabytes that a process had at most so far; 0 where the system does not say it."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) // 1024 if found else 0


def _files(box: Path) -> set[str]:
    """What is in the box, but for where the app may write; and what lies beside our files."""
    command = ["git", "ls-files", "--others", "--exclude-standard"]
    ours = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = [path.relative_to(box) for path in box.rglob("*") if not path.is_dir()]
    return {str(path) for path in found if path.parts[0] not in WRITTEN} | set(ours.splitlines())


def _last(lines: list[str]) -> str:
    """The error at the end of a trace; "" of one that led to the next."""
    if any(line.startswith(("The above exception was", "During handling of the above")) for line in lines):
        return ""
    return next((line for line in lines if line and not line.startswith((" ", "("))), lines[0] if lines else "")[:200]
