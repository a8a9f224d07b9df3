"""Two people's words on an application, a refusal's appeal, and its answer by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.livelihood.applications import Whose, application_of
from market.actions.proceeds.interests import require_no_interest
from market.domain.errors import N_, Forbidden, Refused
from market.domain.livelihood.plan import (
    MOST_WORDS,
    ApplicationState,
    InterestNotDeclared,
    ReasonMissing,
    outcome,
)
from market.domain.text import clean_text
from market.models.livelihood import (
    ApplicationAppeal,
    ApplicationReview,
    Enterprise,
    SupportApplication,
)


class NotWaiting(Refused):
    """An application that is not waiting for anybody's word."""

    sentence = N_("这份申请现在是“%(state)s”，不用再审核。请刷新页面看结果。")


class AlreadyReviewed(Refused):
    """The same person twice."""

    sentence = N_("您已经审核过了，还要另一位同事也看一遍。")


class NotRefused(Refused):
    """An appeal against something else."""

    sentence = N_("只有没有同意的申请才能申诉。")


class AlreadyAppealed(Refused):
    """Two appeals against one refusal."""

    sentence = N_("已经申诉过了，答复会写在这里。")


class NoAppeal(Refused):
    """Nothing to answer, or it was answered."""

    sentence = N_("没有等着答复的申诉，请刷新页面看结果。")


class RefuserMayNotAnswer(Forbidden):
    """Whoever refused answers the appeal against it."""

    sentence = N_("您当时没有同意这份申请，申诉要由另一位同事来答复。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewApplication:
    """One person's word. `no_interest`: that there is neither kinship nor gain in it for them."""

    whose: Whose
    approved: bool
    no_interest: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAppeal:
    """Granted, two people look at it anew; else it stays refused, and why."""

    whose: Whose
    granted: bool
    answer: str


def review_application(
    session: Session, command: ReviewApplication, *, by_id: int, now: datetime
) -> ApplicationState:
    """Say yes or no; the second yes approves, the first no refuses.

    Raises NoLongerApprover, NoSuchApplication, NotWaiting, InterestNotDeclared, ReasonMissing,
    AlreadyReviewed, and as `require_no_interest`.
    """
    require_approver(session, command.whose.community_id, by_id)
    application = application_of(session, command.whose)
    state = ApplicationState(application.state)
    if state is not ApplicationState.SUBMITTED:
        raise NotWaiting(state=state.label)
    require_no_interest(session, [_party_of(session, application)], by_id)
    if not command.no_interest:
        raise InterestNotDeclared(field="no_interest")
    reason = clean_text(command.reason, most=MOST_WORDS, least=0, lines=True)
    if not command.approved and not reason:
        raise ReasonMissing(field="reason")
    said = _words(session, application)
    if by_id in {review.by_id for review in said}:
        raise AlreadyReviewed
    session.add(
        ApplicationReview(
            application_id=application.id,
            round=application.round,
            approved=command.approved,
            reason=reason,
            by_id=by_id,
            at=now,
        )
    )
    after = outcome([*(review.approved for review in said), command.approved])
    application.state = str(after)
    application.changed_at = now
    session.flush()
    note(
        session,
        "support_reviewed",
        community_id=command.whose.community_id,
        now=now,
        application=application.id,
        round=application.round,
        approved=int(command.approved),
        state=str(after),
        by=by_id,
    )
    return after


def appeal(session: Session, whose: Whose, words: str, *, by_id: int, now: datetime) -> None:
    """The applicant's note against a refusal.

    Raises NoSuchApplication, NotRefused, AlreadyAppealed, and as `clean_text`.
    """
    application = application_of(session, whose)
    if application.state != ApplicationState.REFUSED:
        raise NotRefused
    if session.get(ApplicationAppeal, (application.id, application.round)) is not None:
        raise AlreadyAppealed
    session.add(
        ApplicationAppeal(
            application_id=application.id,
            round=application.round,
            words=clean_text(words, most=MOST_WORDS, lines=True),
            by_id=by_id,
            at=now,
        )
    )
    application.changed_at = now
    session.flush()
    _note(session, "support_appealed", whose, application, now=now, by_id=by_id)


def answer_appeal(session: Session, command: AnswerAppeal, *, by_id: int, now: datetime) -> None:
    """Somebody who had not refused it looks again.

    Raises NoLongerApprover, NoSuchApplication, NoAppeal, RefuserMayNotAnswer, and as
    `require_no_interest` and `clean_text`.
    """
    require_approver(session, command.whose.community_id, by_id)
    application = application_of(session, command.whose)
    said = session.get(ApplicationAppeal, (application.id, application.round))
    if said is None or said.answered_at is not None:
        raise NoAppeal
    require_no_interest(session, [_party_of(session, application)], by_id)
    if by_id == said.by_id or by_id in {
        review.by_id for review in _words(session, application) if not review.approved
    }:
        raise RefuserMayNotAnswer
    said.granted = command.granted
    said.answer = clean_text(command.answer, most=MOST_WORDS, lines=True)
    said.answered_by_id, said.answered_at = by_id, now
    application.changed_at = now
    if command.granted:
        application.round += 1
        application.state = str(ApplicationState.SUBMITTED)
    session.flush()
    _note(session, "support_appeal_answered", command.whose, application, now=now, by_id=by_id)


def _words(session: Session, application: SupportApplication) -> list[ApplicationReview]:
    """What was said in the present round."""
    return list(
        session.scalars(
            select(ApplicationReview).where(
                ApplicationReview.application_id == application.id,
                ApplicationReview.round == application.round,
            )
        )
    )


def _party_of(session: Session, application: SupportApplication) -> int:
    return session.scalars(
        select(Enterprise.party_id).where(Enterprise.id == application.enterprise_id)
    ).one()


def _note(
    session: Session,
    kind: str,
    whose: Whose,
    application: SupportApplication,
    *,
    now: datetime,
    by_id: int,
) -> None:
    note(
        session,
        kind,
        community_id=whose.community_id,
        now=now,
        application=application.id,
        round=application.round,
        by=by_id,
    )
