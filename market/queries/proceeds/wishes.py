"""Wishes as the desk sees them: what each asks for next, and one wish with all its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.ledger.moves import MoveKind
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.hold import HoldStage
from market.domain.proceeds.wish import PUBLISHED, WishKind, WishState, due_on
from market.domain.proceeds.wish_task import WishFacts, WishTask, next_task
from market.models.ledger import MoneyMove, MoneyMoveDecision
from market.models.people import Person
from market.models.proceeds import (
    Companions,
    Consent,
    ConsentWithdrawal,
    Wish,
    WishCost,
    WishHold,
    WishReview,
    WishStep,
)
from market.queries.proceeds.visibility import (
    consent_condition,
    hold_binds,
    passed_review_condition,
)

PAGE_SIZE = 30


class WishNotHere(Missing):
    """No wish of this community has this id."""

    sentence = N_("没有找到这个心愿，请从心愿列表重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class WishAtDesk:
    """One wish in a list. `due_on` is when its next step is expected; `shown`: the public sees it."""

    id: int
    code: str
    text: str
    kind: WishKind
    theme: str
    state: WishState
    task: WishTask
    cost_minor: int
    funded_minor: int
    since: datetime
    due_on: date | None
    late: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class CostLine:
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A second reader's answers; `present` when they are about the content as it stands."""

    neighbours_could_guess: bool
    school_could_guess: bool
    child_would_be_hurt: bool
    note: str
    by: str
    at: datetime
    present: bool

    @property
    def passed(self) -> bool:
        return not (
            self.neighbours_could_guess or self.school_could_guess or self.child_would_be_hurt
        )


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One tick. `stands` today; `withdrawn_at` when it was taken back."""

    purpose: Purpose
    notice_version: str
    child_agreed: bool
    witness: str
    given_on: date
    expires_on: date
    withdrawn_at: datetime | None
    stands: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    state: WishState
    evidence: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CompanionsRow:
    """The two who would go, who named them and who confirmed."""

    first_id: int
    first: str
    second_id: int
    second: str
    proposed_by_id: int
    proposed_by: str
    confirmed_by: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WishAtHand:
    """One wish with all that belongs to it, except its money."""

    @property
    def text(self) -> str:
        return self.wish.text

    @property
    def kind(self) -> WishKind:
        return self.wish.kind

    @property
    def theme(self) -> str:
        return self.wish.theme

    wish: WishAtDesk
    text_en: str
    month: str
    age_band: str
    content_hash: bytes
    reason: str
    consent_ref: str
    written_by_id: int
    written_by: str
    entered_at: datetime
    costs: tuple[CostLine, ...]
    reviews: tuple[ReviewRow, ...]
    consents: tuple[ConsentRow, ...]
    steps: tuple[StepRow, ...]
    companions: CompanionsRow | None


def wish_queue(session: Session, community_id: int, today: date) -> list[WishAtDesk]:
    """Every wish that asks for something or waits, by what it asks for, then the oldest first."""
    unfinished = or_(
        Wish.state.not_in(["followed_up", "withdrawn", "expired"]),
        and_(Wish.state.in_(["withdrawn", "expired"]), Wish.funded_minor > 0),
    )
    rows = _wishes(session, today, Wish.community_id == community_id, unfinished)
    order = list(WishTask)
    return sorted(rows, key=lambda row: (order.index(row.task), row.since, row.id))


@dataclass(frozen=True, slots=True)
class WishPageOf:
    """One page of the wishes that are over."""

    wishes: tuple[WishAtDesk, ...]
    page: int
    pages: int


def finished_wishes(session: Session, community_id: int, today: date, *, page: int) -> WishPageOf:
    """Followed up, withdrawn or expired, the latest first."""
    over = _is_over(community_id)
    total = session.scalar(select(func.count()).select_from(Wish).where(over)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    ids = session.scalars(
        select(Wish.id)
        .where(over)
        .order_by(Wish.changed_at.desc(), Wish.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    found = {row.id: row for row in _wishes(session, today, Wish.id.in_(ids))}
    return WishPageOf(tuple(found[number] for number in ids), page, pages)


def all_finished_wishes(
    session: Session, community_id: int, today: date, most: int
) -> list[WishAtDesk]:
    """All of them, the latest first, `most` at most."""
    found = _wishes(session, today, _is_over(community_id))
    return sorted(found, key=lambda row: (row.since, row.id), reverse=True)[:most]


def _is_over(community_id: int) -> ColumnElement[bool]:
    return and_(
        Wish.community_id == community_id,
        or_(
            Wish.state == "followed_up",
            and_(Wish.state.in_(["withdrawn", "expired"]), Wish.funded_minor == 0),
        ),
    )


def wish_at_desk(session: Session, community_id: int, wish_id: int, today: date) -> WishAtDesk:
    """One wish as a list shows it. Raises WishNotHere."""
    found = _wishes(session, today, Wish.id == wish_id, Wish.community_id == community_id)
    if not found:
        raise WishNotHere
    return found[0]


def wish_at_hand(session: Session, community_id: int, wish_id: int, today: date) -> WishAtHand:
    """One wish with its content, readers, consents and steps. Raises WishNotHere."""
    wish = wish_at_desk(session, community_id, wish_id, today)
    row = session.execute(
        select(
            Wish.text_en,
            Wish.month,
            Wish.content_hash,
            Wish.consent_ref,
            Wish.written_by_id,
            Person.name,
            Wish.entered_at,
            Wish.reason,
            Wish.age_band,
        )
        .join(Person, Person.id == Wish.written_by_id)
        .where(Wish.id == wish_id)
    ).one()
    costs = session.execute(
        select(WishCost.name, WishCost.amount_minor)
        .where(WishCost.wish_id == wish_id)
        .order_by(WishCost.number)
    )
    return WishAtHand(
        wish=wish,
        text_en=row[0],
        month=row[1],
        content_hash=row[2],
        reason=row[7],
        age_band=row[8],
        consent_ref=row[3],
        written_by_id=row[4],
        written_by=row[5],
        entered_at=row[6],
        costs=tuple(CostLine(*cost) for cost in costs),
        reviews=_reviews(session, wish_id, row[2]),
        consents=_consents(session, community_id, row[3], today),
        steps=_steps(session, wish_id),
        companions=_companions(session, wish_id),
    )


def _wishes(session: Session, today: date, *conditions: ColumnElement[bool]) -> list[WishAtDesk]:
    refused = (
        select(WishReview.id)
        .where(
            WishReview.wish_id == Wish.id,
            WishReview.content_hash == Wish.content_hash,
            or_(
                WishReview.neighbours_could_guess,
                WishReview.school_could_guess,
                WishReview.child_would_be_hurt,
            ),
        )
        .correlate(Wish)
        .exists()
    )
    purchase = (
        select(MoneyMove.id)
        .outerjoin(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            MoneyMove.wish_id == Wish.id,
            MoneyMove.kind == str(MoveKind.SPENDING),
            MoneyMoveDecision.move_id.is_(None),
        )
        .correlate(Wish)
        .exists()
    )
    since = select(func.max(WishStep.at)).where(WishStep.wish_id == Wish.id).scalar_subquery()
    rows = session.execute(
        select(
            Wish.id,
            Wish.code,
            Wish.text,
            Wish.kind,
            Wish.theme,
            Wish.state,
            Wish.cost_minor,
            Wish.funded_minor,
            Wish.entered_at,
            since.label("since"),
            consent_condition(Purpose.PROCESS, today).label("consented"),
            consent_condition(Purpose.PUBLISH_TEXT, today).label("publishable"),
            passed_review_condition().label("passed"),
            refused.label("refused"),
            purchase.label("purchase"),
            select(Companions.wish_id)
            .where(Companions.wish_id == Wish.id)
            .correlate(Wish)
            .exists()
            .label("companions"),
            _hold_stage(today).label("hold"),
        ).where(*conditions)
    )
    return [_at_desk(row, today) for row in rows]


def _hold_stage(today: date) -> ScalarSelect[str]:
    """How far the hold has come that binds today, as text; null without one."""
    return (
        select(
            case(
                (WishHold.received_at.is_not(None), HoldStage.RECEIVED.value),
                (WishHold.confirmed_at.is_not(None), HoldStage.CONFIRMED.value),
                else_=HoldStage.ASKED.value,
            )
        )
        .where(WishHold.wish_id == Wish.id, hold_binds(today))
        .correlate(Wish)
        .scalar_subquery()
    )


def _at_desk(row: Row[*tuple[object, ...]], today: date) -> WishAtDesk:
    state, kind = WishState(row.state), WishKind(row.kind)
    since: datetime = row.since or row.entered_at
    due = due_on(state, since.date())
    facts = WishFacts(
        state=state,
        kind=kind,
        funded_minor=row.funded_minor,
        consented=row.consented,
        refused_by_reader=row.refused,
        purchase_waits=row.purchase,
        companions_named=row.companions,
        hold=HoldStage(row.hold) if row.hold else None,
    )
    return WishAtDesk(
        id=row.id,
        code=row.code,
        text=row.text,
        kind=kind,
        theme=row.theme,
        state=state,
        task=next_task(facts),
        cost_minor=row.cost_minor,
        funded_minor=row.funded_minor,
        since=since,
        due_on=due,
        late=due is not None and due < today,
        shown=state in PUBLISHED and row.consented and row.publishable and row.passed,
    )


def _reviews(session: Session, wish_id: int, present: bytes) -> tuple[ReviewRow, ...]:
    rows = session.execute(
        select(
            WishReview.neighbours_could_guess,
            WishReview.school_could_guess,
            WishReview.child_would_be_hurt,
            WishReview.note,
            Person.name,
            WishReview.reviewed_at,
            WishReview.content_hash,
        )
        .join(Person, Person.id == WishReview.reviewed_by_id)
        .where(WishReview.wish_id == wish_id)
        .order_by(WishReview.id.desc())
    )
    return tuple(ReviewRow(*row[:6], row[6] == present) for row in rows)


def _consents(
    session: Session, community_id: int, reference: str, today: date
) -> tuple[ConsentRow, ...]:
    stands = and_(
        Consent.given_on <= today,
        Consent.expires_on > today,
        ConsentWithdrawal.consent_id.is_(None),
    )
    rows = session.execute(
        select(
            Consent.purpose,
            Consent.notice_version,
            Consent.child_agreed,
            func.coalesce(Person.name, ""),
            Consent.given_on,
            Consent.expires_on,
            ConsentWithdrawal.withdrawn_at,
            stands,
        )
        .outerjoin(Person, Person.id == Consent.witness_id)
        .outerjoin(ConsentWithdrawal, ConsentWithdrawal.consent_id == Consent.id)
        .where(Consent.community_id == community_id, Consent.reference == reference)
        .order_by(Consent.given_on.desc(), Consent.id)
    )
    return tuple(ConsentRow(Purpose(row[0]), *row[1:]) for row in rows)


def _steps(session: Session, wish_id: int) -> tuple[StepRow, ...]:
    rows = session.execute(
        select(WishStep.state, WishStep.evidence, WishStep.note, Person.name, WishStep.at)
        .join(Person, Person.id == WishStep.by_id)
        .where(WishStep.wish_id == wish_id)
        .order_by(WishStep.id)
    )
    return tuple(StepRow(WishState(row[0]), *row[1:]) for row in rows)


def _companions(session: Session, wish_id: int) -> CompanionsRow | None:
    first, second, proposer, confirmer = (aliased(Person) for _ in range(4))
    row = session.execute(
        select(
            Companions.first_id,
            first.name,
            Companions.second_id,
            second.name,
            Companions.proposed_by_id,
            proposer.name,
            func.coalesce(confirmer.name, ""),
            Companions.confirmed_at,
        )
        .join(first, first.id == Companions.first_id)
        .join(second, second.id == Companions.second_id)
        .join(proposer, proposer.id == Companions.proposed_by_id)
        .outerjoin(confirmer, confirmer.id == Companions.confirmed_by_id)
        .where(Companions.wish_id == wish_id)
    ).one_or_none()
    return None if row is None else CompanionsRow(*row)


def tasks_by_number(wishes: Sequence[WishAtDesk]) -> dict[WishTask, int]:
    """How many wishes ask for each task, in the desk's order; only those that are asked for."""
    return {
        task: number
        for task in WishTask
        if (number := sum(1 for wish in wishes if wish.task is task))
    }
