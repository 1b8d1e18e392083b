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
    for title in ("A method in five steps", "A data set in five steps", "A language in five steps"):
        assert len(section(title)) == 5, title
    for name in re.findall(r"`((?:trainers|playground|assets|tests)/[\w./]*)`", GUIDE):
        assert (ROOT / name).exists() or "yours" in name, name


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which somebody has followed the five steps."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("trainers", "playground", "scripts", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "assets").symlink_to(ROOT / "assets")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
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
    found = python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-rN", "-k", NEW, "tests/trainers", "tests/playground")
    assert int(re.findall(r"(\d+) passed", found)[0]) > 10, found
    whole = "test_all_languages_have_the_same_keys_and_blanks"
    python(copy, "-m", "pytest", "-p", "no:cacheprovider", "-k", whole, "tests/playground/test_texts.py")


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
    program = "from playground.page import head; page = head.LANGUAGE_SCRIPT + head.scripts(); print(page.count('\"xx\"'))"
    assert int(python(copy, "-c", program).splitlines()[-1]) >= 2
