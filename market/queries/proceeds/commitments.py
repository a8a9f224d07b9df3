"""Money that is promised: what is left of each allocation, the purchases and returns of wishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.ledger.moves import MoveKind
from market.domain.proceeds.purchase import BoughtItem, Difference
from market.models.ledger import Account, Fund, Holder, MoneyMove, MoneyMoveDecision, Party
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.people import Person
from market.models.proceeds import Allocation, ProposalItem, PurchaseItem, Wish
from market.models.sales import MarketDay


class AllocationNotHere(Missing):
    """No allocation of this community has this id."""

    sentence = N_("没有找到这笔款项安排，请从款项安排列表重新进入。")


class MoveNotHere(Missing):
    """No purchase or return of this community has this id."""

    sentence = N_("没有找到这笔付款或退回，请从心愿页面重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRow:
    """Money promised to one use; `support` is an enterprise and which tranche. left = amount − spent − returned, in minor units."""

    id: int
    fund_id: int
    fund: str
    wish_id: int | None
    wish_code: str
    market_day_id: int | None
    market_day: str
    support: str
    application_id: int | None
    amount_minor: int
    spent_minor: int
    returned_minor: int
    allocated_at: datetime
    proposal_id: int

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.spent_minor - self.returned_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class WishMove:
    """A purchase or a return, and the second person's word: `approved` is None while it waits.

    `account` is the code of the account that pays, `paid_from` the name of whoever it is kept under.
    """

    id: int
    kind: MoveKind
    amount_minor: int
    note: str
    evidence: str
    account: str
    paid_from: str
    wish_id: int | None
    wish_code: str
    allocation_id: int | None
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    approved: bool | None
    reason: str
    decided_by: str
    decided_at: datetime | None


def allocations_to_wish(session: Session, wish_id: int) -> list[AllocationRow]:
    """What was promised to a wish, the oldest first."""
    return _allocations(session, Allocation.wish_id == wish_id)


def allocation_at_desk(session: Session, community_id: int, allocation_id: int) -> AllocationRow:
    """One allocation. Raises AllocationNotHere."""
    found = _allocations(session, Allocation.id == allocation_id, Fund.community_id == community_id)
    if not found:
        raise AllocationNotHere
    return found[0]


def moves_of_wish(session: Session, wish_id: int) -> list[WishMove]:
    """Purchases and returns of a wish, the latest first."""
    return _moves(session, MoneyMove.wish_id == wish_id)


def wish_move(session: Session, community_id: int, move_id: int, kind: MoveKind) -> WishMove:
    """One purchase or one return. Raises MoveNotHere."""
    found = _moves(
        session,
        MoneyMove.id == move_id,
        MoneyMove.community_id == community_id,
        MoneyMove.kind == str(kind),
    )
    if not found:
        raise MoveNotHere
    return found[0]


def items_of_purchase(session: Session, move_id: int) -> list[BoughtItem]:
    """What was bought with one purchase, in the order of the wish's costs; none where nobody said."""
    rows = session.execute(
        select(
            PurchaseItem.name,
            PurchaseItem.estimated_minor,
            PurchaseItem.amount_minor,
            PurchaseItem.difference,
        )
        .where(PurchaseItem.move_id == move_id)
        .order_by(PurchaseItem.number)
    )
    return [
        BoughtItem(
            name=row.name,
            estimated_minor=row.estimated_minor,
            amount_minor=row.amount_minor,
            difference=Difference(row.difference),
        )
        for row in rows
    ]


def _allocations(session: Session, *conditions: ColumnElement[bool]) -> list[AllocationRow]:
    rows = session.execute(
        select(
            Allocation.id,
            Allocation.fund_id,
            Fund.name.label("fund"),
            Allocation.wish_id,
            Wish.code,
            Allocation.market_day_id,
            MarketDay.name.label("market_day"),
            Enterprise.name.label("enterprise"),
            Tranche.number,
            Tranche.application_id,
            Allocation.amount_minor,
            Allocation.spent_minor,
            Allocation.returned_minor,
            Allocation.allocated_at,
            ProposalItem.proposal_id,
        )
        .join(Fund, Fund.id == Allocation.fund_id)
        .join(ProposalItem, ProposalItem.id == Allocation.item_id)
        .outerjoin(Wish, Wish.id == Allocation.wish_id)
        .outerjoin(MarketDay, MarketDay.id == Allocation.market_day_id)
        .outerjoin(Tranche, Tranche.id == Allocation.tranche_id)
        .outerjoin(SupportApplication, SupportApplication.id == Tranche.application_id)
        .outerjoin(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(*conditions)
        .order_by(Allocation.id)
    )
    return [
        AllocationRow(
            id=row.id,
            fund_id=row.fund_id,
            fund=row.fund,
            wish_id=row.wish_id,
            wish_code=row.code or "",
            market_day_id=row.market_day_id,
            market_day=row.market_day or "",
            support=f"{row.enterprise} {row.number}" if row.number else "",
            application_id=row.application_id,
            amount_minor=row.amount_minor,
            spent_minor=row.spent_minor,
            returned_minor=row.returned_minor,
            allocated_at=row.allocated_at,
            proposal_id=row.proposal_id,
        )
        for row in rows
    ]


def _moves(session: Session, *conditions: ColumnElement[bool]) -> list[WishMove]:
    proposer, decider = aliased(Person), aliased(Person)
    rows = session.execute(
        select(
            MoneyMove.id,
            MoneyMove.kind,
            MoneyMove.amount_minor,
            MoneyMove.note,
            MoneyMove.evidence,
            Account.code.label("account"),
            func.coalesce(Holder.name, Party.name, Fund.name, "").label("paid_from"),
            MoneyMove.wish_id,
            Wish.code.label("wish_code"),
            MoneyMove.allocation_id,
            MoneyMove.proposed_by_id,
            proposer.name.label("proposed_by"),
            MoneyMove.proposed_at,
            MoneyMoveDecision.approved,
            MoneyMoveDecision.reason,
            decider.name.label("decided_by"),
            MoneyMoveDecision.decided_at,
        )
        .join(proposer, proposer.id == MoneyMove.proposed_by_id)
        .outerjoin(Account, Account.id == MoneyMove.from_account_id)
        .outerjoin(Holder, Holder.id == Account.holder_id)
        .outerjoin(Party, Party.id == Account.party_id)
        .outerjoin(Fund, Fund.id == Account.fund_id)
        .outerjoin(Wish, Wish.id == MoneyMove.wish_id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .outerjoin(decider, decider.id == MoneyMoveDecision.decided_by_id)
        .where(*conditions)
        .order_by(MoneyMove.id.desc())
    )
    return [
        WishMove(
            id=row.id,
            kind=MoveKind(row.kind),
            amount_minor=row.amount_minor,
            note=row.note,
            evidence=row.evidence,
            account=row.account or "",
            paid_from=row.paid_from,
            wish_id=row.wish_id,
            wish_code=row.wish_code or "",
            allocation_id=row.allocation_id,
            proposed_by_id=row.proposed_by_id,
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            approved=row.approved,
            reason=row.reason or "",
            decided_by=row.decided_by or "",
            decided_at=row.decided_at,
        )
        for row in rows
    ]
