"""Each row of the posting table debits and credits what the design says, and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from market.domain.ledger import posting_table as table
from market.domain.ledger.account import AccountKind, AccountRef, Side
from market.domain.ledger.entry import EmptyEntry, Entry, EntryKind, Unbalanced
from market.domain.ledger.posting_table import (
    FeeTooLarge,
    SameAccount,
    Takings,
    WrongAccount,
)
from market.domain.money import (
    AmountNegative,
    AmountNotWhole,
    AmountTooLarge,
    AmountTooSmall,
)

amounts = st.integers(1, 10**6)
BANK, SAFE = AccountRef.bank(5), AccountRef.cash_safe(4)
WECHAT = AccountRef.tender(3, "wechat")


def shape(entry: Entry | None) -> tuple[dict[str, int], dict[str, int]]:
    """The debits and the credits by account code."""
    assert entry is not None
    return (
        {row.account.code: row.debit_minor for row in entry.postings if row.amount_minor > 0},
        {row.account.code: row.credit_minor for row in entry.postings if row.amount_minor < 0},
    )


# The table of the design, row by row: entry, kind, debits, credits.
ROWS = [
    (
        table.opening_float("", till_id=1, safe_holder_id=4, amount_minor=100),
        (EntryKind.OPENING_FLOAT, {"cash_till:1": 100}, {"cash_safe:4": 100}),
    ),
    (
        table.pay_in("", till_id=1, safe_holder_id=4, amount_minor=100),
        (EntryKind.PAY_IN, {"cash_till:1": 100}, {"cash_safe:4": 100}),
    ),
    (
        table.pay_out("", till_id=1, amount_minor=100),
        (EntryKind.PAY_OUT, {"costs_to_settle": 100}, {"cash_till:1": 100}),
    ),
    (
        table.closure(
            "",
            till_id=1,
            takings=Takings(
                cash_minor=60,
                tenders={(3, "wechat"): 40, (3, "alipay"): 0},
                payables={8: 30, 9: 0},
                funds={1: 49, 2: 21},
            ),
        ),
        (
            EntryKind.CLOSURE,
            {"cash_till:1": 60, "tender:3:wechat": 40},
            {"payable:8": 30, "fund_unallocated:1": 49, "fund_unallocated:2": 21},
        ),
    ),
    (
        table.late_closure("", till_id=1, takings=Takings(cash_minor=60, funds={1: 60})),
        (EntryKind.LATE_CLOSURE, {"over_short:1": 60}, {"fund_unallocated:1": 60}),
    ),
    (
        table.count("", till_id=1, safe_holder_id=4, counted_minor=90, expected_minor=100),
        (EntryKind.COUNT, {"cash_safe:4": 90, "over_short:1": 10}, {"cash_till:1": 100}),
    ),
    (
        table.count("", till_id=1, safe_holder_id=4, counted_minor=110, expected_minor=100),
        (EntryKind.COUNT, {"cash_safe:4": 110}, {"cash_till:1": 100, "over_short:1": 10}),
    ),
    (
        table.count("", till_id=1, safe_holder_id=4, counted_minor=100, expected_minor=100),
        (EntryKind.COUNT, {"cash_safe:4": 100}, {"cash_till:1": 100}),
    ),
    (
        table.hand_over("", source=SAFE, target=BANK, amount_minor=100),
        (EntryKind.HAND_OVER, {"bank:5": 100}, {"cash_safe:4": 100}),
    ),
    (
        table.deposit("", safe_holder_id=4, bank_holder_id=5, amount_minor=100),
        (EntryKind.DEPOSIT, {"bank:5": 100}, {"cash_safe:4": 100}),
    ),
    (
        table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=1000, fee_minor=6),
        (EntryKind.SETTLEMENT, {"bank:5": 994, "costs_to_settle": 6}, {"tender:3:wechat": 1000}),
    ),
    (
        table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=1000),
        (EntryKind.SETTLEMENT, {"bank:5": 1000}, {"tender:3:wechat": 1000}),
    ),
    (
        table.over_left("", till_id=1, funds={1: 7, 2: 3}),
        (
            EntryKind.OVER_LEFT,
            {"over_short:1": 10},
            {"fund_unallocated:1": 7, "fund_unallocated:2": 3},
        ),
    ),
    (
        table.short_borne("", till_id=1, fund_id=6, amount_minor=10),
        (EntryKind.SHORT_BORNE, {"fund_committed:6": 10}, {"over_short:1": 10}),
    ),
    (
        table.short_paid_in("", till_id=1, safe_holder_id=4, amount_minor=10),
        (EntryKind.SHORT_PAID_IN, {"cash_safe:4": 10}, {"over_short:1": 10}),
    ),
    (
        table.money_found("", tender=WECHAT, till_id=1, amount_minor=10),
        (EntryKind.RECONCILED, {"tender:3:wechat": 10}, {"over_short:1": 10}),
    ),
    (
        table.money_missing("", tender=WECHAT, till_id=1, amount_minor=10),
        (EntryKind.RECONCILED, {"over_short:1": 10}, {"tender:3:wechat": 10}),
    ),
    (
        table.allocation("", funds={1: 100, 2: 50}),
        (
            EntryKind.ALLOCATION,
            {"fund_unallocated:1": 100, "fund_unallocated:2": 50},
            {"fund_committed:1": 100, "fund_committed:2": 50},
        ),
    ),
    (
        table.returned("", funds={1: 20}),
        (EntryKind.RETURN, {"fund_committed:1": 20}, {"fund_unallocated:1": 20}),
    ),
    (
        table.spending("", fund_id=1, paid_from=BANK, amount_minor=80),
        (EntryKind.SPENDING, {"fund_committed:1": 80}, {"bank:5": 80}),
    ),
    (
        table.spending("", fund_id=1, paid_from=SAFE, amount_minor=80),
        (EntryKind.SPENDING, {"fund_committed:1": 80}, {"cash_safe:4": 80}),
    ),
    (
        table.spending("", fund_id=1, paid_from=AccountRef.payable(9), amount_minor=80),
        (EntryKind.SPENDING, {"fund_committed:1": 80}, {"payable:9": 80}),
    ),
    (
        table.costs_cleared("", fund_id=6, amount_minor=6),
        (EntryKind.COSTS_CLEARED, {"fund_committed:6": 6}, {"costs_to_settle": 6}),
    ),
    (
        table.cost_advanced("", party_id=9, amount_minor=30),
        (EntryKind.COST_ADVANCED, {"costs_to_settle": 30}, {"payable:9": 30}),
    ),
    (
        table.cash_advanced("", party_id=9, safe_holder_id=4, amount_minor=30),
        (EntryKind.CASH_ADVANCED, {"cash_safe:4": 30}, {"payable:9": 30}),
    ),
    (
        table.payout("", party_id=8, paid_from=BANK, amount_minor=30),
        (EntryKind.PAYOUT, {"payable:8": 30}, {"bank:5": 30}),
    ),
    (
        table.reimbursement("", party_id=9, paid_from=SAFE, amount_minor=30),
        (EntryKind.REIMBURSEMENT, {"payable:9": 30}, {"cash_safe:4": 30}),
    ),
    (
        table.refund("", paid_from=WECHAT, payables={8: 3}, net_minor=7),
        (
            EntryKind.REFUND,
            {"refunds_to_settle": 7, "payable:8": 3},
            {"tender:3:wechat": 10},
        ),
    ),
    (
        table.refund_settled("", funds={1: 5, 2: 2}),
        (
            EntryKind.REFUND_SETTLED,
            {"fund_unallocated:1": 5, "fund_unallocated:2": 2},
            {"refunds_to_settle": 7},
        ),
    ),
]


@pytest.mark.parametrize(("entry", "expected"), ROWS)
def test_it_posts_what_the_table_says(
    entry: Entry, expected: tuple[EntryKind, dict[str, int], dict[str, int]]
) -> None:
    assert (entry.kind, *shape(entry)) == expected


def test_every_kind_but_the_reversal_has_a_row() -> None:
    kinds = {expected[0] for _, expected in ROWS}
    assert kinds == set(EntryKind) - {EntryKind.REVERSAL}


SINGLE: list[Callable[[int], Entry | None]] = [
    lambda x: table.opening_float("", till_id=1, safe_holder_id=4, amount_minor=x),
    lambda x: table.pay_in("", till_id=1, safe_holder_id=4, amount_minor=x),
    lambda x: table.pay_out("", till_id=1, amount_minor=x),
    lambda x: table.hand_over("", source=SAFE, target=BANK, amount_minor=x),
    lambda x: table.deposit("", safe_holder_id=4, bank_holder_id=5, amount_minor=x),
    lambda x: table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=x),
    lambda x: table.short_borne("", till_id=1, fund_id=6, amount_minor=x),
    lambda x: table.short_paid_in("", till_id=1, safe_holder_id=4, amount_minor=x),
    lambda x: table.money_found("", tender=WECHAT, till_id=1, amount_minor=x),
    lambda x: table.money_missing("", tender=WECHAT, till_id=1, amount_minor=x),
    lambda x: table.spending("", fund_id=1, paid_from=BANK, amount_minor=x),
    lambda x: table.costs_cleared("", fund_id=6, amount_minor=x),
    lambda x: table.cost_advanced("", party_id=9, amount_minor=x),
    lambda x: table.cash_advanced("", party_id=9, safe_holder_id=4, amount_minor=x),
    lambda x: table.payout("", party_id=8, paid_from=BANK, amount_minor=x),
    lambda x: table.reimbursement("", party_id=9, paid_from=BANK, amount_minor=x),
]
WHOLE: list[Callable[[int], Entry | None]] = [
    lambda x: table.closure("", till_id=1, takings=Takings(cash_minor=x, funds={1: x})),
    lambda x: table.closure(
        "", till_id=1, takings=Takings(tenders={(3, "wechat"): x}, funds={1: x})
    ),
    lambda x: table.late_closure("", till_id=1, takings=Takings(cash_minor=x, payables={8: x})),
    lambda x: table.over_left("", till_id=1, funds={1: x}),
    lambda x: table.allocation("", funds={1: x}),
    lambda x: table.returned("", funds={1: x}),
    lambda x: table.refund("", paid_from=SAFE, payables={}, net_minor=x),
    lambda x: table.refund("", paid_from=SAFE, payables={8: x}, net_minor=1),
    lambda x: table.refund_settled("", funds={1: x}),
    lambda x: table.count("", till_id=1, safe_holder_id=4, counted_minor=x, expected_minor=1),
]


@pytest.mark.parametrize("post", SINGLE)
def test_nothing_is_moved_by_zero(post: Callable[[int], Entry | None]) -> None:
    with pytest.raises(AmountTooSmall):
        post(0)


@pytest.mark.parametrize("post", SINGLE)
def test_a_single_fen_is_moved(post: Callable[[int], Entry | None]) -> None:
    entry = post(1)
    assert entry is not None
    assert entry.total_minor == 1


@pytest.mark.parametrize("post", SINGLE + WHOLE)
def test_no_row_takes_a_negative_or_absurd_amount(post: Callable[[int], Entry | None]) -> None:
    with pytest.raises((AmountTooSmall, AmountNegative)):
        post(-1)
    with pytest.raises(AmountTooLarge):
        post(10**15 + 1)


@pytest.mark.parametrize("post", SINGLE + WHOLE)
@pytest.mark.parametrize("amount", [1.5, 2.0, True, "5", None, float("nan")])
def test_no_row_takes_what_is_not_whole(post: Callable[[Any], Entry | None], amount: Any) -> None:
    with pytest.raises(AmountNotWhole):
        post(amount)


@pytest.mark.parametrize("post", [row for row in WHOLE[3:9] if row is not WHOLE[7]])
def test_a_table_of_zeros_is_no_entry(post: Callable[[int], Entry | None]) -> None:
    with pytest.raises(EmptyEntry):
        post(0)


def test_a_till_that_took_nothing_needs_no_voucher() -> None:
    nothing = Takings(tenders={(3, "wechat"): 0}, funds={1: 0})
    assert table.closure("", till_id=1, takings=nothing) is None
    assert table.late_closure("", till_id=1, takings=nothing) is None
    assert table.count("", till_id=1, safe_holder_id=4, counted_minor=0, expected_minor=0) is None


def test_takings_that_belong_to_nobody_are_refused() -> None:
    with pytest.raises(Unbalanced):
        table.closure("", till_id=1, takings=Takings(cash_minor=10, funds={1: 9}))
    with pytest.raises(Unbalanced):
        table.closure("", till_id=1, takings=Takings(funds={1: 9}))


@pytest.mark.parametrize(
    "post",
    [
        lambda: table.hand_over("", source=AccountRef.payable(1), target=BANK, amount_minor=1),
        lambda: table.hand_over("", source=SAFE, target=WECHAT, amount_minor=1),
        lambda: table.settlement("", source=SAFE, bank_holder_id=5, gross_minor=1),
        lambda: table.spending("", fund_id=1, paid_from=WECHAT, amount_minor=1),
        lambda: table.payout("", party_id=1, paid_from=AccountRef.payable(2), amount_minor=1),
        lambda: table.reimbursement("", party_id=1, paid_from=WECHAT, amount_minor=1),
        lambda: table.refund("", paid_from=AccountRef.committed(1), payables={}, net_minor=1),
        lambda: table.refund("", paid_from=BANK, payables={}, net_minor=1),
    ],
)
def test_money_comes_only_from_accounts_the_table_names(post: Callable[[], Entry]) -> None:
    with pytest.raises(WrongAccount):
        post()


def test_money_is_not_handed_over_to_where_it_is() -> None:
    with pytest.raises(SameAccount):
        table.hand_over("", source=SAFE, target=SAFE, amount_minor=1)


def test_a_fee_is_at_most_all_of_it() -> None:
    table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=5, fee_minor=5)
    with pytest.raises(AmountNegative):
        table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=5, fee_minor=-1)
    with pytest.raises(FeeTooLarge):
        table.settlement("", source=WECHAT, bank_holder_id=5, gross_minor=5, fee_minor=6)


@given(st.dictionaries(st.integers(1, 5), amounts, min_size=1), amounts)
def test_a_refund_pays_out_the_net_and_every_consignors_part(
    payables: dict[int, int], net_minor: int
) -> None:
    _, credited = shape(table.refund("", paid_from=SAFE, payables=payables, net_minor=net_minor))
    assert credited == {"cash_safe:4": net_minor + sum(payables.values())}


class MarketBooks(RuleBasedStateMachine):
    """Any road through the posting table; funds and holders never give what they have not."""

    def __init__(self) -> None:
        super().__init__()
        self.balances: dict[AccountRef, int] = {}
        self.raised = self.taken = self.spent = self.given_back = 0

    def post(self, entry: Entry | None) -> None:
        assert entry is not None
        assert sum(row.amount_minor for row in entry.postings) == 0
        for row in entry.postings:
            self.balances[row.account] = self.balances.get(row.account, 0) + row.amount_minor

    def held(self, account: AccountRef) -> int:
        return self.balances.get(account, 0)

    @rule(cash=amounts, wechat=amounts, owed=st.integers(0, 100))
    def close(self, cash: int, wechat: int, owed: int) -> None:
        owed = min(owed, cash + wechat)
        net = cash + wechat - owed
        takings = Takings(
            cash_minor=cash, tenders={(3, "wechat"): wechat}, payables={8: owed}, funds={1: net}
        )
        self.post(table.closure("", till_id=1, takings=takings))
        self.raised += net

    @precondition(lambda self: self.held(AccountRef.cash_till(1)) > 0)
    @rule(off=st.integers(-50, 50))
    def count(self, off: int) -> None:
        expected = self.held(AccountRef.cash_till(1))
        self.post(
            table.count(
                "",
                till_id=1,
                safe_holder_id=4,
                counted_minor=max(0, expected + off),
                expected_minor=expected,
            )
        )

    @rule(amount=amounts)
    def late_sale(self, amount: int) -> None:
        takings = Takings(cash_minor=amount, funds={1: amount})
        self.post(table.late_closure("", till_id=1, takings=takings))
        self.raised += amount

    @precondition(lambda self: self.held(AccountRef.over_short(1)) < 0)
    @rule()
    def clear_over(self) -> None:
        over = -self.held(AccountRef.over_short(1))
        self.post(table.over_left("", till_id=1, funds={1: over}))
        self.raised += over

    @precondition(lambda self: self.held(AccountRef.unallocated(1)) < 0)
    @rule(part=st.integers(1, 100))
    def allocate(self, part: int) -> None:
        amount = -(self.held(AccountRef.unallocated(1)) * part // 100)
        if amount:
            self.post(table.allocation("", funds={1: amount}))
            self.taken += amount

    @precondition(lambda self: self.held(AccountRef.committed(1)) < 0)
    @rule(part=st.integers(1, 100))
    def spend(self, part: int) -> None:
        amount = max(1, -self.held(AccountRef.committed(1)) * part // 100)
        paid_from = AccountRef.payable(9)
        self.post(table.spending("", fund_id=1, paid_from=paid_from, amount_minor=amount))
        self.spent += amount

    @precondition(lambda self: self.held(AccountRef.committed(1)) < 0)
    @rule(part=st.integers(1, 100))
    def give_back(self, part: int) -> None:
        amount = max(1, -self.held(AccountRef.committed(1)) * part // 100)
        self.post(table.returned("", funds={1: amount}))
        self.given_back += amount

    @precondition(lambda self: self.held(WECHAT) > 0)
    @rule(fee=st.integers(0, 100))
    def settle(self, fee: int) -> None:
        gross = self.held(WECHAT)
        self.post(
            table.settlement(
                "", source=WECHAT, bank_holder_id=5, gross_minor=gross, fee_minor=min(fee, gross)
            )
        )

    @invariant()
    def assets_are_what_is_owed_and_what_the_funds_hold(self) -> None:
        sides = {Side.ASSET: 0, Side.LIABILITY: 0}
        for account, balance in self.balances.items():
            sides[account.kind.side] += balance
        assert sides[Side.ASSET] == -sides[Side.LIABILITY]

    @invariant()
    def funds_are_what_came_in_less_what_went_out(self) -> None:
        free = -self.held(AccountRef.unallocated(1))
        committed = -self.held(AccountRef.committed(1))
        assert free == self.raised + self.given_back - self.taken
        assert committed == self.taken - self.spent - self.given_back
        assert min(free, committed) >= 0

    @invariant()
    def over_and_short_never_touch_the_tills_cash(self) -> None:
        kinds = {account.kind for account, balance in self.balances.items() if balance < 0}
        assert AccountKind.CASH_TILL not in kinds


TestMarketBooks = MarketBooks.TestCase
