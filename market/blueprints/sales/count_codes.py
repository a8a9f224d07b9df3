"""The code a second counter scans: it names one count, and is worth nothing once that is confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from market.domain.errors import N_, Missing

LASTS = timedelta(hours=2)


class CodeOver(Missing):
    """Mistyped, too old, or of a count that is no more."""

    sentence = N_("这个确认码过期了，或者没有传完整。请点钱的人再打开一次“确认点钱”，重新扫码。")


def code_of(till_id: int, counted_at: datetime) -> str:
    """A code for this count, good for `LASTS` from now."""
    return str(_signer().dumps([till_id, int(counted_at.timestamp())]))


def till_of(code: str) -> tuple[int, int]:
    """The till a code is for, and the second its count was kept; raises CodeOver."""
    try:
        till_id, counted = _signer().loads(code, max_age=int(LASTS.total_seconds()))
    except (BadData, ValueError, TypeError):
        raise CodeOver from None
    return int(till_id), int(counted)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="second-counter")
