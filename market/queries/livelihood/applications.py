"""Applications for support as they stand: the plan, what was said of it, and what became of each step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.livelihood.plan import (
    ApplicationState,
    BudgetLine,
    Origin,
    Plan,
    Step,
    SupportKind,
    TrancheNow,
    due_now,
)
from market.models.ledger import Party
from market.models.livelihood import (
    ApplicationAppeal,
    ApplicationReview,
    BudgetItem,
    Enterprise,
    MilestoneEvidence,
    SupportApplication,
    Tranche,
)
from market.models.people import Person
from market.models.proceeds import Allocation
from market.queries.proceeds.tranches import plans_of


class ApplicationNotHere(Missing):
    """No application of this community, or of this entrepreneur, has this id."""

    sentence = N_("没有找到这份申请，请从申请列表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """An application in a list."""

    id: int
    enterprise_id: int
    enterprise: str
    party_id: int
    person: str
    state: ApplicationState
    origin: Origin
    goal: str
    round: int
    entered_by: str
    entered_at: datetime
    submitted_at: datetime | None
    said: int


@dataclass(frozen=True, slots=True)
class BudgetRow:
    number: int
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """How a milestone was reached, and whether somebody else saw that it was so."""

    id: int
    words: str
    by_id: int
    by: str
    at: datetime
    accepted: bool | None
    note: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step of a plan. given = spent + left, in minor units; `due` while money may be released."""

    id: int
    number: int
    kind: SupportKind
    milestone: str
    due_on: date
    amount_minor: int
    given_minor: int
    left_minor: int
    released: bool
    reached: bool
    due: bool
    allocation_id: int | None
    evidence: tuple[EvidenceRow, ...]

    @property
    def spent_minor(self) -> int:
        return self.given_minor - self.left_minor

    @property
    def waits(self) -> bool:
        """Whether evidence waits for somebody to look at it."""
        return any(one.accepted is None for one in self.evidence)

    def late(self, today: date) -> bool:
        return not self.reached and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    round: int
    approved: bool
    reason: str
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRow:
    round: int
    words: str
    by_id: int
    by: str
    at: datetime
    granted: bool | None
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPage:
    """One application whole."""

    application: ApplicationRow
    budget: tuple[BudgetRow, ...]
    steps: tuple[StepRow, ...]
    reviews: tuple[ReviewRow, ...]
    appeals: tuple[AppealRow, ...]

    @property
    def plan(self) -> Plan:
        return Plan(
            self.application.goal,
            tuple(BudgetLine(row.name, row.amount_minor) for row in self.budget),
            tuple(
                Step(row.kind, row.milestone, row.due_on, row.amount_minor) for row in self.steps
            ),
        )

    @property
    def refusals(self) -> list[ReviewRow]:
        """The noes of the present round."""
        return [
            row for row in self.reviews if row.round == self.application.round and not row.approved
        ]

    @property
    def appeal(self) -> AppealRow | None:
        """What was said against the present round's refusal."""
        found = [row for row in self.appeals if row.round == self.application.round]
        return found[0] if found else None


def applications_of(
    session: Session, community_id: int, *, enterprise_id: int | None = None
) -> list[ApplicationRow]:
    """Applications of a community, or of one entrepreneur; the newest first."""
    conditions = [Enterprise.community_id == community_id]
    if enterprise_id is not None:
        conditions.append(Enterprise.id == enterprise_id)
    return _applications(session, *conditions)


def application_page(
    session: Session, community_id: int, application_id: int, *, enterprise_id: int | None = None
) -> ApplicationPage:
    """One application; on an entrepreneur's pages only her own. Raises ApplicationNotHere."""
    conditions = [
        Enterprise.community_id == community_id,
        SupportApplication.id == application_id,
    ]
    if enterprise_id is not None:
        conditions.append(Enterprise.id == enterprise_id)
    found = _applications(session, *conditions)
    if not found:
        raise ApplicationNotHere
    return ApplicationPage(
        application=found[0],
        budget=_budget(session, application_id),
        steps=_steps(session, application_id),
        reviews=_reviews(session, application_id),
        appeals=_appeals(session, application_id),
    )


def _applications(session: Session, *conditions: ColumnElement[bool]) -> list[ApplicationRow]:
    said = (
        select(func.count())
        .where(
            ApplicationReview.application_id == SupportApplication.id,
            ApplicationReview.round == SupportApplication.round,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            SupportApplication.id,
            Enterprise.id.label("enterprise_id"),
            Enterprise.name.label("enterprise"),
            Party.id.label("party_id"),
            Party.name.label("person"),
            SupportApplication.state,
            SupportApplication.origin,
            SupportApplication.goal,
            SupportApplication.round,
            Person.name.label("entered_by"),
            SupportApplication.entered_at,
            SupportApplication.submitted_at,
            said.label("said"),
        )
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .join(Party, Party.id == Enterprise.party_id)
        .join(Person, Person.id == SupportApplication.entered_by_id)
        .where(*conditions)
        .order_by(SupportApplication.id.desc())
    )
    return [
        ApplicationRow(
            **{
                **dict(zip(row._fields, row, strict=True)),
                "state": ApplicationState(row.state),
                "origin": Origin(row.origin),
            }
        )
        for row in rows
    ]


def _budget(session: Session, application_id: int) -> tuple[BudgetRow, ...]:
    rows = session.execute(
        select(BudgetItem.number, BudgetItem.name, BudgetItem.amount_minor)
        .where(BudgetItem.application_id == application_id)
        .order_by(BudgetItem.number)
    )
    return tuple(BudgetRow(*row) for row in rows)


def _steps(session: Session, application_id: int) -> tuple[StepRow, ...]:
    [plan] = plans_of(session, [application_id])
    due = due_now(plan.state, plan.tranches)
    now: dict[int, TrancheNow] = {tranche.id: tranche for tranche in plan.tranches}
    given = (
        select(func.coalesce(func.sum(Allocation.amount_minor - Allocation.returned_minor), 0))
        .where(Allocation.tranche_id == Tranche.id)
        .scalar_subquery()
    )
    left = Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
    open_one = (
        select(func.max(Allocation.id))
        .where(Allocation.tranche_id == Tranche.id, left > 0)
        .scalar_subquery()
    )
    evidence = _evidence(session, application_id)
    rows = session.execute(
        select(
            Tranche.id,
            Tranche.number,
            Tranche.kind,
            Tranche.milestone,
            Tranche.due_on,
            Tranche.amount_minor,
            given.label("given_minor"),
            open_one.label("open_one"),
        )
        .where(Tranche.application_id == application_id)
        .order_by(Tranche.number)
    )
    return tuple(
        StepRow(
            id=row.id,
            number=row.number,
            kind=SupportKind(row.kind),
            milestone=row.milestone,
            due_on=row.due_on,
            amount_minor=row.amount_minor,
            given_minor=int(row.given_minor),
            left_minor=now[row.id].left_minor,
            released=now[row.id].released,
            reached=now[row.id].reached,
            due=due is not None and due.id == row.id,
            allocation_id=row.open_one,
            evidence=tuple(evidence.get(row.id, ())),
        )
        for row in rows
    )


def _evidence(session: Session, application_id: int) -> dict[int, list[EvidenceRow]]:
    teller, decider = aliased(Person), aliased(Person)
    rows = session.execute(
        select(MilestoneEvidence, teller.name, func.coalesce(decider.name, ""))
        .join(Tranche, Tranche.id == MilestoneEvidence.tranche_id)
        .join(teller, teller.id == MilestoneEvidence.by_id)
        .outerjoin(decider, decider.id == MilestoneEvidence.decided_by_id)
        .where(Tranche.application_id == application_id)
        .order_by(MilestoneEvidence.id)
    )
    found: dict[int, list[EvidenceRow]] = {}
    for row, by, decided_by in rows:
        found.setdefault(row.tranche_id, []).append(
            EvidenceRow(
                id=row.id,
                words=row.words,
                by_id=row.by_id,
                by=by,
                at=row.at,
                accepted=row.accepted,
                note=row.note,
                decided_by=decided_by,
                decided_at=row.decided_at,
            )
        )
    return found


def _reviews(session: Session, application_id: int) -> tuple[ReviewRow, ...]:
    rows = session.execute(
        select(ApplicationReview, Person.name)
        .join(Person, Person.id == ApplicationReview.by_id)
        .where(ApplicationReview.application_id == application_id)
        .order_by(ApplicationReview.id)
    )
    return tuple(
        ReviewRow(
            round=row.round,
            approved=row.approved,
            reason=row.reason,
            by_id=row.by_id,
            by=name,
            at=row.at,
        )
        for row, name in rows
    )


def _appeals(session: Session, application_id: int) -> tuple[AppealRow, ...]:
    teller, answerer = aliased(Person), aliased(Person)
    rows = session.execute(
        select(ApplicationAppeal, teller.name, func.coalesce(answerer.name, ""))
        .join(teller, teller.id == ApplicationAppeal.by_id)
        .outerjoin(answerer, answerer.id == ApplicationAppeal.answered_by_id)
        .where(ApplicationAppeal.application_id == application_id)
        .order_by(ApplicationAppeal.round)
    )
    return tuple(
        AppealRow(
            round=row.round,
            words=row.words,
            by_id=row.by_id,
            by=by,
            at=row.at,
            granted=row.granted,
            answer=row.answer,
            answered_by=answered_by,
            answered_at=row.answered_at,
        )
        for row, by, answered_by in rows
    )
