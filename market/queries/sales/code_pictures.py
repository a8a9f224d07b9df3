"""The pictures of a market day's payment codes: which there are, and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.models.people import Person
from market.models.sales import CodePicture, MarketDay


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureNow:
    """A picture that phones show, and who put it there."""

    tender: str
    by: str
    put_at: datetime


def pictures_put_at(session: Session, market_day_id: int) -> Mapping[str, datetime]:
    """Since when which code has its picture, by tender: what its address is as old as."""
    rows = session.execute(
        select(CodePicture.tender, CodePicture.put_at).where(
            CodePicture.market_day_id == market_day_id
        )
    )
    return {tender: put_at for tender, put_at in rows}  # noqa: C416 - rows are no pairs to mypy


def pictures_here(
    session: Session, community_id: int, market_day_id: int
) -> Mapping[str, PictureNow]:
    """The pictures of a market day of this community, by tender."""
    rows = session.execute(
        select(CodePicture.tender, Person.name.label("by"), CodePicture.put_at)
        .join(Person, Person.id == CodePicture.by_id)
        .join(MarketDay, MarketDay.id == CodePicture.market_day_id)
        .where(CodePicture.market_day_id == market_day_id, MarketDay.community_id == community_id)
    )
    return {row.tender: PictureNow(tender=row.tender, by=row.by, put_at=row.put_at) for row in rows}


def picture_of(session: Session, market_day_id: int, tender: str) -> bytes | None:
    """The picture itself, or None."""
    return session.scalar(
        select(CodePicture.webp).where(
            CodePicture.market_day_id == market_day_id, CodePicture.tender == tender
        )
    )
