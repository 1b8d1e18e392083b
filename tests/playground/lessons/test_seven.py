"""Each lesson walked over the runs that ship: right and wrong predictions in both languages, and what its file must say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground import ui
from playground.lessons import course, painted, routes
from playground.lessons.course import DIRECTIONS, OWN, Question, Reading
from playground.lessons.judge import judge
from playground.lessons.painted import Likeness, written_on
from playground.lessons.readings import number
from playground.maps.making import Maps
from playground.page import glossary
from playground.runs import shipped
from playground.runs.store import Runs
from playground.texts import LANGUAGES, text
from tests.playground.conftest import Finished
from trainers import record
from trainers.errors import NotFound, UserError
from trainers.method import make_config
from trainers.train import RunConfig

LESSONS = course.lessons()
ASKED = [
    pytest.param(lesson.name, at, id=f"{lesson.name}-{at}")
    for lesson in LESSONS.values()
    for at, step in enumerate(lesson.steps, 1)
    if step.question
]


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Maps:
    """The runs that ship, among a person's own."""
    root = tmp_path_factory.mktemp("lessons")
    shipped.adopt(root)
    return Maps(Runs(root))


@pytest.fixture(scope="module")
def likeness(maps: Maps) -> Likeness:
    return Likeness(maps)


@pytest.fixture(scope="module")
def web(maps: Maps) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[ui.mount(maps)])) as web:
        yield web


def question(name: str, at: int) -> Question:
    found = LESSONS[name].steps[at - 1].question
    assert found
    return found


def predictions(maps: Maps, one: Question) -> list[str]:
    """Answers of which one is right and another is wrong."""
    if one.kind == "number":
        (reading,) = one.readings
        found = number(maps.runs.view(reading.run).events, reading)
        assert found is not None and one.low <= found <= one.high, "the answer is on the scale"
        far = one.low if found - one.low > one.high - found else one.high
        assert abs(far - found) > one.same, "there are wrong answers"
        return [str(found), str(far)]
    return [choice["key"] for choice in routes.choices(maps, one, "en")]


@pytest.mark.parametrize("name, at", ASKED)
def test_a_prediction_is_judged_by_the_runs_own_numbers(maps: Maps, likeness: Likeness, name: str, at: int) -> None:
    asked = question(name, at)
    said = predictions(maps, asked)
    for language in LANGUAGES:
        verdicts = [judge(maps, likeness, asked, one, "", language) for one in said]
        assert {verdict["right"] for verdict in verdicts} == {True, False}
        for verdict in verdicts:
            assert verdict["state"] == "judged" and re.search(r"\d", verdict["text"])
            assert not re.search(r"[{}]", verdict["text"] + verdict["because"] + verdict["source"])
            assert verdict["because"], f"nothing says why it is {verdict['key']}"
            assert verdict["source"], "the page says that a run which came with the app is read"
    with pytest.raises(UserError, match="none of the answers"):
        judge(maps, likeness, asked, "something", "", "en")


def test_a_guess_that_is_near_is_right_and_not_said_to_be_so(maps: Maps, likeness: Likeness) -> None:
    asked = question("collapse", 4)
    found = number(maps.runs.view("simsiam-collapsed").events, asked.readings[0])
    assert asked.kind == "number" and found is not None
    exact, near = (judge(maps, likeness, asked, str(found + off), "", "en") for off in (0.0, 0.9 * asked.same))
    assert exact["right"] and "so it is" in exact["text"]
    assert near["right"] and "near enough" in near["text"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_whole(name: str) -> None:
    lesson = LESSONS[name]
    assert set(course.runs_of(lesson)) <= set(shipped.names())
    known = glossary.terms("en")
    keys = ui.keys()
    for step in lesson.steps:
        asked = step.question
        for place in filter(None, [step.place, asked and asked.seen]):
            assert set(place.view) <= {*keys[place.tab], "run"}, "the tab reads these keys of the address"
            assert place.lit
        texts = [step.text, lesson.title, lesson.after]
        if asked:
            texts += [asked.ask, *asked.names, *asked.because.values(), *(choice.text for choice in asked.choices)]
            if asked.kind == "direction" and "any" not in asked.because:
                assert set(asked.because) == set(DIRECTIONS), "a run may turn out otherwise on another machine"
        for one in texts:
            links = [re.findall(r"\]\(([\w-]+)\)", one[language]) for language in LANGUAGES]
            assert set(links[0]) == set(links[1]) <= set(known), one["en"]
            chinese = re.sub(r"\]\([\w-]+\)", "]", one["zh"])
            assert re.search(r"[\u4e00-\u9fff]", chinese) or chinese in one["en"], chinese
            assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{3,}", chinese), chinese
        assert len(re.findall(r"[.?:](?: |$)", step.text["en"])) <= 6


@pytest.mark.parametrize("name, at", ASKED)
def test_what_can_be_trained_is_what_the_shipped_run_was(maps: Maps, name: str, at: int) -> None:
    if (train := question(name, at).train) is None:
        return
    twin = record.read_config(maps.runs.folder(train.shipped))
    assert (twin.method, twin.dataset, twin.seed) == (train.method, train.dataset, routes.SEED)
    assert make_config(twin.method, twin.knobs) == make_config(train.method, train.knobs)
    assert (twin.steps or 0) >= train.enough


def test_the_seven_are_there_and_hold_what_the_seed_says() -> None:
    assert [lesson.number for lesson in LESSONS.values()] == list(range(1, 8))
    steps = [step for lesson in LESSONS.values() for step in lesson.steps]
    lit = " ".join(step.place.lit for step in steps)
    for part in (".learn-table.contrastive", ".learn-table.autoencoder", ".learn-insights"):
        assert part in lit, "the two tables and the three insights"
    said = " ".join(step.text["en"] for step in steps)
    formulas = (
        "cosine", "2N − 2", "−Σ q log p", "2 − 2·cos", "constant", "h = f(x)", "x′ = g(h)", "x̃ = x + noise", "hidden ones",
        "BERT", "temperature", "both halves", "contrastive",
    )  # fmt: skip
    assert [one for one in formulas if one not in said] == []
    assert {step.place.view["card"] for step in steps if step.place.view.get("card")} >= {
        "simclr", "swav", "simsiam", "clip", "autoencoder", "denoising", "masked",
    }  # fmt: skip


def test_one_s_own_run_is_judged_once_it_has_ended_and_got_far_enough(
    maps: Maps, likeness: Likeness, finished: Finished
) -> None:
    asked = question("views", 5)
    assert asked.train
    own = maps.runs.create(RunConfig("simclr", "digits", steps=3), "me")
    assert judge(maps, likeness, asked, "fell", own, "en")["state"] == "waits"
    theirs = Maps(finished.runs)
    shipped.adopt(finished.runs.root)
    short = judge(theirs, Likeness(theirs), asked, "fell", finished.run, "en")
    steps = finished.runs.view(finished.run).events[-1]["step"]
    if steps < asked.train.enough:
        assert short["run"] == asked.train.shipped and f"made {steps} steps" in short["source"]
    enough = replace(asked, train=replace(asked.train, enough=1))
    found = judge(theirs, Likeness(theirs), enough, "fell", finished.run, "en")
    assert found["run"] == finished.run and "your own run" in found["source"]
    assert found["key"] == "rose" and not found["right"], "its loss after a second is higher than that of the run that ships"
    assert found["because"] == asked.because["rose"]["en"]


def test_without_the_shipped_runs_the_page_says_what_is_missing(tmp_path: Path) -> None:
    maps = Maps(Runs(tmp_path))
    with pytest.raises(NotFound, match="simsiam"):
        judge(maps, Likeness(maps), question("collapse", 1), "rose", "", "en")
    assert {one["name"] for one in (routes.summary(lesson, "zh") for lesson in LESSONS.values())} == set(LESSONS)


def test_the_routes_give_no_answer_away(web: TestClient) -> None:
    found = web.get("/playground/lessons?lang=zh").json()
    assert [one["name"] for one in found["lessons"]] == list(LESSONS) and found["words"]["title"] == text("zh", "lessons.title")
    lesson = web.get("/playground/lessons/collapse?lang=en").json()
    assert [part["place"]["tab"] for part in lesson["parts"]] == [step.place.tab for step in LESSONS["collapse"].steps]
    assert "because" not in str(lesson) and lesson["after_this"] == "clusters"
    map_step = lesson["parts"][-1]["question"]
    assert map_step["kind"] == "map" and {"Shirt", "Bag"} <= {one["key"] for one in map_step["choices"]}
    verdict = web.get("/playground/lessons/collapse/1/verdict?said=fell&lang=en").json()
    assert verdict["key"] == "rose" and not verdict["right"] and "rose from 0.75 to 0.89" in verdict["text"]
    for address in ("lessons/none", "lessons/collapse/2/verdict?said=x", "lessons/collapse/99/verdict", "lessons/..%2Fcourse"):
        assert web.get(f"/playground/{address}").status_code == 404, address


def test_a_number_that_a_run_does_not_tell_is_none(maps: Maps) -> None:
    events = maps.runs.view("simclr").events
    assert number(events, Reading("simclr", "match_1")) is None and number([], Reading("simclr", "loss")) is None
    assert number(events, Reading("simclr", "knn", "first")) == events[-1]["summary"]["knn_untrained"]
    assert number(events[:2], Reading("simclr", "knn")) is None or number(events[:2], Reading("simclr", "knn")) < 1


def test_a_word_is_painted_across_a_picture(maps: Maps) -> None:
    images = maps.images("clip").test.images[:2]
    marked = written_on(images, painted.WORD)
    assert marked.shape == images.shape and (marked != images).any() and (marked[:, :, 0] == images[:, :, 0]).all()
    with pytest.raises(ValueError, match="does not read"):
        painted.painted(maps.runs.folder("simclr"))


HEAD = 'number = 8\nminutes = 1\ntitle = { en = "A", zh = "一" }\nafter = { en = "B", zh = "二" }\n'
STEP = '[[steps]]\ntab = "train"\nlit = ".live"\ntext = { en = "C", zh = "三" }\n'
ASK = '[steps.question]\nkind = "KIND"\nask = { en = "D?", zh = "四？" }\n'


def test_a_lesson_is_added_by_its_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, maps: Maps) -> None:
    asks = ASK.replace("KIND", "direction") + 'from = { run = "simclr", measure = "knn", when = "first" }\n'
    asks += 'to = { run = "simclr", measure = "knn" }\n'
    (tmp_path / "mine.toml").write_text(HEAD + STEP + asks, encoding="utf-8")
    monkeypatch.setattr(course, "FOLDER", tmp_path)
    course.lessons.cache_clear()
    try:
        with TestClient(Starlette(routes=[ui.mount(maps)])) as web:
            assert web.get("/playground/lessons/mine?lang=zh").json()["parts"][0]["text"] == "三"
            assert web.get("/playground/lessons/mine/1/verdict?said=rose&lang=en").json()["right"]
    finally:
        course.lessons.cache_clear()


@pytest.mark.parametrize(
    "written, wrong",
    [
        (HEAD, "no steps"),
        (HEAD + STEP.replace(', zh = "三"', ""), "step 1, text: a text has all languages"),
        (HEAD + STEP + 'light = "x"\n', "step 1: light mean nothing here"),
        (HEAD + STEP.replace('tab = "train"\n', ""), "step 1: there is no tab"),
        (HEAD + STEP + ASK.replace("KIND", "riddle"), "no kind of question 'riddle'"),
        (HEAD + STEP + ASK.replace("KIND", "direction"), "has 2 readings, not 0"),
        (
            HEAD + STEP + ASK.replace("KIND", "number") + f'of = {{ run = "{OWN}", measure = "knn" }}\n',
            "where one can be trained",
        ),
        (HEAD + STEP + ASK.replace("KIND", "number") + 'of = { run = "a", measure = "knn", when = "now" }\n', "of .first. or"),
        (HEAD + STEP + ASK.replace("KIND", "most"), "two choices or more"),
    ],
)
def test_a_file_that_is_not_as_it_has_to_be_says_where(tmp_path: Path, written: str, wrong: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match=f"^odd.*{wrong}"):
        course.read(path)
