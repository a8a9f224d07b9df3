"""How far a money move may go: accounts, variances and allocations are never taken past zero."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.posting import NoSuchVoucher, NotEnoughMoney
from market.domain.errors import N_, Refused
from market.domain.ledger.account import AccountKind
from market.domain.ledger.entry import Entry, EntryKind, Posting
from market.domain.ledger.moves import REVERSIBLE
from market.domain.money import Money
from market.models.ledger import Account, Voucher
from market.models.proceeds import Allocation

_NEVER_IN_CREDIT = frozenset(
    {
        AccountKind.CASH_SAFE,
        AccountKind.BANK,
        AccountKind.TENDER,
        AccountKind.COSTS_TO_SETTLE,
        AccountKind.REFUNDS_TO_SETTLE,
    }
)
_MAY_VARY = frozenset({EntryKind.REVERSAL, EntryKind.RECONCILED})
_NEVER_IN_DEBIT = frozenset(
    {AccountKind.PAYABLE, AccountKind.FUND_UNALLOCATED, AccountKind.FUND_COMMITTED}
)


class CommittedLess(Refused):
    """An allocation has less left."""

    sentence = N_("这笔款项安排只剩 %(left)s 没有用，请改小金额。")


class OwedLess(Refused):
    """More than what is owed."""

    sentence = N_("账上只欠对方 %(left)s，不够付 %(want)s，请改小金额。")


class VarianceLess(Refused):
    """More than what was over or short."""

    sentence = N_("这班钱箱的长短款只剩 %(left)s，请改小金额。")


class NotReversible(Refused):
    """A voucher that has its own way back."""

    sentence = N_("“%(kind)s”凭证不能直接冲正：退款、款项退回、补充结账各有自己的办法。")


class AlreadyReversed(Refused):
    """A voucher is reversed once."""

    sentence = N_("这张凭证已经冲正过了。")


def require_room(
    session: Session, community_id: int, entry: Entry, *, posted: bool = False
) -> None:
    """Refuse an entry that takes an account past zero; with `posted`, one that has just done so.

    Stricter than posting itself: what is paid was owed, what is settled was taken, and no more of
    a variance is cleared than there was. Raises NotEnoughMoney, OwedLess, VarianceLess.
    """
    rows = session.execute(
        select(Account.code, Account.balance_minor).where(
            Account.community_id == community_id,
            Account.code.in_([line.account.code for line in entry.postings]),
        )
    )
    balances = dict(rows.all())
    for line in entry.postings:
        kept = balances.get(line.account.code, 0)
        before = kept - line.amount_minor if posted else kept
        if _crosses(entry.kind, line, before + line.amount_minor):
            raise _too_much(line, before)


def require_reversible(session: Session, community_id: int, voucher_id: int) -> None:
    """Raises NoSuchVoucher, NotReversible, AlreadyReversed."""
    kind = session.scalar(
        select(Voucher.kind).where(Voucher.id == voucher_id, Voucher.community_id == community_id)
    )
    if kind is None:
        raise NoSuchVoucher
    if kind not in REVERSIBLE:
        raise NotReversible(kind=EntryKind(kind).label)
    if session.scalar(select(Voucher.id).where(Voucher.reverses_id == voucher_id)) is not None:
        raise AlreadyReversed


def spend_committed(session: Session, allocation_id: int, amount_minor: int) -> None:
    """Count so much of an allocation as spent, or raise CommittedLess."""
    spent = session.execute(
        update(Allocation)
        .where(Allocation.id == allocation_id, left_of_allocation() >= amount_minor)
        .values(spent_minor=Allocation.spent_minor + amount_minor)
        .returning(Allocation.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if spent is None:
        left = session.scalar(select(left_of_allocation()).where(Allocation.id == allocation_id))
        raise CommittedLess(left=Money(left or 0))


def left_of_allocation() -> ColumnElement[int]:
    """What of an allocation is neither spent nor returned, for a select."""
    return Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor


def _crosses(kind: EntryKind, line: Posting, after_minor: int) -> bool:
    account = line.account.kind
    if account in _NEVER_IN_CREDIT:
        return line.amount_minor < 0 and after_minor < 0
    if account in _NEVER_IN_DEBIT:
        return line.amount_minor > 0 and after_minor > 0
    # A variance is cleared towards zero; a reversal puts back what was cleared, and what a
    # platform's statement says may make one.
    towards = account is AccountKind.OVER_SHORT and kind not in _MAY_VARY
    return towards and after_minor * line.amount_minor > 0


def _too_much(line: Posting, before_minor: int) -> Refused:
    left, want = Money(abs(before_minor)), Money(abs(line.amount_minor))
    if line.account.kind is AccountKind.OVER_SHORT:
        return VarianceLess(left=left)
    if line.account.kind is AccountKind.PAYABLE:
        return OwedLess(left=left, want=want)
    return NotEnoughMoney(account=line.account.kind.label, have=left, want=want)
