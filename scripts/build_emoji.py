"""Make assets/data/emoji: one sprite a vendor and emoji.json, a table with one row an emoji.

Fetch and unpack the packages, then install the SVG renderer, which only this script needs, and run it:

    mkdir PACKAGES && cd PACKAGES
    names="emoji-datasource-google@16.0.0 emoji-datasource-twitter@16.0.0 fluentui-emoji@1.3.0 emojibase-data@17.0.0"
    for p in $names; do
        mkdir ${p%@*} && tar xzf $(npm pack --silent $p) --strip-components=1 -C ${p%@*}
    done
    cd .. && pip install resvg-py==0.5.0
    python -m scripts.build_emoji PACKAGES

Kept are the emoji of emojibase that Google and Twitter both drew, without skin-tone variants and without the parts that
are no emoji of their own (skin tones, hair, regional letters). Fluent has no flags of countries and no families; there
its sprite is white and the table says so. The same packages give the same files.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image

from trainers.data.emoji import FOLDER, NATIVE_SIZE, TABLE, VENDORS, sprite_path
from trainers.data.images_io import write_sprite

COMPONENTS = "component"  # emojibase's group of skin tones and hair
# Where Fluent names an emoji's file otherwise than Unicode's present name, and not by one of `fluent_path`'s rules.
FLUENT_FILES = {
    "black bird": "blackbird",
    "enraged face": "pouting-face",
    "face with crossed-out eyes": "knocked-out-face",
    "keycap: #": "keycap-hashtag",
    "keycap: *": "keycap-asterisk",
    "merman": "man-merpeople-default",
    "mermaid": "woman-merpeople-default",
    "merperson": "person-merpeople-default",
    "phoenix": "phoenix-bird",
    "red triangle pointed up": "red-triangle",
    "smiling face with open hands": "hugging-face",
    "stuffed flatbread": "stuffedbread-flat",
}
FLUENT_WORDS = {
    "blond hair": "blonde hair",
    "people with bunny ears": "person with bunny ears",
    "women with bunny ears": "woman with bunny ears",
    "men with bunny ears": "man with bunny ears",
    "people wrestling": "person wrestling",
    "women wrestling": "woman wrestling",
    "men wrestling": "man wrestling",
    "deaf person": "person deaf",
    "deaf woman": "woman deaf",
    "deaf man": "man deaf",
}


def slug(name: str) -> str:
    """`name` in small ASCII letters, digits and hyphens: "piñata" → "pinata"."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")


def fluent_path(folder: Path, name: str) -> Path | None:
    """Fluent's flat picture of the emoji that Unicode calls `name` in English; None where there is none."""
    words = name
    for ours, theirs in FLUENT_WORDS.items():
        words = re.sub(rf"\b{ours}\b", theirs, words)
    stems = [FLUENT_FILES.get(name, slug(words)), f"person-{slug(words)}"]
    paths = [folder / f"{stem}{ending}.svg" for stem in stems for ending in ("", "-default")]
    return next((path for path in paths if path.is_file()), None)


def datasource_paths(package: Path, vendor: str) -> dict[str, Path]:
    """Code point sequence, as `bare` gives it → the 64-pixel PNG in an unpacked emoji-datasource-`vendor`."""
    rows = json.loads((package / "emoji.json").read_text("utf-8"))
    pictures = package / "img" / vendor / "64"
    return {bare(row["unified"]): pictures / row["image"] for row in rows if row[f"has_img_{vendor}"]}


def bare(code: str) -> str:
    """A hyphenated code point sequence without the variation selector, which the sources put in different places."""
    return "-".join(part for part in code.upper().split("-") if part != "FE0F")


def on_white(picture: Image.Image) -> np.ndarray:
    """(64,64,3) uint8, transparent parts white; a picture that is not square lies in the middle."""
    rgba = picture.convert("RGBA")
    canvas = Image.new("RGBA", (NATIVE_SIZE, NATIVE_SIZE), "white")
    canvas.alpha_composite(rgba, ((NATIVE_SIZE - rgba.width) // 2, (NATIVE_SIZE - rgba.height) // 2))
    return np.asarray(canvas.convert("RGB"))


def render(path: Path | None) -> np.ndarray:
    """(64,64,3) uint8 of a PNG or an SVG; all white without one."""
    if path is None:
        return np.full((NATIVE_SIZE, NATIVE_SIZE, 3), 255, np.uint8)
    if path.suffix == ".svg":
        import resvg_py  # pyright: ignore[reportMissingImports]

        png = resvg_py.svg_to_bytes(svg_path=str(path), width=NATIVE_SIZE, height=NATIVE_SIZE, skip_system_fonts=True)
        return on_white(Image.open(io.BytesIO(bytes(png))))
    with Image.open(path) as picture:
        return on_white(picture)


def main() -> None:
    """Build and write the assets."""
    parser = argparse.ArgumentParser(description="Make the emoji sprites and their table.")
    parser.add_argument("packages", type=Path, help="holds the four unpacked packages")
    packages: Path = parser.parse_args().packages

    def emojibase(part: str) -> list[dict]:
        return json.loads((packages / "emojibase-data" / part).read_text("utf-8"))

    chinese = {row["hexcode"]: row for row in emojibase("zh/compact.json")}
    groups = json.loads((packages / "emojibase-data/en/messages.json").read_text("utf-8"))["groups"]
    group_names = {group["order"]: group["message"].capitalize() for group in groups if group["key"] != COMPONENTS}
    google, twitter = (datasource_paths(packages / f"emoji-datasource-{vendor}", vendor) for vendor in ("google", "twitter"))
    fluent = packages / "fluentui-emoji" / "icons" / "flat"

    rows, paths = [], {vendor: [] for vendor in VENDORS}
    for row in sorted(emojibase("en/compact.json"), key=lambda row: row.get("order", 0)):
        code, name = row["hexcode"], row["label"]
        if row.get("group") not in group_names or not (bare(code) in google and bare(code) in twitter):
            continue
        found = {"google": google[bare(code)], "twitter": twitter[bare(code)], "fluent": fluent_path(fluent, name)}
        rows.append({
            "code": code,
            "group": group_names[row["group"]],
            "en": name,
            "zh": chinese[code]["label"],
            "tags_en": row.get("tags", []),
            "tags_zh": chinese[code].get("tags", []),
            "vendors": [vendor for vendor in VENDORS if found[vendor]],
        })  # fmt: skip
        for vendor in VENDORS:
            paths[vendor].append(found[vendor])

    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    TABLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    for vendor in VENDORS:
        write_sprite(sprite_path(vendor), np.stack([render(path) for path in paths[vendor]]))
        drawn = sum(path is not None for path in paths[vendor])
        print(f"{vendor}: {drawn} of {len(rows)} emoji, {sprite_path(vendor).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
