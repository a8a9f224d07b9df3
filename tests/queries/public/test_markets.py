"""A market day as anybody may see it: every public sum is what the ledger says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.models.ledger import Account, Fund, Posting, Voucher
from market.models.proceeds import Allocation, Wish
from market.models.sales import LegalBasis, Refund, Sale, SaleVoid
from market.queries.public.markets import (
    PAGE_SIZE,
    MarketPage,
    market_list,
    market_page,
    markets,
    next_market,
)
from tests import factories
from tests.books import busy_day
from tests.market_day import Day, make_day
from tests.queries.statements import counting
from tests.refunds import close_day, recorded_sale


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session, basis="B")


@pytest.fixture
def busy(session: Session) -> tuple[Day, MarketPage]:
    day = busy_day(session)
    session.flush()
    return day, page_of(session, day)


def page_of(session: Session, day: Day) -> MarketPage:
    found = market_page(session, day.day.slug)
    assert found is not None
    return found


def booked(session: Session, kind: str, *entries: str) -> int:
    """What vouchers of these kinds have credited to accounts of this kind."""
    total = session.scalar(
        select(func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .join(Voucher, Voucher.id == Posting.voucher_id)
        .where(Account.kind == kind, Voucher.kind.in_(entries))
    )
    return -(total or 0)


def test_its_sums_are_the_ledgers(session: Session, busy: tuple[Day, MarketPage]) -> None:
    _, page = busy
    closures = ("closure", "late_closure")
    assert page.net_minor == booked(session, "fund_unallocated", *closures) > 0
    assert page.consigned_minor == booked(session, "payable", *closures) > 0
    assert page.income_minor == page.net_minor + page.consigned_minor
    assert page.box_minor == 7_00
    for use in page.funds:
        laid = use.wishes_minor + use.costs_minor + use.support_minor
        laid += use.refunded_minor + use.waiting_minor
        assert laid == use.laid_minor
    assert sum(use.laid_minor for use in page.funds) == page.net_minor


def test_what_its_money_was_used_for_is_what_the_allocations_hold(
    session: Session, busy: tuple[Day, MarketPage]
) -> None:
    _, page = busy
    # The whole line of this community was laid by this one market and what came back to it.
    held = (
        session.scalar(select(func.sum(Allocation.amount_minor - Allocation.returned_minor))) or 0
    )
    free = session.scalar(select(func.sum(Fund.laid_minor - Fund.taken_minor))) or 0
    wishes = sum(use.wishes_minor for use in page.funds)
    waiting = sum(use.waiting_minor for use in page.funds)
    assert wishes == sum(page.lit.values())
    assert wishes + waiting == held + free
    # What one person was supported with is told as if it waited still.
    assert [(use.supported, use.support_minor) for use in page.funds if use.supported] == [(1, 0)]
    assert waiting - free == 5_00
    for wish_id, amount_minor in page.lit.items():
        assert session.get_one(Wish, wish_id).funded_minor == amount_minor


def test_refunds_and_late_closures_are_told_beside_it(
    session: Session, busy: tuple[Day, MarketPage]
) -> None:
    _, page = busy
    paid = session.execute(
        select(func.count(Refund.sale_id.distinct()), func.sum(Refund.amount_minor))
    ).one()
    assert (page.refunds, page.refunds_minor) == tuple(paid)
    [late] = page.corrections
    assert (late.number, late.sales, late.amount_minor) == (2, 1, 15_00)


def test_a_voided_sale_is_no_receipt(session: Session, busy: tuple[Day, MarketPage]) -> None:
    _, page = busy
    sales = session.scalar(select(func.count(Sale.id))) or 0
    voided = session.scalar(select(func.count(SaleVoid.sale_id)))
    assert voided == 1
    assert page.receipts == sales - voided


def test_before_a_till_is_closed_there_are_no_sums(session: Session, day: Day) -> None:
    recorded_sale(session, day)
    page = page_of(session, day)
    assert (page.market.stage, page.market.net_minor) == ("open", None)
    assert (page.income_minor, page.funds, page.receipts) == (0, (), 1)


def test_a_market_goes_from_upcoming_to_closed(session: Session, day: Day) -> None:
    to_come = factories.make_market_day(session, day.community, day.cast.social_worker)
    found = market_page(session, to_come.slug)
    assert found is not None
    assert found.market.stage == "upcoming"
    other = factories.make_stall(session, day.day)
    second = factories.make_till(session, day.day, [other], day.cast.volunteer)
    close_day(session, day)
    assert page_of(session, day).market.stage == "closing"
    assert second.number == 2


def test_it_names_its_stalls_and_what_they_sell(session: Session, day: Day) -> None:
    stalls = page_of(session, day).stalls
    assert [(stall.number, stall.sells) for stall in stalls] == [
        ("3", ("手工皂", "缝补", "杯子")),
        ("4", ("围巾", "团扇")),
    ]


def test_mutual_aid_and_drafts_are_not_listed_but_open_by_their_address(
    session: Session, day: Day
) -> None:
    community, by = day.community, day.cast.social_worker
    tomorrow = date(2026, 11, 22)
    kinds = (("A", True), ("B", True), ("C", False), (None, False))
    listed = [day.day.slug]
    for kind, is_listed in kinds:
        one = factories.make_market_day(session, community, by, held_on=tomorrow)
        if kind is not None:
            session.add(LegalBasis(market_day_id=one.id, holder_id=day.holder.id, kind=kind))
            session.flush()
        if is_listed:
            listed.insert(0, one.slug)
        assert market_page(session, one.slug) is not None
    assert [row.slug for row in markets(session)] == listed
    found = market_list(session, today=day.day.held_on)
    assert [row.slug for row in found.coming] == listed
    assert found.past == ()


def test_the_markets_that_were_are_paged_and_none_is_left_out(session: Session, day: Day) -> None:
    on, today = day.day.held_on, day.day.held_on + timedelta(days=1)
    listed = [day.day.slug]
    for week in range(1, PAGE_SIZE + 2):
        one = factories.make_market_day(
            session, day.community, day.cast.social_worker, held_on=on - timedelta(weeks=week)
        )
        session.add(LegalBasis(market_day_id=one.id, holder_id=day.holder.id, kind="B"))
        listed.append(one.slug)
    session.flush()
    pages = [market_list(session, today=today, page=page) for page in (1, 2)]
    assert [row.slug for page in pages for row in page.past] == listed
    assert [(page.page, page.pages, page.coming) for page in pages] == [(1, 2, ()), (2, 2, ())]
    assert market_list(session, today=today, page=9) == pages[1]
    assert market_list(session, today=today, page=-1) == pages[0]


def test_the_next_market_is_todays_or_the_nearest_to_come(session: Session, day: Day) -> None:
    on = day.day.held_on
    soon = factories.make_market_day(
        session, day.community, day.cast.social_worker, held_on=on + timedelta(days=7)
    )
    session.add(LegalBasis(market_day_id=soon.id, holder_id=day.holder.id, kind="B"))
    session.flush()
    found = [next_market(session, today=on + timedelta(days=days)) for days in (0, 1, 8)]
    assert [row and row.slug for row in found] == [day.day.slug, soon.slug, None]


def test_it_asks_as_often_for_many_sales_as_for_few(session: Session) -> None:
    asked_for = []
    for sales in (1, 9):
        day = make_day(session, basis="B")
        for _ in range(sales):
            recorded_sale(session, day)
        close_day(session, day)
        session.flush()
        with counting(session) as asked:
            page_of(session, day)
        asked_for.append(len(asked))
    assert asked_for[0] == asked_for[1] <= 20
