"""A receipt for whoever holds its code: what was bought, its split, and what became of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from market.domain.livelihood.plan import Step, SupportKind
from market.domain.sales.sale import Sale
from market.models.livelihood import Enterprise
from market.queries.public.receipts import Receipt, code_by_day_number, receipt
from market.queries.public.version import receipt_version
from tests.books import void
from tests.market_day import Day, make_day
from tests.queries.statements import counting
from tests.refunds import (
    ask,
    close_day,
    close_late,
    light_with_all,
    of_line,
    recorded_sale,
    whole,
)
from tests.support import DUE, agreed_plan, reach, release, support_on


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session)


def look_up(session: Session, sale: Sale) -> Receipt:
    found = receipt(session, sale.code)
    assert found is not None
    return found


def test_an_unknown_code_is_nobodys_receipt(session: Session, day: Day) -> None:
    sale = day.sale()
    assert receipt(session, sale.code) is None
    assert receipt_version(session, sale.code) is None


def test_before_closing_a_receipt_shows_what_was_bought_and_no_split(
    session: Session, day: Day
) -> None:
    sale = recorded_sale(session, day, day.soap, day.scarf, gift_minor=1_00)
    found = look_up(session, sale)
    assert found.stage == "open"
    assert [(x.name, x.quantity, x.amount_minor) for x in found.lines] == [
        ("手工皂", 1, 15_00),
        ("围巾", 1, 60_00),
    ]
    assert (found.total_minor, found.consigned_minor, found.net_minor) == (76_00, 48_00, 28_00)
    assert (found.split, found.uses) == ((), ())


def test_after_closing_its_net_is_split_to_the_fen(session: Session, day: Day) -> None:
    sale = recorded_sale(session, day, day.soap, day.scarf, gift_minor=1_01)
    close_day(session, day)
    found = look_up(session, sale)
    assert found.stage == "laid"
    assert [(part.purpose, part.amount_minor) for part in found.split] == [
        ("wishes", 19_60),
        ("enterprise", 8_41),
    ]
    assert [(use.kind, use.amount_minor) for use in found.uses] == [
        ("waiting", 19_60),
        ("waiting", 8_41),
    ]


def test_it_follows_its_money_to_a_wish(session: Session, day: Day) -> None:
    sale = recorded_sale(session, day)
    close_day(session, day)
    wish = light_with_all(session, day)
    found = look_up(session, sale)
    assert [(use.kind, use.amount_minor, use.wish_id) for use in found.uses] == [
        ("wish", 10_50, wish.id),
        ("waiting", 4_50, None),
    ]
    assert found.uses[0].on is not None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_it_follows_its_money_to_an_enterprise_and_names_it_only_as_its_entrepreneur_chose(
    session: Session, day: Day
) -> None:
    sale = recorded_sale(session, day)
    close_day(session, day)
    session.expire_all()
    support = support_on(session, day)
    [tranche] = agreed_plan(session, support, (Step(SupportKind.GOODS, "买线", DUE, 4_50),))
    reach(session, support, tranche)
    release(session, support, tranche, 4_00)

    def uses() -> list[tuple[str, int, str]]:
        return [(use.kind, use.amount_minor, use.enterprise) for use in look_up(session, sale).uses]

    assert uses() == [("enterprise", 4_00, ""), ("waiting", 10_50, ""), ("waiting", 50, "")]
    enterprise = session.get_one(Enterprise, support.made.enterprise.id)
    enterprise.page_shown = enterprise.name_shown = True
    assert uses()[0][2] == "", "her support is not for everybody to see"
    enterprise.support_shown = True
    assert uses()[0] == ("enterprise", 4_00, "针线布包")


def test_a_voided_sale_says_so(session: Session, day: Day) -> None:
    sale = recorded_sale(session, day)
    void(session, day, sale)
    close_day(session, day)
    found = look_up(session, sale)
    assert (found.stage, found.split, found.uses) == ("void", (), ())


def test_a_refund_says_so_in_part_and_in_whole(session: Session, day: Day) -> None:
    part, all_of_it = recorded_sale(session, day, day.soap, day.repair), recorded_sale(session, day)
    close_day(session, day)
    ask(session, day, part.id, of_line(1, 1, 15_00))
    ask(session, day, all_of_it.id, whole(session, day, all_of_it.id))
    assert (look_up(session, part).stage, look_up(session, part).refunded_minor) == ("laid", 15_00)
    found = look_up(session, all_of_it)
    assert (found.stage, found.refunded_minor) == ("refunded", 15_00)
    assert {use.kind for use in found.uses} == {"refunded"}


def test_a_late_sale_is_a_receipt_like_any_other(session: Session, day: Day) -> None:
    recorded_sale(session, day)
    close_day(session, day)
    late = recorded_sale(session, day)
    assert look_up(session, late).stage == "open"
    close_late(session, day)
    assert look_up(session, late).stage == "laid"


def test_it_opens_by_market_day_number_and_amount_and_by_nothing_less(
    session: Session, day: Day
) -> None:
    sale = recorded_sale(session, day, gift_minor=2_00)
    number = look_up(session, sale).day_number
    assert code_by_day_number(session, day.day.slug, number, 17_00) == sale.code
    assert code_by_day_number(session, day.day.slug, number, 15_00) is None
    assert code_by_day_number(session, "elsewhere", number, 17_00) is None
    assert code_by_day_number(session, day.day.slug, "3B-999", 17_00) is None


@pytest.mark.parametrize("lines", [1, 3])
def test_it_asks_as_often_for_a_long_receipt_as_for_a_short_one(
    session: Session, day: Day, lines: int
) -> None:
    sale = recorded_sale(session, day, *(day.soap, day.repair, day.cup)[:lines])
    close_day(session, day)
    light_with_all(session, day)
    session.flush()
    with counting(session) as asked:
        look_up(session, sale)
    assert len(asked) <= 12
