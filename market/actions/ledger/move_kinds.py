"""What each kind of money move asks for, and which accounts it credits and debits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.move_limits import CommittedLess, left_of_allocation
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.posting_table import WrongAccount
from market.domain.money import Money
from market.models.ledger import Fund, Holder, Party
from market.models.proceeds import Allocation
from market.models.sales import Closure, MarketDay, Till

_SAFE = frozenset({AccountKind.CASH_SAFE})
_BANK = frozenset({AccountKind.BANK})
_TENDER = frozenset({AccountKind.TENDER})
_PAID_FROM = _SAFE | _BANK
_HELD = _PAID_FROM | _TENDER
_OF_TILL = frozenset({AccountKind.CASH_TILL, AccountKind.OVER_SHORT})
_OF_FUND = frozenset({AccountKind.FUND_UNALLOCATED, AccountKind.FUND_COMMITTED})
RUNNING_COSTS = "running_costs"


class AccountNotChosen(Invalid):
    """A move without the account it comes from or goes to."""

    sentence = N_("请选择钱从哪里来、到哪里去。")


class PartyNotChosen(Invalid):
    """A move for somebody without saying who."""

    sentence = N_("请选择这笔钱是谁的。")


class TillNotChosen(Invalid):
    """A variance without its till."""

    sentence = N_("请选择是哪一班钱箱。")


class AllocationNotChosen(Invalid):
    """Committed money without the allocation it is taken from."""

    sentence = N_("请选择用哪一笔款项安排来承担。")


class NoSuchAccount(Missing):
    """An account, person, till or allocation of somebody else, or of nobody."""

    sentence = N_("没有找到这个账户，请返回重新选择。")


class TillNotClosed(Refused):
    """A variance is only known once the cash is counted."""

    sentence = N_("这班钱箱还没有收摊结账，请先收摊。")


class NotForRunningCosts(Refused):
    """Money of another purpose may not bear costs."""

    sentence = N_("只有市集成本的款项安排可以承担成本和短款，请另选一笔。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeMove:
    """What is to move and why. `source` is credited, `target` debited; minor units.

    Which of the other fields a kind needs is said by its function in this file. A side that
    follows from them is left out: what is paid to a party comes off what is owed to them.
    """

    community_id: int
    kind: MoveKind
    amount_minor: int
    note: str
    evidence: str = ""
    source: AccountRef | None = None
    target: AccountRef | None = None
    fee_minor: int = 0
    party_id: int | None = None
    till_id: int | None = None
    allocation_id: int | None = None
    market_day_id: int | None = None
    wish_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """The account a move credits and the one it debits; None where there are several, or none."""

    source: AccountRef | None = None
    target: AccountRef | None = None


def sides_of(session: Session, command: ProposeMove) -> Sides:
    """The accounts of a proposal, all of them this community's own.

    Raises NoSuchAccount, WrongAccount, and what says that something was not chosen.
    """
    sides = _SIDES[command.kind](session, command)
    for account in (sides.source, sides.target):
        if account is not None:
            require_ours(session, command.community_id, account)
    return sides


def require_ours(session: Session, community_id: int, account: AccountRef) -> None:
    """Raise NoSuchAccount unless whoever the account is kept under belongs to the community."""
    owner_id = account.holder_id
    if account.kind in _HELD:
        owner = select(Holder.community_id).where(Holder.id == owner_id)
    elif account.kind is AccountKind.PAYABLE:
        owner = select(Party.community_id).where(Party.id == owner_id)
    elif account.kind in _OF_TILL:
        owner = select(MarketDay.community_id).join(Till).where(Till.id == owner_id)
    elif account.kind in _OF_FUND:
        owner = select(Fund.community_id).where(Fund.id == owner_id)
    else:
        return
    if session.scalar(owner) != community_id:
        raise NoSuchAccount


def _between(
    sources: frozenset[AccountKind], targets: frozenset[AccountKind]
) -> Callable[[Session, ProposeMove], Sides]:
    """Both sides are chosen, each among these kinds."""

    def sides(_session: Session, command: ProposeMove) -> Sides:
        return Sides(_chosen(command.source, sources), _chosen(command.target, targets))

    return sides


def _to_party(_session: Session, command: ProposeMove) -> Sides:
    return Sides(_chosen(command.source, _PAID_FROM), _payable(command))


def _cost_advanced(_session: Session, command: ProposeMove) -> Sides:
    return Sides(_payable(command), AccountRef.costs())


def _cash_advanced(_session: Session, command: ProposeMove) -> Sides:
    return Sides(_payable(command), _chosen(command.target, _SAFE))


def _cost_cleared(session: Session, command: ProposeMove) -> Sides:
    return Sides(AccountRef.costs(), _bearer(session, command))


def _over_cleared(session: Session, command: ProposeMove) -> Sides:
    return Sides(None, _variance(session, command))


def _short_cleared(session: Session, command: ProposeMove) -> Sides:
    return Sides(_variance(session, command), _bearer(session, command))


def _short_paid_in(session: Session, command: ProposeMove) -> Sides:
    return Sides(_variance(session, command), _chosen(command.target, _SAFE))


def _money_found(session: Session, command: ProposeMove) -> Sides:
    return Sides(_variance(session, command), _chosen(command.target, _TENDER))


def _money_missing(session: Session, command: ProposeMove) -> Sides:
    return Sides(_chosen(command.source, _TENDER), _variance(session, command))


def _nowhere(_session: Session, _command: ProposeMove) -> Sides:
    return Sides()


_SIDES: dict[MoveKind, Callable[[Session, ProposeMove], Sides]] = {
    MoveKind.HAND_OVER: _between(_HELD, _PAID_FROM),
    MoveKind.DEPOSIT: _between(_SAFE, _BANK),
    MoveKind.SETTLEMENT: _between(_TENDER, _BANK),
    MoveKind.PAYOUT: _to_party,
    MoveKind.REIMBURSEMENT: _to_party,
    MoveKind.COST_ADVANCED: _cost_advanced,
    MoveKind.CASH_ADVANCED: _cash_advanced,
    MoveKind.COST_CLEARED: _cost_cleared,
    MoveKind.OVER_CLEARED: _over_cleared,
    MoveKind.SHORT_CLEARED: _short_cleared,
    MoveKind.SHORT_PAID_IN: _short_paid_in,
    MoveKind.MONEY_FOUND: _money_found,
    MoveKind.MONEY_MISSING: _money_missing,
    MoveKind.REVERSAL: _nowhere,
}


def _chosen(account: AccountRef | None, kinds: frozenset[AccountKind]) -> AccountRef:
    if account is None:
        raise AccountNotChosen
    if account.kind not in kinds:
        raise WrongAccount(code=account.code)
    return account


def _payable(command: ProposeMove) -> AccountRef:
    if command.party_id is None:
        raise PartyNotChosen
    return AccountRef.payable(command.party_id)


def _variance(session: Session, command: ProposeMove) -> AccountRef:
    if command.till_id is None:
        raise TillNotChosen
    account = AccountRef.over_short(command.till_id)
    require_ours(session, command.community_id, account)
    closed = select(Closure.id).where(Closure.till_id == command.till_id).limit(1)
    if session.scalar(closed) is None:
        raise TillNotClosed
    return account


def _bearer(session: Session, command: ProposeMove) -> AccountRef:
    """The committed money of the running costs that bear this, enough of it being left."""
    if command.allocation_id is None:
        raise AllocationNotChosen
    row = session.execute(
        select(Fund.id, Fund.purpose, Allocation.market_day_id, left_of_allocation().label("left"))
        .join(Allocation, Allocation.fund_id == Fund.id)
        .where(Allocation.id == command.allocation_id, Fund.community_id == command.community_id)
    ).one_or_none()
    if row is None:
        raise NoSuchAccount
    if row.purpose != RUNNING_COSTS or row.market_day_id is None:
        raise NotForRunningCosts
    if row.left < command.amount_minor:
        raise CommittedLess(left=Money(row.left))
    return AccountRef.committed(row.id)
