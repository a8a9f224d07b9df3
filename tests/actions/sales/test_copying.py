"""A market planned like an earlier one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.copying import Copied, plan_market_like
from market.actions.sales.legal_basis import set_basis
from market.actions.sales.listings import offer, retire_listing
from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.sale import Tender
from market.models.sales import LegalBasis, Listing, MarketDay, PaymentCode, PolicyShare, Stall
from market.queries.sales.tills import NoSuchMarketDay
from tests.factories import NOW
from tests.preparing import (
    HELD_ON,
    Place,
    make_place,
    make_stall,
    open_day,
    plan_day,
    prepare_day,
)

LATER = HELD_ON + timedelta(days=28)


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


def plan_like(session: Session, place: Place, source: MarketDay) -> Copied:
    plan = place.plan(name="元宵市集", held_on=LATER)
    return plan_market_like(session, source.id, plan, by_id=place.by_id, now=NOW)


def test_basis_split_stalls_and_offers_come_along(session: Session, place: Place) -> None:
    source, soap = prepare_day(session, place)
    basis = place.basis(source, payment_codes={Tender.WECHAT: place.platform.id})
    set_basis(session, basis, by_id=place.by_id, now=NOW)
    soap.stock, soap.sold = 60, 12
    open_day(session, place, source)
    day = plan_like(session, place, source).day
    assert (day.name, day.held_on) == ("元宵市集", LATER)
    kept = session.get_one(LegalBasis, day.id)
    assert (kept.kind, kept.agreement) == ("B", "义卖款使用约定")
    assert kept.handover_due_on == date(2026, 12, 28) + timedelta(days=28)
    assert session.scalars(
        select(PaymentCode.tender).where(PaymentCode.market_day_id == day.id)
    ).all() == ["wechat"]
    assert session.scalars(
        select(PolicyShare.weight)
        .where(PolicyShare.market_day_id == day.id)
        .order_by(PolicyShare.ordinal)
    ).all() == [70, 30]
    stall = session.scalars(select(Stall).where(Stall.market_day_id == day.id)).one()
    copy = session.scalars(select(Listing).where(Listing.stall_id == stall.id)).one()
    assert (stall.number, copy.name, copy.price_minor) == ("1", "手工皂", 15_00)
    assert (copy.stock, copy.sold) == (60, 0)


def test_a_charity_s_number_is_due_again(session: Session, place: Place) -> None:
    source, _ = prepare_day(session, place)
    basis = place.basis(
        source,
        kind=BasisKind.CHARITY,
        holder_id=place.charity.id,
        certificate="53320000",
        filing_number="苏民备 7 号",
    )
    set_basis(session, basis, by_id=place.by_id, now=NOW)
    kept = session.get_one(LegalBasis, plan_like(session, place, source).day.id)
    assert (kept.filing_number, kept.filing_due_on) == ("", LATER - timedelta(days=1))


def test_an_ended_consignment_and_what_was_retired_stay_behind(
    session: Session, place: Place
) -> None:
    source, soap = prepare_day(session, place)
    stall = make_stall(session, place, source, "2")
    scarf = place.offer(stall, name="围巾", consignor_id=place.weaver.id, share_bp=8000)
    offer(session, scarf, by_id=place.by_id, now=NOW)
    offer(session, place.offer(stall, name="杯子"), by_id=place.by_id, now=NOW)
    retire_listing(session, place.community.id, soap.id, by_id=place.by_id, now=NOW)
    place.weaver.closed_at = NOW
    session.flush()
    copied = plan_like(session, place, source)
    assert copied.left_out == ("围巾",)
    names = session.scalars(
        select(Listing.name)
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == copied.day.id)
    ).all()
    assert names == ["杯子"]


def test_a_basis_whose_holder_was_closed_is_asked_for_again(session: Session, place: Place) -> None:
    source, _ = prepare_day(session, place)
    place.bank.closed_at = NOW
    session.flush()
    day = plan_like(session, place, source).day
    assert session.get(LegalBasis, day.id) is None


def test_a_bare_plan_gives_a_bare_plan(session: Session, place: Place) -> None:
    day = plan_like(session, place, plan_day(session, place)).day
    assert session.get(LegalBasis, day.id) is None
    assert session.scalars(select(Stall).where(Stall.market_day_id == day.id)).all() == []


def test_another_community_s_market_is_no_model(session: Session, place: Place) -> None:
    source = plan_day(session, make_place(session))
    with pytest.raises(NoSuchMarketDay):
        plan_like(session, place, source)
