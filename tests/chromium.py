"""The browser of tests and benchmarks: Debian's Chromium, its shell without windows where there is one."""

from __future__ import annotations

import shutil

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def executable() -> str | None:
    """Where it is, None for Playwright's own. The shell has the same engine: a page costs it half of the processor time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")
