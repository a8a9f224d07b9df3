"""Consents that end soon or have ended, of wishes that still need them; told by the calendar alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.proceeds.consent import NEEDED_TO_SHOW, Purpose
from market.domain.proceeds.wish import OVER
from market.models.proceeds import Consent, ConsentWithdrawal, Wish

ASK_AGAIN_DAYS = 30
"""So many days before it ends, a family is asked again in good time."""


@dataclass(frozen=True, slots=True)
class EndingConsent:
    """A wish whose latest consent to one purpose ends on `expires_on`; `over`: it has."""

    wish_id: int
    code: str
    text: str
    purpose: Purpose
    expires_on: date
    over: bool


def consents_ending(session: Session, community_id: int, today: date) -> list[EndingConsent]:
    """Those that end within `ASK_AGAIN_DAYS` or have ended, the first to end first.

    What was taken back is not asked for again; where a later consent stands, an earlier one is over
    and done with.
    """
    last = func.max(Consent.expires_on)
    rows = session.execute(
        select(Wish.id, Wish.code, Wish.text, Consent.purpose, last)
        .join(
            Consent,
            (Consent.reference == Wish.consent_ref) & (Consent.community_id == Wish.community_id),
        )
        .outerjoin(ConsentWithdrawal, ConsentWithdrawal.consent_id == Consent.id)
        .where(
            Wish.community_id == community_id,
            Wish.state.not_in(OVER),
            Consent.purpose.in_(NEEDED_TO_SHOW),
            ConsentWithdrawal.consent_id.is_(None),
        )
        .group_by(Wish.id, Wish.code, Wish.text, Consent.purpose)
        .having(last <= today + timedelta(days=ASK_AGAIN_DAYS))
        .order_by(last, Wish.id, Consent.purpose)
    )
    return [
        EndingConsent(row[0], row[1], row[2], Purpose(row[3]), row[4], row[4] <= today)
        for row in rows
    ]
