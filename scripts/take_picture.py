"""Take docs/picture.png from the real page: `python -m scripts.take_picture http://127.0.0.1:7860`, with the app running."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).parents[1] / "docs" / "picture.png"


def main(url: str) -> None:
    """Open the page as a newcomer does, wait for the map of the run that it shows, and take the picture."""
    with sync_playwright() as p:
        found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = p.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1400, "height": 1060}, device_scale_factor=1)
        page.goto(url)
        page.locator(".map-kinds button.chosen", has_text="UMAP").wait_for(timeout=60_000)
        page.wait_for_function("document.querySelector('.live embedding-map').names.found.length")
        page.wait_for_timeout(1500)
        page.mouse.move(0, 0)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
