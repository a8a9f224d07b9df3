"""Pictures of a wish: those the desk keeps, and those anybody may see now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.people import Person
from market.models.proceeds import Wish, WishPicture
from market.queries.proceeds.visibility import visible_picture_condition


@dataclass(frozen=True, slots=True)
class PictureAtDesk:
    """A kept picture, and who passed it."""

    id: int
    address: str
    width: int
    height: int
    approved_by: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class PictureShown:
    address: str
    width: int
    height: int


def pictures_of_wish(session: Session, wish_id: int) -> list[PictureAtDesk]:
    """Oldest first, shown or not."""
    rows = session.execute(
        select(
            WishPicture.id,
            WishPicture.address,
            WishPicture.width,
            WishPicture.height,
            Person.name,
            WishPicture.approved_at,
        )
        .join(Person, Person.id == WishPicture.approved_by_id)
        .where(WishPicture.wish_id == wish_id)
        .order_by(WishPicture.id)
    )
    return [PictureAtDesk(*row) for row in rows]


def pictures_shown(session: Session, wish_id: int, today: date) -> tuple[PictureShown, ...]:
    """What the wish's public page shows: only after delivery, only with consent today."""
    rows = session.execute(
        select(WishPicture.address, WishPicture.width, WishPicture.height)
        .join(Wish, Wish.id == WishPicture.wish_id)
        .where(Wish.id == wish_id, visible_picture_condition(today))
        .order_by(WishPicture.id)
    )
    return tuple(PictureShown(*row) for row in rows)


def picture_at(session: Session, address: str, today: date) -> bytes | None:
    """The bytes behind an address, if anybody may see them now."""
    return session.scalar(
        select(WishPicture.webp)
        .join(Wish, Wish.id == WishPicture.wish_id)
        .where(WishPicture.address == address, visible_picture_condition(today))
    )
