"""Uploads from phones: how much at once, how often, and how far a phone's clock is off."""

from __future__ import annotations

from datetime import datetime, timedelta

from market.domain.errors import N_, Throttled

MOST_ROWS = 1_000
MOST_UNSENT = 1_000_000
SLIPS = 60
"""So many receipt slips a phone is to hold, enough for an hour without network."""
LOW_SLIPS = 30
"""With fewer it fetches more."""
EACH_MS = 100
"""A phone may send ten times a second, for as long as it likes …"""
BURST_MS = 30_000
"""… and three hundred times at once, which empties the fullest outbox."""


class TooFast(Throttled):
    """A phone that sends again and again without a pause, as only a program does."""

    sentence = N_("这部手机传得太快了，请等 %(seconds)s 秒，它会自己再传。")


def clock_offset(sent_at: datetime, received_at: datetime) -> timedelta:
    """How far a phone's clock is behind ours, as measured by one request."""
    return received_at - sent_at


def seconds_to_wait(due_ms: int, now_ms: int) -> int:
    """How long a phone has to wait whose sendings are paid for up to `due_ms`."""
    return max(1, -(-(due_ms - now_ms - BURST_MS) // 1000))
