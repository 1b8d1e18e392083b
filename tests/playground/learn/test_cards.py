"""What Learn teaches: drawings that can be read, formulas whose symbols all have a place, switches that exist."""

from __future__ import annotations

import dataclasses
import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from torch import Tensor, nn

from playground.learn import cards, lessons
from playground.learn.drawing import MARGIN, Sheet, draw, signed, width, wrap
from playground.texts import LANGUAGES, changes, method_said, text
from tests.trainers.synthetic import dataset
from trainers.errors import UserError
from trainers.events import Pictures
from trainers.method import Batch, DataSpec, Method, changed_knobs, make_config, methods
from trainers.methods.simclr import SimCLR
from trainers.methods.simsiam import SimSiam
from trainers.train import RunConfig, train

ROOT = Path(__file__).parents[3]
WAYS = ("wide", "tall")


def keys(markup: str) -> set[str]:
    return {key for found in re.findall(r'data-sym="([^"]+)"', markup) for key in found.split()}


def test_every_method_is_taught_whole_in_both_languages() -> None:
    assert (
        {"simclr", "swav", "byol", "simsiam", "clip", "autoencoder", "denoising", "masked"}
        <= set(lessons.LESSONS)
        <= set(methods())
    )
    for language in LANGUAGES:
        page = cards.page(language)
        assert [card["name"] for card in page["cards"]] == list(methods())
        for card in page["cards"]:
            wanted = {"name", "line", "idea", "flow", "negatives", "networks", "loss_name", "watch", "correction", "differs"}
            wanted |= {"core"} if card["family"] == "autoencoder" else {"negatives_short", "networks_short"}
            assert wanted <= set(card["said"]), card["name"]
            assert card["switches"] and card["link"].startswith("https://") and card["seen"]
            ends = re.findall(r"[.。](?:\s|$)" if language == "en" else "。", card["said"]["idea"])
            assert len(ends) == 2, card["said"]["idea"]  # two sentences
        words = page["words"]
        for insight in page["insights"]:
            assert f"insight_{insight['key']}" in words and f"insight_{insight['key']}_text" in words and insight["runs"]
            assert all(f"run_{one['run']}_{one['tab']}" in words or f"run_{one['run']}" in words for one in insight["runs"])
    assert len(cards.page("en")["insights"]) == 3


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_a_symbol_is_in_the_formula_the_legend_and_the_drawing(name: str) -> None:
    card = cards.card(name, "en")
    legend = [one["key"] for one in card["symbols"]]
    assert len(legend) == len(set(legend))
    for way in WAYS:
        assert keys(card[way]) == set(legend)
    assert keys("".join(card["formula"])) == set(legend)
    for language in LANGUAGES:
        assert all(one["text"] for one in cards.card(name, language)["symbols"])


def without_symbols(tex: str) -> str:
    r"""TeX without its \s{KEY}{…}, whose braces may hold others."""
    while found := re.search(r"\\s\{\w+\}\{", tex):
        depth, end = 1, found.end()
        while depth:
            depth, end = depth + {"{": 1, "}": -1}.get(tex[end], 0), end + 1
        tex = tex[: found.start()] + tex[end:]
    return tex


LETTER = r"\\[A-Za-z]+|[A-Za-z]"
INDEX = r"_(\{[^}]*\}+|\\[a-z]+|\w)"
MARKS = {"\\" + word for word in "frac tfrac log exp sum cdot lVert rVert big neq in to quad leftarrow".split()}


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_every_letter_of_a_formula_is_a_symbol_or_an_index_that_the_legend_has(name: str) -> None:
    lesson = lessons.LESSONS[name]
    known = {letter for symbol in lesson.symbols for letter in re.findall(LETTER, symbol.tex)}
    for line in lesson.formula:
        words = re.sub(r"\\(?:text|mathrm)\{\w+\}", "", line)  # softmax, say
        untied = set(re.findall(LETTER, re.sub(INDEX, "", without_symbols(words)))) - MARKS
        assert not untied, (line, untied)
        indices = {
            letter for index in re.findall(INDEX, re.sub(r"\\s\{\w+\}", "", words)) for letter in re.findall(LETTER, index)
        }
        assert indices - MARKS <= known, (line, indices - known)


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_the_letters_of_shapes_are_explained(name: str) -> None:
    shapes = " ".join(one["shape"] for one in cards.card(name, "en")["symbols"])
    for language in LANGUAGES:
        said = cards.card(name, language)["shapes"]
        explained = set(re.findall(r"[A-Za-z]+(?=[ ,、])", said.partition("：" if language == "zh" else ": ")[2]))
        assert set(re.findall("[A-Za-z]", shapes)) - {"M"} <= explained, said  # the hidden patches have a row of their own


@pytest.mark.parametrize("name", list(methods()))
def test_a_formula_has_one_source(name: str) -> None:
    assert (name in lessons.LESSONS) != bool(methods()[name].card.loss)


def test_the_masked_autoencoder_is_said_to_need_more_than_half_a_minute() -> None:
    row = re.findall(r"\| Masked AE \|.*", (ROOT / "docs/results.md").read_text("utf-8"))[0]  # of Fashion-MNIST
    probe, untrained = re.findall(r"[\d.]+(?= ±)", row)[3:6], re.findall(r"[\d.]+(?= ±)", row)[7]
    assert float(probe[0]) < float(untrained) < float(probe[1])
    for language in LANGUAGES:
        assert all(f"{number}%" in text(language, "cards.masked.watch") for number in (*probe, untrained))


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_formulas_are_whole_mathml(name: str) -> None:
    card = cards.card(name, "en")
    for markup in [*card["formula"], *(one["sign"] for one in card["symbols"])]:
        root = ElementTree.fromstring(markup)
        assert root.tag.endswith("math") and root.get("lang") == "en"
        assert "\\" not in "".join(root.itertext()) and "http" not in markup.replace("http://www.w3.org/1998/Math/MathML", "")


CHANGES = [(name, change) for name, lesson in lessons.LESSONS.items() for change in lesson.changes]
DRAWINGS = {name: lesson.drawing for name, lesson in lessons.LESSONS.items()} | {
    f"{name} {change}": lessons.LESSONS[name].drawing.changed(lessons.LESSONS[name].changes[change]) for name, change in CHANGES
}


def knobs(change: str) -> dict[str, object]:
    """What a change is called after: a knob and its value."""
    name, _, value = change.rpartition("_")
    return {name: {"on": True, "off": False}[value] if value in ("on", "off") else float(value)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", list(DRAWINGS))
def test_nothing_in_a_drawing_lies_on_something_else(name: str, way: str, language: str) -> None:
    sheet = Sheet(way, lambda key: text(language, f"learn.draw_{key}"))
    boxes = {node.name: (node, sheet.box(node)) for node in DRAWINGS[name].nodes}
    for (node, a), (other, b) in combinations(boxes.values(), 2):
        apart = abs(a.x - b.x) >= a.w + b.w or (b.y - a.y >= a.h + a.below + b.h or a.y - b.y >= b.h + b.below + a.h)
        assert apart, (node.name, other.name)
    for node, box in boxes.values():
        if node.kind in ("net", "head", "decoder", "step", "loss", "words"):
            lines = sheet.lines(node)
            assert all(width(line) + width(sign, 14) <= 2 * box.w - 4 for line, sign in lines), (node.name, lines)
            assert 14 * len(lines) <= 2 * box.h + 4, (node.name, lines)


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_one_description_is_drawn_both_ways_and_in_both_languages(name: str) -> None:
    shapes = set()
    for language in LANGUAGES:
        for way in WAYS:
            root = ElementTree.fromstring(cards.card(name, language)[way])
            left, top, wide, high = map(float, root.attrib["viewBox"].split())
            assert wide <= (1060 if way == "wide" else 345) and (wide > high) == (way == "wide")
            assert root.attrib["role"] == "img" and root.attrib["aria-label"] == text(language, f"cards.{name}.flow")
            for words in root.iter("text"):
                assert left <= float(words.attrib["x"]) <= left + wide and top <= float(words.attrib["y"]) <= top + high
            assert "id=" not in cards.card(name, language)[way]  # several drawings share a page
            shapes.add(tuple(group.get("class") for group in root.iter("g")))
    assert len(shapes) == 1


@pytest.mark.parametrize("name", list(lessons.LESSONS))
def test_a_live_drawing_has_places_for_what_its_method_shows(name: str) -> None:
    made = next(event for event in train(RunConfig(name, steps=1, device="cpu"), data=dataset()) if isinstance(event, Pictures))
    pictures, tables = set(made.rows), {key for key, table in made.tables.items() if isinstance(table["values"][0], list)}
    for language in LANGUAGES:
        flow = cards.flow(name, language)
        for way in ("wide", "tall"):
            assert "data-live" not in cards.card(name, language)[way]
            root = ElementTree.fromstring(flow[way])
            left, top, wide, high = map(float, root.attrib["viewBox"].split())
            places = [node for node in root.iter() if "data-live" in node.attrib]
            of = {tag: {node.attrib["data-live"] for node in places if node.tag == tag} for tag in ("svg", "image", "text")}
            assert of["svg"] and of["svg"] <= pictures and of["image"] == tables & {"similarity", "image_text"}
            assert of["text"] == {"loss"} | ({"spread"} if cards.card(name, language)["family"] == "contrastive" else set()) | (
                {"caption"} if name == "clip" else set()
            )
            for node in places:
                x, y = float(node.attrib["x"]), float(node.attrib["y"])
                assert left <= x <= left + wide and top + (10 if node.tag == "text" else 0) <= y <= top + high
    with pytest.raises(UserError, match="no method"):
        cards.flow("nobody", "en")


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_a_changed_method_is_drawn_and_told_as_it_then_is(name: str, change: str) -> None:
    assert changes(changed_knobs(name, knobs(change))) == [change]
    drawing = DRAWINGS[f"{name} {change}"]
    nodes, targets = {node.name for node in drawing.nodes}, {edge.end for edge in drawing.edges}
    assert {end for edge in drawing.edges for end in (edge.start, edge.end)} <= nodes
    assert nodes - targets <= {"x", "o", "w", "t", "t1", "t2", "k"}  # where data and numbers come in
    leads = {edge.start for edge in drawing.edges}
    assert {"l"} <= nodes - leads <= {"l", "t", "t1", "t2"}  # nothing is left over; a number may stand beside its step
    for language in LANGUAGES:
        usual, found = cards.flow(name, language), cards.flow(name, language, knobs(change))
        assert found["text"] != usual["text"] and found["wide"] != usual["wide"]
        legend = {one["key"] for one in found["symbols"]}
        assert all(keys(found[way]) == legend for way in WAYS)


class Held(nn.Module):
    """A predictor through which no gradient comes back."""

    def forward(self, z: Tensor) -> Tensor:
        return z.detach()


@pytest.mark.parametrize("stop", [True, False])
def test_the_gradient_is_drawn_where_it_flows(stop: bool) -> None:
    config, images = make_config("simsiam", {"encoder": "conv", "stop_gradient": stop}), torch.rand(4, 1, 16, 16)
    method = SimSiam(config, DataSpec(1, 16, 16, (0.5,), (0.3,)))
    method.predictor = Held()  # what is left comes from the side that is predicted
    flows = method.loss(Batch(images, (images, images.flip(3)), torch.Generator())).value.requires_grad
    assert flows != stop
    assert ('class="edge stop"' in cards.flow("simsiam", "en", {"stop_gradient": stop})["wide"]) == stop


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_two_changes_both_are_told(language: str) -> None:
    one, other = {"stop_gradient": False}, {"predictor": False}
    flow = cards.flow("simsiam", language, one | other)
    assert all(cards.flow("simsiam", language, knobs)["text"] in flow["text"] for knobs in (one, other))
    assert "edge stop" not in flow["wide"] and 'data-sym="h"' not in flow["wide"]
    assert method_said(language, "simsiam", one, "line") and not method_said(language, "simsiam", one | other, "line")


def test_numbers_in_a_runs_legend_are_the_runs() -> None:
    shapes = {
        one["key"]: one["shape"] for one in cards.flow("simclr", "en", {"temperature": 0.5, "batch_size": "64"})["symbols"]
    }
    assert (shapes["tau"], shapes["n"]) == ("0.5", "64")
    with pytest.raises(UserError, match="no knob"):
        cards.flow("simclr", "en", {"nothing": 1})


def test_words_in_a_drawing_are_text() -> None:
    drawing = lessons.LESSONS["autoencoder"].drawing
    svg = draw(drawing, "wide", lambda key: "<b>&", '"><script>')
    assert "<b>" not in svg and "<script>" not in svg and "&lt;b&gt;&amp;" in svg
    assert MARGIN > 0 and signed("q_θ(z_θ)").count('class="index"') == 2
    assert wrap("projection head", 60) == ["projection", "head"] and wrap("被遮处的损失", 40) == ["被遮处", "的损失"]


def test_switches_are_knobs_that_change_something() -> None:
    for name, lesson in lessons.LESSONS.items():
        for switch in lesson.switches:
            changed, usual = make_config(name, switch.knobs), make_config(name, {})
            assert all(getattr(changed, key) != getattr(usual, key) for key in switch.knobs)
    switches = next(card for card in cards.page("en")["cards"] if card["name"] == "simsiam")["switches"]
    assert switches[0]["named"] == "Stop gradient: off"


def test_links_lead_only_to_examples_that_are_there() -> None:
    page = cards.page("en", ["simsiam", "clip"])
    shown = {card["name"]: card for card in page["cards"]}
    assert not shown["simclr"]["seen"] and [one["tab"] for one in shown["clip"]["seen"]] == ["train", "match", "explore"]
    assert [one["seen"] for one in shown["simsiam"]["switches"]] == [None, None]
    addresses = [one["address"] for insight in page["insights"] for one in insight["runs"]]
    assert addresses == ["?tab=train&run=simsiam", "?tab=train&run=clip", "?tab=match&run=clip&model=run%3Aclip"]
    assert "?tab=compare&runs=simsiam%2Csimsiam-collapsed" in str(cards.page("en"))


def test_the_code_is_the_methods_file() -> None:
    for name, cls in methods().items():
        found = cards.code(cls)
        assert "".join(part for _, part in found).strip() == (ROOT / f"trainers/methods/{name}.py").read_text("utf-8").strip()
        assert {"comment", "string", "keyword", "number", ""} >= {kind for kind, _ in found} and len(found) > 50


def test_a_method_that_somebody_has_just_added_has_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ninth(SimCLR):
        card = dataclasses.replace(SimCLR.card, title="Ninth", loss=r"\lVert x\rVert^2", negatives="a few")

    found: dict[str, type[Method]] = {**methods(), "ninth": Ninth}
    monkeypatch.setattr(cards, "methods", lambda: found)
    card = next(card for card in cards.page("zh")["cards"] if card["name"] == "ninth")
    assert card["title"] == "Ninth" and card["said"]["negatives"] == "a few" and not card["wide"] and not card["switches"]
    assert "<msup>" in card["formula"][0] and card["try"]["method"] == "ninth"


@pytest.mark.parametrize(
    ("name", "symbol", "knob"),
    [
        ("simclr", "n", "batch_size"),
        ("clip", "n", "batch_size"),
        ("simclr", "tau", "temperature"),
        ("swav", "tau", "temperature"),
        ("swav", "eps", "epsilon"),
    ],
)
def test_a_number_in_a_legend_is_the_knobs_default(name: str, symbol: str, knob: str) -> None:
    shape = next(one["shape"] for one in cards.card(name, "en")["symbols"] if one["key"] == symbol)
    assert float(shape) == getattr(make_config(name, {}), knob)
