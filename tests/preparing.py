"""A community that prepares markets, for tests: its people, funds, holders and a planned day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from threading import Thread
from time import sleep
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.orm import Session

from market.actions.sales.legal_basis import SetBasis, set_basis
from market.actions.sales.listings import Offer, offer
from market.actions.sales.market_days import (
    PlanMarket,
    SetPolicy,
    open_market,
    plan_market,
    set_policy,
)
from market.actions.sales.stalls import SetUpStall, set_up_stall
from market.domain.errors import MarketError
from market.domain.sales.legal_basis import BasisKind
from market.extensions import db, unit_of_work
from market.models.ledger import Fund, Holder, Party
from market.models.people import Community
from market.models.sales import Listing, MarketDay, Stall
from tests import factories
from tests.factories import NOW
from tests.people import Cast, make_cast

HELD_ON = date(2026, 11, 28)
"""A week after NOW."""
HEAD_START_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Everything a market day is prepared from."""

    community: Community
    cast: Cast
    wishes: Fund
    enterprise: Fund
    bank: Holder
    charity: Holder
    platform: Holder
    person: Holder
    custodian: Holder
    weaver: Party

    @property
    def by_id(self) -> int:
        return self.cast.social_worker.id

    def plan(self, **overrides: Any) -> PlanMarket:
        """What a social worker writes down first."""
        given = {
            "name": "腊八市集",
            "held_on": HELD_ON,
            "starts_at": time(9),
            "ends_at": time(12),
            "place": "小广场",
        }
        return PlanMarket(community_id=self.community.id, **{**given, **overrides})

    def basis(self, day: MarketDay, **overrides: Any) -> SetBasis:
        """A pledge, with the community's bank account."""
        given = {
            "kind": BasisKind.PLEDGE,
            "holder_id": self.bank.id,
            "agreement": "义卖款使用约定",
            "handover_due_on": date(2026, 12, 28),
        }
        return SetBasis(
            community_id=self.community.id, market_day_id=day.id, **{**given, **overrides}
        )

    def policy(self, day: MarketDay, *shares: tuple[int, int]) -> SetPolicy:
        """70 : 30, unless something else is said."""
        return SetPolicy(
            community_id=self.community.id,
            market_day_id=day.id,
            shares=shares or ((self.wishes.id, 70), (self.enterprise.id, 30)),
        )

    def offer(self, stall: Stall, **overrides: Any) -> Offer:
        """Soap for ¥15."""
        given = {"kind": "goods", "name": "手工皂", "price_minor": 15_00}
        return Offer(community_id=self.community.id, stall_id=stall.id, **{**given, **overrides})


def make_place(session: Session) -> Place:
    """The community, before any market is planned."""
    here = factories.make_community(session)
    return Place(
        community=here,
        cast=make_cast(session, here),
        wishes=factories.make_fund(session, here),
        enterprise=factories.make_fund(session, here, purpose="enterprise", name="助残创业专款"),
        bank=factories.make_holder(session, here, kind="bank", name="社区专户"),
        charity=factories.make_holder(session, here, kind="charity", name="暖灯慈善会"),
        platform=factories.make_holder(session, here, kind="platform", name="微信收款码"),
        person=factories.make_holder(session, here, kind="person", name="佘小工", on_behalf=True),
        custodian=factories.make_holder(session, here, name="保险柜"),
        weaver=factories.make_party(session, here, name="木兰编织坊"),
    )


def plan_day(session: Session, place: Place, /, **overrides: Any) -> MarketDay:
    """A market day with nothing but its words."""
    return plan_market(session, place.plan(**overrides), by_id=place.by_id, now=NOW)


def prepare_day(session: Session, place: Place, /, **overrides: Any) -> tuple[MarketDay, Listing]:
    """A market day that may open: a pledge, 70 : 30, and one stall that sells soap."""
    day = plan_day(session, place, **overrides)
    set_basis(session, place.basis(day), by_id=place.by_id, now=NOW)
    set_policy(session, place.policy(day), by_id=place.by_id, now=NOW)
    stall = make_stall(session, place, day)
    return day, offer(session, place.offer(stall), by_id=place.by_id, now=NOW)


def make_stall(session: Session, place: Place, day: MarketDay, number: str = "1") -> Stall:
    """A stall with its number on the sign."""
    command = SetUpStall(
        community_id=place.community.id, market_day_id=day.id, number=number, name="手作摊"
    )
    return set_up_stall(session, command, by_id=place.by_id, now=NOW)


def open_day(session: Session, place: Place, day: MarketDay) -> None:
    """From here on it sells for real."""
    open_market(session, place.community.id, day.id, by_id=place.by_id, now=NOW)


def meanwhile(app: Flask, act: Callable[[Session], object]) -> Future[object]:
    """Do `act` in a unit of work of its own, which gets time to run into the caller's."""
    done: Future[object] = Future()

    def do() -> None:
        try:
            with app.app_context(), unit_of_work() as work:
                result = act(work)
        except MarketError as error:
            done.set_exception(error)
        else:
            # Only now it is written, and its connection given back.
            done.set_result(result)

    Thread(target=do).start()
    sleep(HEAD_START_SECONDS)
    return done


@contextmanager
def questions_asked() -> Iterator[list[str]]:
    """The statements that the application's database is asked meanwhile; within its context."""
    asked: list[str] = []

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        _context: ExecutionContext | None,
        _many: bool,  # noqa: FBT001 - the event's own arguments
    ) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
