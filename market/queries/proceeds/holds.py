"""Who holds a wish, as the desk may know it; and what somebody outside may offer to bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.proceeds.hold import HoldStage
from market.domain.proceeds.wish import WishKind, WishState
from market.models.people import Person
from market.models.proceeds import Wish, WishHold
from market.queries.proceeds.visibility import held_condition, visible_wish_condition


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """One hold, standing or over. `volunteer` is empty for a neighbour, who is in the vault only."""

    id: int
    reference: str
    asked_at_desk: bool
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WishToBring:
    """A wish that anybody may see, as the page asks for it on which somebody says: I bring it."""

    id: int
    community_id: int
    code: str
    words: str
    words_en: str
    waits: bool
    held: bool


@dataclass(frozen=True, slots=True)
class HoldAsked:
    """A hold that somebody outside asked for, and the wish that it is for."""

    reference: str
    wish_id: int
    code: str


def wish_to_bring(session: Session, code: str, today: date) -> WishToBring | None:
    """None where nobody may see it; `waits` where somebody may bring it and nobody does yet."""
    row = session.execute(
        select(Wish, held_condition(today)).where(Wish.code == code, visible_wish_condition(today))
    ).one_or_none()
    if row is None:
        return None
    wish, held = row
    bringable = (
        wish.state == WishState.OPEN and wish.kind == WishKind.GOODS and not wish.funded_minor
    )
    return WishToBring(
        id=wish.id,
        community_id=wish.community_id,
        code=wish.code,
        words=wish.text,
        words_en=wish.text_en,
        waits=bringable and not held,
        held=bringable and held,
    )


def hold_asked_outside(session: Session, community_id: int, hold_id: int) -> HoldAsked | None:
    """One whose telephone is in the vault; None for any other."""
    row = session.execute(
        select(WishHold.reference, Wish.id, Wish.code)
        .join(Wish, Wish.id == WishHold.wish_id)
        .where(
            WishHold.id == hold_id,
            WishHold.asked_at_desk.is_(False),
            Wish.community_id == community_id,
        )
    ).one_or_none()
    return None if row is None else HoldAsked(*row)


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
            id=hold.id,
            reference=hold.reference,
            asked_at_desk=hold.asked_at_desk,
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
