"""A market day with services, for tests about turns and bookings."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from market.actions.sales import bookings
from market.actions.sales.services import OpenSlots, SetService, open_slots, set_service
from market.actions.sales.turns import StepTurn, Taker, TakeTurn, step_turn, take_turn
from market.domain.errors import MarketError
from market.domain.identifiers import uuid7
from market.domain.sales.bookings import Contact
from market.domain.sales.receipt_code import mint
from market.domain.sales.turns import TurnState, Way
from market.extensions import unit_of_work
from market.models.sales import Listing
from market.queries.sales.services import ServiceNow, service_now
from market.queries.sales.turns import TurnNow, turn_now
from tests.factories import NOW, make_listing
from tests.market_day import Day, make_day

WANG = Contact("王阿姨", "5678")
LI = Contact("李爷爷", "0042")
AT_ELEVEN = time(11)
"""An hour after NOW on the community's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fair:
    """A day with haircuts by slots (20 minutes from 9 to 12), buttons for nothing by numbers,
    mending that is left, and childcare by numbers."""

    day: Day
    haircut: Listing
    buttons: Listing
    mending: Listing
    care: Listing

    @property
    def taker(self) -> Taker:
        return Taker(person_id=self.day.cast.volunteer.id)

    def service(self, session: Session, listing: Listing) -> ServiceNow:
        return service_now(session, self.day.community.id, listing.id)


def make_fair(session: Session, **options: Any) -> Fair:
    """Everything that is there when the first neighbour asks for a turn."""
    day = make_day(session, **options)
    stall = day.stall
    service = {"kind": "service", "minutes": 20}
    fair = Fair(
        day=day,
        haircut=make_listing(session, stall, name="理发", price_minor=10_00, **service),
        buttons=make_listing(session, stall, name="钉扣子", price_minor=0, **service),
        mending=make_listing(session, stall, name="换拉链", price_minor=15_00, **service),
        care=make_listing(session, stall, name="看孩子", price_minor=0, **service),
    )
    ways = (
        (fair.haircut, Way.SLOT),
        (fair.buttons, Way.NUMBER),
        (fair.mending, Way.LEFT),
        (fair.care, Way.NUMBER),
    )
    for listing, way in ways:
        set_service(
            session,
            SetService(
                community_id=day.community.id,
                listing_id=listing.id,
                way=way,
                provider="宝妈理发队",
                care=listing is fair.care,
            ),
            by_id=day.cast.social_worker.id,
            now=NOW,
        )
    open_slots(
        session,
        OpenSlots(
            community_id=day.community.id, listing_id=fair.haircut.id, first=time(9), last=time(12)
        ),
        by_id=day.cast.social_worker.id,
        now=NOW,
    )
    return fair


def open_fair(**options: Any) -> Fair:
    """The same, written."""
    with unit_of_work() as work:
        return make_fair(work, **options)


def new_id() -> UUID:
    return uuid7(NOW, secrets.token_bytes)


def new_code() -> str:
    return mint(secrets.token_bytes)


def take(
    session: Session,
    fair: Fair,
    listing: Listing,
    *,
    contact: Contact | None = None,
    turn_id: UUID | None = None,
    taker: Taker | None = None,
) -> TurnNow:
    """A volunteer gives a number, or takes something in."""
    command = TakeTurn(
        community_id=fair.day.community.id,
        listing_id=listing.id,
        turn_id=turn_id or new_id(),
        contact=contact,
    )
    taken = take_turn(
        session, command, taker or fair.taker, now=NOW, random_bytes=secrets.token_bytes
    )
    return turn_now(session, fair.day.community.id, taken)


def book(
    session: Session,
    fair: Fair,
    at: time = AT_ELEVEN,
    *,
    contact: Contact = WANG,
    now: datetime = NOW,
    **named: Any,
) -> TurnNow:
    """A neighbour books a haircut by herself."""
    command = bookings.Book(
        at=at, contact=contact, **{"turn_id": new_id(), "code": new_code(), **named}
    )
    service = fair.service(session, fair.haircut)
    taken = bookings.book(
        session, service, command, Taker(), now=now, random_bytes=secrets.token_bytes
    )
    return turn_now(session, fair.day.community.id, taken)


def step(session: Session, fair: Fair, turn: TurnNow, state: TurnState, **more: Any) -> TurnNow:
    """A volunteer taps once."""
    seen = more.pop("seen", turn_now(session, fair.day.community.id, turn.id).seen)
    command = StepTurn(
        community_id=fair.day.community.id, turn_id=turn.id, state=state, seen=seen, **more
    )
    return step_turn(session, command, fair.taker, now=NOW)


@dataclass(frozen=True, slots=True)
class TryToBook:
    """One of many neighbours after one time; says whether it was she who got it."""

    community_id: int
    listing_id: int
    nickname: str

    def __call__(self, session: Session) -> str:
        service = service_now(session, self.community_id, self.listing_id)
        contact = Contact(self.nickname, "1234")
        command = bookings.Book(at=AT_ELEVEN, turn_id=new_id(), contact=contact, code=new_code())
        try:
            # Within: a refusal takes back what was written before it.
            with session.begin_nested():
                bookings.book(
                    session, service, command, Taker(), now=NOW, random_bytes=secrets.token_bytes
                )
        except MarketError as error:
            return type(error).__name__
        return "got it"


@dataclass(frozen=True, slots=True)
class TryToStep:
    """One of many volunteers who tap the same turn."""

    community_id: int
    turn_id: UUID
    state: TurnState
    by_id: int

    def __call__(self, session: Session) -> str:
        command = StepTurn(
            community_id=self.community_id, turn_id=self.turn_id, state=self.state, seen=0
        )
        try:
            with session.begin_nested():
                step_turn(session, command, Taker(person_id=self.by_id), now=NOW)
        except MarketError as error:
            return type(error).__name__
        return "done"
