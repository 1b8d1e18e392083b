"""The playground: `python app.py`, then open the address that it prints."""

import logging
import os

# Before numpy is imported: who asks for a map or a place on one has a thread, and the threads that BLAS would add to each
# of them fight for the cores. Training has its own, and torch's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if __name__ == "__main__":
    from playground.ui import Settings, launch

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    launch(Settings.from_environment())
