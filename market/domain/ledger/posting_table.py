"""The posting table: what each event of a market does to the ledger, one function per row.

Amounts are positive minor units. A memo says in the community's language what the entry is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from market.domain.errors import N_, Invalid
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.entry import Entry, EntryKind, Posting
from market.domain.money import MOST_TOTAL_MINOR, check_minor

_Key = TypeVar("_Key")

_CASH_OR_BANK = frozenset({AccountKind.CASH_SAFE, AccountKind.BANK})
_HANDED_FROM = _CASH_OR_BANK | {AccountKind.TENDER}
_SPENT_FROM = _CASH_OR_BANK | {AccountKind.PAYABLE}
# Cash that left a box before it was counted has made the count short.
_REFUNDED_FROM = frozenset(
    {
        AccountKind.CASH_TILL,
        AccountKind.CASH_SAFE,
        AccountKind.TENDER,
        AccountKind.OVER_SHORT,
    }
)


class WrongAccount(Invalid):
    """Money cannot be paid from, or into, an account of this kind here."""

    sentence = N_("这笔业务不能使用账户 %(code)s，请另选一个账户。")


class SameAccount(Invalid):
    """Money handed over to where it is."""

    sentence = N_("转出和转入是同一个账户，请检查。")


class FeeTooLarge(Invalid):
    """A fee of more than what was settled."""

    sentence = N_("手续费不能超过到账总额，请检查两个金额。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """A closure's totals: what came in (`cash_minor`, `tenders`) and whose it is.

    `tenders` is keyed by (holder id, method), `payables` by party, `funds` by fund. Box income is
    part of `cash_minor` and of `funds`. Zeros may stand anywhere.
    """

    cash_minor: int = 0
    tenders: Mapping[tuple[int, str], int] = field(default_factory=dict)
    payables: Mapping[int, int] = field(default_factory=dict)
    funds: Mapping[int, int] = field(default_factory=dict)


def opening_float(memo: str, *, till_id: int, safe_holder_id: int, amount_minor: int) -> Entry:
    """Change put into a till when it opens."""
    return _into_till(EntryKind.OPENING_FLOAT, memo, till_id, safe_holder_id, amount_minor)


def pay_in(memo: str, *, till_id: int, safe_holder_id: int, amount_minor: int) -> Entry:
    """More change put into an open till."""
    return _into_till(EntryKind.PAY_IN, memo, till_id, safe_holder_id, amount_minor)


def pay_out(memo: str, *, till_id: int, amount_minor: int) -> Entry:
    """A purchase paid out of a till."""
    return _move(
        EntryKind.PAY_OUT,
        memo,
        debit=AccountRef.costs(),
        credit=AccountRef.cash_till(till_id),
        amount_minor=amount_minor,
    )


def closure(memo: str, *, till_id: int, takings: Takings) -> Entry | None:
    """A till's takings at closing, or later ones whose cash was not in the box at the count.

    None if nothing was taken: there is no voucher of nothing. Raises Unbalanced if what came in
    and whose it is differ.
    """
    return _taken(EntryKind.CLOSURE, memo, AccountRef.cash_till(till_id), takings)


def late_closure(memo: str, *, till_id: int, takings: Takings) -> Entry | None:
    """Sales that arrived after closing: their cash was counted then, and explains an over."""
    return _taken(EntryKind.LATE_CLOSURE, memo, AccountRef.over_short(till_id), takings)


def count(
    memo: str, *, till_id: int, safe_holder_id: int, counted_minor: int, expected_minor: int
) -> Entry | None:
    """The counted cash leaves the till for the safe; the difference is over or short.

    `expected_minor` is the balance of the till. None if both are zero.
    """
    check_minor(counted_minor, most_minor=MOST_TOTAL_MINOR)
    if counted_minor == expected_minor == 0:
        return None
    return _entry(
        EntryKind.COUNT,
        memo,
        {
            AccountRef.cash_safe(safe_holder_id): counted_minor,
            AccountRef.over_short(till_id): expected_minor - counted_minor,
            AccountRef.cash_till(till_id): -expected_minor,
        },
    )


def hand_over(memo: str, *, source: AccountRef, target: AccountRef, amount_minor: int) -> Entry:
    """Money passed on: from a safe, a bank or a payment code to another holder's safe or bank."""
    _require(source, _HANDED_FROM)
    _require(target, _CASH_OR_BANK)
    if source == target:
        raise SameAccount
    return _move(EntryKind.HAND_OVER, memo, debit=target, credit=source, amount_minor=amount_minor)


def deposit(memo: str, *, safe_holder_id: int, bank_holder_id: int, amount_minor: int) -> Entry:
    """Cash brought to the bank."""
    return _move(
        EntryKind.DEPOSIT,
        memo,
        debit=AccountRef.bank(bank_holder_id),
        credit=AccountRef.cash_safe(safe_holder_id),
        amount_minor=amount_minor,
    )


def settlement(
    memo: str, *, source: AccountRef, bank_holder_id: int, gross_minor: int, fee_minor: int = 0
) -> Entry:
    """A platform pays out what it took, less its fee, which waits to be charged to a fund."""
    _require(source, frozenset({AccountKind.TENDER}))
    check_minor(gross_minor, least_minor=1, most_minor=MOST_TOTAL_MINOR)
    check_minor(fee_minor, most_minor=MOST_TOTAL_MINOR)
    if fee_minor > gross_minor:
        raise FeeTooLarge
    return _entry(
        EntryKind.SETTLEMENT,
        memo,
        {
            AccountRef.bank(bank_holder_id): gross_minor - fee_minor,
            AccountRef.costs(): fee_minor,
            source: -gross_minor,
        },
    )


def over_left(memo: str, *, till_id: int, funds: Mapping[int, int]) -> Entry:
    """An over nobody could explain becomes box income, split between the funds."""
    return _entry(
        EntryKind.OVER_LEFT,
        memo,
        {
            AccountRef.over_short(till_id): _total(funds),
            **{AccountRef.unallocated(fund_id): -minor for fund_id, minor in funds.items()},
        },
    )


def short_borne(memo: str, *, till_id: int, fund_id: int, amount_minor: int) -> Entry:
    """A short nobody could explain, borne by running costs that were allocated for it."""
    return _move(
        EntryKind.SHORT_BORNE,
        memo,
        debit=AccountRef.committed(fund_id),
        credit=AccountRef.over_short(till_id),
        amount_minor=amount_minor,
    )


def short_paid_in(memo: str, *, till_id: int, safe_holder_id: int, amount_minor: int) -> Entry:
    """A short made good in cash."""
    return _move(
        EntryKind.SHORT_PAID_IN,
        memo,
        debit=AccountRef.cash_safe(safe_holder_id),
        credit=AccountRef.over_short(till_id),
        amount_minor=amount_minor,
    )


def money_found(memo: str, *, tender: AccountRef, till_id: int, amount_minor: int) -> Entry:
    """A platform has taken more than the sales say: an over of the till it belongs to.

    Where the sale was written down as cash, this is what its till was short.
    """
    _require(tender, frozenset({AccountKind.TENDER}))
    return _move(
        EntryKind.RECONCILED,
        memo,
        debit=tender,
        credit=AccountRef.over_short(till_id),
        amount_minor=amount_minor,
    )


def money_missing(memo: str, *, tender: AccountRef, till_id: int, amount_minor: int) -> Entry:
    """A platform has taken less than the sales say: a short of the till that made them."""
    _require(tender, frozenset({AccountKind.TENDER}))
    return _move(
        EntryKind.RECONCILED,
        memo,
        debit=AccountRef.over_short(till_id),
        credit=tender,
        amount_minor=amount_minor,
    )


def allocation(memo: str, *, funds: Mapping[int, int]) -> Entry:
    """Free money of funds is promised: one approval, one voucher."""
    return _between(
        EntryKind.ALLOCATION,
        memo,
        debit=AccountRef.unallocated,
        credit=AccountRef.committed,
        funds=funds,
    )


def returned(memo: str, *, funds: Mapping[int, int]) -> Entry:
    """Promised money that is not needed becomes free again."""
    return _between(
        EntryKind.RETURN,
        memo,
        debit=AccountRef.committed,
        credit=AccountRef.unallocated,
        funds=funds,
    )


def spending(memo: str, *, fund_id: int, paid_from: AccountRef, amount_minor: int) -> Entry:
    """A purchase for what the money was promised to; a payable means somebody paid in advance."""
    _require(paid_from, _SPENT_FROM)
    return _move(
        EntryKind.SPENDING,
        memo,
        debit=AccountRef.committed(fund_id),
        credit=paid_from,
        amount_minor=amount_minor,
    )


def costs_cleared(memo: str, *, fund_id: int, amount_minor: int) -> Entry:
    """Costs that waited are charged to running costs that were allocated for them."""
    return _move(
        EntryKind.COSTS_CLEARED,
        memo,
        debit=AccountRef.committed(fund_id),
        credit=AccountRef.costs(),
        amount_minor=amount_minor,
    )


def cost_advanced(memo: str, *, party_id: int, amount_minor: int) -> Entry:
    """A market cost that a person paid in advance."""
    return _move(
        EntryKind.COST_ADVANCED,
        memo,
        debit=AccountRef.costs(),
        credit=AccountRef.payable(party_id),
        amount_minor=amount_minor,
    )


def cash_advanced(memo: str, *, party_id: int, safe_holder_id: int, amount_minor: int) -> Entry:
    """A person lends the market cash, for its first change say; paid back by `reimbursement`."""
    return _move(
        EntryKind.CASH_ADVANCED,
        memo,
        debit=AccountRef.cash_safe(safe_holder_id),
        credit=AccountRef.payable(party_id),
        amount_minor=amount_minor,
    )


def payout(memo: str, *, party_id: int, paid_from: AccountRef, amount_minor: int) -> Entry:
    """A consignor gets what the ledger owes them."""
    return _pay(EntryKind.PAYOUT, memo, party_id, paid_from, amount_minor)


def reimbursement(memo: str, *, party_id: int, paid_from: AccountRef, amount_minor: int) -> Entry:
    """Somebody who paid in advance gets it back."""
    return _pay(EntryKind.REIMBURSEMENT, memo, party_id, paid_from, amount_minor)


def refund(
    memo: str, *, paid_from: AccountRef, payables: Mapping[int, int], net_minor: int
) -> Entry:
    """A buyer is paid back at once: the consignors' parts and the net, which waits to be settled."""
    _require(paid_from, _REFUNDED_FROM)
    check_minor(net_minor, most_minor=MOST_TOTAL_MINOR)
    return _entry(
        EntryKind.REFUND,
        memo,
        {
            AccountRef.refunds(): net_minor,
            **{AccountRef.payable(party_id): minor for party_id, minor in payables.items()},
            paid_from: -(net_minor + _total(payables)),
        },
    )


def refund_settled(memo: str, *, funds: Mapping[int, int]) -> Entry:
    """The funds give back their parts of a refund."""
    return _entry(
        EntryKind.REFUND_SETTLED,
        memo,
        {
            **{AccountRef.unallocated(fund_id): minor for fund_id, minor in funds.items()},
            AccountRef.refunds(): -_total(funds),
        },
    )


def _into_till(
    kind: EntryKind, memo: str, till_id: int, safe_holder_id: int, amount_minor: int
) -> Entry:
    return _move(
        kind,
        memo,
        debit=AccountRef.cash_till(till_id),
        credit=AccountRef.cash_safe(safe_holder_id),
        amount_minor=amount_minor,
    )


def _taken(kind: EntryKind, memo: str, cash: AccountRef, takings: Takings) -> Entry | None:
    check_minor(takings.cash_minor, most_minor=MOST_TOTAL_MINOR)
    came_in = takings.cash_minor + _total(takings.tenders)
    if came_in == _total(takings.payables) + _total(takings.funds) == 0:
        return None
    return _entry(
        kind,
        memo,
        {
            cash: takings.cash_minor,
            **{AccountRef.tender(*key): minor for key, minor in takings.tenders.items()},
            **{AccountRef.payable(party): -minor for party, minor in takings.payables.items()},
            **{AccountRef.unallocated(fund): -minor for fund, minor in takings.funds.items()},
        },
    )


def _between(
    kind: EntryKind,
    memo: str,
    *,
    debit: Callable[[int], AccountRef],
    credit: Callable[[int], AccountRef],
    funds: Mapping[int, int],
) -> Entry:
    _total(funds)
    return _entry(
        kind,
        memo,
        {
            **{debit(fund_id): minor for fund_id, minor in funds.items()},
            **{credit(fund_id): -minor for fund_id, minor in funds.items()},
        },
    )


def _pay(
    kind: EntryKind, memo: str, party_id: int, paid_from: AccountRef, amount_minor: int
) -> Entry:
    _require(paid_from, _CASH_OR_BANK)
    return _move(
        kind,
        memo,
        debit=AccountRef.payable(party_id),
        credit=paid_from,
        amount_minor=amount_minor,
    )


def _move(
    kind: EntryKind, memo: str, *, debit: AccountRef, credit: AccountRef, amount_minor: int
) -> Entry:
    check_minor(amount_minor, least_minor=1, most_minor=MOST_TOTAL_MINOR)
    return _entry(kind, memo, {debit: amount_minor, credit: -amount_minor})


def _entry(kind: EntryKind, memo: str, amounts: Mapping[AccountRef, int]) -> Entry:
    return Entry(
        kind,
        memo,
        tuple(Posting(account, minor) for account, minor in amounts.items() if minor),
    )


def _total(amounts: Mapping[_Key, int]) -> int:
    """The sum of the amounts, each of which must be a whole number that is not negative."""
    return sum(check_minor(minor, most_minor=MOST_TOTAL_MINOR) for minor in amounts.values())


def _require(account: AccountRef, kinds: frozenset[AccountKind]) -> None:
    if account.kind not in kinds:
        raise WrongAccount(code=account.code)
