"""Database work that collided with another's is done again, a few times at most."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from market.domain.errors import N_, Busy
from market.extensions import close_asking, database_is_busy, db
from market.web.measures import UNITS_RETRIED

TRIES = 4
_LONGEST_PAUSE_SECONDS = 0.08

Result = TypeVar("Result")


class TooBusy(Busy):
    """The database refused again and again."""

    sentence = N_("现在人多，刚才这一步没有保存。请稍等几秒再点一次，您填的内容还在。")


class RetryingFlask(Flask):
    """Flask whose views may be run again: a unit of work that failed has written nothing."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view of ours is a coroutine, and looking each time takes longer than some views."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        return persistently(super().dispatch_request)


def persistently(work: Callable[[], Result]) -> Result:
    """Do `work`, again where the database was only busy; raises TooBusy after a few tries.

    `work` holds whole units of work: what is run again has written nothing.
    """
    for number in range(TRIES):
        try:
            return work()
        except DBAPIError as error:
            if not database_is_busy(error):
                raise
            db.session.remove()
            close_asking()
            UNITS_RETRIED.inc()
            # Those who collided must not meet again at the same moment.
            time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS) * (number + 1))  # noqa: S311
    raise TooBusy
