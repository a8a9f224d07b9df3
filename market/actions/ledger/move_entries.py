"""The entry a money move becomes when it is approved, by the posting table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import AccountNotChosen
from market.actions.ledger.posting import posted_entry
from market.domain.ledger import posting_table
from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import Entry
from market.domain.ledger.moves import MoveKind
from market.domain.ledger.split import cut
from market.models.ledger import Account, MoneyMove
from market.models.sales import PolicyShare, Till


def entry_of(session: Session, move: MoneyMove) -> Entry:
    """What a move becomes in the books when it is approved."""
    if move.reverses_id is not None:
        return posted_entry(session, move.reverses_id).reversed(move.note)
    if move.kind == MoveKind.OVER_CLEARED:
        return _over_left(session, move)
    return _ENTRIES[MoveKind(move.kind)](
        _Terms(
            note=move.note,
            source=_account(session, move.from_account_id),
            target=_account(session, move.to_account_id),
            amount_minor=move.amount_minor,
            fee_minor=move.fee_minor,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """A move with its two accounts; `source_id` and `target_id` are whom they are kept under."""

    note: str
    source: AccountRef
    target: AccountRef
    amount_minor: int
    fee_minor: int

    @property
    def source_id(self) -> int:
        return _id_of(self.source)

    @property
    def target_id(self) -> int:
        return _id_of(self.target)


def _hand_over(terms: _Terms) -> Entry:
    return posting_table.hand_over(
        terms.note,
        source=terms.source,
        target=terms.target,
        amount_minor=terms.amount_minor,
    )


def _deposit(terms: _Terms) -> Entry:
    return posting_table.deposit(
        terms.note,
        safe_holder_id=terms.source_id,
        bank_holder_id=terms.target_id,
        amount_minor=terms.amount_minor,
    )


def _settlement(terms: _Terms) -> Entry:
    return posting_table.settlement(
        terms.note,
        source=terms.source,
        bank_holder_id=terms.target_id,
        gross_minor=terms.amount_minor,
        fee_minor=terms.fee_minor,
    )


def _payout(terms: _Terms) -> Entry:
    return posting_table.payout(
        terms.note,
        party_id=terms.target_id,
        paid_from=terms.source,
        amount_minor=terms.amount_minor,
    )


def _reimbursement(terms: _Terms) -> Entry:
    return posting_table.reimbursement(
        terms.note,
        party_id=terms.target_id,
        paid_from=terms.source,
        amount_minor=terms.amount_minor,
    )


def _cost_advanced(terms: _Terms) -> Entry:
    return posting_table.cost_advanced(
        terms.note, party_id=terms.source_id, amount_minor=terms.amount_minor
    )


def _cash_advanced(terms: _Terms) -> Entry:
    return posting_table.cash_advanced(
        terms.note,
        party_id=terms.source_id,
        safe_holder_id=terms.target_id,
        amount_minor=terms.amount_minor,
    )


def _costs_cleared(terms: _Terms) -> Entry:
    return posting_table.costs_cleared(
        terms.note, fund_id=terms.target_id, amount_minor=terms.amount_minor
    )


def _short_borne(terms: _Terms) -> Entry:
    return posting_table.short_borne(
        terms.note,
        till_id=terms.source_id,
        fund_id=terms.target_id,
        amount_minor=terms.amount_minor,
    )


def _short_paid_in(terms: _Terms) -> Entry:
    return posting_table.short_paid_in(
        terms.note,
        till_id=terms.source_id,
        safe_holder_id=terms.target_id,
        amount_minor=terms.amount_minor,
    )


def _money_found(terms: _Terms) -> Entry:
    return posting_table.money_found(
        terms.note,
        tender=terms.target,
        till_id=terms.source_id,
        amount_minor=terms.amount_minor,
    )


def _money_missing(terms: _Terms) -> Entry:
    return posting_table.money_missing(
        terms.note,
        tender=terms.source,
        till_id=terms.target_id,
        amount_minor=terms.amount_minor,
    )


_ENTRIES: dict[MoveKind, Callable[[_Terms], Entry]] = {
    MoveKind.HAND_OVER: _hand_over,
    MoveKind.DEPOSIT: _deposit,
    MoveKind.SETTLEMENT: _settlement,
    MoveKind.PAYOUT: _payout,
    MoveKind.REIMBURSEMENT: _reimbursement,
    MoveKind.COST_ADVANCED: _cost_advanced,
    MoveKind.CASH_ADVANCED: _cash_advanced,
    MoveKind.COST_CLEARED: _costs_cleared,
    MoveKind.SHORT_CLEARED: _short_borne,
    MoveKind.SHORT_PAID_IN: _short_paid_in,
    MoveKind.MONEY_FOUND: _money_found,
    MoveKind.MONEY_MISSING: _money_missing,
}


def _over_left(session: Session, move: MoneyMove) -> Entry:
    """Box income, split as the till's market day splits everything it takes."""
    till_id = _id_of(_account(session, move.to_account_id))
    shares = session.execute(
        select(PolicyShare.fund_id, PolicyShare.weight)
        .join(Till, Till.market_day_id == PolicyShare.market_day_id)
        .where(Till.id == till_id)
        .order_by(PolicyShare.ordinal)
    ).all()
    parts = cut(move.amount_minor, [share.weight for share in shares])
    funds = {share.fund_id: part for share, part in zip(shares, parts, strict=True)}
    return posting_table.over_left(move.note, till_id=till_id, funds=funds)


def _account(session: Session, account_id: int | None) -> AccountRef:
    code = session.scalar(select(Account.code).where(Account.id == account_id))
    if code is None:
        raise AccountNotChosen
    return AccountRef.parse(code)


def _id_of(account: AccountRef) -> int:
    if account.holder_id is None:
        raise AccountNotChosen
    return account.holder_id
