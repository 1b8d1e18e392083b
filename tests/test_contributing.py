"""CONTRIBUTING.md is true: its first five steps, done in a copy with tests/example/barlow.py, make a method; and so on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NEW, WRITTEN = "barlow", ROOT / "tests" / "example" / "barlow.py"
WORDS = {  # what step 5 asks for: the card, the name of the new picture; and for Chinese the new knob
    "en": """
[cards.barlow]
line = "Two views agree number by number, and no two numbers say the same."
idea = "The correlation of each number of one view with each of the other. It is to be the identity."
negatives = "none"
networks = "one encoder and a projection head"
watch = "The diagonal of the correlation goes to 1 early, the rest to 0 slowly."
""",
    "zh": """
[cards.barlow]
line = "两个视图逐个数一致，且没有两个数说同一件事。"
idea = "一个视图的每个数与另一个视图每个数的相关。它应当是单位矩阵。"
negatives = "无"
networks = "一个编码器和一个投影头"
watch = "相关矩阵的对角线很快趋于 1，其余慢慢趋于 0。"

[knobs.barlow]
redundancy.label = "冗余"
redundancy.help = "λ：两个数说同一件事的代价"
""",
}
PICTURE = {"en": 'correlation = "Correlation of the numbers of two views"', "zh": 'correlation = "两个视图的数之间的相关"'}


def section(title: str) -> list[str]:
    """The numbered steps below a heading."""
    body = GUIDE.split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\d\. (.*(?:\n   .*)*)", body, re.MULTILINE)


def test_each_guide_has_five_steps_and_names_what_is_there() -> None:
    for title in ("A method", "A view", "A widget", "A data set", "A lesson", "A language"):
        title += " in five steps"
        assert len(section(title)) == 5, title
    for name in re.findall(r"`((?:trainers|playground|assets|tests)/[\w./]*)`", GUIDE):
        assert (ROOT / name).exists() or "yours" in name, name


def copied(folder: Path) -> Path:
    """The project in another folder, its data by a link."""
    for name in ("trainers", "playground", "scripts", "tests", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "assets").symlink_to(ROOT / "assets")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which somebody has followed the five steps."""
    folder = copied(tmp_path_factory.mktemp("project"))
    one, two, _, _, five = section("A method in five steps")
    source, target = re.findall(r"`([\w/.]+\.py)`", one)
    shutil.copyfile(folder / source, folder / target.replace("yours", NEW))
    most = int(re.findall(r"at most (\d+) lines", two)[0])
    assert len(WRITTEN.read_text().splitlines()) <= most
    shutil.copyfile(WRITTEN, folder / target.replace("yours", NEW))  # steps 2, 3 and 4 are its content
    assert "[cards.yours]" in five and "[knobs.yours]" in five and "[pictures]" in five
    texts = folder / re.findall(r"`(playground/\w+/)`", five)[0]
    for language, words in WORDS.items():
        path = texts / f"{language}.toml"
        path.write_text(path.read_text("utf-8").replace("[pictures]\n", f"[pictures]\n{PICTURE[language]}\n") + words, "utf-8")
    return folder


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which somebody has added a method of three terms and an optimiser of its own, so far in English alone."""
    folder = copied(tmp_path_factory.mktemp("english"))
    shutil.copyfile(ROOT / "tests/example/vicreg.py", folder / "trainers/methods/vicreg.py")
    path = folder / "playground/texts/en.toml"
    terms = "".join(f'part_{name} = "{name}"\n' for name in ("invariance", "variance", "covariance"))
    words = WORDS["en"].replace("barlow", "vicreg")
    path.write_text(path.read_text("utf-8").replace("[live]\n", f"[live]\n{terms}") + words, "utf-8")
    return folder


def python(folder: Path, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, *args], cwd=folder, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
def test_the_new_method_is_on_the_command_line(copy: Path) -> None:
    assert "barlow" in python(copy, "-m", "trainers", "list")
    run = ("-m", "trainers", NEW, "--dataset", "digits", "--steps", "150", "--set", "redundancy=0.05", "--out", "runs/new")
    last = json.loads(python(copy, *run).splitlines()[-1])
    assert last["steps"] == 150 and last["knn"] > 0.5 and 0.3 < last["std_sqrt_d"] < 1.5


@pytest.mark.slow
def test_the_new_method_passes_every_contract(copy: Path) -> None:
    asked = f"{NEW} or test_all_languages_have_the_same_keys_and_blanks"
    found = python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-rN", "-k", asked, "tests/trainers", "tests/playground")
    assert int(re.findall(r"(\d+) passed", found)[0]) > 10, found


@pytest.mark.slow
def test_a_method_of_three_terms_trains_its_own_way_and_goes_on_where_it_was(english: Path) -> None:
    run = ("-m", "trainers", "vicreg", "--dataset", "digits", "--steps", "60", "--set", "learning_rate=0.05")
    last = json.loads(python(english, *run, "--out", "runs/vicreg").splitlines()[-1])
    assert last["steps"] == 60 and last["std_sqrt_d"] > 0.3 and {"invariance", "variance", "covariance"} <= set(last)
    found = python(english, "-m", "pytest", "-p", "no:cacheprovider", "-rN", "-k", "vicreg", "tests/trainers")
    assert int(re.findall(r"(\d+) passed", found)[0]) > 10, found


@pytest.mark.slow
def test_a_method_without_chinese_words_has_english_ones_and_its_terms_are_drawn_into_the_loss(english: Path) -> None:
    run = ("-m", "trainers", "vicreg", "--dataset", "digits", "--steps", "30", "--out", "runs/drawn")
    python(english, *run)
    program = """
import json
from pathlib import Path
from playground.learn import cards
from playground.runs.curves import figures
from playground.texts import knobs_said, table
from trainers.record import read_events
events, _ = read_events(Path("runs/drawn"))
of = lambda kind: [event for event in events if event["event"] == kind]
drawn = figures(of("Started")[0], of("Step"), of("Snapshot"), "vicreg", "zh")
said = next(card for card in cards.page("zh")["cards"] if card["name"] == "vicreg")["said"]
print(json.dumps({"plots": sorted(drawn), "lines": [line["name"] for line in drawn["loss"]["data"]], "idea": said["idea"],
                  "knobs": knobs_said("zh", "vicreg", {"invariance": 25.0})}))
"""
    found = json.loads(python(english, "-c", program).splitlines()[-1])
    assert {"invariance", "variance", "covariance"} <= set(found["lines"]) and len(found["lines"]) == 4
    assert not {"invariance", "variance", "covariance"} & set(found["plots"])
    assert found["idea"].startswith("The correlation") and "Invariance" in found["knobs"][0]


@pytest.mark.slow
def test_the_new_method_is_in_the_picker_with_its_knobs_and_card(copy: Path) -> None:
    program = """
import json, sys
from pathlib import Path
import gradio as gr
from playground.learn import cards as lesson_cards
from playground.train.controls import Controls
from playground.texts import text
with gr.Blocks():
    controls = Controls(lambda key: text("zh", key))
cards = {lang: next(card for card in lesson_cards.page(lang)["cards"] if card["name"] == "barlow") for lang in ("en", "zh")}
print(json.dumps({"choices": controls.method.choices, "knobs": list(controls.knobs["barlow"]),
                  "said": [cards[lang]["said"]["idea"] for lang in cards], "formula": cards["en"]["formula"]}))
"""
    found = json.loads(python(copy, "-c", program).splitlines()[-1])
    assert ["Barlow Twins", NEW] in found["choices"] and "redundancy" in found["knobs"]
    assert found["said"][0].startswith("The correlation") and found["said"][1].startswith("一个视图")
    assert "<math" in found["formula"][0]


@pytest.mark.slow
def test_a_third_language_is_a_file_and_a_line(copy: Path) -> None:
    texts = copy / "playground" / "texts"
    assert len(section("A language in five steps")) == 5
    shutil.copyfile(texts / "zh.toml", texts / "xx.toml")
    about = texts / "__init__.py"
    about.write_text(about.read_text("utf-8").replace('"zh": "zh-CN"}', '"zh": "zh-CN", "xx": "xx"}'), "utf-8")
    found = python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-rN", "-k", "xx", "tests/playground/test_texts.py")
    assert int(re.findall(r"(\d+) passed", found)[0]) >= 3, found
    (texts / "xx.toml").write_text((texts / "xx.toml").read_text("utf-8").replace("tagline = ", "taglime = ", 1), "utf-8")
    # --tb=no -rN: under CI pytest prints the whole of both dictionaries, and the count of failures is all that is asked for
    one = ("--tb=no", "-rN", "-k", "xx and all_languages_have_the_same_keys", "tests/playground/test_texts.py")
    with pytest.raises(AssertionError, match="1 failed"):
        python(copy, "-m", "pytest", "-p", "no:cacheprovider", *one)
    program = "from playground.page import head; page = head.LANGUAGE_SCRIPT + head.words(); print(page.count('\"xx\"'))"
    assert int(python(copy, "-c", program).splitlines()[-1]) >= 2


@pytest.fixture(scope="module")
def house(copy: Path) -> Path:
    """The copy with a widget and a view that follow their five steps."""
    shutil.copyfile(ROOT / "tests/example/widget/share-meter.js", copy / "playground/widgets/share-meter.js")
    shutil.copyfile(ROOT / "tests/example/widget/share-meter.test.js", copy / "tests/playground/widgets/share-meter.test.js")
    folder = copy / "playground/yours"
    shutil.copytree(ROOT / "tests/example/view", folder)
    (folder / "__init__.py").touch()
    python(copy, "-m", "scripts.answer_types")
    ui = (copy / "playground/ui.py").read_text("utf-8")
    ui = ui.replace('    ("learn", learn),\n', '    ("learn", learn),\n    ("yours", yours),\n')
    ui = ui.replace("*learn_routes.routes(maps.runs),", "*learn_routes.routes(maps.runs), *yours_routes.routes(maps),")
    begin = "from playground.train import tab as train\n"
    ui = ui.replace(
        begin, f"{begin}from playground.yours import routes as yours_routes\nfrom playground.yours import tab as yours\n"
    )
    (copy / "playground/ui.py").write_text(ui, "utf-8")
    for language, name in (("en", "Spread"), ("zh", "分布")):
        path = copy / f"playground/texts/{language}.toml"
        path.write_text(path.read_text("utf-8").replace("[tabs]\n", f'[tabs]\nyours = "{name}"\n'), "utf-8")
    return copy


@pytest.mark.slow
def test_the_new_view_is_a_tab_whose_script_and_answers_are_there(house: Path) -> None:
    program = """
import json
from pathlib import Path
from starlette.applications import Starlette
from starlette.testclient import TestClient
from playground import ui
from playground.maps.making import Maps
from playground.page import head, modules
from playground.runs.store import Limits, Runs
app = Starlette(routes=[ui.mount(Maps(Runs(Path("runs-of-view"), Limits())))])
with TestClient(app) as client:
    print(json.dumps({"keys": ui.keys()["yours"], "spread": client.get("/playground/spread").json(),
                      "script": client.get("/" + modules.address("yours/yours.js")).status_code,
                      "head": "yours/yours.js" in head.scripts("yours"), "needed": modules.needed("yours/yours.js")}))
"""
    found = json.loads(python(house, "-c", program).splitlines()[-1])
    assert found["keys"] == ["spread"] and found["spread"] == {"runs": 0, "ended": 0} and found["script"] == 200
    assert found["head"] and "widgets/share-meter.js" in found["needed"]
    declared = (house / "playground/yours/answers.d.ts").read_text("utf-8")
    assert "export interface Spread" in declared and "ended: number;" in declared


@pytest.mark.slow
def test_the_new_view_and_widget_keep_the_rules_of_the_house(house: Path) -> None:
    found = python(
        house, "-m", "pytest", "-p", "no:cacheprovider", "-k", "yours or share-meter", "tests/test_scripts.py",
        "tests/test_imports.py", "tests/playground/page/test_answers.py",
    )  # fmt: skip
    assert int(re.findall(r"(\d+) passed", found)[0]) >= 8, found


@pytest.mark.slow
def test_the_new_widget_passes_its_test_in_a_page_without_a_browser(house: Path) -> None:
    if not (house / "node_modules").exists():
        (house / "node_modules").symlink_to(ROOT / "node_modules")
    node, _ = compute_driver_executable()
    test = "tests/playground/widgets/share-meter.test.js"
    done = subprocess.run([node, "--import", "./tests/page.js", "--test", test], cwd=house, capture_output=True, text=True)
    assert done.returncode == 0 and re.search(r"pass [1-9]", done.stdout), done.stdout + done.stderr
    shutil.copyfile(ROOT / "tsconfig.json", house / "tsconfig.json")
    types = [node, "node_modules/typescript/bin/tsc", "-p", "."]  # the view's as well
    done = subprocess.run(types, cwd=house, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
