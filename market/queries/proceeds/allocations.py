"""The allocation board: waiting wishes, proposals, and what changed since one was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing, Refused
from market.domain.livelihood.plan import ApplicationState, check_release, due_now
from market.domain.proceeds.ranking import AllocationRule, WaitingWish
from market.domain.proceeds.wish import WishState
from market.models.ledger import Fund
from market.models.livelihood import Enterprise, SupportApplication, Tranche
from market.models.people import Person
from market.models.proceeds import Allocation, Proposal, ProposalDecision, ProposalItem, Wish
from market.models.sales import MarketDay, MarketOpening
from market.queries.proceeds.priority import first_reason
from market.queries.proceeds.tranches import plans_of, plans_of_tranches
from market.queries.proceeds.visibility import may_be_lit_condition

MOST_WAITING = 1_000
MOST_DAYS = 12
PAGE_SIZE = 40


class NoSuchProposal(Missing):
    """No proposal of this community has this id."""

    sentence = N_("没有找到这份安排，请从款项安排列表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A wish that waits, a tranche whose turn has come, or a market day whose costs may be paid;
    `missing_minor` is 0 for a day.
    """

    id: int
    code: str
    words: str
    since: datetime | None
    cost_minor: int
    funded_minor: int
    first_because: str = ""

    @property
    def missing_minor(self) -> int:
        return self.cost_minor - self.funded_minor

    @property
    def ranked(self) -> WaitingWish:
        """The same as the rules want it; only for a wish that is open."""
        if self.since is None:
            message = f"{self.code} does not wait"
            raise ValueError(message)
        return WaitingWish(self.id, self.since, self.missing_minor, first=bool(self.first_because))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """A batch in a list. `approved` is None while nobody has decided."""

    id: int
    fund_id: int
    fund: str
    rule: AllocationRule
    note: str
    items: int
    amount_minor: int
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    approved: bool | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNow:
    """One item of a proposal and how its wish stands now; `state` is None for a day's costs, and
    for a tranche, whose turn may have passed (`turn`).

    `left_minor` is what of its allocation is neither spent nor returned, once it is approved.
    """

    wish_id: int | None
    allocation_id: int | None
    left_minor: int
    code: str
    words: str
    amount_minor: int
    state: WishState | None
    missing_minor: int
    may_be_lit: bool
    tranche_id: int | None = None
    application_id: int | None = None
    turn: bool = True

    @property
    def lights(self) -> bool:
        return self.state is WishState.OPEN and self.amount_minor == self.missing_minor

    @property
    def fits(self) -> bool:
        """Whether it could be approved just now."""
        if self.state is None:
            return self.turn
        return (
            self.state is WishState.OPEN
            and self.may_be_lit
            and self.amount_minor <= self.missing_minor
        )


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A batch with its items as they stand now, and what the fund has free now."""

    proposal: ProposalRow
    items: tuple[ItemNow, ...]
    free_minor: int

    @property
    def lights(self) -> int:
        return sum(item.lights for item in self.items)

    @property
    def enough(self) -> bool:
        return self.proposal.amount_minor <= self.free_minor

    @property
    def fits(self) -> bool:
        return self.enough and all(item.fits for item in self.items)


def waiting_wishes(session: Session, community_id: int, *, today: date) -> list[Waiting]:
    """Wishes that may be given money now: what was put first, then what has waited longest."""
    reason = first_reason()
    rows = session.execute(
        select(
            Wish.id,
            Wish.code,
            Wish.text,
            Wish.opened_at,
            Wish.cost_minor,
            Wish.funded_minor,
            func.coalesce(reason, ""),
        )
        .where(
            Wish.community_id == community_id,
            Wish.state == str(WishState.OPEN),
            Wish.cost_minor > Wish.funded_minor,
            may_be_lit_condition(today),
        )
        .order_by(reason.is_(None), Wish.opened_at, Wish.id)
        .limit(MOST_WAITING)
    )
    return [
        Waiting(
            id=row[0],
            code=row[1],
            words=row[2],
            since=row[3],
            cost_minor=row[4],
            funded_minor=row[5],
            first_because=row[6],
        )
        for row in rows
    ]


def days_with_costs(session: Session, community_id: int) -> list[Waiting]:
    """Market days that were opened, the newest first: their costs may be paid."""
    rows = session.execute(
        select(MarketDay.id, MarketDay.held_on, MarketDay.name)
        .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .where(MarketDay.community_id == community_id)
        .order_by(MarketDay.held_on.desc(), MarketDay.id.desc())
        .limit(MOST_DAYS)
    )
    return [
        Waiting(
            id=row[0],
            code=row[1].isoformat(),
            words=row[2],
            since=None,
            cost_minor=0,
            funded_minor=0,
        )
        for row in rows
    ]


def tranches_due(session: Session, community_id: int) -> list[Waiting]:
    """Tranches that may be released now, whose milestone was due first before the others."""
    approved = session.scalars(
        select(SupportApplication.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(
            Enterprise.community_id == community_id,
            SupportApplication.state == str(ApplicationState.APPROVED),
        )
    )
    due = {}
    for plan in plans_of(session, approved):
        tranche = due_now(plan.state, plan.tranches)
        if tranche is not None:
            due[tranche.id] = plan.enterprise
    rows = session.execute(
        select(
            Tranche.id,
            Tranche.number,
            Tranche.milestone,
            Tranche.amount_minor,
            Tranche.funded_minor,
        )
        .where(Tranche.id.in_(due))
        .order_by(Tranche.due_on, Tranche.id)
    )
    return [
        Waiting(
            id=row.id,
            code=f"{due[row.id]} {row.number}",
            words=row.milestone,
            since=None,
            cost_minor=row.amount_minor,
            funded_minor=row.funded_minor,
        )
        for row in rows
    ]


_proposer = aliased(Person)
_decider = aliased(Person)
_ITEMS = (
    select(func.count())
    .where(ProposalItem.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)
_AMOUNT = (
    select(func.coalesce(func.sum(ProposalItem.amount_minor), 0))
    .where(ProposalItem.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)
_PROPOSALS = (
    select(
        Proposal.id,
        Proposal.fund_id,
        Fund.name.label("fund"),
        Proposal.rule,
        Proposal.note,
        _ITEMS.label("items"),
        _AMOUNT.label("amount_minor"),
        Proposal.proposed_by_id,
        _proposer.name.label("proposed_by"),
        Proposal.proposed_at,
        ProposalDecision.approved,
        _decider.name.label("decided_by"),
        ProposalDecision.decided_at,
        ProposalDecision.reason,
    )
    .join(Fund, Fund.id == Proposal.fund_id)
    .join(_proposer, _proposer.id == Proposal.proposed_by_id)
    .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
    .outerjoin(_decider, _decider.id == ProposalDecision.decided_by_id)
)


def proposals_of(session: Session, community_id: int, *, undecided: bool) -> list[ProposalRow]:
    """The newest batches; only those that nobody has decided, if `undecided`."""
    question = _PROPOSALS.where(Proposal.community_id == community_id)
    if undecided:
        question = question.where(ProposalDecision.proposal_id.is_(None))
    rows = session.execute(question.order_by(Proposal.id.desc()).limit(PAGE_SIZE))
    return [_proposal(row) for row in rows]


def proposal_page(
    session: Session, community_id: int, proposal_id: int, *, today: date
) -> ProposalPage:
    """One batch, its wishes as they stand now; raises NoSuchProposal."""
    row = session.execute(
        _PROPOSALS.where(Proposal.community_id == community_id, Proposal.id == proposal_id)
    ).one_or_none()
    if row is None:
        raise NoSuchProposal
    items = session.execute(
        select(
            ProposalItem.wish_id,
            Allocation.id,
            func.coalesce(
                Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor, 0
            ),
            func.coalesce(Wish.code, ""),
            func.coalesce(Wish.text, MarketDay.name, Tranche.milestone),
            ProposalItem.amount_minor,
            Wish.state,
            func.coalesce(Wish.cost_minor - Wish.funded_minor, 0),
            case((may_be_lit_condition(today), 1), else_=0),
            ProposalItem.tranche_id,
            Tranche.number,
            Enterprise.name,
            Tranche.application_id,
        )
        .outerjoin(Wish, Wish.id == ProposalItem.wish_id)
        .outerjoin(MarketDay, MarketDay.id == ProposalItem.market_day_id)
        .outerjoin(Tranche, Tranche.id == ProposalItem.tranche_id)
        .outerjoin(SupportApplication, SupportApplication.id == Tranche.application_id)
        .outerjoin(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .outerjoin(Allocation, Allocation.item_id == ProposalItem.id)
        .where(ProposalItem.proposal_id == proposal_id)
        .order_by(ProposalItem.ordinal)
    ).all()
    turns = _turns(session, items)
    free = session.scalar(select(Fund.laid_minor - Fund.taken_minor).where(Fund.id == row.fund_id))
    return ProposalPage(_proposal(row), tuple(_item(item, turns) for item in items), free or 0)


def _proposal(row: Row[*tuple[Any, ...]]) -> ProposalRow:
    named = dict(zip(row._fields, row, strict=True))
    return ProposalRow(**{**named, "rule": AllocationRule(row.rule)})


def _turns(session: Session, items: Sequence[Row[*tuple[Any, ...]]]) -> set[int]:
    """Those tranches among the items that may be given their amount now."""
    amounts = {item.tranche_id: item.amount_minor for item in items if item.tranche_id is not None}
    found = set()
    for plan in plans_of_tranches(session, amounts):
        for tranche in plan.tranches:
            if tranche.id in amounts:
                try:
                    check_release(plan.state, plan.tranches, tranche.number, amounts[tranche.id])
                except Refused:
                    continue
                found.add(tranche.id)
    return found


def _item(item: Row[*tuple[Any, ...]], turns: set[int]) -> ItemNow:
    wish_id, allocation_id, left_minor, code, words, amount_minor, state, missing_minor, fit = item[
        :9
    ]
    tranche_id, number, enterprise, application_id = item[9:]
    return ItemNow(
        wish_id=wish_id,
        allocation_id=allocation_id,
        left_minor=left_minor,
        code=f"{enterprise} {number}" if tranche_id else code,
        words=words,
        amount_minor=amount_minor,
        state=WishState(state) if state else None,
        missing_minor=missing_minor,
        may_be_lit=bool(fit),
        tranche_id=tranche_id,
        application_id=application_id,
        turn=tranche_id is None or tranche_id in turns,
    )
