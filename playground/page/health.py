"""Is the app of this machine well? `python -m playground.page.health` ends with 0 where it answers, else with 1."""

from __future__ import annotations

import os
import sys
import urllib.request


def main(patience: float = 8.0) -> int:
    """Ask the app at its own port; patience: in seconds."""
    address = f"http://127.0.0.1:{os.environ.get('GRADIO_SERVER_PORT', '7860')}/playground/health"
    try:
        with urllib.request.urlopen(address, timeout=patience) as answer:
            return int(answer.status != 200)
    except OSError as error:
        print(f"{address}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
