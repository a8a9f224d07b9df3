"""What else must know of a consent taken back: whoever keeps the log that a restore replays.

The proceeds do not know the vault, whose key store keeps that log; so its pages hand in here what
is to be done: `at_withdrawal(remember)`. It is done before the withdrawal is committed, so that a
restore knows of it whatever happens next; and whatever goes wrong there never keeps a guardian's no
from taking effect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from market.domain.identity.withdrawn import Withdrawn

logger = logging.getLogger(__name__)

Remember = Callable[[Sequence[Withdrawn]], None]

_to_do: dict[str, Remember] = {}


def at_withdrawal(remember: Remember) -> None:
    """Do this at every withdrawal; once, however often it is handed in."""
    _to_do[remember.__qualname__] = remember


def remember_withdrawal(withdrawals: Sequence[Withdrawn]) -> None:
    """Tell whoever asked to be told."""
    if not withdrawals:
        return
    for remember in _to_do.values():
        try:
            remember(withdrawals)
        except Exception:
            # The table itself still says it, and so does the chain; only a restore of an older
            # copy would have to be told by hand.
            logger.exception("a withdrawal was not put into the log that a restore replays")
