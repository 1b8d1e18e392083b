"""What goes wrong in a way that a person can mend."""

from __future__ import annotations

import errno


class UserError(ValueError):
    """One clear sentence for the person who asked: it names the cause and the way out. Shown as it is, without a trace.

    `sentence` is a template and `values` fill it, so that the template is also the key of its translations. A value may be
    another UserError, which is translated for itself.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence = sentence
        self.values = {key: value if isinstance(value, UserError) else str(value) for key, value in values.items()}
        super().__init__(sentence.format(**self.values) if values else sentence)


class NotFound(UserError):
    """What was asked for is not there, or not any more."""


class DataError(UserError):
    """The data cannot be used as it is; the sentence names the file or the data set."""


class Note(UserError):
    """What was understood, or assumed, of what a person brought: a sentence that is told, and never raised."""


FULL_DISK = "The disk of this machine is full: ask whoever keeps it to make room, then try again."
NOT_LET = "The app may not read or write its files on this machine: ask whoever keeps it to open its folder again."


def of_disk(error: BaseException) -> UserError | None:
    """The sentence for what the system says of a full disk or a closed folder; None where it is about something else."""
    if not isinstance(error, OSError):
        return None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(FULL_DISK)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return UserError(NOT_LET)
    return None
