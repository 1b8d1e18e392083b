"""One precision a measure, and a true minus, in Python and in scripts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from playground import plots
from playground.compare.measures import MEASURES
from playground.runs.numbers import STYLES, shown, style, written

ROOT = Path(__file__).parents[3]
NUMBERS = (0.0, -0.0001, 0.84239, -3.5347, 9.158e-05, -9.158e-05, 2.0314, 0.04142, 12345.6, 999.96, 0.00012)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("loss", 9.158e-05, "9.16·10⁻⁵"), ("loss", 2.0314, "2.03"), ("loss", 0.04142, "0.0414"), ("uniformity", -3.535, "−3.54"),
     ("uniformity", -0.001, "0.00"), ("knn_untrained", 0.7884, "78.8%"), ("mse_mean", 0.08619, "0.0862"),
     ("match_rank", 11.0, "11"),
     ("match_zh_1", 0.1, "10.0%"), ("trustworthiness", 0.98412, "0.984"), ("loss", None, "–")],
)  # fmt: skip
def test_a_measure_is_written_in_one_way(key: str, value: float | None, text: str) -> None:
    assert shown(key, value) == text


def test_every_measure_of_a_comparison_has_a_style() -> None:
    assert all(key in STYLES or key.rpartition("_")[0] in STYLES for key in MEASURES)
    assert style("nosuch") == ".3g"


def test_scripts_write_numbers_as_python_does() -> None:
    script = (
        "import {written} from './playground/widgets/text.js';"
        "const [values, styles] = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(styles.map(style => values.map(value => written(value, style)))));"
    )
    styles = sorted({*STYLES.values(), ".2g"})
    node = compute_driver_executable()[0]
    found = subprocess.run(
        [node, "--input-type=module", "-e", script, json.dumps([NUMBERS, styles])], cwd=ROOT, capture_output=True, check=True
    )
    assert json.loads(found.stdout) == [[written(value, one) for value in NUMBERS] for one in styles]


def test_cosines_have_one_colour_scale() -> None:
    script = (ROOT / "playground/widgets/cosine.js").read_text("utf-8")
    above, below = (re.search(rf"{name} = '(\d+) (\d+) (\d+)'", script) for name in ("ABOVE", "BELOW"))
    assert above and below
    assert plots.COSINES[0] == [0, f"rgba({','.join(below.groups())},1)"]
    assert plots.COSINES[-1] == [1, f"rgba({','.join(above.groups())},1)"]
    assert f"rgb({' '.join(above.groups())})" in (ROOT / "playground/widgets/flow-drawing.css").read_text("utf-8")
