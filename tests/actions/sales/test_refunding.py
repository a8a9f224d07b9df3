"""Refunds: who may pay them, out of what, how much, and what becomes of the funds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NoLongerApprover
from market.actions.sales.refund_payment import TenderCannotRefund
from market.actions.sales.refunding import (
    AlreadyDecided,
    NoSuchRequest,
    SafeNotChosen,
    SaleChanged,
    TillNotChosen,
    decide_refund,
    propose_refund,
)
from market.actions.sales.tills import TillNotOpen
from market.actions.sales.voiding import VoidSale, void_sale
from market.domain.people import SamePerson
from market.domain.sales.refund import (
    MoreMoneyThanLeft,
    MorePiecesThanLeft,
    NothingToRefund,
    PaidFrom,
    Refund,
)
from market.domain.sales.sale import Tender
from market.domain.text import TextMissing
from market.models.ledger import RefundClaim, RefundSettlement
from market.models.sales import Refund as RefundRow
from market.models.sales import RefundDecision, SalePosition
from market.queries.sales.refundable import NoSuchSale, SaleIsVoided, SaleNotClosed
from tests import factories
from tests.market_day import LATER, Day, balance, make_day
from tests.refunds import (
    ask,
    asking,
    close_day,
    close_late,
    closed_sale,
    deciding,
    light_with_all,
    of_line,
    recorded_sale,
    whole,
)


@pytest.fixture
def day(session: Session) -> Day:
    return make_day(session)


def test_a_small_refund_is_paid_at_once_by_one_person(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    before = balance(session, day, f"cash_safe:{day.custodian.id}")
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    assert asked.refund is not None
    assert asked.refund.amount_minor == 15_00
    assert balance(session, day, f"cash_safe:{day.custodian.id}") == before - 15_00


def test_its_net_is_the_tail_of_what_is_left_of_the_sale(session: Session, day: Day) -> None:
    other = recorded_sale(session, day)
    sale = recorded_sale(session, day, gift_minor=5_00)
    close_day(session, day)
    place = session.get(SalePosition, sale.id)
    assert place is not None
    first = ask(session, day, sale.id, Refund(gift_minor=5_00)).refund
    second = ask(session, day, sale.id, of_line(1, 1, 15_00)).refund
    assert first is not None
    assert second is not None
    assert (first.start_minor, first.end_minor) == (place.end_minor - 5_00, place.end_minor)
    assert (second.start_minor, second.end_minor) == (place.start_minor, place.end_minor - 5_00)
    assert session.get(SalePosition, other.id) is not None


def test_the_funds_give_it_back_at_once_where_enough_is_free(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    refund = ask(session, day, sale.id, whole(session, day, sale.id)).refund
    assert refund is not None
    assert session.get(RefundSettlement, refund.id) is not None
    assert balance(session, day, "refunds_to_settle") == 0
    assert balance(session, day, f"fund_unallocated:{day.wishes.id}") == 0
    assert balance(session, day, f"fund_unallocated:{day.enterprise.id}") == 0


def test_it_waits_while_a_fund_is_spent_and_settles_with_the_next_laying(
    session: Session, day: Day
) -> None:
    sale = closed_sale(session, day)
    light_with_all(session, day)
    refund = ask(session, day, sale.id, whole(session, day, sale.id)).refund
    assert refund is not None
    assert session.get(RefundSettlement, refund.id) is None
    assert balance(session, day, "refunds_to_settle") == 15_00
    recorded_sale(session, day)
    close_late(session, day)
    assert session.get(RefundSettlement, refund.id) is not None
    assert balance(session, day, "refunds_to_settle") == 0


def test_a_consignor_bears_their_part(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf)
    assert balance(session, day, f"payable:{day.weaver.id}") == -48_00
    refund = ask(session, day, sale.id, whole(session, day, sale.id)).refund
    assert refund is not None
    assert (refund.consignor_minor, refund.end_minor - refund.start_minor) == (48_00, 12_00)
    assert balance(session, day, f"payable:{day.weaver.id}") == 0


def test_a_refund_that_is_all_the_consignors_asks_no_fund(session: Session, day: Day) -> None:
    day.scarf.share_bp = 10_000
    sale = closed_sale(session, day, day.scarf)
    refund = ask(session, day, sale.id, whole(session, day, sale.id)).refund
    assert refund is not None
    settled = session.get(RefundSettlement, refund.id)
    assert settled is not None
    assert settled.voucher_id is None
    assert session.scalars(select(RefundClaim)).all() == []


def test_the_claims_are_the_sales_places_on_each_line(session: Session, day: Day) -> None:
    recorded_sale(session, day)
    sale = recorded_sale(session, day)
    close_day(session, day)
    refund = ask(session, day, sale.id, whole(session, day, sale.id)).refund
    assert refund is not None
    claims = {
        claim.fund_id: (claim.start_minor, claim.end_minor)
        for claim in session.scalars(select(RefundClaim))
    }
    place = session.get(SalePosition, sale.id)
    assert place is not None
    sevenths = (place.start_minor * 70 // 100, place.end_minor * 70 // 100)
    rest = (place.start_minor - sevenths[0], place.end_minor - sevenths[1])
    assert claims == {day.wishes.id: sevenths, day.enterprise.id: rest}


def test_a_larger_one_waits_for_another_person(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    assert asked.refund is None
    command = deciding(day, asked.request.id)
    with pytest.raises(SamePerson):
        decide_refund(session, command, by_id=day.cast.treasurer.id, now=LATER)
    decide_refund(session, command, by_id=day.cast.reviewer.id, now=LATER)
    paid = session.scalars(select(RefundRow)).one()
    assert (paid.amount_minor, paid.paid_by_id) == (120_00, day.cast.treasurer.id)


def test_many_small_ones_of_one_sale_are_not_small(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    assert ask(session, day, sale.id, of_line(1, 1, 60_00)).refund is not None
    assert ask(session, day, sale.id, of_line(2, 1, 60_00)).refund is None


def test_once_a_second_person_has_looked_the_next_may_be_small_again(
    session: Session, day: Day
) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    first = ask(session, day, sale.id, of_line(1, 1, 60_00))
    decide_refund(session, deciding(day, first.request.id), by_id=day.cast.reviewer.id, now=LATER)
    assert ask(session, day, sale.id, of_line(2, 1, 60_00)).refund is not None


def test_an_objection_to_a_small_one_needs_a_reason_and_takes_nothing_back(
    session: Session, day: Day
) -> None:
    sale = closed_sale(session, day)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    with pytest.raises(TextMissing):
        decide_refund(
            session,
            deciding(day, asked.request.id, approved=False),
            by_id=day.cast.reviewer.id,
            now=LATER,
        )
    decide_refund(
        session,
        deciding(day, asked.request.id, approved=False, reason="没看到货退回来"),
        by_id=day.cast.reviewer.id,
        now=LATER,
    )
    kept = session.get(RefundDecision, asked.request.id)
    assert kept is not None
    assert not kept.approved
    assert session.scalars(select(RefundRow)).one().amount_minor == 15_00


def test_a_declined_larger_one_is_never_paid(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    no = deciding(day, asked.request.id, approved=False, reason="不符合约定")
    decide_refund(session, no, by_id=day.cast.reviewer.id, now=LATER)
    with pytest.raises(AlreadyDecided):
        decide_refund(
            session, deciding(day, asked.request.id), by_id=day.cast.reviewer.id, now=LATER
        )
    assert session.scalars(select(RefundRow)).all() == []


def test_it_never_exceeds_what_was_paid(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    with pytest.raises(MorePiecesThanLeft):
        ask(session, day, sale.id, of_line(1, 2, 15_00))
    with pytest.raises(MoreMoneyThanLeft):
        ask(session, day, sale.id, of_line(1, 1, 15_01))
    ask(session, day, sale.id, of_line(1, 1, 15_00))
    with pytest.raises(MorePiecesThanLeft):
        ask(session, day, sale.id, of_line(1, 1, 15_00))
    with pytest.raises(NothingToRefund):
        ask(session, day, sale.id, Refund())


def test_an_approval_looks_again_at_what_is_left(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    twin = ask(session, day, sale.id, whole(session, day, sale.id))
    decide_refund(session, deciding(day, asked.request.id), by_id=day.cast.reviewer.id, now=LATER)
    with pytest.raises(MorePiecesThanLeft):
        decide_refund(
            session, deciding(day, twin.request.id), by_id=day.cast.reviewer.id, now=LATER
        )


def test_the_same_tap_twice_is_noticed(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, gift_minor=10_00)
    command = asking(session, day, sale.id, Refund(gift_minor=1_00))
    propose_refund(session, command, by_id=day.cast.treasurer.id, now=LATER)
    with pytest.raises(SaleChanged):
        propose_refund(session, command, by_id=day.cast.treasurer.id, now=LATER)


def test_before_closing_a_sale_is_voided_instead(session: Session, day: Day) -> None:
    sale = recorded_sale(session, day)
    with pytest.raises(SaleNotClosed):
        ask(session, day, sale.id, of_line(1, 1, 15_00))


def test_a_voided_sale_has_nothing_to_give_back(session: Session, day: Day) -> None:
    sale = recorded_sale(session, day)
    recorded_sale(session, day)
    void_sale(
        session,
        VoidSale(
            community_id=day.community.id,
            till_id=day.till.id,
            sale_id=sale.id,
            void_id=day.sale().id,
            reason="点错了",
        ),
        by_id=day.cast.volunteer.id,
        now=LATER - timedelta(hours=1),
    )
    close_day(session, day)
    with pytest.raises(SaleIsVoided):
        ask(session, day, sale.id, of_line(1, 1, 15_00))


def test_another_communitys_sale_is_not_found(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    elsewhere = factories.make_community(session)
    with pytest.raises(NoSuchSale):
        ask(session, day, sale.id, of_line(1, 1, 15_00), community_id=elsewhere.id)


def test_another_communitys_refund_is_not_found(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    elsewhere = make_day(session)
    with pytest.raises(NoSuchSale):
        decide_refund(
            session,
            deciding(elsewhere, asked.request.id),
            by_id=elsewhere.cast.reviewer.id,
            now=LATER,
        )
    with pytest.raises(NoSuchRequest):
        decide_refund(session, deciding(day, 999), by_id=day.cast.reviewer.id, now=LATER)


def test_who_has_lost_the_role_may_not_decide(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, day.scarf, day.scarf)
    asked = ask(session, day, sale.id, whole(session, day, sale.id))
    with pytest.raises(NoLongerApprover):
        decide_refund(
            session, deciding(day, asked.request.id), by_id=day.cast.volunteer.id, now=LATER
        )


def test_it_goes_back_the_way_it_came(session: Session, day: Day) -> None:
    sale = closed_sale(session, day, tender=Tender.WECHAT)
    code = f"tender:{day.platform.id}:wechat"
    assert balance(session, day, code) == 15_00
    ask(
        session,
        day,
        sale.id,
        whole(session, day, sale.id),
        paid_from=PaidFrom.TENDER,
        safe_holder_id=None,
    )
    assert balance(session, day, code) == 0


def test_cash_has_no_way_back_of_its_own(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    with pytest.raises(TenderCannotRefund):
        ask(
            session,
            day,
            sale.id,
            whole(session, day, sale.id),
            paid_from=PaidFrom.TENDER,
            safe_holder_id=None,
        )


def test_cash_comes_from_a_named_place(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    refund = whole(session, day, sale.id)
    with pytest.raises(SafeNotChosen):
        ask(session, day, sale.id, refund, safe_holder_id=day.platform.id)
    with pytest.raises(TillNotChosen):
        ask(session, day, sale.id, refund, paid_from=PaidFrom.TILL, safe_holder_id=None)


def test_an_open_till_pays_it_out_of_its_box(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    later = factories.make_till(
        session,
        day.day,
        [factories.make_stall(session, day.day)],
        day.cast.volunteer,
        safe_holder_id=day.custodian.id,
        float_minor=20_00,
    )
    ask(
        session,
        day,
        sale.id,
        whole(session, day, sale.id),
        paid_from=PaidFrom.TILL,
        till_id=later.id,
        safe_holder_id=None,
    )
    assert balance(session, day, f"cash_till:{later.id}") == 5_00


def test_a_closed_till_pays_nothing(session: Session, day: Day) -> None:
    sale = closed_sale(session, day)
    with pytest.raises(TillNotOpen):
        ask(
            session,
            day,
            sale.id,
            whole(session, day, sale.id),
            paid_from=PaidFrom.TILL,
            till_id=day.till.id,
            safe_holder_id=None,
        )
