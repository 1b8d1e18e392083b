"""What goes wrong in a way that a person can mend."""

from __future__ import annotations


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
