"""A community's books as anybody may read them: accounts without people, vouchers without memos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.entry import EntryKind
from market.domain.money import Money

_NAMES = {
    AccountKind.CASH_TILL: "Assets:Cash:Tills",
    AccountKind.CASH_SAFE: "Assets:Cash:Safe",
    AccountKind.BANK: "Assets:Bank",
    AccountKind.OVER_SHORT: "Assets:OverShort",
    AccountKind.COSTS_TO_SETTLE: "Assets:ToSettle:Costs",
    AccountKind.REFUNDS_TO_SETTLE: "Assets:ToSettle:Refunds",
    AccountKind.PAYABLE: "Liabilities:Payable",
}
_FUND_PARTS = {
    AccountKind.FUND_UNALLOCATED: "Unallocated",
    AccountKind.FUND_COMMITTED: "Committed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVoucher:
    """A voucher ('2026-11-003'); postings are pairs of an account and minor units, debits positive."""

    name: str
    kind: EntryKind
    booked_on: date
    reverses: str
    postings: Sequence[tuple[str, int]]


def public_account(ref: AccountRef, fund_code: str) -> str:
    """The name an account has outside, as beancount writes them.

    Whoever keeps cash, is owed or lends a payment code stays unnamed: all accounts of such a kind
    are one. Only funds, which are nobody's, stand each for itself.
    """
    if ref.kind is AccountKind.TENDER:
        method = ref.key.partition(":")[2]
        return f"Assets:Tender:{_word(method)}"
    if ref.kind in _FUND_PARTS:
        return f"Liabilities:Funds:{_word(fund_code)}:{_FUND_PARTS[ref.kind]}"
    return _NAMES[ref.kind]


def beancount_text(
    vouchers: Sequence[PublicVoucher], balances: Mapping[str, int], *, title: str, currency: str
) -> str:
    """The whole ledger as beancount reads it, with what each account must come to at its end.

    Assets are positive, what is owed or promised is negative. A balance may not differ by a fen.
    """
    lines = [
        f'option "title" "{_quoted(title)}"',
        f'option "operating_currency" "{currency}"',
        "",
    ]
    if not vouchers:
        return "\n".join(lines)
    days = [one.booked_on for one in vouchers]
    lines += [f"{min(days)} open {name} {currency}" for name in sorted(balances)]
    for one in vouchers:
        lines += ["", f'{one.booked_on} * "{one.name} {one.kind.label}"', f'  kind: "{one.kind}"']
        lines += [f'  reverses: "{one.reverses}"'] if one.reverses else []
        lines += [f"  {name}  {_yuan(minor)} {currency}" for name, minor in one.postings]
    # A balance is looked at when its day begins.
    after = max(days) + timedelta(days=1)
    lines.append("")
    lines += [
        f"{after} balance {name}  {_yuan(minor)} ~ 0.001 {currency}"
        for name, minor in sorted(balances.items())
    ]
    return "\n".join([*lines, ""])


def _word(code: str) -> str:
    """'running_costs-1' → 'RunningCosts-1': an account's part begins with a capital letter."""
    return "".join(part[:1].upper() + part[1:] for part in code.split("_"))


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "”")


def _yuan(minor: int) -> str:
    return Money(minor).yuan
