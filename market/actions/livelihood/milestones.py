"""How a milestone was reached, told by one and looked at by another; without it nothing is released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.proceeds.interests import require_no_interest
from market.actions.proceeds.tranches import NoSuchTranche, lock_plans
from market.domain.errors import N_, Missing, Refused
from market.domain.livelihood.plan import (
    MOST_WORDS,
    ApplicationState,
    NotYetApproved,
    ReasonMissing,
)
from market.domain.people import two_people
from market.domain.text import clean_text
from market.models.livelihood import Enterprise, MilestoneEvidence, SupportApplication, Tranche

MOST_NOTE = 200


class EvidenceWaits(Refused):
    """Evidence while other evidence of the same milestone waits, or was accepted."""

    sentence = N_("这个阶段目标的佐证材料已经交过了，正等人看或者已经确认。")


class NoSuchEvidence(Missing):
    """No evidence of this community has this id."""

    sentence = N_("没有找到这份佐证材料，请从创业支持页面重新进入。")


class EvidenceDecided(Refused):
    """Somebody was quicker."""

    sentence = N_("这份佐证材料已经有人看过了，请刷新页面看结果。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReached:
    """What shows that a milestone was reached. `enterprise_id` on an entrepreneur's own pages."""

    community_id: int
    tranche_id: int
    words: str
    enterprise_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideEvidence:
    """Reached, or not yet and why."""

    community_id: int
    evidence_id: int
    accepted: bool
    note: str = ""


def tell_reached(
    session: Session, command: TellReached, *, by_id: int, now: datetime
) -> MilestoneEvidence:
    """Raises NoSuchTranche, NotYetApproved, EvidenceWaits, and as `clean_text`."""
    lock_plans(session, [command.tranche_id])
    row = session.execute(
        select(SupportApplication.state, Enterprise.id)
        .join(Tranche, Tranche.application_id == SupportApplication.id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(Tranche.id == command.tranche_id, Enterprise.community_id == command.community_id)
    ).one_or_none()
    if row is None or command.enterprise_id not in {None, row.id}:
        raise NoSuchTranche
    if row.state != ApplicationState.APPROVED:
        raise NotYetApproved(state=ApplicationState(row.state).label)
    standing = select(MilestoneEvidence.id).where(
        MilestoneEvidence.tranche_id == command.tranche_id,
        MilestoneEvidence.accepted.is_not(False),
    )
    if session.scalar(standing.limit(1)) is not None:
        raise EvidenceWaits
    evidence = MilestoneEvidence(
        tranche_id=command.tranche_id,
        words=clean_text(command.words, most=MOST_WORDS, lines=True),
        by_id=by_id,
        at=now,
    )
    session.add(evidence)
    session.flush()
    return evidence


def decide_evidence(
    session: Session, command: DecideEvidence, *, by_id: int, now: datetime
) -> MilestoneEvidence:
    """Somebody else says whether it was reached.

    Raises NoLongerApprover, NoSuchEvidence, EvidenceDecided, SamePerson, ReasonMissing, and as
    `require_no_interest`.
    """
    require_approver(session, command.community_id, by_id)
    row = session.execute(
        select(MilestoneEvidence, Enterprise.party_id)
        .join(Tranche, Tranche.id == MilestoneEvidence.tranche_id)
        .join(SupportApplication, SupportApplication.id == Tranche.application_id)
        .join(Enterprise, Enterprise.id == SupportApplication.enterprise_id)
        .where(
            MilestoneEvidence.id == command.evidence_id,
            Enterprise.community_id == command.community_id,
        )
        .with_for_update(of=MilestoneEvidence)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NoSuchEvidence
    evidence, party_id = row
    if evidence.decided_at is not None:
        raise EvidenceDecided
    require_no_interest(session, [party_id], by_id)
    two_people(evidence.by_id, by_id)
    said = clean_text(command.note, most=MOST_NOTE, least=0)
    if not command.accepted and not said:
        raise ReasonMissing(field="note")
    evidence.accepted, evidence.note = command.accepted, said
    evidence.decided_by_id, evidence.decided_at = by_id, now
    session.flush()
    note(
        session,
        "milestone_decided",
        community_id=command.community_id,
        now=now,
        tranche=evidence.tranche_id,
        evidence=evidence.id,
        accepted=int(command.accepted),
        by=by_id,
    )
    return evidence
