"""Any order of the posting table's events, told to the actions and to a plain model side by side.

The model is the table of DESIGN written as debits and credits of account codes; it reads no
posting. After each step every kept balance is the model's and the replay's, and all sum to zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count as count_up
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.ledger.move_limits import (
    AlreadyReversed,
    CommittedLess,
    OwedLess,
    VarianceLess,
)
from market.actions.ledger.posting import NotEnoughMoney
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.sales.moving import MoveCash, NotEnoughInTill, pay_in, pay_out
from market.actions.sales.tills import OpenTill, open_till
from market.domain.ledger.moves import REVERSIBLE, MoveKind
from market.domain.proceeds.ranking import AllocationRule
from market.domain.sales.refund import NothingToRefund
from market.domain.sales.sale import Sale, Tender
from market.extensions import db
from market.models.ledger import Account, Party, Posting, Voucher
from market.models.proceeds import Allocation
from market.models.sales import PaymentCode
from market.queries.ledger.check import check_community
from tests import factories
from tests.factories import NOW
from tests.market_day import LATER, Day, close, count, make_day
from tests.moves import bank, move, reverse, safe, wechat
from tests.refunds import ask, close_late, recorded_sale, whole

AMOUNTS = st.integers(min_value=1, max_value=300_00)
SMALL = st.integers(min_value=1, max_value=40_00)
COSTS, REFUNDS = "costs_to_settle", "refunds_to_settle"
Row = tuple[str, str, int]
"""The code of the account debited, of the one credited, minor units."""
REFUSALS = (
    NotEnoughMoney,
    NotEnoughInTill,
    OwedLess,
    VarianceLess,
    CommittedLess,
    AlreadyReversed,
    NothingToRefund,
)


class Books(RuleBasedStateMachine):
    """A community whose session is never committed; a refused step is undone to its savepoint."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(db.engine, expire_on_commit=False)
        self.model: Counter[str] = Counter()
        self.waiting: list[dict[str, int]] = []
        self.booked: dict[int, tuple[Row, ...]] = {}
        self.sales: list[tuple[Day, UUID]] = []
        self.notes = count_up(1)

    @initialize()
    def open(self) -> None:
        """Markets have been held, one short and one over, with running costs in its split and change that somebody lent.

        Some of each stands everywhere, so that whatever comes next finds something to move.
        """
        session = self.session
        self.day = make_day(session, float_minor=0, basis="B")
        self.costs = factories.make_fund(
            session, self.day.community, purpose="running_costs", name="市集成本"
        )
        by = self.day.cast.social_worker
        self.market = factories.make_market_day(session, self.day.community, by)
        factories.make_legal_basis(session, self.market, self.day.holder, kind="B")
        self.split = {self.day.wishes.id: 60, self.day.enterprise.id: 25, self.costs.id: 15}
        factories.make_policy(
            session,
            self.market,
            (self.day.wishes, 60),
            (self.day.enterprise, 25),
            (self.costs, 15),
        )
        session.add(
            PaymentCode(
                market_day_id=self.market.id, tender="wechat", holder_id=self.day.platform.id
            )
        )
        factories.make_opening(session, self.market, by)
        self.helper = factories.make_party(session, self.day.community, kind="person")
        self.lend(500_00)
        self.hold_a_market(floated=50_00, cash=90_00, electronic=80_00, difference=-2_00, box=3_33)
        self.hold_a_market(floated=20_00, cash=15_00, electronic=1_01, difference=2_00, box=0)
        self.deposit(60_00)
        self.allocate_to_costs(9_00)
        self.advance_a_cost(12_00)

    @rule(amount=AMOUNTS)
    def lend(self, amount: int) -> None:
        rows = [(safe(self.day).code, _owed(self.helper), amount)]
        given = {"party_id": self.helper.id, "target": safe(self.day)}
        self._moved(MoveKind.CASH_ADVANCED, amount, rows, **given)

    @rule(
        floated=SMALL,
        cash=AMOUNTS,
        electronic=SMALL,
        difference=st.integers(-5_00, 5_00),
        box=st.sampled_from([0, 0, 7_77]),
    )
    def hold_a_market(
        self, floated: int, cash: int, electronic: int, difference: int, box: int
    ) -> None:
        """A till from its float to its count: a cash sale, an electronic one, a scarf, more change
        and a purchase out of the box; counted as expected, or somewhat over or short."""
        with self._step():
            day = self._till(floated)
            till, over_short = f"cash_till:{day.till.id}", f"over_short:{day.till.id}"
            self._change_and_buy(day)
            sale = self._sell(day, cash, Tender.CASH)
            self._sell(day, electronic, Tender.WECHAT)
            scarf = recorded_sale(self.session, day, day.scarf)
            expected = self._post_sales(
                (till, "", cash + scarf.due_minor + box),
                (wechat(day).code, "", electronic),
                ("", _owed(day.weaver), scarf.consignor_minor),
                *self._shares(cash + electronic + scarf.net_minor + box),
                till=till,
            )
            counted = expected + max(difference, -expected)
            count(self.session, day, counted_minor=counted, box_minor=box)
            self.session.flush()
            close(self.session, day, reason="查过两遍")
            self._post((safe(day).code, till, counted), (over_short, till, expected - counted))
            self.sales += [(day, sale.id), (day, scarf.id)]

    @precondition(lambda self: self.sales)
    @rule(amount=SMALL)
    def sell_late(self, amount: int) -> None:
        """A sale that arrives after its till has closed: its cash explains an over."""
        with self._step():
            day, _ = self.sales[-1]
            sale = self._sell(day, amount, Tender.CASH)
            close_late(self.session, day)
            self._post((f"over_short:{day.till.id}", "", amount), *self._shares(amount))
            self.sales.append((day, sale.id))

    @rule(amount=AMOUNTS)
    def deposit(self, amount: int) -> None:
        rows = [(bank(self.day).code, safe(self.day).code, amount)]
        given = {"source": safe(self.day), "target": bank(self.day)}
        self._moved(MoveKind.DEPOSIT, amount, rows, **given)

    @rule(amount=AMOUNTS)
    def hand_over(self, amount: int) -> None:
        rows = [(safe(self.day).code, bank(self.day).code, amount)]
        given = {"source": bank(self.day), "target": safe(self.day)}
        self._moved(MoveKind.HAND_OVER, amount, rows, **given)

    @rule(amount=SMALL, fee=st.integers(0, 50))
    def settle_with_the_platform(self, amount: int, fee: int) -> None:
        fee, taken = min(amount, fee), wechat(self.day)
        rows = [(bank(self.day).code, taken.code, amount - fee), (COSTS, taken.code, fee)]
        given = {"fee_minor": fee, "source": taken, "target": bank(self.day)}
        self._moved(MoveKind.SETTLEMENT, amount, rows, **given)

    @rule(amount=SMALL)
    def pay_the_weaver(self, amount: int) -> None:
        weaver = self.day.weaver
        rows = [(_owed(weaver), safe(self.day).code, amount)]
        given = {"party_id": weaver.id, "source": safe(self.day)}
        self._moved(MoveKind.PAYOUT, amount, rows, **given)

    @rule(amount=SMALL)
    def advance_a_cost(self, amount: int) -> None:
        rows = [(COSTS, _owed(self.helper), amount)]
        self._moved(MoveKind.COST_ADVANCED, amount, rows, party_id=self.helper.id)

    @rule(amount=AMOUNTS)
    def reimburse(self, amount: int) -> None:
        rows = [(_owed(self.helper), safe(self.day).code, amount)]
        given = {"party_id": self.helper.id, "source": safe(self.day)}
        self._moved(MoveKind.REIMBURSEMENT, amount, rows, **given)

    @rule(amount=SMALL)
    def allocate_to_costs(self, amount: int) -> None:
        with self._step():
            amount = min(amount, -self.model[f"fund_unallocated:{self.costs.id}"])
            if amount:
                allocate_to_day(self.session, self.day, self.costs.id, self.market.id, amount)
                unallocated, committed = (
                    f"fund_unallocated:{self.costs.id}",
                    f"fund_committed:{self.costs.id}",
                )
                self._post((unallocated, committed, amount))

    @rule(amount=SMALL, number=st.integers(0, 9))
    def clear_costs(self, amount: int, number: int) -> None:
        for allocation_id in self._allocation(number):
            rows = [(f"fund_committed:{self.costs.id}", COSTS, amount)]
            self._moved(MoveKind.COST_CLEARED, amount, rows, allocation_id=allocation_id)

    @rule(number=st.integers(0, 9), amount=st.integers(1, 6_00))
    def clear_an_over(self, number: int, amount: int) -> None:
        for till_id in self._till_id(number):
            rows = [(f"over_short:{till_id}", "", amount), *self._shares(amount)]
            self._moved(MoveKind.OVER_CLEARED, amount, rows, till_id=till_id)

    @rule(number=st.integers(0, 9), amount=st.integers(1, 6_00))
    def pay_a_short_in(self, number: int, amount: int) -> None:
        for till_id in self._till_id(number):
            rows = [(safe(self.day).code, f"over_short:{till_id}", amount)]
            given = {"till_id": till_id, "target": safe(self.day)}
            self._moved(MoveKind.SHORT_PAID_IN, amount, rows, **given)

    @rule(number=st.integers(0, 9), amount=st.integers(1, 6_00))
    def let_running_costs_bear_a_short(self, number: int, amount: int) -> None:
        for till_id in self._till_id(number):
            for allocation_id in self._allocation(number):
                rows = [(f"fund_committed:{self.costs.id}", f"over_short:{till_id}", amount)]
                given = {"till_id": till_id, "allocation_id": allocation_id}
                self._moved(MoveKind.SHORT_CLEARED, amount, rows, **given)

    @precondition(lambda self: self.sales)
    @rule(number=st.integers(0, 20))
    def refund(self, number: int) -> None:
        """What is left of a sale comes back out of the safe; a large one waits for ever here."""
        day, sale_id = self.sales[number % len(self.sales)]
        with self._step():
            refund = ask(self.session, day, sale_id, whole(self.session, day, sale_id)).refund
            if refund is None:
                return
            net = refund.end_minor - refund.start_minor
            self._post(
                (REFUNDS, safe(day).code, net),
                (_owed(day.weaver), safe(day).code, refund.consignor_minor),
            )
            begun, ended = self._cut(refund.start_minor), self._cut(refund.end_minor)
            self.waiting.append({fund: ended[fund] - begun[fund] for fund in ended})

    @precondition(lambda self: self.booked)
    @rule(number=st.integers(0, 30))
    def reverse_something(self, number: int) -> None:
        voucher_id = sorted(self.booked)[number % len(self.booked)]
        with self._step():
            reverse(self.session, self.day, voucher_id)
            self._post(
                *((credit, debit, amount) for debit, credit, amount in self.booked[voucher_id])
            )

    @invariant()
    def the_books_are_the_models(self) -> None:
        if not hasattr(self, "helper"):
            return
        kept = self._balances(Account.balance_minor)
        assert kept == {code: minor for code, minor in self.model.items() if minor}
        postings = select(func.sum(Posting.amount_minor)).where(Posting.account_id == Account.id)
        assert self._balances(postings.scalar_subquery()) == kept
        assert sum(kept.values()) == 0

    def teardown(self) -> None:
        try:
            if hasattr(self, "helper"):
                seal_events(self.session)
                found = list(check_community(self.session, self.day.community.id))
                assert [one for one in found if not one.holds] == []
        finally:
            self.session.close()

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Both do it, or neither: what is refused leaves nothing behind, as a unit of work would."""
        seal_events(self.session)
        before = self.model.copy(), list(self.waiting)
        try:
            with self.session.begin_nested():
                yield
        except REFUSALS:
            self.model, self.waiting = before
            self.session.info.clear()
        self._settle_in_model()

    def _moved(self, kind: MoveKind, amount: int, rows: list[Row], **given: object) -> None:
        """Proposed by one, approved by another."""
        with self._step():
            note = f"第{next(self.notes)}笔"
            decided = move(self.session, self.day, kind, amount, note=note, **given)
            self._post(*rows)
            voucher = self.session.get_one(Voucher, decided.voucher_id)
            if voucher.kind in REVERSIBLE:
                self.booked[voucher.id] = tuple(rows)

    def _post(self, *rows: Row) -> None:
        """Debit and credit account codes; '' where another row has the other side."""
        for debit, credit, amount in rows:
            self.model[debit] += amount
            self.model[credit] -= amount
        assert self.model.pop("", 0) == 0

    def _post_sales(self, *rows: Row, till: str) -> int:
        """A closure's rows; gives what should then be in the box."""
        self._post(*rows)
        return self.model[till]

    def _settle_in_model(self) -> None:
        """Refunds settle oldest first, each on all funds or on none."""
        for parts in list(self.waiting):
            if all(minor <= -self.model[fund] for fund, minor in parts.items()):
                self._post(*((fund, REFUNDS, minor) for fund, minor in parts.items()))
                self.waiting.remove(parts)

    def _cut(self, position: int) -> dict[str, int]:
        """The nested split of the first so many minor units, by account code."""
        shares, rest, weights = {}, position, sum(self.split.values())
        for fund_id, weight in self.split.items():
            shares[f"fund_unallocated:{fund_id}"] = rest * weight // weights
            rest -= rest * weight // weights
            weights -= weight
        return shares

    def _shares(self, amount: int) -> list[Row]:
        return [("", fund, minor) for fund, minor in self._cut(amount).items()]

    def _till(self, floated: int) -> Day:
        """An open till with its float, one stall, an open price and scarves on consignment."""
        stall = factories.make_stall(self.session, self.market)
        till = open_till(
            self.session,
            OpenTill(
                community_id=self.day.community.id,
                market_day_id=self.market.id,
                stall_ids=[stall.id],
                safe_holder_id=self.day.custodian.id,
                float_minor=floated,
            ),
            by_id=self.day.cast.volunteer.id,
            now=NOW,
        )
        self._post((f"cash_till:{till.id}", safe(self.day).code, floated))
        return replace(
            self.day,
            day=self.market,
            till=till,
            device=factories.make_device(self.session, self.market, self.day.cast.volunteer),
            soap=factories.make_listing(self.session, stall, price_minor=None),
            scarf=factories.make_listing(
                self.session,
                stall,
                price_minor=60_00,
                consignor_id=self.day.weaver.id,
                share_bp=8000,
            ),
        )

    def _change_and_buy(self, day: Day) -> None:
        """¥1 more of change goes in, and ¥1 of string is bought."""
        command = MoveCash(
            community_id=day.community.id, till_id=day.till.id, amount_minor=1_00, note="绳子"
        )
        by_id, till = day.cast.volunteer.id, f"cash_till:{day.till.id}"
        pay_in(self.session, command, by_id=by_id, now=NOW)
        pay_out(self.session, command, by_id=by_id, now=NOW)
        self._post((till, safe(day).code, 1_00), (COSTS, till, 1_00))

    def _sell(self, day: Day, amount: int, tender: Tender) -> Sale:
        line = factories.make_line(1, day.soap, unit_price_minor=amount)
        return recorded_sale(self.session, day, lines=(line,), tender=tender)

    def _till_id(self, number: int) -> list[int]:
        tills = sorted({day.till.id for day, _ in self.sales})
        return [tills[number % len(tills)]] if tills else []

    def _allocation(self, number: int) -> list[int]:
        ids = self.session.scalars(
            select(Allocation.id).where(Allocation.fund_id == self.costs.id).order_by(Allocation.id)
        ).all()
        return [ids[number % len(ids)]] if ids else []

    def _balances(self, balance: SQLColumnExpression[int]) -> dict[str, int]:
        rows = self.session.execute(
            select(Account.code, func.coalesce(balance, 0)).where(
                Account.community_id == self.day.community.id
            )
        )
        return {code: int(minor) for code, minor in rows if minor}


def test_every_balance_is_the_models_and_the_replays_after_each_step(app: Flask) -> None:
    with app.app_context():
        run_state_machine_as_test(
            Books,
            settings=settings(
                max_examples=12,
                stateful_step_count=12,
                suppress_health_check=list(HealthCheck),
            ),
        )


def allocate_to_day(
    session: Session, day: Day, fund_id: int, market_day_id: int, amount_minor: int
) -> None:
    """Running costs for a market day: proposed by the social worker, approved by the reviewer."""
    session.expire_all()
    proposal = propose_allocations(
        session,
        ProposeAllocations(
            community_id=day.community.id,
            fund_id=fund_id,
            rule=AllocationRule.BY_HAND,
            items=(ProposedItem(amount_minor=amount_minor, market_day_id=market_day_id),),
        ),
        by_id=day.cast.social_worker.id,
        now=LATER,
    )
    approve_proposal(
        session,
        ApproveProposal(community_id=day.community.id, proposal_id=proposal.id),
        by_id=day.cast.reviewer.id,
        now=LATER,
    )


def _owed(party: Party) -> str:
    return f"payable:{party.id}"
