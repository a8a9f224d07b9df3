"""A wish hold: somebody brings the thing itself to the station; unconfirmed or unkept it lapses."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from market.domain.errors import N_, Invalid

DAYS_TO_CONFIRM = 2
MOST_DAYS_TO_BRING = 30
MOST_UNCONFIRMED = 12
"""So many asked for from outside may wait at a time; nobody could telephone more in two days."""


class BringDayWrong(Invalid):
    """A day for bringing it that is over or too far away."""

    sentence = N_("送到工作站的日子，请写今天到 %(most)s 天以内的一天。")


class HoldStage(StrEnum):
    """How far a standing hold has come."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    RECEIVED = "received"


def asked_until(today: date) -> date:
    """The last day on which a hold asked for today can still be confirmed."""
    return today + timedelta(days=DAYS_TO_CONFIRM)


def check_bring_day(bring_on: date, today: date) -> None:
    """Require a day soon enough for a child to wait. Raises BringDayWrong."""
    if not today <= bring_on <= today + timedelta(days=MOST_DAYS_TO_BRING):
        raise BringDayWrong(most=MOST_DAYS_TO_BRING, field="bring_on")
