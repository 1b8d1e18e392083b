"""The playground: `python app.py`, then open the address that it prints."""

import logging

if __name__ == "__main__":
    from playground.ui import Settings, launch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    launch(Settings.from_environment())
