"""Support at the desk: whom it may be for, what comes next, whose interests stand in somebody's way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import Forbidden
from market.domain.livelihood.plan import (
    ApplicantMayNotDecide,
    ApplicationState,
    HelperMayNotDecide,
    RelativeMayNotDecide,
    SupportKind,
    due_now,
)
from market.domain.proceeds.purpose import FundPurpose
from market.models.ledger import Fund, MoneyMove, MoneyMoveDecision, Party
from market.models.livelihood import (
    ApplicationAppeal,
    Enterprise,
    EnterpriseAccess,
    MilestoneEvidence,
    SupportApplication,
    Tranche,
)
from market.models.people import DeclaredInterest, Person, RoleGrant
from market.models.proceeds import Allocation, Proposal, ProposalDecision, ProposalItem
from market.queries.proceeds.tranches import plans_of

SOON_DAYS = 14


class Task(StrEnum):
    """What of support waits for somebody, most pressing first."""

    OVERDUE = "overdue"
    REVIEW = "review"
    APPEAL = "appeal"
    EVIDENCE = "evidence"
    RELEASE = "release"
    APPROVE = "approve"
    SPENDING = "spending"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class EnterpriseName:
    """An enterprise where nothing but its name is asked for."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """Something to do next for one application. `number` is the tranche's, 0 where it is none's."""

    task: Task
    application_id: int
    enterprise: str
    number: int = 0
    what: str = ""
    on: date | None = None
    amount_minor: int = 0
    leads_to: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestRow:
    """Somebody with a role here who decides nothing about this entrepreneur, and why."""

    person: str
    enterprise: str
    why: type[Forbidden]
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of one plan, for the list that goes to an office."""

    application_id: int
    enterprise: str
    person: str
    state: ApplicationState
    number: int
    kind: SupportKind
    milestone: str
    due_on: date
    amount_minor: int
    given_minor: int
    spent_minor: int
    left_minor: int
    reached: bool


@dataclass(frozen=True, slots=True)
class SupportMoney:
    """The funds for enterprises together: laid = free + committed + spent, in minor units."""

    free_minor: int
    committed_minor: int
    spent_minor: int


def enterprises_to_choose(session: Session, community_id: int) -> list[tuple[int, str]]:
    """Enterprises that may be supported: id, and in words."""
    rows = session.execute(
        select(Enterprise.id, Party.name, Enterprise.name)
        .join(Party, Party.id == Enterprise.party_id)
        .where(Enterprise.community_id == community_id, Enterprise.closed_at.is_(None))
        .order_by(Party.name, Enterprise.id)
    )
    return [(number, f"{person} · {name}") for number, person, name in rows]


def enterprise_name(
    session: Session, community_id: int, enterprise_id: int
) -> EnterpriseName | None:
    """One enterprise by name, if it is this community's."""
    row = session.execute(
        select(Enterprise.id, Enterprise.code, Enterprise.name).where(
            Enterprise.id == enterprise_id, Enterprise.community_id == community_id
        )
    ).one_or_none()
    return None if row is None else EnterpriseName(*row)


def interest_of(session: Session, party_id: int, person_id: int) -> type[Forbidden] | None:
    """Which rule keeps this person from deciding about that entrepreneur, if any."""
    own = select(Party.id).where(Party.id == party_id, Party.person_id == person_id)
    if session.scalar(own) is not None:
        return ApplicantMayNotDecide
    if session.get(DeclaredInterest, (person_id, party_id)) is not None:
        return RelativeMayNotDecide
    helps = (
        select(EnterpriseAccess.id)
        .join(Enterprise, Enterprise.id == EnterpriseAccess.enterprise_id)
        .where(
            Enterprise.party_id == party_id,
            EnterpriseAccess.person_id == person_id,
            EnterpriseAccess.revoked_at.is_(None),
        )
    )
    return HelperMayNotDecide if session.scalar(helps.limit(1)) is not None else None


def support_money(session: Session, community_id: int) -> SupportMoney:
    """What the community's funds for enterprises have free, promised and spent."""
    of_funds = (Fund.community_id == community_id, Fund.purpose == str(FundPurpose.ENTERPRISE))
    free = session.scalar(
        select(func.coalesce(func.sum(Fund.laid_minor - Fund.taken_minor), 0)).where(*of_funds)
    )
    left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
    committed, spent = session.execute(
        select(func.coalesce(func.sum(left), 0), func.coalesce(func.sum(Allocation.spent_minor), 0))
        .join(Fund, Fund.id == Allocation.fund_id)
        .where(*of_funds)
    ).one()
    return SupportMoney(int(free or 0), int(committed), int(spent))


def due_next(session: Session, community_id: int, today: date) -> list[DueRow]:
    """What support waits for, most pressing first."""
    rows = [
        *_applications_waiting(session, community_id),
        *_evidence_waiting(session, community_id),
        *_milestones_due(session, community_id, today),
        *_proposals_waiting(session, community_id),
        *_spending_waiting(session, community_id),
    ]
    order = list(Task)
    return sorted(rows, key=lambda row: (order.index(row.task), row.on or today, row.enterprise))


def interests(session: Session, community_id: int) -> list[InterestRow]:
    """Everybody with a role here who is, is related to, or helps an entrepreneur."""
    standing = (
        select(RoleGrant.person_id)
        .where(RoleGrant.community_id == community_id, RoleGrant.revoked_at.is_(None))
        .distinct()
    )
    found = []
    for why, since, joined in (
        (ApplicantMayNotDecide, Enterprise.made_at, Party.person_id == Person.id),
        (
            RelativeMayNotDecide,
            DeclaredInterest.declared_at,
            (DeclaredInterest.party_id == Party.id) & (DeclaredInterest.person_id == Person.id),
        ),
        (
            HelperMayNotDecide,
            EnterpriseAccess.made_at,
            (EnterpriseAccess.enterprise_id == Enterprise.id)
            & (EnterpriseAccess.person_id == Person.id)
            & (EnterpriseAccess.kind == "helper")
            & EnterpriseAccess.revoked_at.is_(None),
        ),
    ):
        rows = session.execute(
            select(Person.name, Enterprise.name, since)
            .select_from(Enterprise)
            .join(Party, Party.id == Enterprise.party_id)
            .where(
                Enterprise.community_id == community_id,
                Person.id.in_(standing),
                joined,
            )
            .order_by(Person.name, Enterprise.id)
        )
        found += [
            InterestRow(person=person, enterprise=enterprise, why=why, since=at)
            for person, enterprise, at in rows
        ]
    return found


def step_lines(session: Session, community_id: int) -> list[StepLine]:
    """Every step of every plan that was handed in, by enterprise."""
    left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
    given, spent, rest = (
        select(func.coalesce(func.sum(amount), 0))
        .where(Allocation.tranche_id == Tranche.id)
        .scalar_subquery()
        for amount in (
            Allocation.amount_minor - Allocation.returned_minor,
            Allocation.spent_minor,
            left,
        )
    )
    reached = (
        select(MilestoneEvidence.id)
        .where(MilestoneEvidence.tranche_id == Tranche.id, MilestoneEvidence.accepted.is_(True))
        .exists()
    )
    rows = session.execute(
        select(
            SupportApplication.id,
            Enterprise.name,
            Party.name,
            SupportApplication.state,
            Tranche.number,
            Tranche.kind,
            Tranche.milestone,
            Tranche.due_on,
            Tranche.amount_minor,
            given,
            spent,
            rest,
            reached,
        )
        .select_from(Tranche)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .join(Party, Party.id == Enterprise.party_id)
        .where(
            Enterprise.community_id == community_id,
            SupportApplication.state != str(ApplicationState.DRAFT),
        )
        .order_by(Enterprise.name, SupportApplication.id, Tranche.number)
    )
    return [
        StepLine(
            application_id=row[0],
            enterprise=row[1],
            person=row[2],
            state=ApplicationState(row[3]),
            number=row[4],
            kind=SupportKind(row[5]),
            milestone=row[6],
            due_on=row[7],
            amount_minor=row[8],
            given_minor=int(row[9]),
            spent_minor=int(row[10]),
            left_minor=int(row[11]),
            reached=bool(row[12]),
        )
        for row in rows
    ]


def support_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Applications, appeals and evidence that wait for this person's word or somebody else's."""
    mine = select(Party.id).where(Party.person_id == person_id)
    rows = [
        *_applications_waiting(session, community_id, but_of=mine.scalar_subquery()),
        *_evidence_waiting(session, community_id),
    ]
    return len(rows)


def _applications_waiting(
    session: Session, community_id: int, *, but_of: object = None
) -> list[DueRow]:
    appealed = (
        select(ApplicationAppeal.application_id)
        .where(
            ApplicationAppeal.application_id == SupportApplication.id,
            ApplicationAppeal.round == SupportApplication.round,
            ApplicationAppeal.granted.is_(None),
        )
        .exists()
    )
    question = (
        select(SupportApplication.id, SupportApplication.state, Enterprise.name)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(
            Enterprise.community_id == community_id,
            (SupportApplication.state == str(ApplicationState.SUBMITTED))
            | ((SupportApplication.state == str(ApplicationState.REFUSED)) & appealed),
        )
    )
    if but_of is not None:
        question = question.where(Enterprise.party_id.not_in(but_of))  # type: ignore[arg-type]
    return [
        DueRow(
            task=Task.REVIEW if state == ApplicationState.SUBMITTED else Task.APPEAL,
            application_id=number,
            enterprise=name,
        )
        for number, state, name in session.execute(question)
    ]


def _evidence_waiting(session: Session, community_id: int) -> list[DueRow]:
    rows = session.execute(
        select(SupportApplication.id, Enterprise.name, Tranche.number, Tranche.milestone)
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .join(MilestoneEvidence, MilestoneEvidence.tranche_id == Tranche.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Enterprise.community_id == community_id, MilestoneEvidence.accepted.is_(None))
    )
    return [
        DueRow(
            task=Task.EVIDENCE, application_id=row[0], enterprise=row[1], number=row[2], what=row[3]
        )
        for row in rows
    ]


def _milestones_due(session: Session, community_id: int, today: date) -> list[DueRow]:
    """Milestones that are late or near, and tranches that may be released."""
    ids = session.scalars(
        select(SupportApplication.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(
            Enterprise.community_id == community_id,
            SupportApplication.state == str(ApplicationState.APPROVED),
        )
    ).all()
    plans = plans_of(session, ids)
    named = {
        row.id: row
        for row in session.execute(
            select(Tranche.id, Tranche.milestone, Tranche.due_on).where(
                Tranche.application_id.in_(ids)
            )
        )
    }
    waits = set(
        session.scalars(
            select(MilestoneEvidence.tranche_id).where(
                MilestoneEvidence.tranche_id.in_(named), MilestoneEvidence.accepted.is_(None)
            )
        )
    )
    proposed = set(
        session.scalars(
            select(ProposalItem.tranche_id)
            .join(Proposal, Proposal.id == ProposalItem.proposal_id)
            .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
            .where(ProposalItem.tranche_id.in_(named), ProposalDecision.proposal_id.is_(None))
        )
    )
    found = []
    for plan in plans:
        releasable = due_now(plan.state, plan.tranches)
        for tranche in plan.tranches:
            row = named[tranche.id]
            late = row.due_on < today
            if releasable and releasable.id == tranche.id and tranche.id not in proposed:
                task = Task.RELEASE
            elif tranche.reached or tranche.id in waits:
                continue
            elif late or row.due_on <= today + timedelta(days=SOON_DAYS):
                task = Task.OVERDUE if late else Task.SOON
            else:
                continue
            found.append(
                DueRow(
                    task=task,
                    application_id=plan.application_id,
                    enterprise=plan.enterprise,
                    number=tranche.number,
                    what=row.milestone,
                    on=row.due_on,
                    amount_minor=tranche.amount_minor,
                )
            )
    return found


def _proposals_waiting(session: Session, community_id: int) -> list[DueRow]:
    rows = session.execute(
        select(
            SupportApplication.id,
            Enterprise.name,
            Tranche.number,
            Tranche.milestone,
            ProposalItem.amount_minor,
            Proposal.id,
        )
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .join(ProposalItem, ProposalItem.tranche_id == Tranche.id)
        .join(Proposal, Proposal.id == ProposalItem.proposal_id)
        .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
        .where(Enterprise.community_id == community_id, ProposalDecision.proposal_id.is_(None))
    )
    return [_money_row(Task.APPROVE, tuple(row)) for row in rows]


def _spending_waiting(session: Session, community_id: int) -> list[DueRow]:
    rows = session.execute(
        select(
            SupportApplication.id,
            Enterprise.name,
            Tranche.number,
            Tranche.milestone,
            MoneyMove.amount_minor,
            MoneyMove.id,
        )
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .join(Allocation, Allocation.tranche_id == Tranche.id)
        .join(MoneyMove, MoneyMove.allocation_id == Allocation.id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            Enterprise.community_id == community_id,
            MoneyMove.kind == "spending",
            MoneyMoveDecision.move_id.is_(None),
        )
    )
    return [_money_row(Task.SPENDING, tuple(row)) for row in rows]


def _money_row(task: Task, row: tuple[Any, ...]) -> DueRow:
    return DueRow(
        task=task,
        application_id=row[0],
        enterprise=row[1],
        number=row[2],
        what=row[3],
        amount_minor=row[4],
        leads_to=row[5],
    )
