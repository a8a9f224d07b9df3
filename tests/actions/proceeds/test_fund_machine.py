"""Any order of takings, allocations, returns, purchases and refunds keeps the books and the line."""

from __future__ import annotations

from dataclasses import replace
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
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from market.actions.ledger.line import NotEnoughFree
from market.actions.ledger.posting import NotEnoughMoney
from market.actions.proceeds.proposals import WishNeedsLess, WishNotWaiting
from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.returns import (
    DecideReturn,
    ProposeReturn,
    decide_return,
    propose_return,
)
from market.actions.sales.recording import record_sales
from market.domain.ledger.account import AccountRef
from market.domain.sales.refund import NothingToRefund
from market.extensions import db, unit_of_work
from market.models.ledger import Fund, Laying, Posting, RefundClaim, RefundSettlement, Taking
from market.models.proceeds import Allocation, AllocationReturn, Wish
from market.models.sales import Sale
from market.queries.ledger.check import check_community
from market.queries.public.trace import contributions, places_of_sale
from tests.factories import NOW, make_device, make_line, make_listing, make_stall, make_till
from tests.market_day import make_day
from tests.refunds import ask, close_day, stage_of, whole
from tests.wishes import allocate, balance, lay_money, make_open_wish

AMOUNTS = st.integers(min_value=1, max_value=60_00)
COSTS = st.integers(min_value=1, max_value=40_00)


class Money(RuleBasedStateMachine):
    """A community of its own for each story; every rule is one or more units of work."""

    @initialize(costs=st.lists(COSTS, min_size=2, max_size=3), amount=AMOUNTS)
    def open(self, costs: list[int], amount: int) -> None:
        """Wishes wait, and a first till has closed."""
        with unit_of_work() as session:
            self.day = make_day(session, float_minor=0)
            self.stage = stage_of(self.day)
            # Cash to pay from, whatever the tills bring: it is nobody's purpose here.
            lay_money(session, self.stage, 300_00, self.day.enterprise)
            self.wishes = [make_open_wish(session, self.stage, cost).id for cost in costs]
        self.sales: list[UUID] = []
        self.sell_and_close([amount, 30_00])

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def sell_and_close(self, amounts: list[int]) -> None:
        """A till of its own: so many sales at an open price, then closed by two."""
        with unit_of_work() as session:
            stall = make_stall(session, self.day.day)
            listing = make_listing(session, stall, price_minor=None)
            till = make_till(
                session,
                self.day.day,
                [stall],
                self.day.cast.volunteer,
                safe_holder_id=self.day.custodian.id,
            )
            device = make_device(session, self.day.day, self.day.cast.volunteer)
            day = replace(self.day, till=till, device=device)
            sales = [
                day.sale(lines=(make_line(1, listing, unit_price_minor=amount),))
                for amount in amounts
            ]
            record_sales(session, till.id, sales, received_at=NOW, by_id=day.cast.volunteer.id)
            close_day(session, day)
        self.sales += [sale.id for sale in sales]

    @rule(amount=AMOUNTS)
    def find_box_income(self, amount: int) -> None:
        with unit_of_work() as session:
            lay_money(session, self.stage, amount, session.get_one(Fund, self.stage.fund.id))

    @rule(number=st.integers(0, 2))
    def light(self, number: int) -> None:
        """All that a wish still misses, if it is there."""
        self.allocate([number], 40_00)

    @rule(chosen=st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True), amount=COSTS)
    def allocate(self, chosen: list[int], amount: int) -> None:
        """As much as each wish misses, or `amount`; what does not fit is refused whole."""
        ids = {self.wishes[number % len(self.wishes)] for number in chosen}
        try:
            with unit_of_work() as session:
                wishes = [session.get_one(Wish, number) for number in sorted(ids)]
                batch = [
                    (wish, min(amount, wish.cost_minor - wish.funded_minor) or amount)
                    for wish in wishes
                ]
                allocate(session, self.stage, *batch)
        except (NotEnoughFree, WishNeedsLess, WishNotWaiting):
            return

    @rule(number=st.integers(0, 9), amount=AMOUNTS)
    def return_a_part(self, number: int, amount: int) -> None:
        with unit_of_work() as session:
            left = session.execute(
                select(
                    Allocation.id,
                    Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor,
                )
                .where(Allocation.fund_id == self.stage.fund.id)
                .order_by(Allocation.id)
            ).all()
            standing = [(row[0], row[1]) for row in left if row[1]]
            if not standing:
                return
            allocation_id, most = standing[number % len(standing)]
            command = ProposeReturn(
                community_id=self.stage.community.id,
                allocation_id=allocation_id,
                reason="不用了",
                amount_minor=min(amount, most),
            )
            move = propose_return(session, command, by_id=self.stage.by, now=NOW)
            decision = DecideReturn(
                community_id=self.stage.community.id, move_id=move.id, approved=True
            )
            decide_return(session, decision, by_id=self.stage.second, now=NOW)

    @rule(number=st.integers(0, 2), amount=COSTS)
    def buy(self, number: int, amount: int) -> None:
        """A lit wish, for no more than it got."""
        try:
            with unit_of_work() as session:
                lit = self._wishes(session, "lit")
                if not lit:
                    return
                wish = lit[number % len(lit)]
                command = ProposePurchase(
                    community_id=self.stage.community.id,
                    wish_id=wish.id,
                    amount_minor=min(amount, wish.funded_minor),
                    paid_from=AccountRef.cash_safe(self.stage.safe.id),
                    evidence="小票",
                    note="买到了",
                )
                move = propose_purchase(session, command, by_id=self.stage.by, now=NOW)
                decision = DecidePurchase(
                    community_id=self.stage.community.id, move_id=move.id, approved=True
                )
                decide_purchase(session, decision, by_id=self.stage.second, now=NOW)
        except NotEnoughMoney:
            return

    @rule(number=st.integers(0, 9))
    def refund(self, number: int) -> None:
        """A whole sale comes back; its funds settle now, or when they have enough again."""
        sale_id = self.sales[number % len(self.sales)]
        try:
            with unit_of_work() as session:
                asked = ask(session, self.day, sale_id, whole(session, self.day, sale_id))
                assert asked.refund is not None
        except (NothingToRefund, NotEnoughMoney):
            return

    @invariant()
    def the_identities_hold(self) -> None:
        if not hasattr(self, "day"):
            return
        with Session(db.engine) as session:
            for fund_id in (self.day.wishes.id, self.day.enterprise.id):
                self._look_at_fund(session, fund_id)
            for wish_id in self.wishes:
                self._look_at_wish(session, wish_id)
            assert _sum(session, select(func.sum(Posting.amount_minor))) == 0

    def teardown(self) -> None:
        if hasattr(self, "day"):
            with Session(db.engine) as session:
                self._follow_the_money(session)
                found = list(check_community(session, self.day.community.id))
                assert [one for one in found if not one.holds] == []

    def _look_at_fund(self, session: Session, fund_id: int) -> None:
        fund = session.get_one(Fund, fund_id, populate_existing=True)
        length = func.sum(Laying.end_minor - Laying.start_minor)
        laid = select(length).where(Laying.fund_id == fund_id)
        returned = _sum(
            session,
            select(func.sum(AllocationReturn.amount_minor))
            .join(Allocation, Allocation.id == AllocationReturn.allocation_id)
            .where(Allocation.fund_id == fund_id),
        )
        raised = _sum(session, laid.where(Laying.return_id.is_(None)))
        assert fund.laid_minor == raised + returned
        allocated, spent, back = session.execute(
            select(
                func.coalesce(func.sum(Allocation.amount_minor), 0),
                func.coalesce(func.sum(Allocation.spent_minor), 0),
                func.coalesce(func.sum(Allocation.returned_minor), 0),
            ).where(Allocation.fund_id == fund_id)
        ).one()
        refunded = _sum(
            session,
            select(func.sum(RefundClaim.end_minor - RefundClaim.start_minor))
            .join(RefundSettlement, RefundSettlement.refund_id == RefundClaim.refund_id)
            .where(RefundClaim.fund_id == fund_id),
        )
        assert fund.taken_minor == allocated + refunded
        taken = select(func.sum(Taking.end_minor - Taking.start_minor))
        assert fund.taken_minor == _sum(session, taken.where(Taking.fund_id == fund_id))
        assert 0 <= fund.taken_minor <= fund.laid_minor
        unallocated = -balance(session, self.stage, AccountRef.unallocated(fund_id))
        assert unallocated == fund.laid_minor - fund.taken_minor
        committed = -balance(session, self.stage, AccountRef.committed(fund_id))
        assert committed == allocated - spent - back
        assert back == returned

    def _follow_the_money(self, session: Session) -> None:
        """A receipt's trace sums to its net, and a wish's receipts to what it got."""
        for sale in session.scalars(select(Sale).where(Sale.id.in_(self.sales))):
            places = places_of_sale(session, sale.id)
            assert sum(place.amount_minor for place in places) == sale.net_minor
        for wish in session.scalars(select(Wish).where(Wish.id.in_(self.wishes))):
            ids = session.scalars(select(Allocation.id).where(Allocation.wish_id == wish.id))
            given = contributions(session, ids.all())
            assert sum(one.amount_minor for one in given) == wish.funded_minor

    def _look_at_wish(self, session: Session, wish_id: int) -> None:
        wish = session.get_one(Wish, wish_id)
        standing = select(func.sum(Allocation.amount_minor - Allocation.returned_minor))
        got = _sum(session, standing.where(Allocation.wish_id == wish_id))
        assert wish.funded_minor == got <= wish.cost_minor
        assert (wish.state == "open") == (got < wish.cost_minor and wish.state != "bought")

    def _wishes(self, session: Session, state: str) -> list[Wish]:
        return list(
            session.scalars(
                select(Wish).where(Wish.id.in_(self.wishes), Wish.state == state).order_by(Wish.id)
            )
        )


def test_the_identities_hold_after_every_step(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=15,
                stateful_step_count=12,
                suppress_health_check=list(HealthCheck),
            ),
        )


def _sum(session: Session, question: Select[int | None]) -> int:
    return int(session.scalar(question) or 0)
