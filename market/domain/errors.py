"""What a person may be refused, said in a sentence they can act on."""

from __future__ import annotations

from typing import ClassVar


def N_(sentence: str) -> str:  # noqa: N802 - the name message extractors know
    """Mark `sentence` for translation; the web translates it when it is shown."""
    return sentence


class MarketError(Exception):
    """A refusal. `sentence` is the Chinese text with named placeholders, `facts` fill them.

    Facts that are money are `Money`, so that the page can write them in its own way.
    """

    sentence: ClassVar[str] = N_("这件事现在做不了，请稍后再试。")

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__)
        self.facts = facts

    def __str__(self) -> str:
        """The sentence with its facts, for logs and the command line."""
        return self.sentence % self.facts


class Invalid(MarketError):
    """What was typed cannot be understood or is out of range."""


class Unknown(MarketError):
    """We do not know who asks."""


class Forbidden(MarketError):
    """This person may not do this."""


class Missing(MarketError):
    """There is no such thing, or not for this person."""


class Refused(MarketError):
    """Understood and allowed, but a rule of the market stands against it now."""


class Throttled(MarketError):
    """Too many misses in a short time."""


class Busy(MarketError):
    """The database could not take it just now; nothing was written."""
