"""Pages that one comes to by a few steps: a basket, a count, money proposed, a time that is booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.cli.demo.neighbourhood import SLUG
from market.domain.proceeds.purpose import FundPurpose
from market.extensions import db, unit_of_work
from market.models.ledger import Fund
from market.models.people import Community, Person
from market.models.sales import Listing, MarketDay, Slot, Stall, Till
from tests import factories
from tests.browser.sample import Sample, ask
from tests.visitor import Typed, Visitor

Samples = Iterator[tuple[str, Sample]]


def stories(app: Flask, clients: dict[str, FlaskClient]) -> Samples:
    yield from _till(app, clients["nangua"], clients["yunduo"])
    yield from _proposal(app, clients["zhima"])
    yield from _booking(app)


def _till(app: Flask, seller: FlaskClient, closer: FlaskClient) -> Samples:
    """A basket that is checked; a count that waits for its second name, then for the closing."""
    with app.app_context(), unit_of_work() as session:
        by = session.scalars(select(Person).where(Person.username == "yunduo")).one()
        newest = session.scalars(select(Till).order_by(Till.id.desc())).first()
        assert newest is not None
        day = session.get_one(MarketDay, newest.market_day_id)
        stall = factories.make_stall(session, day, number="Z", name="布艺角")
        factories.make_listing(session, stall, name="小布包")
        now = datetime.now(UTC)
        till = factories.make_till(session, day, [stall], by, float_minor=50_00, now=now)
        till_id = till.id
    visitor = Visitor(seller)
    visitor.open(f"/till/{SLUG}/{till_id}")
    basket = visitor.filled("收款", {"小布包": "1"})
    yield from ask(seller, basket.address, basket.fields)
    visitor.open(f"/till/{SLUG}/{till_id}/count")
    visitor.send("点完了，提交", {"¥50": "1", "第二位点钱人": "宝妈乙"})
    yield from ask(seller, visitor.page.address)
    signed: dict[str, Typed] = {
        "写不了？在这里填写第二位点钱人的姓名": "宝妈乙",
        "我就是第二位点钱人": True,
    }
    visitor.send("签名确认", signed)
    yield from ask(closer, visitor.page.address)


def _proposal(app: Flask, worker: FlaskClient) -> Samples:
    with app.app_context(), Session(db.engine) as session:
        here = select(Community.id).where(Community.slug == SLUG).scalar_subquery()
        purpose = str(FundPurpose.WISHES)
        fund_id = session.scalars(
            select(Fund.id).where(Fund.community_id == here, Fund.purpose == purpose)
        ).one()
    visitor = Visitor(worker)
    visitor.open(f"/desk/{SLUG}/funds/{fund_id}/allocations/new?rule=by_hand")
    board = visitor.filled("核对这份安排", {"安排给": "1"})
    yield from ask(worker, board.address, board.fields)


def _booking(app: Flask) -> Samples:
    """A time at the next market, as the neighbour sees it who booked it."""
    with app.app_context(), Session(db.engine) as session:
        slug, listing_id = session.execute(
            select(MarketDay.slug, Listing.id)
            .join(Stall, Stall.market_day_id == MarketDay.id)
            .join(Listing, Listing.stall_id == Stall.id)
            .where(Listing.name == "儿童理发", Listing.id.in_(select(Slot.listing_id)))
            .order_by(MarketDay.held_on.desc())
            .limit(1)
        ).one()
    client = app.test_client()
    visitor = Visitor(client)
    visitor.open(f"/markets/{slug}/services/{listing_id}")
    who: dict[str, Typed] = {"09:40": True, "怎么称呼": "王阿姨", "手机号后四位": "5678"}
    visitor.send("预约这个时段", who)
    yield from ask(client, visitor.page.address)
