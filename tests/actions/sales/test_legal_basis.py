"""On what basis a market is held, and whose its takings are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales import legal_basis as acts
from market.domain.errors import MarketError
from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.sale import Tender
from market.domain.text import TextMissing
from market.models.sales import LegalBasis, MarketDay, PaymentCode
from tests.factories import NOW
from tests.preparing import HELD_ON, Place, make_place, open_day, plan_day, prepare_day

Said = Callable[[Place], dict[str, Any]]


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


@pytest.fixture
def day(session: Session, place: Place) -> MarketDay:
    return plan_day(session, place)


def say(session: Session, place: Place, day: MarketDay, **overrides: Any) -> None:
    acts.set_basis(session, place.basis(day, **overrides), by_id=place.by_id, now=NOW)


def charity(place: Place, **overrides: Any) -> dict[str, Any]:
    return {
        "kind": BasisKind.CHARITY,
        "holder_id": place.charity.id,
        "certificate": "53320000",
        "filing_number": "苏民备 7 号",
        **overrides,
    }


def test_a_basis_says_whose_the_takings_are(session: Session, place: Place, day: MarketDay) -> None:
    say(session, place, day, payment_codes={Tender.WECHAT: place.platform.id})
    kept = session.get_one(LegalBasis, day.id)
    assert (kept.kind, kept.holder_id, kept.agreement) == ("B", place.bank.id, "义卖款使用约定")
    codes = session.execute(select(PaymentCode.tender, PaymentCode.holder_id)).all()
    assert [tuple(code) for code in codes] == [("wechat", place.platform.id)]


def test_a_basis_said_again_takes_the_first_one_s_place(
    session: Session, place: Place, day: MarketDay
) -> None:
    say(session, place, day, payment_codes={Tender.WECHAT: place.platform.id})
    say(session, place, day, **charity(place))
    assert session.get_one(LegalBasis, day.id).kind == "A"
    assert session.scalars(select(PaymentCode.tender)).all() == []


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (lambda place: charity(place, certificate=" "), ("慈善组织登记证号",)),
        (lambda place: charity(place, filing_number=""), ("备案编号，或预计拿到的日期",)),
        (lambda place: charity(place, agreement=""), ("协议",)),
        (lambda _: {"handover_due_on": None}, ("移交日期",)),
        (lambda _: {"agreement": "", "handover_due_on": None}, ("协议", "移交日期")),
        (
            lambda place: {
                "kind": BasisKind.MUTUAL_AID,
                "handover_due_on": None,
                "payment_codes": {Tender.ALIPAY: place.person.id},
            },
            ("移交日期",),
        ),
    ],
)
def test_what_a_basis_lacks_is_named(
    session: Session, place: Place, day: MarketDay, said: Said, missing: tuple[str, ...]
) -> None:
    with pytest.raises(acts.BasisIncomplete) as refused:
        say(session, place, day, **said(place))
    assert refused.value.facts["missing"] == missing


def test_mutual_aid_needs_neither_agreement_nor_day(
    session: Session, place: Place, day: MarketDay
) -> None:
    say(session, place, day, kind=BasisKind.MUTUAL_AID, agreement="", handover_due_on=None)
    assert session.get_one(LegalBasis, day.id).kind == "C"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (lambda place: {"holder_id": place.custodian.id}, acts.WrongHolder),
        (lambda place: {"holder_id": place.person.id}, acts.WrongHolder),
        (lambda place: {"holder_id": place.platform.id}, acts.WrongHolder),
        (lambda _: {"holder_id": 987_654}, acts.WrongHolder),
        (lambda place: charity(place, holder_id=place.bank.id), acts.WrongHolder),
        (
            lambda place: {"payment_codes": {Tender.WECHAT: place.custodian.id}},
            acts.WrongCodeHolder,
        ),
        (lambda _: {"payment_codes": {Tender.WECHAT: 987_654}}, acts.WrongCodeHolder),
        (lambda place: {"payment_codes": {Tender.CASH: place.bank.id}}, acts.CashHasNoCode),
        (
            lambda place: charity(place, filing_number="", filing_due_on=HELD_ON),
            acts.FilingDueTooLate,
        ),
        (
            lambda _: {"handover_due_on": HELD_ON - timedelta(days=1)},
            acts.HandoverBeforeMarket,
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    session: Session, place: Place, day: MarketDay, said: Said, error: type[MarketError]
) -> None:
    with pytest.raises(error):
        say(session, place, day, **said(place))
    assert session.get(LegalBasis, day.id) is None


def test_a_closed_holder_and_another_community_s_are_no_holders(
    session: Session, place: Place, day: MarketDay
) -> None:
    other = make_place(session)
    place.bank.closed_at = NOW
    session.flush()
    for holder in (place.bank, other.bank):
        with pytest.raises(acts.WrongHolder):
            say(session, place, day, holder_id=holder.id)


def test_a_pending_number_is_added_once_even_after_the_opening(
    session: Session, place: Place
) -> None:
    day, _ = prepare_day(session, place)
    pending = charity(place, filing_number="", filing_due_on=date(2026, 11, 27))
    say(session, place, day, **pending)
    open_day(session, place, day)
    given = (place.community.id, day.id)
    with pytest.raises(TextMissing):
        acts.add_filing_number(session, *given, "  ", by_id=place.by_id, now=NOW)
    acts.add_filing_number(session, *given, " 苏民备 7 号 ", by_id=place.by_id, now=NOW)
    assert session.get_one(LegalBasis, day.id).filing_number == "苏民备 7 号"
    with pytest.raises(acts.FilingKnown):
        acts.add_filing_number(session, *given, "别的", by_id=place.by_id, now=NOW)


def test_a_pledge_waits_for_no_number(session: Session, place: Place) -> None:
    day, _ = prepare_day(session, place)
    with pytest.raises(acts.FilingKnown):
        acts.add_filing_number(session, place.community.id, day.id, "7", by_id=place.by_id, now=NOW)


def test_a_basis_carried_to_another_day_moves_its_days_along(place: Place, day: MarketDay) -> None:
    basis = place.basis(day, filing_due_on=date(2026, 11, 20))
    carried = basis.carried(99, later=timedelta(days=7))
    assert carried.market_day_id == 99
    assert carried.filing_due_on == date(2026, 11, 27)
    assert carried.handover_due_on == date(2027, 1, 4)
