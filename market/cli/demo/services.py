"""The demo's services: numbers and mended things at today's market, times to book at the next."""

from __future__ import annotations

import random
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.bookings import Book, book
from market.actions.sales.listings import Offer, offer
from market.actions.sales.services import OpenSlots, SetService, open_slots, set_service
from market.actions.sales.stalls import SetUpStall, set_up_stall
from market.actions.sales.turns import StepTurn, Taker, TakeTurn, step_turn, take_turn
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.identifiers import uuid7
from market.domain.sales.bookings import Contact
from market.domain.sales.receipt_code import mint
from market.domain.sales.turns import TurnState, Way
from market.models.sales import Listing, Stall
from market.queries.sales.services import service_now

HAIRCUT = ("儿童理发", 10_00, 20, Way.SLOT)
PRESSURE = ("免费量血压", 0, 10, Way.SLOT)
MENDING = ("改裤脚", 8_00, 15, Way.LEFT)
BUTTONS = ("免费钉扣子", 0, 5, Way.NUMBER)
CARE = ("现场看孩子（监护人在场）", 0, 60, Way.NUMBER)
NEIGHBOURS = (("王阿姨", "0427"), ("小宇妈妈", "5678"), ("李爷爷", "9031"))


def serve_today(
    session: Session, place: Neighbourhood, market_day_id: int, rng: random.Random, *, now: datetime
) -> None:
    """Numbers for buttons, trousers that are left, and somebody who has been served already."""
    first, second = _stalls(session, market_day_id)[:2]
    buttons = _service(session, place, first, BUTTONS, "巧手队", now=now)
    _service(session, place, second, CARE, "宝妈托管队", now=now, care=True)
    trousers = _named(session, first, MENDING[0])
    _set(session, place, trousers, MENDING[3], "巧手队", now=now)
    for number in range(7):
        turn_id = _take(session, place, buttons, rng, now=now)
        for seen, state in enumerate((TurnState.ARRIVED, TurnState.DONE)[: max(0, 6 - number)]):
            _step(session, place, turn_id, state, seen, now=now)
    left = [
        _take(session, place, trousers, rng, contact=Contact(nickname, tail), now=now)
        for nickname, tail in NEIGHBOURS
    ]
    _step(session, place, left[-1], TurnState.DONE, 0, now=now)


def offer_times(
    session: Session, place: Neighbourhood, market_day_id: int, rng: random.Random, *, now: datetime
) -> None:
    """Haircuts and blood pressure at the market to come; three neighbours have booked already."""
    haircuts = _stall(session, place, market_day_id, "1", "宝妈理发", now=now)
    health = _stall(session, place, market_day_id, "2", "邻里健康角", now=now)
    served = (
        (_service(session, place, haircuts, HAIRCUT, "宝妈理发队", now=now), time(9), time(12)),
        (
            _service(session, place, health, PRESSURE, "社区卫生站志愿者", now=now),
            time(9),
            time(11),
        ),
    )
    for listing, first, last in served:
        open_slots(
            session,
            OpenSlots(
                community_id=place.community_id, listing_id=listing.id, first=first, last=last
            ),
            by_id=place.id_of("zhima"),
            now=now,
        )
    service = service_now(session, place.community_id, served[0][0].id)
    for (nickname, tail), at in zip(NEIGHBOURS, (time(9), time(9, 20), time(10)), strict=True):
        wanted = Book(
            at=at,
            turn_id=uuid7(now, rng.randbytes),
            contact=Contact(nickname, tail),
            code=mint(rng.randbytes),
        )
        book(session, service, wanted, Taker(), now=now, random_bytes=rng.randbytes)


def _stalls(session: Session, market_day_id: int) -> list[Stall]:
    return list(
        session.scalars(
            select(Stall).where(Stall.market_day_id == market_day_id).order_by(Stall.number)
        )
    )


def _stall(
    session: Session,
    place: Neighbourhood,
    market_day_id: int,
    number: str,
    name: str,
    *,
    now: datetime,
) -> Stall:
    command = SetUpStall(
        community_id=place.community_id, market_day_id=market_day_id, number=number, name=name
    )
    return set_up_stall(session, command, by_id=place.id_of("zhima"), now=now)


def _service(
    session: Session,
    place: Neighbourhood,
    stall: Stall,
    what: tuple[str, int, int, Way],
    provider: str,
    *,
    now: datetime,
    care: bool = False,
) -> Listing:
    name, price_minor, minutes, way = what
    command = Offer(
        community_id=place.community_id,
        stall_id=stall.id,
        kind="service",
        name=name,
        price_minor=price_minor,
        minutes=minutes,
    )
    listing = offer(session, command, by_id=place.id_of("zhima"), now=now)
    _set(session, place, listing, way, provider, now=now, care=care)
    return listing


def _set(
    session: Session,
    place: Neighbourhood,
    listing: Listing,
    way: Way,
    provider: str,
    *,
    now: datetime,
    care: bool = False,
) -> None:
    command = SetService(
        community_id=place.community_id,
        listing_id=listing.id,
        way=way,
        provider=provider,
        care=care,
    )
    set_service(session, command, by_id=place.id_of("zhima"), now=now)


def _named(session: Session, stall: Stall, name: str) -> Listing:
    return session.scalars(
        select(Listing).where(Listing.stall_id == stall.id, Listing.name == name)
    ).one()


def _take(
    session: Session,
    place: Neighbourhood,
    listing: Listing,
    rng: random.Random,
    *,
    contact: Contact | None = None,
    now: datetime,
) -> UUID:
    command = TakeTurn(
        community_id=place.community_id,
        listing_id=listing.id,
        turn_id=uuid7(now, rng.randbytes),
        contact=contact,
    )
    taker = Taker(person_id=place.id_of("maisui"))
    return take_turn(session, command, taker, now=now, random_bytes=rng.randbytes)


def _step(
    session: Session,
    place: Neighbourhood,
    turn_id: UUID,
    state: TurnState,
    seen: int,
    *,
    now: datetime,
) -> None:
    command = StepTurn(community_id=place.community_id, turn_id=turn_id, state=state, seen=seen)
    step_turn(session, command, Taker(person_id=place.id_of("maisui")), now=now)
