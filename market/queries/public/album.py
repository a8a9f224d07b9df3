"""Pictures of a market day: those that wait for a second look, and those that may go into a brief."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from market.models.people import Person
from market.models.public import AlbumPicture
from market.models.sales import MarketDay


@dataclass(frozen=True, slots=True)
class PictureNow:
    """A picture in its album; `passed_by` is None while it waits."""

    id: int
    market_id: int
    caption: str
    width: int
    height: int
    sent_by_id: int
    sent_by: str
    passed_by: str | None
    passed_at: datetime | None


_SENDER, _SECOND = aliased(Person), aliased(Person)
_PICTURES = (
    select(
        AlbumPicture.id,
        AlbumPicture.market_day_id,
        AlbumPicture.caption,
        AlbumPicture.width,
        AlbumPicture.height,
        AlbumPicture.sent_by_id,
        _SENDER.name,
        _SECOND.name,
        AlbumPicture.passed_at,
    )
    .join(MarketDay, MarketDay.id == AlbumPicture.market_day_id)
    .join(_SENDER, _SENDER.id == AlbumPicture.sent_by_id)
    .outerjoin(_SECOND, _SECOND.id == AlbumPicture.passed_by_id)
)


def album_of(session: Session, market_day_id: int) -> list[PictureNow]:
    """Oldest first."""
    question = _PICTURES.where(AlbumPicture.market_day_id == market_day_id)
    return [PictureNow(*row) for row in session.execute(question.order_by(AlbumPicture.id))]


def album_picture(session: Session, community_id: int, picture_id: int) -> PictureNow | None:
    row = session.execute(
        _PICTURES.where(AlbumPicture.id == picture_id, MarketDay.community_id == community_id)
    ).one_or_none()
    return PictureNow(*row) if row else None


def album_bytes(session: Session, community_id: int, picture_id: int) -> bytes | None:
    return session.scalar(
        select(AlbumPicture.webp)
        .join(MarketDay, MarketDay.id == AlbumPicture.market_day_id)
        .where(AlbumPicture.id == picture_id, MarketDay.community_id == community_id)
    )


def passed_pictures(session: Session, market_day_id: int) -> list[tuple[str, bytes]]:
    """Caption and bytes of those that a second person passed, oldest first."""
    rows = session.execute(
        select(AlbumPicture.caption, AlbumPicture.webp)
        .where(AlbumPicture.market_day_id == market_day_id, AlbumPicture.passed_at.is_not(None))
        .order_by(AlbumPicture.id)
    )
    return [(row[0], row[1]) for row in rows]


def pictures_to_look_at(session: Session, community_id: int, person_id: int) -> int:
    """How many wait for a second look by somebody other than who sent them."""
    waiting = _waiting(community_id, person_id).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def next_to_look_at(session: Session, community_id: int, person_id: int) -> int | None:
    """The one that waits longest for this person."""
    question = _waiting(community_id, person_id).order_by(AlbumPicture.id).limit(1)
    return session.scalar(question)


def _waiting(community_id: int, person_id: int) -> Select[int]:
    return (
        select(AlbumPicture.id)
        .join(MarketDay, MarketDay.id == AlbumPicture.market_day_id)
        .where(
            MarketDay.community_id == community_id,
            AlbumPicture.passed_at.is_(None),
            AlbumPicture.sent_by_id != person_id,
        )
    )
