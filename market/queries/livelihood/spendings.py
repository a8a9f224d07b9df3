"""What support was spent on: each payment with its receipt, and the second person's word on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.ledger.moves import MoveKind
from market.models.ledger import Account, Holder, MoneyMove, MoneyMoveDecision, Party
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.people import Person
from market.models.proceeds import Allocation


class SpendingNotHere(Missing):
    """No spending of this community has this id."""

    sentence = N_("没有找到这笔用款，请从创业支持页面重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingRow:
    """A payment out of a tranche; `approved` is None while it waits."""

    id: int
    application_id: int
    tranche_id: int
    number: int
    left_minor: int
    amount_minor: int
    note: str
    evidence: str
    account: str
    paid_from: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    approved: bool | None
    reason: str
    decided_by: str
    decided_at: datetime | None


def spendings_of(session: Session, community_id: int, application_id: int) -> list[SpendingRow]:
    """What one application's tranches were spent on, the oldest first."""
    return _spendings(
        session,
        Enterprise.community_id == community_id,
        Tranche.application_id == application_id,
    )


def spending_of(session: Session, community_id: int, move_id: int) -> SpendingRow:
    """One of them. Raises SpendingNotHere."""
    found = _spendings(session, Enterprise.community_id == community_id, MoneyMove.id == move_id)
    if not found:
        raise SpendingNotHere
    return found[0]


def _spendings(session: Session, *conditions: ColumnElement[bool]) -> list[SpendingRow]:
    proposer, decider, payer = aliased(Person), aliased(Person), aliased(Party)
    left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
    rows = session.execute(
        select(
            MoneyMove.id,
            Tranche.application_id,
            Tranche.id.label("tranche_id"),
            Tranche.number,
            left.label("left_minor"),
            MoneyMove.amount_minor,
            MoneyMove.note,
            MoneyMove.evidence,
            func.coalesce(Account.code, "").label("account"),
            func.coalesce(Holder.name, payer.name, "").label("paid_from"),
            MoneyMove.proposed_by_id,
            proposer.name.label("proposed_by"),
            MoneyMove.proposed_at,
            MoneyMoveDecision.approved,
            func.coalesce(MoneyMoveDecision.reason, "").label("reason"),
            func.coalesce(decider.name, "").label("decided_by"),
            MoneyMoveDecision.decided_at,
        )
        .join(Allocation, Allocation.id == MoneyMove.allocation_id)
        .join(Tranche, Tranche.id == Allocation.tranche_id)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .join(proposer, proposer.id == MoneyMove.proposed_by_id)
        .outerjoin(Account, Account.id == MoneyMove.from_account_id)
        .outerjoin(Holder, Holder.id == Account.holder_id)
        .outerjoin(payer, payer.id == Account.party_id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .outerjoin(decider, decider.id == MoneyMoveDecision.decided_by_id)
        .where(MoneyMove.kind == str(MoveKind.SPENDING), *conditions)
        .order_by(MoneyMove.id)
    )
    return [SpendingRow(**dict(zip(row._fields, row, strict=True))) for row in rows]
