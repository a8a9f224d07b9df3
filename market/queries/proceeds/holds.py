"""Who holds a wish, as the desk may know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.proceeds.hold import HoldStage
from market.models.people import Person
from market.models.proceeds import WishHold


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """One hold, standing or over. `volunteer` is empty for a neighbour, who is in the vault only."""

    reference: str
    volunteer: str
    asked_at: datetime
    until_on: date
    confirmed_at: datetime | None
    received_at: datetime | None
    evidence: str
    ending: str
    note: str
    lapsed: bool

    @property
    def stage(self) -> HoldStage | None:
        """How far it has come; None once it is over or has lapsed."""
        if self.ending or self.lapsed:
            return None
        if self.received_at is not None:
            return HoldStage.RECEIVED
        return HoldStage.CONFIRMED if self.confirmed_at is not None else HoldStage.ASKED


def holds_of_wish(session: Session, wish_id: int, today: date) -> list[HoldRow]:
    """All holds of a wish, the latest first."""
    rows = session.execute(
        select(WishHold, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == WishHold.volunteer_id)
        .where(WishHold.wish_id == wish_id)
        .order_by(WishHold.id.desc())
    )
    return [
        HoldRow(
            reference=hold.reference,
            volunteer=name,
            asked_at=hold.asked_at,
            until_on=hold.until_on,
            confirmed_at=hold.confirmed_at,
            received_at=hold.received_at,
            evidence=hold.evidence,
            ending=hold.ending,
            note=hold.note,
            lapsed=hold.ended_at is None and hold.received_at is None and hold.until_on < today,
        )
        for hold, name in rows
    ]
