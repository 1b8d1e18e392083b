"""The maps of a real run: made off this process, frame by frame, given up when nobody waits, and what one can ask of them."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from playground.background import LATER, NOW, SOON, Background, Cancelled
from playground.maps.frames import Frames
from playground.maps.layout import Layout
from playground.maps.making import FIRST, LIVE, Making, Maps
from playground.maps.reducers import TSNE, UMAP, key_of
from playground.runs.store import Limits, Runs, read_images
from tests.playground.conftest import Finished
from tests.playground.jobs import fail, miss, pace, stay
from tests.playground.match.test_models import few_emoji, small_clip
from trainers import record
from trainers.checkpoint import load_model
from trainers.errors import UserError
from trainers.views import plain

PATIENCE = 180  # seconds, the longest wait for anything: each is for the event itself


def wait(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def background() -> Iterator[Background]:
    background = Background(nice=0)  # beside other tests it would wait for minutes where the page's own stands back
    yield background
    background.close()


@pytest.fixture
def maps(finished: Finished, background: Background) -> Maps:
    return Maps(finished.runs, background)


def test_the_process_is_another_watches_gives_up_and_is_replaced(background: Background) -> None:
    first = background.submit(SOON, lambda: True, pace, 0.1, None).result(PATIENCE)
    assert first != os.getpid()
    wanted = [True]
    job = background.submit(SOON, lambda: wanted[0], pace, 30.0, None)
    later = background.submit(LATER, lambda: True, pace, 0.1, None)
    wait(lambda: job.progress > 0)
    now = background.submit(NOW, lambda: True, pace, 0.1, None)
    wanted[0] = False
    with pytest.raises(Cancelled):
        job.result(PATIENCE)
    now.result(PATIENCE)
    assert not later.done() or later.result() == first  # what is urgent goes first
    assert background.submit(SOON, lambda: False, pace, 30.0, None).exception(PATIENCE) is not None
    with pytest.raises(UserError, match="No luck here") as told:
        background.submit(SOON, lambda: True, fail).result(PATIENCE)
    assert told.value.values == {"thing": "luck"}
    with pytest.raises(FileNotFoundError, match="nowhere"):  # of the work's own: the process lives
        background.submit(SOON, lambda: True, miss).result(PATIENCE)
    job = background.submit(SOON, lambda: True, pace, 30.0, None)
    wait(lambda: job.begun)
    os.kill(later.result(PATIENCE), signal.SIGKILL)
    with pytest.raises(UserError, match="ended by the system"):
        job.result(PATIENCE)
    assert background.submit(SOON, lambda: True, pace, 0.1, None).result(PATIENCE) != first


def test_maps_of_one_address_leave_places_for_others(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished.runs, "limits", Limits(questions_address=3))
    background = Background(nice=0)
    maps, stays = Maps(finished.runs, background), background.submit(NOW, lambda: True, stay)  # behind which all wait
    try:
        keys = [key_of(UMAP(15, seed=seed)) for seed in range(20, 25)]
        for key in keys[:3]:
            maps.ask(finished.run, key, "a", True, "1.1.1.1")
        with pytest.raises(UserError, match="at most 3 questions"):
            maps.ask(finished.run, keys[3], "b", True, "1.1.1.1")  # another name is no way around it
        assert maps.ask(finished.run, keys[0], "b", True, "1.1.1.1")["state"] == "waiting"  # what is made is everybody's
        assert maps.ask(finished.run, keys[3], "c", True, "2.2.2.2")["state"] == "waiting"
        done = maps._making[finished.run, keys[0]]
        done.job = None  # it was made, and its run went on
        maps.ask(finished.run, keys[0], "c", True, "2.2.2.2")
        assert done.is_open() and done.address == "2.2.2.2"  # whoever has it made now is counted
        maps.ask(finished.run, keys[4], "a", True, "1.1.1.1")
    finally:
        background.close()
    with pytest.raises(Cancelled):
        stays.result(PATIENCE)


def made(maps: Maps, run: str, key: str) -> list[int]:
    def done() -> bool:
        state = maps.ask(run, key, "me", everything=True)
        assert state["state"] != "failed", state
        return state["state"] == "done"

    wait(done)
    return maps.ready(run, key)


@pytest.mark.slow
@pytest.mark.parametrize("reducer", [TSNE(10.0), UMAP(10), UMAP(10, dimensions=3)], ids=key_of)
def test_every_frame_is_made_and_follows_the_one_beside_it(maps: Maps, finished: Finished, reducer: TSNE | UMAP) -> None:
    run, key = finished.run, key_of(reducer)
    assert made(maps, run, key) == maps.steps(run)
    frames = [maps.frame(run, key, step) for step in maps.steps(run)]
    assert all(frame.positions.shape == (360, reducer.dimensions) for frame in frames)
    for a, b in zip(frames, frames[1:], strict=False):
        assert np.linalg.norm(a.positions - b.positions, axis=1).mean() < 0.8  # from nothing each would be 1.4
    found = maps.measures.quality(run, key, maps.steps(run)[-1])
    assert 0.8 < found["trustworthiness"] <= 1 and 0.2 < found["preservation"] <= 1
    images = read_images(finished.runs.root / run).test.images
    placed = maps.placing.images(run, key, images[:4])
    off = np.array([one["at"] for one in placed]) - frames[-1].positions[:4]
    assert np.linalg.norm(off, axis=1).mean() < 0.4 and {one["how"] for one in placed} == {"transform"}
    again = Maps(finished.runs)  # another app on the same folder finds it
    assert again.ask(run, key, "you", everything=True)["state"] == "done"


@pytest.mark.slow
def test_a_run_that_goes_on_gets_the_map_of_its_new_end(finished: Finished, background: Background, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    shutil.copytree(finished.runs.root / finished.run, tmp_path / "on")
    shutil.rmtree(tmp_path / "on" / "maps", ignore_errors=True)
    maps, key = Maps(runs, background), key_of(TSNE(8.0))

    def last() -> list[int]:
        wait(lambda: maps.ask("on", key, "me", everything=False)["state"] == "done", 60)
        return maps.ready("on", key)

    first = maps.steps("on")[-1]
    assert last() == [first]
    record.create(tmp_path / "on", dataclasses.replace(record.read_config(tmp_path / "on"), seconds=2.0))
    for _ in record.run(tmp_path / "on", load=lambda config: finished.data):
        pass
    assert (end := maps.steps("on")[-1]) > first and last() == [first, end]


@pytest.mark.slow
def test_a_map_that_nobody_waits_for_is_not_made(maps: Maps, finished: Finished) -> None:
    run, key = finished.run, key_of(TSNE(7.0))
    state = maps.ask(run, key, "me", everything=True)
    assert state["state"] in ("waiting", "working") and state["ready"] == []
    maps.ask(run, key, "you", everything=True)
    maps.leave(run, key, "me")
    making = maps._making[run, key]
    assert making.is_wanted()  # you still wait
    maps.leave(run, key, "you")
    assert making.job
    with pytest.raises(Cancelled):
        making.job.result(PATIENCE)
    assert maps.ready(run, key) == []
    assert made(maps, run, key) == maps.steps(run)  # asked for again, it is made


def test_who_has_not_asked_for_a_while_does_not_wait() -> None:
    making = Making("x", {"me": time.monotonic() - 16, "you": time.monotonic() - 1})
    assert making.is_wanted()
    del making.asked["you"]
    assert not making.is_wanted()


def test_pca_needs_no_process_and_stays_put(finished: Finished) -> None:
    maps, run = Maps(finished.runs), finished.run
    assert maps.ask(run, LIVE, "me", everything=True)["state"] == "done"
    assert maps.ask(run, FIRST, "me", everything=True)["state"] == "failed"
    frames = [maps.frame(run, LIVE, step).positions for step in maps.steps(run)]
    for a, b in zip(frames, frames[1:], strict=False):
        assert float((a * b).sum()) > 0  # turned to lie as the one before
    (finished.runs.root / run / "maps" / LIVE).rename(finished.runs.root / run / "maps" / "away")
    assert_allclose(maps.frame(run, LIVE, maps.steps(run)[-1]).positions, frames[-1], atol=1e-6)  # made again, the same
    shutil.rmtree(finished.runs.root / run / "maps" / "away")


def test_neighbours_purity_and_vote_are_those_of_brute_force(finished: Finished) -> None:
    maps, run = Maps(finished.runs), finished.run
    step = maps.steps(run)[-1]
    x = record.read_snapshot(finished.runs.root / run, step).astype(np.float64)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -2)
    for index in (0, 17, 359):
        found = maps.measures.neighbours(run, step, index, 12)
        assert [i for i, _ in found] == list(np.argsort(-cosine[index])[:12]) and index not in dict(found)
        assert_allclose([c for _, c in found], np.sort(cosine[index])[::-1][:12], atol=1e-4)
    labels = read_images(finished.runs.root / run).test.labels
    assert labels is not None
    near = np.argsort(-cosine, axis=1)[:, :15]
    expected = (labels.numpy()[near] == labels.numpy()[:, None]).mean(1)
    assert np.abs(maps.measures.purity(run, step) - expected).mean() < 0.005
    # Counter gives of the most common ones the one that came first, which is the nearest
    elected = [Counter(row.tolist()).most_common(1)[0][0] for row in labels.numpy()[near]]
    vote = maps.measures.vote(run, step)
    assert set(vote.tolist()) == {0, 1} and np.mean(vote != (elected == labels.numpy())) < 0.01
    for index in (-1, 360):
        with pytest.raises(UserError, match="no image"):
            maps.measures.neighbours(run, step, index)


def test_the_network_of_the_end_says_a_number_of_each_image(finished: Finished) -> None:
    maps, run = Maps(finished.runs), finished.run
    found = maps.measures.each(run)
    assert set(found) == {"error", "cluster"} and all(len(value) == 360 for value in found.values())
    assert 0 <= found["error"].min() and found["error"].max() <= 2 and found["error"].std() > 0
    assert len(np.unique(found["cluster"])) == 10
    assert (maps.measures.each(run)["error"] == found["error"]).all()


def test_the_page_itself_asks_no_network_what_it_says_of_each_image(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Maps(finished.runs).measures.each(finished.run)
    shutil.copytree(finished.runs.root / finished.run, tmp_path / "run")
    for path in (tmp_path / "run" / "maps").glob("each-*.npz"):
        path.unlink()
    models = Background()
    monkeypatch.setattr("playground.maps.sources.load_model", lambda path: pytest.fail("the page loaded a network"))
    try:
        assert_allclose(Maps(Runs(tmp_path), None, models).measures.each("run")["error"], found["error"], atol=1e-3)
        shutil.rmtree(tmp_path / "run" / "maps")
        (tmp_path / "run" / "model.safetensors").write_bytes(b"\x08" * 100)
        with pytest.raises(UserError, match="damaged"):
            Maps(Runs(tmp_path), None, models).measures.each("run")
    finally:
        models.close()


def test_images_of_the_run_land_on_themselves(maps: Maps, finished: Finished) -> None:
    images, run = read_images(finished.runs.root / finished.run).test.images, finished.run
    assert torch.equal(images, finished.data.test.images)
    placed = maps.placing.images(run, LIVE, images[:6])
    frame = maps.frame(run, LIVE, maps.steps(run)[-1]).positions
    assert_allclose([one["at"] for one in placed], frame[:6], atol=0.02)
    for index, one in enumerate(placed):
        assert one["near"][0][0] == index and one["near"][0][1] > 0.999 and one["how"] == "transform"
    with pytest.raises(UserError, match="only CLIP"):
        maps.placing.texts(run, LIVE, ["three"])
    model = load_model(finished.runs.root / run)
    with torch.inference_mode():
        features = model.encode(plain(images[:6])).numpy()
    assert_allclose(features, record.read_snapshot(finished.runs.root / run, maps.steps(run)[-1])[:6], rtol=0.02, atol=0.02)


@torch.inference_mode()
def test_words_are_placed_and_the_gap_to_the_images_can_be_closed(tmp_path: Path) -> None:
    model, emoji = load_model(small_clip(tmp_path / "clip")).eval(), few_emoji().test
    maps, texts = Maps(Runs(tmp_path)), ["grinning face", "嘿嘿", "щ"]
    images = model.embed(model.encode(plain(emoji.images)))
    step = images.mean(0) - model.texts.read(emoji.captions["en"]).mean(0)
    read, found = model.texts.read(texts), {closed: maps.placing.texts("clip", LIVE, texts, closed) for closed in (False, True)}
    for closed, answer in found.items():
        assert answer["gap"] == pytest.approx(float(step.norm()), rel=0.01) and answer["gap"] > 0.01
        moved = torch.nn.functional.normalize(read + step, dim=1) if closed else read
        assert [one["known"] for one in answer["placed"]] == [True, True, False]  # Cyrillic is in no caption
        for one, cosines in zip(answer["placed"], moved @ images.T, strict=True):
            assert len(one["at"]) == 2 and np.isfinite(one["at"]).all() and one["how"] == "mean"
            assert_allclose([c for _, c in one["near"]], cosines.sort(descending=True).values[:12], atol=0.01)
            assert_allclose([cosines[i] for i, _ in one["near"]], [c for _, c in one["near"]], atol=0.01)
        clouds = {name: np.reshape(answer["plane"][name], (-1, 2)) for name in ("images", "texts")}
        assert len(clouds["images"]) == len(clouds["texts"]) == len(emoji)
        apart = np.linalg.norm(clouds["images"].mean(0) - clouds["texts"].mean(0))
        assert apart < 0.01 if closed else apart > 0.01
    assert maps.placing.texts("clip", LIVE, texts) == found[False]
    long = "a red heart and a blue one " * 9  # more than the tower reads
    (whole, cut) = maps.placing.texts("clip", LIVE, ["red heart", long])["placed"]
    assert whole["end"] == "" and 0 < long.find(cut["end"]) < len(long) - len(cut["end"])


def test_runs_share_images_or_do_not(finished: Finished, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for name in ("one", "two", "own"):
        shutil.copytree(finished.runs.root / finished.run, tmp_path / name)
    path = tmp_path / "own" / "run.json"
    path.write_text(path.read_text().replace('"digits"', '"folder:/secret/pictures.zip"'))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{}")
    maps = Maps(runs)
    step = maps.steps("one")[-1]
    assert maps.measures.overlap("one", step, "two", step) == 1
    assert 0 < maps.measures.overlap("one", step, "two", 0) < 1
    with pytest.raises(UserError, match="different images"):
        maps.measures.overlap("one", step, "own", step)
    assert sorted(maps.beside()) == ["one", "two"]
    assert sorted(maps.beside(also=["own"])) == ["one", "own", "two"]
    with pytest.raises(UserError):
        maps.features("one", 12345)


def test_a_map_that_another_app_has_made_stays(finished: Finished) -> None:
    frames = Frames(finished.runs)
    step = frames.steps(finished.run)[-1]
    first, second = (Layout(np.full((360, 2), value, np.float32), 1.0) for value in (0.25, 0.5))
    key = key_of(UMAP(neighbours=7))
    for layout in (first, second):
        frames.keep(finished.run, key, step, layout)
    assert np.allclose(frames.frame(finished.run, key, step).positions, first.positions, atol=0.01)
