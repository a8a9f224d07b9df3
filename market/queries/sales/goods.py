"""Goods given to a market day: each with its sticker, who gave it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.models.sales import GivenGoods, GoodsPhoto, Listing, MarketDay, Stall


class NoSuchGoods(Missing):
    """No given goods of this community have this id."""

    sentence = N_("没有找到这件东西，请回到收物品的清单重新选择。")


class GoodsState(StrEnum):
    """What became of a piece."""

    OFFERED = "offered"
    SOLD = "sold"
    DONATED = "donated"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsNow:
    """A given piece. `donor` '' is anonymous; the name is for the desk unless `may_be_named`."""

    listing_id: int
    sticker: int
    name: str
    price_minor: int | None
    stall: str
    donor: str
    may_be_named: bool
    sold: bool
    outcome: str | None
    outcome_at: datetime | None
    photo: bool

    @property
    def state(self) -> GoodsState:
        if self.sold:
            return GoodsState.SOLD
        return GoodsState(self.outcome) if self.outcome else GoodsState.OFFERED


@dataclass(frozen=True, slots=True)
class LastTaken:
    """What the same person said last, so that the next piece of a bag needs only a name."""

    stall_id: int
    donor: str
    may_be_named: bool


def goods_of(session: Session, market_day_id: int) -> list[GoodsNow]:
    """Everything given to a market day, by sticker."""
    rows = session.execute(
        select(
            GivenGoods.listing_id,
            GivenGoods.sticker,
            Listing.name,
            Listing.price_minor,
            Stall.name.label("stall"),
            GivenGoods.donor,
            GivenGoods.may_be_named,
            (Listing.sold >= func.coalesce(Listing.stock, 1)).label("sold"),
            GivenGoods.outcome,
            GivenGoods.outcome_at,
            GoodsPhoto.listing_id.is_not(None).label("photo"),
        )
        .join(Listing, Listing.id == GivenGoods.listing_id)
        .join(Stall, Stall.id == Listing.stall_id)
        .outerjoin(GoodsPhoto, GoodsPhoto.listing_id == GivenGoods.listing_id)
        .where(GivenGoods.market_day_id == market_day_id)
        .order_by(GivenGoods.sticker)
    )
    return [GoodsNow(**row._mapping) for row in rows]  # noqa: SLF001 - a row's public name


def named_donors(goods: Sequence[GoodsNow]) -> list[str]:
    """Who gave something and agreed that it may be said, each once, in the order they came."""
    return list(dict.fromkeys(piece.donor for piece in goods if piece.may_be_named))


def next_sticker(session: Session, market_day_id: int) -> int:
    """The number behind the last one."""
    last = session.scalar(
        select(func.max(GivenGoods.sticker)).where(GivenGoods.market_day_id == market_day_id)
    )
    return (last or 0) + 1


def last_taken(session: Session, market_day_id: int, by_id: int) -> LastTaken | None:
    """What this person took in last at this market day."""
    row = session.execute(
        select(Listing.stall_id, GivenGoods.donor, GivenGoods.may_be_named)
        .join(Listing, Listing.id == GivenGoods.listing_id)
        .where(GivenGoods.market_day_id == market_day_id, GivenGoods.taken_in_by_id == by_id)
        .order_by(GivenGoods.sticker.desc())
        .limit(1)
    ).one_or_none()
    return LastTaken(*row) if row else None


def photo_of(session: Session, community_id: int, listing_id: int) -> bytes:
    """A piece's picture as WebP; raises NoSuchGoods where there is none here."""
    webp = session.scalar(
        select(GoodsPhoto.webp)
        .join(GivenGoods, GivenGoods.listing_id == GoodsPhoto.listing_id)
        .join(MarketDay, MarketDay.id == GivenGoods.market_day_id)
        .where(GoodsPhoto.listing_id == listing_id, MarketDay.community_id == community_id)
    )
    if webp is None:
        raise NoSuchGoods
    return webp
