"""An entry: postings that balance, or it cannot be built."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_, Invalid
from market.domain.ledger.account import AccountRef
from market.domain.money import MOST_TOTAL_MINOR, AmountNotWhole, AmountTooLarge, Money
from market.domain.text import clean_text

MOST_MEMO = 200


class EmptyPosting(Invalid):
    """A posting of nothing."""

    sentence = N_("分录行的金额不能是 0。")


class EmptyEntry(Invalid):
    """An entry in which nothing moves."""

    sentence = N_("这张凭证没有任何金额变动，无需入账。")


class Unbalanced(Invalid):
    """Debits and credits differ."""

    sentence = N_("凭证借贷不平，相差 %(difference)s，请检查各行金额。")


class EntryKind(StrEnum):
    """What happened, one for each row of the posting table, and the reversal."""

    OPENING_FLOAT = "opening_float"
    PAY_IN = "pay_in"
    PAY_OUT = "pay_out"
    CLOSURE = "closure"
    LATE_CLOSURE = "late_closure"
    COUNT = "count"
    HAND_OVER = "hand_over"
    DEPOSIT = "deposit"
    SETTLEMENT = "settlement"
    OVER_LEFT = "over_left"
    SHORT_BORNE = "short_borne"
    SHORT_PAID_IN = "short_paid_in"
    RECONCILED = "reconciled"
    ALLOCATION = "allocation"
    SPENDING = "spending"
    RETURN = "return"
    COSTS_CLEARED = "costs_cleared"
    COST_ADVANCED = "cost_advanced"
    CASH_ADVANCED = "cash_advanced"
    PAYOUT = "payout"
    REIMBURSEMENT = "reimbursement"
    REFUND = "refund"
    REFUND_SETTLED = "refund_settled"
    REVERSAL = "reversal"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


_LABELS = {
    EntryKind.OPENING_FLOAT: N_("找零备用金"),
    EntryKind.PAY_IN: N_("补充备用金"),
    EntryKind.PAY_OUT: N_("钱箱付款"),
    EntryKind.CLOSURE: N_("收摊结账"),
    EntryKind.LATE_CLOSURE: N_("补传结账"),
    EntryKind.COUNT: N_("双人点钱"),
    EntryKind.HAND_OVER: N_("交接"),
    EntryKind.DEPOSIT: N_("存入银行"),
    EntryKind.SETTLEMENT: N_("到账"),
    EntryKind.OVER_LEFT: N_("长款转无明细收入"),
    EntryKind.SHORT_BORNE: N_("短款由专款承担"),
    EntryKind.SHORT_PAID_IN: N_("短款补交"),
    EntryKind.RECONCILED: N_("平台对账差额"),
    EntryKind.ALLOCATION: N_("款项安排"),
    EntryKind.SPENDING: N_("付款"),
    EntryKind.RETURN: N_("款项退回"),
    EntryKind.COSTS_CLEARED: N_("成本结算"),
    EntryKind.COST_ADVANCED: N_("垫付成本"),
    EntryKind.CASH_ADVANCED: N_("垫付备用金"),
    EntryKind.PAYOUT: N_("寄售货款结算"),
    EntryKind.REIMBURSEMENT: N_("报销"),
    EntryKind.REFUND: N_("退款"),
    EntryKind.REFUND_SETTLED: N_("退款结算"),
    EntryKind.REVERSAL: N_("冲正"),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: minor units, debit above zero, credit below, never zero."""

    account: AccountRef
    amount_minor: int

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise AmountNotWhole
        if self.amount_minor == 0:
            raise EmptyPosting
        if abs(self.amount_minor) > MOST_TOTAL_MINOR:
            raise AmountTooLarge(most=Money(MOST_TOTAL_MINOR))

    @property
    def debit_minor(self) -> int:
        """The amount if it is a debit, else 0."""
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        """The amount if it is a credit, else 0."""
        return max(-self.amount_minor, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced voucher: one posting per account, debits first, each side in account order.

    Raises EmptyEntry, Unbalanced, and what `clean_text` raises for a memo.
    """

    kind: EntryKind
    memo: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "memo", clean_text(self.memo, most=MOST_MEMO, least=0))
        object.__setattr__(self, "postings", _merged(self.postings))
        if not self.postings:
            raise EmptyEntry
        difference = sum(posting.amount_minor for posting in self.postings)
        if difference:
            raise Unbalanced(difference=Money(abs(difference)))

    @property
    def total_minor(self) -> int:
        """The sum of the debits, which is the sum of the credits."""
        return sum(posting.debit_minor for posting in self.postings)

    def reversed(self, memo: str | None = None) -> Entry:
        """The entry that undoes this one; under the same memo unless another is given."""
        return Entry(
            EntryKind.REVERSAL,
            self.memo if memo is None else memo,
            tuple(Posting(row.account, -row.amount_minor) for row in self.postings),
        )


def _merged(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    sums: dict[AccountRef, int] = {}
    for posting in postings:
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount_minor
    rows = (Posting(account, amount) for account, amount in sums.items() if amount)
    return tuple(sorted(rows, key=_bookkeeping_order))


def _bookkeeping_order(posting: Posting) -> tuple[bool, str, int, str]:
    account = posting.account
    return posting.amount_minor < 0, account.kind, account.holder_id or 0, account.key
