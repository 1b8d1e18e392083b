"""Delete my data: all that is one browser's own, and nothing of anybody else."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.background import Background
from playground.maps.making import Maps
from playground.match.ask import Matching
from playground.runs import store
from playground.runs.brought import Brought
from playground.runs.deletion import delete
from playground.runs.store import UPLOADS, Runs
from trainers.errors import NotFound, UserError
from trainers.train import RunConfig

ME, YOU = "m" * 16, "y" * 16


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def client(runs: Runs) -> Iterator[TestClient]:
    maps = Maps(runs)
    matching = Matching(maps, Background())
    with TestClient(Starlette(routes=[ui.mount(maps, matching)])) as client:
        yield client
    matching.close()


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (16, 16), shade).save(out, "PNG")
    return out.getvalue()


LOCKS = (".queueing", ".uploading", ".opening")  # which all apps on a folder take turns by


def left(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name not in LOCKS}


def trained_on(runs: Runs, upload: Path, owner: str) -> str:
    """A run of an upload of Train."""
    kept = runs.upload(upload)
    Brought(runs.root).note(owner, kept.parent.name, str(upload))
    return runs.create(RunConfig("simclr", f"folder:{kept}", seconds=1.0), owner)


def test_runs_and_their_maps_go_whether_they_wait_or_train_and_others_stay(runs: Runs) -> None:
    waiting, mine, other = (runs.create(RunConfig("simclr", "digits", seconds=1.0), owner) for owner in (ME, ME, YOU))
    swept = runs.sweep([RunConfig("simclr", "digits", seconds=1.0)] * 2, ME)[1]
    runs.state(mine)
    (runs.root / mine / "maps").mkdir()
    (runs.root / mine / "maps" / "pca-2.npz").touch()
    assert sorted(runs.delete(ME)) == ["digits"] * 4
    for run in (waiting, mine, *swept):
        with pytest.raises(NotFound):
            runs.state(run)
    assert runs.waiting() == [other] and runs.state(other).kind == "queued"
    assert not any(run in name for name in left(runs.root) for run in (waiting, mine, *swept))
    assert runs.delete(ME) == []


def test_a_run_that_came_with_the_app_stays(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), ME)
    monkeypatch.setattr(store, "is_example", lambda folder: folder.name == run)
    assert runs.delete(ME) == [] and runs.folder(run).exists()


def test_a_run_that_trains_is_asked_to_stop_and_waited_for(runs: Runs) -> None:
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), ME)
    folder, held, seen = runs.root / run, threading.Event(), list[bool]()

    def training() -> None:
        with FileLock(folder / ".lock"):
            held.set()
            while not (folder / "stop").exists():
                pass
            seen.append(folder.exists())  # what it learned could still be written

    thread = threading.Thread(target=training)
    thread.start()
    held.wait()
    runs.delete(ME)
    thread.join()
    assert seen == [True] and not folder.exists()


def test_one_that_does_not_stop_goes_too(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STOPS", 0.0)
    run = runs.create(RunConfig("simclr", "digits", seconds=1.0), ME)
    with FileLock(runs.root / run / ".lock"):
        runs.delete(ME)
        assert not (runs.root / run).exists()


def test_uploads_go_with_gradios_own_copies_but_for_those_that_somebody_else_brought_too(runs: Runs, tmp_path: Path) -> None:
    for name in ("mine", "both", "unused"):
        (tmp_path / f"{name}.zip").write_bytes(name.encode())
    trained_on(runs, tmp_path / "mine.zip", ME)
    trained_on(runs, tmp_path / "both.zip", ME)
    other = trained_on(runs, tmp_path / "both.zip", YOU)
    unused = runs.upload(tmp_path / "unused.zip")  # the queue was full
    Brought(runs.root).note(ME, unused.parent.name, str(tmp_path / "unused.zip"))
    assert delete(runs, ME) == (2, 3)
    assert [path.name for path in (runs.root / UPLOADS).rglob("*.zip")] == ["both.zip"]
    assert runs.folder(other).exists() and {path.name for path in tmp_path.glob("*.zip")} == {"both.zip"}
    assert delete(runs, ME) == (0, 0)
    assert delete(runs, YOU) == (1, 1)
    assert not left(runs.root) and not (tmp_path / "both.zip").exists()
    with pytest.raises(UserError, match="upload them again"):  # where the page still names it
        runs.upload(tmp_path / "both.zip")


def test_what_was_uploaded_and_never_trained_on_goes_too(runs: Runs, tmp_path: Path) -> None:
    brought = Brought(runs.root)
    for name in ("only", "trained"):
        (tmp_path / f"{name}.zip").write_bytes(name.encode())
        brought.note_copy(ME, str(tmp_path / f"{name}.zip"))
    brought.note_copy(YOU, str(tmp_path / "only.zip"))
    brought.tidy()
    trained_on(runs, tmp_path / "trained.zip", ME)
    brought.note_copy(ME, str(tmp_path / "trained.zip"))  # its data are looked at once more
    assert delete(runs, ME) == (1, 2) and (tmp_path / "only.zip").exists() and not (tmp_path / "trained.zip").exists()
    assert delete(runs, YOU) == (0, 1) and not (tmp_path / "only.zip").exists()
    brought.note_copy(ME, str(tmp_path / "gone.zip"))
    brought.tidy()
    assert not left(brought.folder)


def test_a_mark_that_says_nothing_deletes_nothing_else(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves an empty one, and of two deletions at once one finds none."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "app.py").write_text("ours")
    monkeypatch.chdir(tmp_path / "here")
    brought = Brought(runs.root)
    for tidied in (False, True):
        brought.note_copy(ME, str(tmp_path / "mine.zip"))
        (mark,) = brought.folder.glob("*/copy-*")
        mark.write_text("")
        if tidied:
            brought.tidy()
            assert not mark.exists()
        assert delete(runs, ME) == (0, 0) and not mark.exists()
        assert (tmp_path / "here" / "app.py").exists()


def test_gradios_copy_stays_for_whoever_else_has_it(runs: Runs, tmp_path: Path) -> None:
    upload = tmp_path / "class.zip"
    for first, second in ((ME, YOU), (YOU, ME)):
        upload.write_bytes(b"class")
        Brought(runs.root).note_copy(second, str(upload))
        trained_on(runs, upload, first)
        assert delete(runs, first) == (1, 1) and upload.exists()  # the second has not trained on it yet
        assert delete(runs, second) == (0, 1) and not upload.exists()
        upload.write_bytes(b"class")
        trained_on(runs, upload, first)
        Brought(runs.root).note_copy(second, str(upload))
        assert delete(runs, second) == (0, 1) and upload.exists()  # the first may train on it once more
        assert delete(runs, first) == (1, 1) and not upload.exists()


def test_an_upload_of_before_its_owners_were_written_down_goes_with_the_last_run_of_it(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "old.zip").write_bytes(b"old")
    kept = runs.upload(tmp_path / "old.zip")
    for owner in (ME, YOU):
        runs.create(RunConfig("simclr", f"folder:{kept}", seconds=1.0), owner)
    assert delete(runs, ME) == (1, 1) and kept.exists()
    assert delete(runs, YOU) == (1, 1) and not kept.exists()


def test_a_folder_of_the_machine_that_somebody_trained_on_stays(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    runs.create(RunConfig("simclr", f"folder:{tmp_path / 'photos'}", seconds=1.0), ME)
    assert delete(runs, ME) == (1, 0) and (tmp_path / "photos").exists()


def test_the_route_deletes_pictures_and_sets_of_a_browser_and_says_how_many(client: TestClient, runs: Runs) -> None:
    def bring(path: str, owner: str, *shades: int) -> None:
        files = [("images", (f"{shade}.png", picture(shade))) for shade in shades]
        answer = client.post(f"/playground/{path}", data={"secret": owner} if owner else {}, files=files)
        assert answer.status_code == 200 and not answer.json()["skipped"]

    bring("pictures", ME, 1, 2)
    bring("pictures", YOU, 2)
    bring("pictures", "", 3)  # over the API
    bring("pictures", ME, 3)
    bring("sets", ME, *range(8))
    runs.create(RunConfig("simclr", "digits", seconds=1.0), ME)
    kept = left(runs.root / "own")
    assert client.post("/playground/deletion", json={"secret": ME}).json() == {"runs": 1, "uploads": 4}
    assert len(left(runs.root / "own")) == len(kept) - 2 == 2  # a set is one zip
    assert client.post("/playground/deletion", json={"secret": ME}).json() == {"runs": 0, "uploads": 0}
    for wrong in ({}, {"secret": "short"}, {"secret": 3}):
        answer = client.post("/playground/deletion", json=wrong)
        assert answer.status_code == 400 and answer.json() == {"error": "This question is not understood."}
    refused = client.post("/playground/pictures", data={"secret": "short"}, files=[("images", ("1.png", picture(1)))])
    assert refused.status_code == 400


def test_who_brought_what_is_forgotten_with_it(runs: Runs, tmp_path: Path) -> None:
    brought = Brought(runs.root)
    brought.note(ME, "own-" + "0" * 20)
    (tmp_path / "a.zip").write_bytes(b"a")
    brought.note(YOU, runs.upload(tmp_path / "a.zip").parent.name)
    brought.tidy()
    assert [path.parent.name for path in brought.folder.rglob("*") if path.is_file()] == [store.hashed(YOU)]
    assert len(list(brought.folder.iterdir())) == 1
