"""The Dockerfile and the Space's front matter: what they name is there, and it runs as a user who owns nothing."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from packaging.specifiers import SpecifierSet

from playground.page import health
from tests.playground.test_start import ROOT, SECONDS, started

# somebody to whom nothing belongs but /data, and who may look at what only root may see on this machine
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search"]
NOBODY += ["--ambient-caps=+dac_read_search"]


@functools.cache
def lines() -> list[str]:
    """The Dockerfile's instructions, each in one line."""
    return re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).replace("\\\n", "").splitlines()


def of(kind: str) -> list[str]:
    """What each of the Dockerfile's lines of a kind says."""
    return [line.partition(" ")[2].strip() for line in lines() if line.startswith(f"{kind} ")]


def copied() -> list[tuple[list[str], str]]:
    """Of each COPY the sources and where they go."""
    return [(words[:-1], words[-1]) for words in map(str.split, of("COPY"))]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in of("ENV") for pair in shlex.split(line))


def test_what_the_image_copies_is_there_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    sources = [source for several, _ in copied() for source in several]
    assert {"requirements.txt", "app.py", "assets", "trainers", "playground"} <= set(sources)
    assert sorted(f"!{source}" for source in sources) == sorted(line for line in ignored if line.startswith("!"))
    assert all((ROOT / source).exists() for source in sources)


def test_the_image_belongs_to_somebody_else_than_who_runs_it() -> None:
    (user,) = of("USER")
    assert user == "1000:1000" and f"chown {user} /data" in of("RUN")[-1]
    assert lines().index(f"USER {user}") > max(lines().index(f"RUN {line}") for line in of("RUN"))
    assert of("VOLUME") == ["/data"] and environment()["HOME"] == "/nonexistent"
    assert all(environment()[name].startswith("/data/") for name in ("PLAYGROUND_RUNS", "PLAYGROUND_DATA", "HF_HOME"))
    assert of("EXPOSE") == [environment()["GRADIO_SERVER_PORT"]]
    assert [json.loads(one.partition("CMD ")[2]) for one in of("HEALTHCHECK")] == [["python", "-m", health.__name__]]
    assert json.loads(of("CMD")[0]) == ["python", "app.py"]
    mcp = next(line for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if line.startswith("mcp"))
    assert f'"{mcp.split()[0]}"' in " ".join(of("RUN"))


def test_where_nothing_answers_the_app_is_not_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GRADIO_SERVER_PORT", str(probe.getsockname()[1]))
        assert health.main() == 1
    assert "refused" in capsys.readouterr().err


def test_a_space_finds_in_the_readme_what_it_wants() -> None:
    head = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    about = dict(line.split(": ", 1) for line in head.splitlines())
    assert {"title", "emoji", "colorFrom", "colorTo", "license", "startup_duration_timeout"} <= set(about)
    assert about["sdk"] == "gradio" and (ROOT / about["app_file"]).is_file() and len(about["short_description"]) <= 60
    wanted = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gradio"))
    assert about["sdk_version"] in SpecifierSet(wanted.removeprefix("gradio"))
    assert importlib.metadata.version("gradio") in SpecifierSet(f"~={about['sdk_version']}")
    base = of("FROM")[0].partition(":")[2].removesuffix("-slim")
    assert about["python_version"].strip('"') == base and f">={base}" in (ROOT / "pyproject.toml").read_text()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    assert [name for name in listed if name and (ROOT / name).stat().st_size > 10e6] == []  # which a Space wants by LFS


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start it as somebody else")
def test_what_the_image_holds_trains_and_maps_where_nothing_but_its_data_can_be_written(tmp_path: Path) -> None:
    tree, data, home, scratch = (tmp_path / name for name in ("app", "data", "home", "scratch"))
    for folder in (tree, data, home, scratch):
        folder.mkdir()
    for sources, target in copied():
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tree / target, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
            else:
                shutil.copy(ROOT / source, tree)
    for folder in (data, scratch):
        os.chown(folder, 65534, 65534)
    for folder in (tmp_path, home, *(one for one in (tree, *tree.rglob("*")) if one.is_dir())):
        folder.chmod(0o555)
    before = sorted(tree.rglob("*"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    own = {name: value.replace("/data", str(data)) for name, value in environment().items()}
    own |= {"HOME": str(home), "TMPDIR": str(scratch), "GRADIO_SERVER_PORT": port, "PLAYGROUND_EXAMPLES": "1"}
    own |= {"GRADIO_SERVER_NAME": "127.0.0.1", "PYTHONPATH": ""}
    checked = [*NOBODY, sys.executable, *json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])[1:]]
    page, end = f"http://127.0.0.1:{port}/playground", time.monotonic() + 4 * SECONDS
    with started(tmp_path, *NOBODY, tree=tree, **own) as app:
        app.wait(lambda: "Running on local URL" in app.said())
        well = subprocess.run(checked, cwd=tree, env=os.environ | own, capture_output=True, text=True)
        assert well.returncode == 0, well.stderr + app.said()

        click = {"method": "simclr", "dataset": "digits", "seconds": 2, "secret": "s" * 20}
        run = httpx.post(f"{page}/runs", json=click, timeout=60).json()["run"]
        state = "queued"
        while state in ("queued", "starting", "running"):
            assert time.monotonic() < end, app.said()
            time.sleep(0.3)
            state = httpx.get(f"{page}/runs/{run}/live", timeout=60).json()["state"]
        assert state == "finished", app.said()

        key, found = "umap-10-0.1-cosine-0-2", {"state": "waiting"}
        while found["state"] in ("waiting", "working") and time.monotonic() < end:
            found = httpx.get(f"{page}/runs/{run}/maps/{key}", params={"who": "me"}, timeout=60).json()
            time.sleep(0.2)
        assert found["state"] == "done", (found, app.said())
        asked = {"model": "emoji-clip", "who": "me"}
        while (found := httpx.post(f"{page}/match/load", json=asked, timeout=60).json()).get("state") != "done":
            assert "error" not in found and time.monotonic() < end, (found, app.said())
        assert "Traceback" not in app.said()
    assert sorted(tree.rglob("*")) == before and not list(home.iterdir())
