"""Money moves: those that wait, those decided, one of them, and what a new one may choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.holders import HolderKind, PartyKind
from market.domain.ledger.moves import MoveKind
from market.models.ledger import (
    Account,
    Fund,
    Holder,
    MoneyMove,
    MoneyMoveDecision,
    Party,
    Voucher,
)
from market.models.people import Person
from market.models.proceeds import Allocation, Wish
from market.models.sales import MarketDay, MarketOpening, Till
from market.queries.ledger.balances import AccountNow, accounts_of

A_PAGE = 50


class NoSuchMove(Missing):
    """No money move of this community has this id."""

    sentence = N_("没有找到这笔资金调拨，请从列表重新进入。")


class MoveState(StrEnum):
    """How far a money move is."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One money move, with the names of all that it is about; '' and None where there is none."""

    id: int
    kind: MoveKind
    amount_minor: int
    fee_minor: int
    source: AccountNow | None
    target: AccountNow | None
    party: str
    party_id: int | None
    wish_code: str
    till: str
    market_day: str
    reverses_id: int | None
    reverses: str
    note: str
    evidence: str
    proposed_by: str
    proposed_by_id: int
    proposed_at: datetime
    state: MoveState
    decided_by: str
    decided_at: datetime | None
    reason: str
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class MovePage:
    """So many moves, the newest first, where the next page begins, and the sum of all found."""

    rows: list[MoveRow]
    older: int | None
    found: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Place:
    """An account that a form lets choose: whose it is, and what is there."""

    account: AccountRef
    owner: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A party that a form lets choose, and what is owed to them."""

    id: int
    kind: PartyKind
    name: str
    owed_minor: int


@dataclass(frozen=True, slots=True)
class Varied:
    """A till whose count differed: above zero it was short, below over."""

    till_id: int
    name: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Bearer:
    """An allocation of running costs, and what is left of it."""

    id: int
    market_day: str
    fund: str
    left_minor: int


@dataclass(frozen=True, slots=True)
class DayChoice:
    """A market day that a cost may belong to."""

    id: int
    name: str
    held_on: date


def moves_of(
    session: Session,
    community_id: int,
    *,
    state: MoveState | None = None,
    proposed_by_id: int | None = None,
    before: int | None = None,
    most: int = A_PAGE,
) -> MovePage:
    """A page of moves: all, those of a state, those one person has proposed."""
    conditions: list[ColumnElement[bool]] = []
    if state is MoveState.WAITING:
        conditions.append(MoneyMoveDecision.move_id.is_(None))
    elif state is not None:
        conditions.append(MoneyMoveDecision.approved.is_(state is MoveState.APPROVED))
    if proposed_by_id is not None:
        conditions.append(MoneyMove.proposed_by_id == proposed_by_id)
    found, amount = session.execute(
        select(func.count(), func.coalesce(func.sum(MoneyMove.amount_minor), 0))
        .select_from(MoneyMove)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(MoneyMove.community_id == community_id, *conditions)
    ).one()
    if before is not None:
        conditions.append(MoneyMove.id < before)
    question = _moves(community_id).where(*conditions).order_by(MoneyMove.id.desc())
    rows = session.execute(question.limit(most + 1)).all()
    page = _rows(session, community_id, rows[:most])
    return MovePage(page, page[-1].id if len(rows) > most else None, found, int(amount))


def move_now(session: Session, community_id: int, move_id: int) -> MoveRow:
    """One move; raises NoSuchMove."""
    row = session.execute(_moves(community_id).where(MoneyMove.id == move_id)).one_or_none()
    if row is None:
        raise NoSuchMove
    return _rows(session, community_id, [row])[0]


def places_to_choose(
    session: Session, community_id: int, kinds: Collection[AccountKind]
) -> list[Place]:
    """Safes and banks of standing holders, and payment codes that have taken something."""
    balances = {one.ref: one for one in accounts_of(session, community_id)}
    places = []
    for holder in session.scalars(
        select(Holder)
        .where(Holder.community_id == community_id, Holder.closed_at.is_(None))
        .order_by(Holder.kind, Holder.name, Holder.id)
    ):
        account = _account_of(holder)
        if account is not None and account.kind in kinds:
            known = balances.get(account)
            places.append(Place(account, holder.name, known.balance_minor if known else 0))
    if AccountKind.TENDER in kinds:
        places += [
            Place(one.ref, one.owner, one.balance_minor)
            for one in balances.values()
            if one.kind is AccountKind.TENDER and one.balance_minor
        ]
    return places


def parties_to_choose(
    session: Session, community_id: int, kinds: Collection[PartyKind], *, owed: bool
) -> list[Owed]:
    """Standing parties of these kinds; with `owed` only those something is owed to."""
    balance = func.coalesce(-func.sum(Account.balance_minor), 0)
    question = (
        select(Party.id, Party.kind, Party.name, balance)
        .outerjoin(Account, Account.party_id == Party.id)
        .where(
            Party.community_id == community_id,
            Party.kind.in_([str(kind) for kind in kinds]),
            Party.closed_at.is_(None),
        )
        .group_by(Party.id, Party.kind, Party.name)
        .order_by(Party.kind, Party.name, Party.id)
    )
    if owed:
        question = question.having(balance > 0)
    return [
        Owed(row[0], PartyKind(row[1]), row[2], int(row[3])) for row in session.execute(question)
    ]


def variances_to_choose(session: Session, community_id: int, *, short: bool) -> list[Varied]:
    """Tills whose count was short, or over, and of which something is left to clear."""
    return [
        Varied(one.ref.holder_id, one.owner, one.balance_minor)
        for one in accounts_of(session, community_id)
        if one.kind is AccountKind.OVER_SHORT
        and one.ref.holder_id is not None
        and (one.balance_minor > 0 if short else one.balance_minor < 0)
    ]


def bearers_to_choose(session: Session, community_id: int) -> list[Bearer]:
    """Allocations for market days' costs that have something left, the newest first."""
    left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
    rows = session.execute(
        select(Allocation.id, MarketDay.name, Fund.name, left)
        .join(Fund, Fund.id == Allocation.fund_id)
        .join(MarketDay, MarketDay.id == Allocation.market_day_id)
        .where(Fund.community_id == community_id, left > 0)
        .order_by(Allocation.id.desc())
    )
    return [Bearer(*row) for row in rows]


def days_to_choose(session: Session, community_id: int) -> list[DayChoice]:
    """The latest market days that have opened."""
    rows = session.execute(
        select(MarketDay.id, MarketDay.name, MarketDay.held_on)
        .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .where(MarketDay.community_id == community_id)
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
        .limit(A_PAGE)
    )
    return [DayChoice(*row) for row in rows]


def _account_of(holder: Holder) -> AccountRef | None:
    """Where a holder's own money is; a platform or a person's code only takes it on."""
    match HolderKind(holder.kind):
        case HolderKind.CUSTODIAN:
            return AccountRef.cash_safe(holder.id)
        case HolderKind.BANK | HolderKind.CHARITY:
            return AccountRef.bank(holder.id)
    return None


def _moves(community_id: int) -> Select[*tuple[Any, ...]]:
    decider, reversed_voucher = aliased(Person), aliased(Voucher)
    return (
        select(
            MoneyMove,
            MoneyMoveDecision,
            Person.name.label("proposed_by"),
            decider.name.label("decided_by"),
            Party.name.label("party"),
            Wish.code.label("wish_code"),
            Till.name.label("till"),
            MarketDay.name.label("market_day"),
            reversed_voucher.month.label("reversed_month"),
            reversed_voucher.number.label("reversed_number"),
        )
        .join(Person, Person.id == MoneyMove.proposed_by_id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .outerjoin(decider, decider.id == MoneyMoveDecision.decided_by_id)
        .outerjoin(Party, Party.id == MoneyMove.party_id)
        .outerjoin(Wish, Wish.id == MoneyMove.wish_id)
        .outerjoin(Till, Till.id == MoneyMove.till_id)
        .outerjoin(MarketDay, MarketDay.id == MoneyMove.market_day_id)
        .outerjoin(reversed_voucher, reversed_voucher.id == MoneyMove.reverses_id)
        .where(MoneyMove.community_id == community_id)
    )


def _rows(
    session: Session, community_id: int, rows: Collection[Row[*tuple[Any, ...]]]
) -> list[MoveRow]:
    accounts = {one.id: one for one in accounts_of(session, community_id)} if rows else {}
    return [_row(row, accounts) for row in rows]


def _row(row: Row[*tuple[Any, ...]], accounts: Mapping[int, AccountNow]) -> MoveRow:
    move: MoneyMove = row[0]
    decision: MoneyMoveDecision | None = row[1]
    return MoveRow(
        id=move.id,
        kind=MoveKind(move.kind),
        amount_minor=move.amount_minor,
        fee_minor=move.fee_minor,
        source=accounts.get(move.from_account_id or 0),
        target=accounts.get(move.to_account_id or 0),
        party=row.party or "",
        party_id=move.party_id,
        wish_code=row.wish_code or "",
        till=row.till or "",
        market_day=row.market_day or "",
        reverses_id=move.reverses_id,
        reverses=_number(row.reversed_month, row.reversed_number),
        note=move.note,
        evidence=move.evidence,
        proposed_by=row.proposed_by,
        proposed_by_id=move.proposed_by_id,
        proposed_at=move.proposed_at,
        state=_state(decision),
        decided_by=row.decided_by or "",
        decided_at=decision.decided_at if decision else None,
        reason=decision.reason if decision else "",
        voucher_id=decision.voucher_id if decision else None,
    )


def _state(decision: MoneyMoveDecision | None) -> MoveState:
    if decision is None:
        return MoveState.WAITING
    return MoveState.APPROVED if decision.approved else MoveState.DECLINED


def _number(month: str | None, number: int | None) -> str:
    return f"{month}-{number:03d}" if month and number else ""
