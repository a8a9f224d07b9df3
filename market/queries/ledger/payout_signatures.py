"""Who signed for a payout in cash, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.ledger.moves import SignWay
from market.models.ledger import PayoutSignature
from market.models.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureNow:
    """A payee's word; `by` is on whose phone it was given."""

    way: SignWay
    strokes: str
    slip: str
    by: str
    signed_at: datetime


def signature_of(session: Session, move_id: int) -> SignatureNow | None:
    """The signature for a payout, once it is there."""
    row = session.execute(
        select(PayoutSignature, Person.name)
        .join(Person, Person.id == PayoutSignature.by_id)
        .where(PayoutSignature.move_id == move_id)
    ).one_or_none()
    if row is None:
        return None
    signed, by = row
    return SignatureNow(
        way=SignWay(signed.way),
        strokes=signed.strokes,
        slip=signed.slip,
        by=by,
        signed_at=signed.signed_at,
    )
