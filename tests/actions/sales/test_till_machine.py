"""A till through any history: sold, resent, voided, counted, closed, late; its figures always hold."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.closing import CloseTill, close_late_sales
from market.actions.sales.moving import MoveCash, pay_out
from market.actions.sales.recording import Outcome, record_sales
from market.actions.sales.tills import TillNotOpen
from market.actions.sales.voiding import AlreadyVoided, SaleIsClosed, VoidSale, void_sale
from market.domain.identifiers import uuid7
from market.domain.ledger.split import cut
from market.domain.sales.merkle import leaf_content, tree_root
from market.domain.sales.sale import Sale, Tender
from market.extensions import db, unit_of_work
from market.models.ledger import Account, Fund, Posting, Voucher
from market.models.sales import Closure, SalePosition, SaleVoid
from market.models.sales import Sale as SaleRow
from tests.factories import NOW, make_line
from tests.market_day import (
    FLOAT_MINOR,
    LATER,
    Day,
    balance,
    close,
    count,
    kept_totals,
    open_day,
    sell_one,
)

WEIGHTS = (70, 30)
SLIP_MINOR = st.integers(-3_00, 4_00)


@dataclass(slots=True)
class Known:
    """What the model knows of a recorded sale."""

    tender: Tender
    due_minor: int
    net_minor: int
    void: bool = False
    closure: int | None = None


class TillMachine(RuleBasedStateMachine):
    """One till of a community of its own; `fixed` are sales on the phone, sent or not."""

    app: Flask

    def __init__(self) -> None:
        super().__init__()
        self._context = self.app.app_context()
        self._context.push()
        self.day: Day = open_day()
        self.fixed: list[Sale] = []
        self.known: dict[Any, Known] = {}
        self.paid_out_minor = 0
        self.counted = False
        self.closures = 0

    def teardown(self) -> None:
        db.session.remove()
        self._context.pop()

    @rule(
        goods=st.lists(st.sampled_from(["soap", "repair", "cup", "scarf", "fan"]), min_size=1),
        pieces=st.integers(1, 3),
        tender=st.sampled_from(Tender),
        gift_minor=st.integers(0, 7_77),
        minute=st.integers(0, 59),
    )
    def a_phone_sells(
        self, goods: list[str], pieces: int, tender: Tender, gift_minor: int, minute: int
    ) -> None:
        lines = tuple(
            make_line(number, getattr(self.day, name), quantity=pieces)
            for number, name in enumerate(goods, start=1)
        )
        at = NOW.replace(minute=minute)
        self.fixed.append(
            self.day.sale(lines=lines, tender=tender, gift_minor=gift_minor, phone_at=at)
        )

    @precondition(lambda self: self.fixed)
    @rule(data=st.data())
    def it_sends_some_in_any_order_again_or_for_the_first_time(self, data: st.DataObject) -> None:
        batch = data.draw(st.lists(st.sampled_from(self.fixed), min_size=1, max_size=6))
        with unit_of_work() as work:
            results = record_sales(work, self.day.till.id, batch, received_at=LATER)
        for sale, result in zip(batch, results, strict=True):
            new = sale.id not in self.known
            assert result.outcome is (Outcome.CREATED if new else Outcome.EXISTS)
            self._remember(sale)

    @precondition(lambda self: self.known and self.fixed)
    @rule(data=st.data())
    def somebody_sends_another_sale_under_a_known_id(self, data: st.DataObject) -> None:
        sale = data.draw(st.sampled_from(self.fixed))
        forged = replace(sale, gift_minor=sale.gift_minor + 1)
        if sale.id not in self.known:
            return
        with unit_of_work() as work:
            [result] = record_sales(work, self.day.till.id, [forged], received_at=LATER)
        assert result.outcome is Outcome.CONFLICT

    @precondition(lambda self: not self.counted)
    @rule(tender=st.sampled_from(Tender))
    def a_volunteer_sells_by_hand(self, tender: Tender) -> None:
        with unit_of_work() as work:
            result = sell_one(work, self.day, tender=tender)
        self.known[result.sale_id] = Known(tender, 15_00, 15_00)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def somebody_voids_a_sale(self, data: st.DataObject) -> None:
        sale_id = data.draw(st.sampled_from(sorted(self.known)))
        known = self.known[sale_id]
        command = VoidSale(
            community_id=self.day.community.id,
            till_id=self.day.till.id,
            sale_id=sale_id,
            void_id=uuid7(NOW, secrets.token_bytes),
            reason="点错了",
        )
        refusal = AlreadyVoided if known.void else SaleIsClosed if known.closure else None
        with unit_of_work() as work:
            if refusal is None:
                void_sale(work, command, by_id=self.day.cast.volunteer.id, now=LATER)
                known.void = True
            else:
                with pytest.raises((AlreadyVoided, SaleIsClosed)):
                    void_sale(work, command, by_id=self.day.cast.volunteer.id, now=LATER)
                work.rollback()

    @rule(amount_minor=st.integers(1, 9_99))
    def something_is_bought_out_of_the_box(self, amount_minor: int) -> None:
        command = MoveCash(
            community_id=self.day.community.id,
            till_id=self.day.till.id,
            amount_minor=amount_minor,
            note="买胶带",
        )
        if self.paid_out_minor + amount_minor > FLOAT_MINOR:
            return
        with unit_of_work() as work:
            if self.counted:
                with pytest.raises(TillNotOpen):
                    pay_out(work, command, by_id=self.day.cast.volunteer.id, now=LATER)
                work.rollback()
                return
            pay_out(work, command, by_id=self.day.cast.volunteer.id, now=LATER)
        self.paid_out_minor += amount_minor

    @precondition(lambda self: not self.counted)
    @rule(slip_minor=SLIP_MINOR)
    def two_count(self, slip_minor: int) -> None:
        with unit_of_work() as work:
            count(work, self.day, counted_minor=max(0, self._cash_minor() + slip_minor))
        self.counted = True

    @precondition(lambda self: self.counted and not self.closures)
    @rule()
    def somebody_closes(self) -> None:
        with unit_of_work() as work:
            expected = self._cash_minor()
            closure = close(work, self.day, reason="两人都记得")
            assert closure.expected_minor == expected
            assert closure.counted_minor == expected + (closure.variance_minor or 0)
        self._closed()

    @precondition(lambda self: self.closures and self._waiting())
    @rule()
    def somebody_closes_what_came_late(self) -> None:
        command = CloseTill(community_id=self.day.community.id, till_id=self.day.till.id)
        with unit_of_work() as work:
            close_late_sales(work, command, by_id=self.day.cast.treasurer.id, now=LATER)
        self._closed()

    @invariant()
    def every_figure_holds(self) -> None:
        with Session(db.engine) as session:
            self._totals_are_the_sums_of_the_sales(session)
            self._each_closed_sale_has_one_place(session)
            self._closures_are_what_they_hold(session)
            self._the_books_balance(session)

    def _totals_are_the_sums_of_the_sales(self, session: Session) -> None:
        sums: dict[str, tuple[int, int, int]] = {}
        for known in self.known.values():
            if not known.void:
                sales, due, net = sums.get(known.tender, (0, 0, 0))
                sums[str(known.tender)] = (
                    sales + 1,
                    due + known.due_minor,
                    net + known.net_minor,
                )
        assert kept_totals(session, self.day.till.id) == sums

    def _each_closed_sale_has_one_place(self, session: Session) -> None:
        rows = session.execute(
            select(SaleRow.id, Closure.number)
            .outerjoin(SalePosition, SalePosition.sale_id == SaleRow.id)
            .outerjoin(Closure, Closure.id == SalePosition.closure_id)
            .where(SaleRow.till_id == self.day.till.id)
        ).all()
        assert dict(rows) == {sale_id: known.closure for sale_id, known in self.known.items()}
        assert len(rows) == len(self.known)

    def _closures_are_what_they_hold(self, session: Session) -> None:
        laid = [0] * len(WEIGHTS)
        for closure in session.scalars(
            select(Closure).where(Closure.till_id == self.day.till.id).order_by(Closure.number)
        ):
            rows = session.execute(
                select(SalePosition, SaleRow, SaleVoid.hash)
                .join(SaleRow, SaleRow.id == SalePosition.sale_id)
                .outerjoin(SaleVoid, SaleVoid.sale_id == SaleRow.id)
                .where(SalePosition.closure_id == closure.id)
                .order_by(SalePosition.ordinal)
            ).all()
            place = 0
            for position, sale, void_hash in rows:
                assert position.start_minor == place
                place += 0 if void_hash else sale.net_minor
                assert position.end_minor == place
            assert closure.net_minor == place
            in_order = sorted(rows, key=lambda row: (row[1].recorded_at, row[1].id))
            assert [row[0].ordinal for row in in_order] == list(range(1, len(rows) + 1))
            assert closure.merkle_root == tree_root(
                leaf_content(sale.hash, void_hash) for _, sale, void_hash in rows
            )
            laid = [sum(both) for both in zip(laid, cut(place, WEIGHTS), strict=True)]
        funds = [self.day.wishes.id, self.day.enterprise.id]
        kept = session.execute(
            select(Fund.laid_minor).where(Fund.id.in_(funds)).order_by(Fund.id)
        ).scalars()
        assert list(kept) == laid

    def _the_books_balance(self, session: Session) -> None:
        here = self.day.community.id
        unbalanced = session.execute(
            select(Posting.voucher_id)
            .join(Voucher, Voucher.id == Posting.voucher_id)
            .where(Voucher.community_id == here)
            .group_by(Posting.voucher_id)
            .having(func.sum(Posting.amount_minor) != 0)
        )
        assert unbalanced.all() == []
        replayed = session.execute(
            select(Account.code, Account.balance_minor, func.sum(Posting.amount_minor))
            .join(Posting, Posting.account_id == Account.id)
            .where(Account.community_id == here)
            .group_by(Account.id)
        )
        assert all(kept == sum_ for _, kept, sum_ in replayed)
        if self.closures:
            assert balance(session, self.day, f"cash_till:{self.day.till.id}") == 0

    def _remember(self, sale: Sale) -> None:
        self.known.setdefault(sale.id, Known(sale.tender, sale.due_minor, sale.net_minor))

    def _cash_minor(self) -> int:
        sold = sum(
            known.due_minor
            for known in self.known.values()
            if known.tender is Tender.CASH and not known.void and known.closure is None
        )
        return FLOAT_MINOR - self.paid_out_minor + sold

    def _waiting(self) -> bool:
        return any(known.closure is None for known in self.known.values())

    def _closed(self) -> None:
        self.closures += 1
        for known in self.known.values():
            known.closure = known.closure or self.closures


def test_a_till_s_figures_hold_through_any_history(app: Flask) -> None:
    machine = type("TillMachine", (TillMachine,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
