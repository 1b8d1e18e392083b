"""What has the queued runs trained: on this machine, on a cluster, on a GPU that is lent. The page knows nothing of which."""

from __future__ import annotations

from typing import Protocol


class Runner(Protocol):
    """Takes runs out of the queue (`playground.runs.store.claim`), trains them, and leaves in their folders what they write.

    The folder is the whole agreement: whoever waits is in ROOT/queue, and who shall stop has a file `stop`. So another app on
    the same folder is heard too, and a runner that is started again finds all that there is to do.
    """

    def start(self) -> None:
        """Begin to take runs; those that wait already too."""
        ...

    def submit(self, run: str) -> None:
        """A hint that a run is in the queue now: look at once."""
        ...

    def stop(self, run: str) -> None:
        """A hint that a run has been asked to stop: look at once."""
        ...

    def close(self) -> None:
        """Take no more; a run that trains may go on to its end where that outlives the app."""
        ...
