"""A platform's statement against the sales of a day: taken in once, and what is left over."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.ledger.moves import DecideMove, ProposeReversal, decide_move, propose_reversal
from market.actions.sales.closing import CloseTill, close_late_sales
from market.actions.sales.recording import record_sales
from market.actions.sales.statements import (
    AlreadyMatched,
    SaleNotClosed,
    SayOfStatement,
    bring_together,
    explain,
    settle,
)
from market.actions.sales.taking_in_statements import (
    NothingInIt,
    NothingOfThisDay,
    StatementIn,
    TakeInStatement,
    take_in_statement,
)
from market.actions.sales.voiding import VoidSale, void_sale
from market.domain.identifiers import uuid7
from market.domain.people import SamePerson
from market.domain.sales.sale import Sale, Tender
from market.models.ledger import MoneyMoveDecision
from market.models.sales import Statement, StatementLine, StatementWord
from market.queries.ledger.check import check_community
from market.queries.sales.statements import (
    NoSuchPaymentCode,
    NoSuchStatementLine,
    Reckoning,
    reckoning,
)
from tests import market_day
from tests.factories import NOW
from tests.market_day import LATER, Day, balance

EXAMPLE = Path(__file__).parents[3] / "docs" / "statements" / "wechat-merchant.csv"
MERCHANT = EXAMPLE.read_bytes()
HEAD = MERCHANT.decode("utf-8-sig").splitlines()[0]


@pytest.fixture
def day(session: Session) -> Day:
    return market_day.make_day(session)


def statement(*rows: tuple[str, str], on: str = "2026-11-21") -> bytes:
    """A merchant's file: a time and an amount a row."""
    lines = [HEAD]
    for number, (moment, amount) in enumerate(rows):
        cells = [""] * len(HEAD.split(","))
        for heading, text in (
            ("交易时间", f"{on} {moment}"),
            ("微信订单号", f"42000026{on.replace('-', '')}{moment.replace(':', '')}{number:04}"),
            ("应结订单金额", amount),
            ("退款金额", "0.00"),
            ("交易状态", "SUCCESS"),
        ):
            cells[HEAD.split(",").index(heading)] = text
        lines.append(",".join(f"`{cell}" for cell in cells))
    return "\r\n".join(lines).encode("utf-8-sig")


def take_in(session: Session, day: Day, content: bytes, **overrides: Any) -> StatementIn:
    given = {"community_id": day.community.id, "market_day_id": day.day.id, "tender": "wechat"}
    command = TakeInStatement(**{**given, "content": content, **overrides})
    return take_in_statement(session, command, by_id=day.cast.treasurer.id, now=LATER)


def piles(session: Session, day: Day) -> Reckoning:
    session.flush()
    return reckoning(session, day.community.id, day.day.id, "wechat")


def heights(session: Session, day: Day) -> tuple[int, int, int, int]:
    """How many are matched, sales without money, money without a sale, dealt with."""
    found = piles(session, day)
    return (
        len(found.matched),
        len(found.without_money),
        len(found.without_sale),
        len(found.settled),
    )


def sold(session: Session, day: Day, sales: Sequence[Sale], *, closed: bool = True) -> None:
    record_sales(session, day.till.id, sales, received_at=LATER, by_id=day.cast.volunteer.id)
    if closed:
        market_day.count(session, day)
        market_day.close(session, day)


def wechat(day: Day, *listings: Any, **overrides: Any) -> Sale:
    return day.sale(*listings, tender=Tender.WECHAT, **overrides)


def said(day: Day, **overrides: Any) -> SayOfStatement:
    given = {"community_id": day.community.id, "market_day_id": day.day.id, "tender": "wechat"}
    return SayOfStatement(**{**given, "note": "问过了", **overrides})


def approve(session: Session, day: Day, move_id: int | None, *, yes: bool = True) -> None:
    assert move_id is not None
    command = DecideMove(
        community_id=day.community.id, move_id=move_id, approved=yes, reason="看过"
    )
    decide_move(session, command, by_id=day.cast.reviewer.id, now=LATER)


def over_short(session: Session, day: Day) -> int:
    return balance(session, day, f"over_short:{day.till.id}")


def require_books_hold(session: Session, day: Day) -> None:
    seal_events(session)
    session.flush()
    assert [one for one in check_community(session, day.community.id) if not one.holds] == []


def on_platform(session: Session, day: Day) -> int:
    return balance(session, day, f"tender:{day.platform.id}:wechat")


def test_a_documented_statement_is_taken_in_and_matched(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day), wechat(day, day.scarf), wechat(day)])
    assert take_in(session, day, MERCHANT) == StatementIn(5, 0, 1, 0)
    found = piles(session, day)
    assert [sale.amount_minor for sale, _ in found.matched] == [15_00, 60_00, 15_00]
    assert (found.without_money, found.without_sale) == ((), ())
    assert [line.amount_minor for line in found.undone] == [8_00, -8_00]
    assert (found.difference_minor, found.code.lines_minor) == (0, 90_00)


def test_the_same_file_twice_changes_nothing(session: Session, day: Day) -> None:
    take_in(session, day, MERCHANT)
    assert take_in(session, day, MERCHANT) == StatementIn(0, 5, 1, 0)
    assert session.scalar(select(func.count()).select_from(Statement)) == 1
    assert session.scalar(select(func.count()).select_from(StatementLine)) == 5


def test_of_two_files_that_overlap_each_line_counts_once(session: Session, day: Day) -> None:
    take_in(session, day, statement(("10:00:00", "15.00")))
    both = statement(("10:00:00", "15.00"), ("11:00:00", "15.00"))
    assert take_in(session, day, both) == StatementIn(1, 1, 0, 0)
    assert heights(session, day) == (0, 0, 2, 0)


def test_a_statement_of_another_month_is_refused_and_says_which(session: Session, day: Day) -> None:
    with pytest.raises(NothingOfThisDay) as refused:
        take_in(session, day, statement(("10:00:00", "15.00"), on="2026-10-21"))
    assert [str(refused.value.facts[name]) for name in ("day", "first", "last")] == [
        "2026-11-21",
        "2026-10-21",
        "2026-10-21",
    ]
    with pytest.raises(NothingInIt):
        take_in(session, day, statement())
    assert session.scalar(select(func.count()).select_from(Statement)) == 0


def test_a_day_ends_at_midnight_of_the_community(session: Session, day: Day) -> None:
    before = statement(("23:59:59", "15.00"), on="2026-11-20")
    with pytest.raises(NothingOfThisDay):
        take_in(session, day, before)
    edges = statement(("00:00:00", "1.00"), ("23:59:59", "2.00"))
    assert take_in(session, day, edges) == StatementIn(2, 0, 0, 0)


def test_nothing_of_who_paid_is_kept(session: Session, day: Day) -> None:
    take_in(session, day, MERCHANT)
    rows = session.execute(select(StatementLine.__table__)).all()
    assert "ExampleBuyer" not in repr(rows)
    assert "4200002601202611210000000001" not in repr(rows)
    assert {row.tail for row in rows} == {"0001", "0002", "0003", "0004"}


@pytest.mark.parametrize("change", [{"tender": "cash"}, {"tender": "alipay"}, {"community_id": 99}])
def test_only_a_code_of_the_day_has_statements(
    session: Session, day: Day, change: dict[str, Any]
) -> None:
    with pytest.raises(NoSuchPaymentCode):
        take_in(session, day, MERCHANT, **change)


def test_what_is_left_over_is_in_the_other_two_piles(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day), wechat(day, day.scarf)])
    take_in(session, day, statement(("10:00:00", "15.00"), ("10:30:00", "51.00")))
    found = piles(session, day)
    assert [one.about.amount_minor for one in found.without_money] == [60_00]
    assert [one.about.amount_minor for one in found.without_sale] == [51_00]
    assert found.difference_minor == -9_00


def test_a_voided_sale_needs_no_money(session: Session, day: Day) -> None:
    sale = wechat(day)
    sold(session, day, [sale], closed=False)
    assert heights(session, day) == (0, 1, 0, 0)
    undo = VoidSale(
        community_id=day.community.id,
        till_id=day.till.id,
        sale_id=sale.id,
        void_id=uuid7(LATER, secrets.token_bytes),
        reason="按错了",
    )
    void_sale(session, undo, by_id=day.cast.volunteer.id, now=LATER)
    assert heights(session, day) == (0, 0, 0, 0)


def test_a_late_sale_finds_its_money_by_itself(session: Session, day: Day) -> None:
    sold(session, day, [])
    take_in(session, day, statement(("10:00:00", "15.00")))
    assert heights(session, day) == (0, 0, 1, 0)
    sold(session, day, [wechat(day)], closed=False)
    assert heights(session, day) == (1, 0, 0, 0)


def test_what_is_explained_stays_in_its_pile_with_the_word(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day)])
    take_in(session, day, statement(("10:00:00", "51.00")))
    (line,), (sale,) = piles(session, day).without_sale, piles(session, day).without_money
    explain(session, said(day, line_id=line.about.id), by_id=1, now=NOW)
    explain(session, said(day, sale_id=sale.about.sale_id, note="没付"), by_id=1, now=NOW)
    found = piles(session, day)
    assert [word.note for one in found.without_sale for word in one.words] == ["问过了"]
    assert [word.note for one in found.without_money for word in one.words] == ["没付"]


def test_a_later_word_corrects_an_earlier_one_which_stays_to_be_read(
    session: Session, day: Day
) -> None:
    sold(session, day, [wechat(day)])
    take_in(session, day, statement(("10:00:00", "15.00"), ("10:30:00", "51.00")))
    (line,) = piles(session, day).without_sale
    command = said(day, line_id=line.about.id, till_id=day.till.id)
    explain(session, replace(command, note="是退款"), by_id=1, now=NOW)
    explain(session, replace(command, note="不是退款，问过了"), by_id=1, now=NOW)
    first = settle(session, replace(command, note="记长款"), by_id=1, now=LATER)
    assert words_of_settled(session, day) == ["是退款", "不是退款，问过了", "记长款"]
    approve(session, day, first.move_id, yes=False)
    (left,) = piles(session, day).without_sale
    assert [(word.note, word.void) for word in left.words] == [
        ("是退款", False),
        ("不是退款，问过了", False),
        ("记长款", True),
    ]
    again = settle(session, replace(command, note="还是长款"), by_id=1, now=LATER)
    approve(session, day, again.move_id)
    assert words_of_settled(session, day)[2:] == ["记长款", "还是长款"]


def words_of_settled(session: Session, day: Day) -> list[str]:
    (done,) = piles(session, day).settled
    return [word.note for word in done.words]


def test_money_without_a_sale_becomes_an_over_by_two_people(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day)])
    take_in(session, day, statement(("10:00:00", "15.00"), ("10:30:00", "51.00")))
    (line,) = piles(session, day).without_sale
    command = said(day, line_id=line.about.id, till_id=day.till.id)
    word = settle(session, command, by_id=day.cast.treasurer.id, now=LATER)
    assert heights(session, day) == (1, 0, 0, 1)
    assert over_short(session, day) == 0
    with pytest.raises(SamePerson):
        decide_move(
            session,
            DecideMove(community_id=day.community.id, move_id=word.move_id or 0, approved=True),
            by_id=day.cast.treasurer.id,
            now=LATER,
        )
    approve(session, day, word.move_id)
    assert (over_short(session, day), on_platform(session, day)) == (-51_00, 66_00)
    require_books_hold(session, day)
    with pytest.raises(AlreadyMatched):
        settle(session, command, by_id=day.cast.treasurer.id, now=LATER)


def test_a_sale_without_money_becomes_a_short_of_its_till(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day), wechat(day, day.scarf)])
    take_in(session, day, statement(("10:00:00", "15.00")))
    (sale,) = piles(session, day).without_money
    word = settle(
        session, said(day, sale_id=sale.about.sale_id), by_id=day.cast.treasurer.id, now=LATER
    )
    approve(session, day, word.move_id)
    assert (over_short(session, day), on_platform(session, day)) == (60_00, 15_00)
    require_books_hold(session, day)
    assert heights(session, day) == (1, 0, 0, 1)


def test_a_declined_or_reversed_difference_is_open_again(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day)])
    take_in(session, day, statement(("10:30:00", "51.00")))
    (line,) = piles(session, day).without_sale
    command = said(day, line_id=line.about.id, till_id=day.till.id)
    first = settle(session, command, by_id=day.cast.treasurer.id, now=LATER)
    approve(session, day, first.move_id, yes=False)
    assert heights(session, day) == (0, 1, 1, 0)
    second = settle(session, command, by_id=day.cast.treasurer.id, now=LATER)
    approve(session, day, second.move_id)
    assert heights(session, day) == (0, 1, 0, 1)
    _reverse(session, day, second.move_id)
    assert heights(session, day) == (0, 1, 1, 0)
    assert (over_short(session, day), on_platform(session, day)) == (0, 15_00)


def test_a_mistyped_amount_is_brought_together_with_its_sale(session: Session, day: Day) -> None:
    sold(session, day, [wechat(day)])
    take_in(session, day, statement(("10:00:30", "51.00")))
    (line,), (sale,) = piles(session, day).without_sale, piles(session, day).without_money
    command = said(day, line_id=line.about.id, sale_id=sale.about.sale_id)
    word = bring_together(session, command, by_id=day.cast.treasurer.id, now=LATER)
    approve(session, day, word.move_id)
    assert (over_short(session, day), on_platform(session, day)) == (-36_00, 51_00)
    assert heights(session, day) == (0, 0, 0, 1)


def test_a_sale_written_down_as_cash_is_suggested_and_its_short_goes(
    session: Session, day: Day
) -> None:
    cash = day.sale(phone_at=NOW + timedelta(seconds=30))
    record_sales(session, day.till.id, [cash], received_at=LATER, by_id=day.cast.volunteer.id)
    # The box holds the float alone: the ¥15 went to the phone.
    market_day.count(session, day, counted_minor=market_day.FLOAT_MINOR)
    market_day.close(session, day, reason="少了一笔")
    assert over_short(session, day) == 15_00
    take_in(session, day, statement(("10:00:10", "15.00")))
    (line,) = piles(session, day).without_sale
    (hint,) = line.hints
    assert hint.sale_id == cash.id
    command = said(day, line_id=line.about.id, sale_id=cash.id)
    word = bring_together(session, command, by_id=day.cast.treasurer.id, now=LATER)
    approve(session, day, word.move_id)
    assert (over_short(session, day), on_platform(session, day)) == (0, 15_00)
    (done,) = piles(session, day).settled
    assert (done.line, done.sale and done.sale.sale_id) == (line.about, cash.id)


def test_a_sale_that_no_closure_holds_is_not_settled(session: Session, day: Day) -> None:
    sold(session, day, [])
    sold(session, day, [wechat(day)], closed=False)
    (sale,) = piles(session, day).without_money
    command = said(day, sale_id=sale.about.sale_id)
    with pytest.raises(SaleNotClosed):
        settle(session, command, by_id=day.cast.treasurer.id, now=LATER)
    supplement = CloseTill(community_id=day.community.id, till_id=day.till.id)
    close_late_sales(session, supplement, by_id=day.cast.treasurer.id, now=LATER)
    assert settle(session, command, by_id=day.cast.treasurer.id, now=LATER).move_id


def test_what_is_not_there_or_is_matched_is_not_spoken_of(session: Session, day: Day) -> None:
    sale = wechat(day)
    sold(session, day, [sale])
    take_in(session, day, statement(("10:00:00", "15.00")))
    ((_, line),) = piles(session, day).matched
    for words, refusal in (
        ({"line_id": line.id}, AlreadyMatched),
        ({"sale_id": sale.id}, AlreadyMatched),
        ({"line_id": 987654}, NoSuchStatementLine),
        ({"sale_id": day.sale().id}, NoSuchStatementLine),
    ):
        with pytest.raises(refusal):
            explain(session, said(day, **words), by_id=1, now=NOW)
    assert session.scalar(select(func.count()).select_from(StatementWord)) == 0


def _reverse(session: Session, day: Day, move_id: int | None) -> None:
    voucher_id = session.get_one(MoneyMoveDecision, move_id).voucher_id
    assert voucher_id is not None
    reversal = propose_reversal(
        session,
        ProposeReversal(community_id=day.community.id, voucher_id=voucher_id, note="弄错了"),
        by_id=day.cast.treasurer.id,
        now=LATER,
    )
    approve(session, day, reversal.id)
