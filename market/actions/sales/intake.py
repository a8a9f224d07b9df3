"""Taking in given goods: a sticker, a name, a price, who gave it; afterwards, where the rest went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_to_write
from market.actions.sales.stalls import stall_to_write
from market.domain.errors import N_, Invalid, Refused
from market.domain.money import check_count, check_minor
from market.domain.text import clean_text
from market.models.sales import GivenGoods, GoodsPhoto, Listing, MarketDay, Stall
from market.queries.sales.goods import GoodsState, NoSuchGoods, goods_of
from market.queries.sales.offers import NoSuchStall

MOST_STICKER = 9_999
MOST_NAME = 50
MOST_DONOR = 40


class StickerTaken(Invalid):
    """Two pieces with one number."""

    sentence = N_("%(sticker)s 号已经贴在“%(name)s”上了，请换一个号码。")


class ConsentWithoutName(Invalid):
    """Nobody can agree to be named without a name."""

    sentence = N_("匿名的就不要勾选公开姓名。")


class SoldAlready(Refused):
    """What was sold cannot be given away."""

    sentence = N_("“%(name)s”已经卖出，不用再处理。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInGoods:
    """A piece as it came over the table. `price_minor` None is an open price, `donor` '' 匿名."""

    community_id: int
    market_day_id: int
    stall_id: int
    sticker: int
    name: str
    price_minor: int | None
    donor: str = ""
    may_be_named: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was encoded here."""

    webp: bytes
    width: int
    height: int


def take_in_goods(
    session: Session, command: TakeInGoods, *, photo: Photo | None, by_id: int, now: datetime
) -> GivenGoods:
    """Offer a given piece at its stall; the same piece sent twice is taken in once.

    Raises NoSuchMarketDay, NoSuchStall, StickerTaken, ConsentWithoutName, and what texts raise.
    """
    day = market_day_to_write(session, command.community_id, command.market_day_id)
    stall = stall_to_write(session, command.community_id, command.stall_id)
    if stall.market_day_id != day.id:
        raise NoSuchStall
    check_count(command.sticker, most=MOST_STICKER)
    if command.price_minor is not None:
        check_minor(command.price_minor)
    donor = clean_text(command.donor, most=MOST_DONOR, least=0)
    if command.may_be_named and not donor:
        raise ConsentWithoutName(field="may_be_named")
    name = f"{command.sticker:03d} {clean_text(command.name, most=MOST_NAME)}"
    known = _with_sticker(session, day, command.sticker)
    if known is not None:
        goods, listing = known
        if (listing.name, listing.price_minor, goods.donor) == (name, command.price_minor, donor):
            return goods
        raise StickerTaken(sticker=command.sticker, name=listing.name, field="sticker")
    listing = _offer(session, stall, name, command.price_minor)
    goods = GivenGoods(
        listing_id=listing.id,
        market_day_id=day.id,
        sticker=command.sticker,
        donor=donor,
        may_be_named=command.may_be_named,
        taken_in_by_id=by_id,
        taken_in_at=now,
    )
    session.add(goods)
    session.flush()
    if photo is not None:
        session.add(GoodsPhoto(listing_id=listing.id, taken_at=now, **_parts(photo)))
    _note(session, "goods_taken_in", day, by_id=by_id, now=now, listing=listing.id)
    return goods


def settle_goods(
    session: Session,
    community_id: int,
    market_day_id: int,
    listing_ids: Collection[int],
    outcome: GoodsState,
    *,
    by_id: int,
    now: datetime,
) -> int:
    """Say where unsold pieces went, or (OFFERED) that they are back; how many it was.

    They leave the tiles. Raises NoSuchMarketDay, NoSuchGoods, SoldAlready.
    """
    day = market_day_to_write(session, community_id, market_day_id)
    known = {piece.listing_id: piece for piece in goods_of(session, day.id)}
    for listing_id in listing_ids:
        if listing_id not in known:
            raise NoSuchGoods
        if known[listing_id].sold or outcome is GoodsState.SOLD:
            raise SoldAlready(name=known[listing_id].name)
    gone = None if outcome is GoodsState.OFFERED else now
    for listing_id in listing_ids:
        goods = session.get_one(GivenGoods, listing_id)
        goods.outcome = str(outcome) if gone else None
        goods.outcome_at, goods.outcome_by_id = gone, by_id if gone else None
        session.get_one(Listing, listing_id).retired_at = gone
    _note(session, f"goods_{outcome}", day, by_id=by_id, now=now, count=len(listing_ids))
    return len(listing_ids)


def _with_sticker(
    session: Session, day: MarketDay, sticker: int
) -> tuple[GivenGoods, Listing] | None:
    row = session.execute(
        select(GivenGoods, Listing)
        .join(Listing, Listing.id == GivenGoods.listing_id)
        .where(GivenGoods.market_day_id == day.id, GivenGoods.sticker == sticker)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _offer(session: Session, stall: Stall, name: str, price_minor: int | None) -> Listing:
    last = session.scalar(select(func.max(Listing.position)).where(Listing.stall_id == stall.id))
    listing = Listing(
        stall_id=stall.id,
        position=(last or 0) + 1,
        kind="goods",
        name=name,
        price_minor=price_minor,
        stock=1,
        sold=0,
    )
    session.add(listing)
    session.flush()
    return listing


def _parts(photo: Photo) -> dict[str, bytes | int]:
    return {"webp": photo.webp, "width": photo.width, "height": photo.height}


def _note(
    session: Session, kind: str, day: MarketDay, *, by_id: int, now: datetime, **subject: int
) -> None:
    note(
        session,
        kind,
        community_id=day.community_id,
        now=now,
        market_day=day.id,
        by=by_id,
        **subject,
    )
