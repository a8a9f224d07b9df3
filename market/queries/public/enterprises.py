"""What everybody may see of an enterprise: only what its entrepreneur shows, and only while they do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from market.models.livelihood import (
    Enterprise,
    EnterprisePicture,
    SupportApplication,
    Tranche,
)
from market.models.proceeds import Allocation
from market.models.sales import (
    Closure,
    Listing,
    MarketChange,
    MarketDay,
    Stall,
    Till,
)
from market.queries.public.trace import contributions


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """Where a picture is, and its size."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseShown:
    """An enterprise as everybody sees it: what is not shown is ''."""

    id: int
    party_id: int
    code: str
    name: str
    product: str
    words: str
    goal: str
    buying: str
    picture: ShownPicture | None
    support_shown: bool


@dataclass(frozen=True, slots=True)
class NextMarket:
    """Where its things are sold next, and which of them."""

    slug: str
    name: str
    place: str
    on: date
    starts_at: time
    stall: str
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supporter:
    """A market that paid for a part of its support."""

    slug: str
    name: str
    on: date
    amount_minor: int


def shown_enterprises(session: Session) -> list[EnterpriseShown]:
    """All pages that are shown, by name."""
    return _shown(session)


def shown_enterprise(session: Session, code: str) -> EnterpriseShown | None:
    """One of them; None where there is none, or it is withdrawn."""
    found = _shown(session, Enterprise.code == code)
    return found[0] if found else None


def shown_picture(session: Session, address: str) -> bytes | None:
    """A picture at its address, as long as it is shown."""
    return session.scalar(
        select(EnterprisePicture.webp)
        .join(Enterprise, Enterprise.id == EnterprisePicture.enterprise_id)
        .where(
            EnterprisePicture.address == address,
            Enterprise.page_shown,
            Enterprise.picture_shown,
            Enterprise.closed_at.is_(None),
        )
    )


def own_page(session: Session, enterprise_id: int) -> Enterprise:
    """All of it, shown or not, for who writes it."""
    return session.get_one(Enterprise, enterprise_id)


def own_picture(session: Session, enterprise_id: int) -> EnterprisePicture | None:
    """The picture, for who may see it anyway."""
    return session.get(EnterprisePicture, enterprise_id)


def next_markets_of(session: Session, party_id: int, *, today: date) -> list[NextMarket]:
    """The markets to come at which something of this consignor's is on offer, the next one first."""
    called_off = select(MarketChange.market_day_id).where(MarketChange.to_on.is_(None))
    rows = session.execute(
        select(MarketDay, Stall.id, Stall.number, Stall.name.label("stall"), Listing.name)
        .join(Stall, Stall.market_day_id == MarketDay.id)
        .join(Listing, Listing.stall_id == Stall.id)
        .where(
            Listing.consignor_id == party_id,
            Listing.retired_at.is_(None),
            MarketDay.held_on >= today,
            MarketDay.id.not_in(called_off),
        )
        .order_by(MarketDay.held_on, MarketDay.id, Stall.id, Listing.position)
    ).all()
    things: dict[tuple[int, int], list[str]] = defaultdict(list)
    first: dict[tuple[int, int], tuple[MarketDay, str]] = {}
    for day, stall_id, number, stall, thing in rows:
        key = (day.id, stall_id)
        things[key].append(thing)
        first.setdefault(key, (day, f"{number} · {stall}"))
    return [
        NextMarket(
            slug=day.slug,
            name=day.name,
            place=day.place,
            on=day.held_on,
            starts_at=day.starts_at,
            stall=stall,
            things=tuple(things[key]),
        )
        for key, (day, stall) in first.items()
    ]


def supporters_of(session: Session, enterprise_id: int) -> list[Supporter]:
    """Which markets' net proceeds its support was paid from, the earliest first.

    They sum to what its tranches were allocated and have not returned, box income left out.
    """
    allocations = session.scalars(
        select(Allocation.id)
        .join(Tranche, Tranche.id == Allocation.tranche_id)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .where(SupportApplication.enterprise_id == enterprise_id)
    ).all()
    if not allocations:
        return []
    by_closure: dict[int, int] = defaultdict(int)
    for one in contributions(session, allocations):
        if one.closure_id is not None:
            by_closure[one.closure_id] += one.amount_minor
    rows = session.execute(
        select(Closure.id, MarketDay)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(Closure.id.in_(by_closure))
        .order_by(MarketDay.held_on, MarketDay.id)
    ).all()
    sums: dict[int, int] = defaultdict(int)
    days = {}
    for closure_id, day in rows:
        sums[day.id] += by_closure[closure_id]
        days[day.id] = day
    return [
        Supporter(day.slug, day.name, day.held_on, sums[id_])
        for id_, day in days.items()
        if sums[id_]
    ]


def _shown(session: Session, *conditions: ColumnElement[bool]) -> list[EnterpriseShown]:
    rows = session.execute(
        select(
            Enterprise,
            EnterprisePicture.address,
            EnterprisePicture.width,
            EnterprisePicture.height,
        )
        .outerjoin(EnterprisePicture, EnterprisePicture.enterprise_id == Enterprise.id)
        .where(Enterprise.page_shown, Enterprise.closed_at.is_(None), *conditions)
        .order_by(Enterprise.name, Enterprise.id)
    )
    return [
        EnterpriseShown(
            id=one.id,
            party_id=one.party_id,
            code=one.code,
            name=one.name if one.name_shown else "",
            product=one.product if one.product_shown else "",
            words=one.words if one.words_shown else "",
            goal=one.goal if one.goal_shown else "",
            buying=one.buying if one.buying_shown else "",
            picture=ShownPicture(address, width, height) if address and one.picture_shown else None,
            support_shown=one.support_shown,
        )
        for one, address, width, height in rows
    ]
