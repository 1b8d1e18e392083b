"""The playground: `python app.py`, then open the address that it prints."""

import logging
import os
import sys
import tempfile
from pathlib import Path

# Before numpy is imported: who asks for a map or a place on one has a thread, and the threads that BLAS would add to each
# of them fight for the cores. Training has its own, and torch's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before gradio is: its folder of uploads is kept small, and other apps of this machine have the usual one.
os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(tempfile.gettempdir()) / "representation-playground"))

if __name__ == "__main__":
    from playground import signals
    from playground.settings import Settings
    from playground.ui import launch
    from trainers.errors import UserError

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    signals.install()
    try:
        launch(Settings.from_environment())
    except UserError as error:  # a setting that is wrong
        print(error, file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code:  # it could not begin
            raise
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)  # Python itself would wait for every thread, as for one that downloads a model
