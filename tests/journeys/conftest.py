"""A neighbourhood for stories: its people, each at a browser of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.ledger import Account
from market.models.people import Community
from tests import factories
from tests.factories import NOW
from tests.market_day import Day, open_day
from tests.people import Cast, make_cast, sign_in
from tests.visitor import Typed, Visitor

PARTS = (
    "administrator",
    "social_worker",
    "treasurer",
    "reviewer",
    "auditor",
    "volunteer",
    "second_volunteer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Everybody a market day needs, signed in; `buyer` is anybody with a phone."""

    app: Flask
    community_id: int
    desk: str
    cast: Cast
    administrator: Visitor
    social_worker: Visitor
    treasurer: Visitor
    reviewer: Visitor
    auditor: Visitor
    volunteer: Visitor
    second_volunteer: Visitor
    buyer: Visitor

    def wait_until(self, now: datetime) -> None:
        """The clock on every wall says `now`; people sign in again."""
        self.app.extensions["clock"] = lambda: now
        for part in PARTS:
            sign_in(getattr(self, part).client, getattr(self.cast, part))

    def balance(self, kind: str) -> int:
        """Debits minus credits of all accounts of this kind."""
        with self.app.app_context(), Session(db.engine) as session:
            return (
                session.scalar(
                    select(func.sum(Account.balance_minor)).where(
                        Account.community_id == self.community_id, Account.kind == kind
                    )
                )
                or 0
            )

    def check_ledger(self) -> None:
        """The books hold, whatever happened."""
        checked = self.app.test_cli_runner().invoke(args=["check-ledger"])
        assert checked.exit_code == 0, checked.output


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMarket:
    """The same people on a market day that sells: its till, its goods, its address."""

    neighbours: Neighbours
    day: Day

    @property
    def till(self) -> str:
        return f"/till/{self.day.community.slug}/{self.day.till.id}"

    def sell(self, till: str, typed: Mapping[str, str], paid: str, tender: str = "现金") -> str:
        """The volunteer sells what is typed; gives the address on the slip."""
        volunteer = self.neighbours.volunteer
        volunteer.open(till)
        volunteer.send("收款", typed)
        volunteer.send(f"已收到 {paid}", {tender: True})
        return next(one for one in volunteer.page.links() if "爱心去向" in one.words).get("href")

    def close(self, till: str, counted: Mapping[str, str], reason: str = "") -> None:
        """Both volunteers count, the second signs on the first one's phone; the treasurer closes."""
        volunteer, treasurer = self.neighbours.volunteer, self.neighbours.treasurer
        volunteer.open(f"{till}/count")
        names: dict[str, Typed] = {"第二位点钱人": "宝妈乙", "第二位点钱人就在旁边": True}
        volunteer.send("点完了", {**counted, **names})
        treasurer.open(f"{till}/closure")
        treasurer.send("收摊结账", {"差额的原因": reason} if reason else {})


def neighbours_of(app: Flask, community: Community, cast: Cast) -> Neighbours:
    """Sit each of the cast down at a browser."""
    people = {}
    for part in PARTS:
        client = app.test_client()
        sign_in(client, getattr(cast, part))
        people[part] = Visitor(client)
    return Neighbours(
        app=app,
        community_id=community.id,
        desk=f"/desk/{community.slug}",
        cast=cast,
        buyer=Visitor(app.test_client()),
        **people,
    )


@pytest.fixture
def neighbours(app: Flask) -> Neighbours:
    """A community that has people, and nothing else yet."""
    with app.app_context(), unit_of_work() as session:
        here = factories.make_community(session, name="灯笼街社区")
        cast = make_cast(session, here)
    return neighbours_of(app, here, cast)


@pytest.fixture
def market(app: Flask) -> AtMarket:
    """The morning of `NOW`: a till is open, and the first buyers come."""
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        day = open_day(basis="B")
    return AtMarket(neighbours=neighbours_of(app, day.community, day.cast), day=day)
