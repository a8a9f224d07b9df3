"""Any order of sales, closures, refunds, payouts and reversals owes and pays a consignor every fen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from market.actions.ledger.move_limits import AlreadyReversed, OwedLess
from market.actions.sales.recording import record_sales
from market.domain.errors import MarketError
from market.domain.ledger.moves import MoveKind
from market.extensions import db, unit_of_work
from market.queries.ledger.check import check_community
from market.queries.sales.consignments import consignor_now, movements_of
from market.queries.sales.consignor_statement import consignor_statement
from tests.factories import NOW, make_device, make_line, make_listing, make_stall, make_till
from tests.market_day import balance, make_day
from tests.moves import move, reverse, safe
from tests.refunds import ask, close_day, of_line, stage_of
from tests.wishes import lay_money

PRICES = st.integers(1, 90_00)


@dataclass(slots=True)
class Sold:
    """The oracle's memory of a sale of one line: pieces at a price, on an understanding."""

    sale_id: UUID
    pieces: int
    price: int
    share_bp: int | None
    fixed: int | None
    back: int = 0
    """Pieces that were brought back."""

    @property
    def owed(self) -> int:
        """What is hers of what stays sold: a share rounded up, or so much a piece."""
        left = self.pieces - self.back
        if self.share_bp is not None:
            return math.ceil(Fraction(left * self.price * self.share_bp, 10_000))
        return (self.fixed or 0) * left


@dataclass(slots=True)
class Books:
    """All that was sold for her, and what was paid."""

    sold: list[Sold] = field(default_factory=list)
    paid: int = 0
    payouts: list[tuple[int, int]] = field(default_factory=list)

    @property
    def owed(self) -> int:
        return sum(one.owed for one in self.sold) - self.paid


class Consignor(RuleBasedStateMachine):
    """A community of its own for each story; each rule is one or more units of work."""

    @initialize()
    def open(self) -> None:
        with unit_of_work() as session:
            self.day = make_day(session, float_minor=0)
            # Cash to pay from, whatever the tills bring: it is nobody's purpose here.
            lay_money(session, stage_of(self.day), 3_000_00, self.day.enterprise)
        self.books = Books()

    @rule(
        price=PRICES,
        pieces=st.integers(1, 4),
        share_bp=st.none() | st.integers(0, 10_000),
        part=st.integers(0, 100),
    )
    def sell_and_close(self, price: int, pieces: int, share_bp: int | None, part: int) -> None:
        """A till of its own sells something of hers, and two close it."""
        fixed = None if share_bp is not None else price * part // 100
        with unit_of_work() as session:
            stall = make_stall(session, self.day.day)
            listing = make_listing(
                session,
                stall,
                price_minor=price,
                consignor_id=self.day.weaver.id,
                share_bp=share_bp,
                fixed_minor=fixed,
            )
            till = make_till(
                session,
                self.day.day,
                [stall],
                self.day.cast.volunteer,
                safe_holder_id=self.day.custodian.id,
            )
            device = make_device(session, self.day.day, self.day.cast.volunteer)
            day = replace(self.day, till=till, device=device)
            sale = day.sale(lines=(make_line(1, listing, quantity=pieces),))
            record_sales(session, till.id, [sale], received_at=NOW, by_id=day.cast.volunteer.id)
            close_day(session, day)
        self.books.sold.append(Sold(sale.id, pieces, price, share_bp, fixed))

    @rule(number=st.integers(0, 9))
    def bring_a_piece_back(self, number: int) -> None:
        if not self.books.sold:
            return
        sold = self.books.sold[number % len(self.books.sold)]
        try:
            with unit_of_work() as session:
                asked = ask(session, self.day, sold.sale_id, of_line(1, 1, sold.price))
                if asked.refund is not None:
                    sold.back += 1
        except MarketError:
            assert sold.back == sold.pieces

    @rule(amount=st.integers(1, 400_00))
    def pay(self, amount: int) -> None:
        """Never more than is owed; one fen too many is refused whole."""
        self._pay(amount)

    @rule()
    def pay_all(self) -> None:
        if self.books.owed > 0:
            self._pay(self.books.owed)

    @rule(number=st.integers(0, 9))
    def undo_a_payout(self, number: int) -> None:
        if not self.books.payouts:
            return
        voucher_id, amount = self.books.payouts[number % len(self.books.payouts)]
        try:
            with unit_of_work() as session:
                reverse(session, self.day, voucher_id)
        except AlreadyReversed:
            assert (voucher_id, amount) not in self.books.payouts
            return
        self.books.paid -= amount
        self.books.payouts.remove((voucher_id, amount))

    @invariant()
    def not_a_fen_is_wrong(self) -> None:
        if not hasattr(self, "day"):
            return
        here, weaver = self.day.community.id, self.day.weaver.id
        with Session(db.engine) as session:
            assert -balance(session, self.day, f"payable:{weaver}") == self.books.owed
            now = consignor_now(session, here, weaver)
            assert now.account.owed_minor == self.books.owed
            assert now.account.paid_minor == self.books.paid
            assert sum(one.amount_minor for one in movements_of(session, here, weaver)) == (
                self.books.owed
            )
            for one in now.days:
                told = consignor_statement(session, here, weaver, one.market_day_id)
                assert sum(line.owed_minor for line in told.lines) == one.owed_minor
                back = sum(line.taken_back_minor for line in told.came_back)
                assert back == one.taken_back_minor

    def teardown(self) -> None:
        if hasattr(self, "day"):
            with Session(db.engine) as session:
                found = list(check_community(session, self.day.community.id))
                assert [one for one in found if not one.holds] == []

    def _pay(self, amount: int) -> None:
        try:
            with unit_of_work() as session:
                given = {"party_id": self.day.weaver.id, "source": safe(self.day)}
                note = f"第{len(self.books.payouts) + 1}笔"
                paid = move(session, self.day, MoveKind.PAYOUT, amount, note=note, **given)
        except OwedLess:
            assert amount > self.books.owed
            return
        assert amount <= self.books.owed
        assert paid.voucher_id is not None
        self.books.paid += amount
        self.books.payouts.append((paid.voucher_id, amount))


def test_a_consignor_is_never_owed_or_paid_a_wrong_fen(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Consignor,
            settings=settings(
                max_examples=6,
                stateful_step_count=8,
                suppress_health_check=list(HealthCheck),
            ),
        )
