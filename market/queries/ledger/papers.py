"""Accounting papers of some months: the trial balance, income and spending, vouchers to print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    case,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from market.domain.ledger.account import AccountKind
from market.domain.ledger.entry import EntryKind
from market.models.ledger import Account, Fund, Posting, Voucher
from market.queries.ledger.balances import AccountNow, accounts_of
from market.queries.ledger.journal import Filter, JournalLine, VoucherRow, journal_lines

_FUND_KINDS = (str(AccountKind.FUND_UNALLOCATED), str(AccountKind.FUND_COMMITTED))
_SPENT_BY = frozenset({EntryKind.SPENDING, EntryKind.COSTS_CLEARED, EntryKind.SHORT_BORNE})
"""What takes money out of a fund for its purpose; all else that a fund feels is income, or less of it."""


@dataclass(frozen=True, slots=True)
class Months:
    """From the first month to the last, both included ('2026-10', '2026-11')."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account over some months: balances are debits minus credits."""

    account: AccountNow
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """What one voucher did to one fund: it came in, or was spent; a reversal is negative."""

    voucher_id: int
    month: str
    number: int
    booked_on: date
    kind: EntryKind
    memo: str
    fund: str
    income_minor: int
    spent_minor: int


@dataclass(frozen=True, slots=True)
class FundFlow:
    """Income and spending of some months: opening + income − spent = closing."""

    opening_minor: int
    rows: tuple[FlowRow, ...]

    @property
    def income_minor(self) -> int:
        return sum(row.income_minor for row in self.rows)

    @property
    def spent_minor(self) -> int:
        return sum(row.spent_minor for row in self.rows)

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.income_minor - self.spent_minor


@dataclass(frozen=True, slots=True)
class PrintedVoucher:
    """A voucher with its postings, debits first."""

    voucher: VoucherRow
    lines: tuple[JournalLine, ...]


def trial_balance(session: Session, community_id: int, months: Months) -> list[TrialRow]:
    """Every account that had a balance or a posting, in the order of the chart.

    Counted back from the balances now, so that old months cost nothing when new ones are asked.
    """
    amount = Posting.amount_minor
    within = Voucher.month <= months.last
    sums = (
        select(
            Posting.account_id,
            _sum(and_(within, amount > 0), amount).label("debit"),
            _sum(and_(within, amount < 0), -amount).label("credit"),
            _sum(Voucher.month > months.last, amount).label("after"),
        )
        .join(Voucher, Voucher.id == Posting.voucher_id)
        .where(Voucher.community_id == community_id, Voucher.month >= months.first)
        .group_by(Posting.account_id)
        .subquery()
    )
    found = session.execute(
        select(Account.id, Account.balance_minor, sums.c.debit, sums.c.credit, sums.c.after)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Account.community_id == community_id)
    )
    sums_of = {row.id: row for row in found}
    rows = [_trial(account, sums_of[account.id]) for account in accounts_of(session, community_id)]
    return [row for row in rows if row.opening_minor or row.debit_minor or row.credit_minor]


def fund_flow(session: Session, community_id: int, months: Months) -> FundFlow:
    """What came into the funds and what was spent of them, voucher by voucher."""
    original = aliased(Voucher)
    effect = -func.sum(Posting.amount_minor)
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.month,
            Voucher.number,
            Voucher.booked_on,
            Voucher.kind,
            func.coalesce(original.kind, Voucher.kind).label("meant"),
            Voucher.memo,
            Fund.name.label("fund"),
            effect.label("effect"),
        )
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(Account, Account.id == Posting.account_id)
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(original, original.id == Voucher.reverses_id)
        .where(
            Voucher.community_id == community_id,
            Voucher.month.between(months.first, months.last),
            Account.kind.in_(_FUND_KINDS),
        )
        .group_by(Voucher.id, original.kind, Fund.id, Fund.name)
        .having(effect != 0)
        .order_by(Voucher.month, Voucher.number, Fund.id)
    )
    opening = session.scalar(
        select(
            -func.coalesce(func.sum(Account.balance_minor), 0)
            + func.coalesce(_since(community_id, months.first), 0)
        ).where(Account.community_id == community_id, Account.kind.in_(_FUND_KINDS))
    )
    return FundFlow(int(opening or 0), tuple(_flow(row) for row in rows))


def vouchers_to_print(
    session: Session, community_id: int, chosen: Filter, most: int
) -> list[PrintedVoucher]:
    """The vouchers a filter finds in the order of their numbers, of `most` lines at most."""
    found: dict[int, list[JournalLine]] = defaultdict(list)
    for line in journal_lines(session, community_id, chosen, most):
        found[line.voucher.id].append(line)
    return [_printed(lines) for lines in found.values()]


def _printed(lines: Sequence[JournalLine]) -> PrintedVoucher:
    ordered = sorted(lines, key=lambda line: line.amount_minor < 0)
    return PrintedVoucher(lines[0].voucher, tuple(ordered))


def _trial(account: AccountNow, row: Row[*tuple[Any, ...]]) -> TrialRow:
    debit, credit = int(row.debit or 0), int(row.credit or 0)
    closing = row.balance_minor - int(row.after or 0)
    return TrialRow(account, closing - debit + credit, debit, credit, closing)


def _flow(row: Row[*tuple[Any, ...]]) -> FlowRow:
    effect = int(row.effect)
    is_spending = EntryKind(row.meant) in _SPENT_BY
    return FlowRow(
        voucher_id=row.id,
        month=row.month,
        number=row.number,
        booked_on=row.booked_on,
        kind=EntryKind(row.kind),
        memo=row.memo,
        fund=row.fund,
        income_minor=0 if is_spending else effect,
        spent_minor=-effect if is_spending else 0,
    )


def _since(community_id: int, first: str) -> ScalarSelect[int]:
    """What has been posted to the funds' accounts from a month on."""
    own = aliased(Account)
    return (
        select(func.sum(Posting.amount_minor))
        .join(Voucher, Voucher.id == Posting.voucher_id)
        .join(own, own.id == Posting.account_id)
        .where(
            Voucher.community_id == community_id,
            Voucher.month >= first,
            own.kind.in_(_FUND_KINDS),
        )
        .scalar_subquery()
    )


def _sum(condition: ColumnElement[bool], amount: SQLColumnExpression[int]) -> ColumnElement[int]:
    return func.sum(case((condition, amount), else_=0))
