"""Consents: one row for each purpose, a witness for a spoken yes, and taking them back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import NotOfThisCommunity
from market.actions.ledger.audit import seal_events
from market.actions.proceeds.consents import (
    NoPurpose,
    NoSuchReference,
    NothingToWithdraw,
    RecordConsents,
    WithdrawConsents,
    WitnessIsRecorder,
    record_consents,
    withdraw_consents,
)
from market.domain.proceeds.consent import ConsentNotYetGiven, Purpose
from market.models.ledger import AuditEvent
from market.models.proceeds import Consent, ConsentWithdrawal, Wish
from tests.factories import NOW
from tests.wishes import (
    BOTH,
    TODAY,
    Stage,
    allocate,
    consent,
    enter,
    make_open_wish,
    make_stage,
    terms,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session)


def test_each_tick_is_a_row_of_its_own(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish)
    rows = session.scalars(select(Consent).order_by(Consent.purpose)).all()
    assert [row.purpose for row in rows] == ["process", "publish_text"]
    assert {row.reference for row in rows} == {wish.consent_ref}


def test_no_tick_is_no_consent(session: Session, stage: Stage) -> None:
    with pytest.raises(NoPurpose):
        record(session, stage, enter(session, stage), purposes=frozenset())


def test_a_consent_is_not_dated_tomorrow(session: Session, stage: Stage) -> None:
    with pytest.raises(ConsentNotYetGiven):
        record(session, stage, enter(session, stage), given_on=TODAY + timedelta(days=1))


def test_a_spoken_yes_is_heard_by_somebody_else_too(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    with pytest.raises(WitnessIsRecorder):
        record(session, stage, wish, witness_id=stage.by)
    record(session, stage, wish, witness_id=stage.second)
    assert set(session.scalars(select(Consent.witness_id))) == {stage.second}


def test_a_witness_belongs_here(session: Session, stage: Stage) -> None:
    stranger = make_stage(session).second
    with pytest.raises(NotOfThisCommunity):
        record(session, stage, enter(session, stage), witness_id=stranger)


def test_a_sheet_of_no_wish_here_is_not_found(session: Session, stage: Stage) -> None:
    elsewhere = enter(session, make_stage(session))
    with pytest.raises(NoSuchReference):
        record(session, stage, elsewhere)


def test_taking_back_ends_a_waiting_wish(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, Purpose.PROCESS)
    assert wish.state == "withdrawn"
    assert session.scalar(select(func.count()).select_from(ConsentWithdrawal)) == 1


def test_taking_back_reaches_every_wish_of_the_sheet(session: Session, stage: Stage) -> None:
    first, second = make_open_wish(session, stage), make_open_wish(session, stage)
    second.consent_ref = first.consent_ref
    session.flush()
    take_back(session, stage, first, Purpose.PROCESS)
    session.refresh(second)
    assert (first.state, second.state) == ("withdrawn", "withdrawn")


def test_a_lit_wish_goes_on_unseen_when_only_its_words_are_taken_back(session: Session) -> None:
    stage = make_stage(session, laid_minor=86_00)
    wish = make_open_wish(session, stage)
    allocate(session, stage, (wish, 86_00))
    take_back(session, stage, wish, Purpose.PUBLISH_TEXT)
    session.refresh(wish)
    assert wish.state == "lit"
    take_back(session, stage, wish, Purpose.PROCESS)
    session.refresh(wish)
    assert wish.state == "withdrawn"


def test_whoever_keeps_a_copy_of_the_page_sees_that_it_is_old(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    later = NOW + timedelta(minutes=1)
    command = WithdrawConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purposes=frozenset({Purpose.SHARE, Purpose.PUBLISH_TEXT}),
    )
    withdraw_consents(session, command, by_id=stage.by, now=later)
    session.refresh(wish)
    assert wish.changed_at == later


def test_a_new_consent_changes_the_page_too(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    later = NOW + timedelta(minutes=1)
    command = RecordConsents(
        community_id=stage.community.id, reference=wish.consent_ref, terms=terms()
    )
    record_consents(session, command, by_id=stage.by, now=later)
    session.refresh(wish)
    assert wish.changed_at == later


def test_what_was_never_given_is_not_taken_back(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    with pytest.raises(NothingToWithdraw):
        take_back(session, stage, wish, Purpose.SHARE)


def test_a_consent_is_taken_back_once(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, Purpose.PUBLISH_TEXT)
    with pytest.raises(NothingToWithdraw):
        take_back(session, stage, wish, Purpose.PUBLISH_TEXT)


def test_a_guardian_may_take_back_without_anybody_of_us(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    command = WithdrawConsents(
        community_id=stage.community.id, reference=wish.consent_ref, purposes=BOTH
    )
    withdraw_consents(session, command, by_id=None, now=NOW)
    session.flush()
    assert wish.state == "withdrawn"


def test_the_chain_knows_of_consents_by_number_only(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, Purpose.PROCESS)
    seal_events(session)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    kinds = [event.kind for event in events]
    assert kinds.count("consent_given") == 2
    assert kinds.count("consent_withdrawn") == 1
    assert wish.consent_ref not in str([event.subject for event in events])


def record(
    session: Session, stage: Stage, wish: Wish, *, witness_id: int | None = None, **given: Any
) -> None:
    command = RecordConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        terms=terms(**given),
        witness_id=witness_id,
    )
    record_consents(session, command, by_id=stage.by, now=NOW)


def take_back(session: Session, stage: Stage, wish: Wish, *purposes: Purpose) -> None:
    command = WithdrawConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purposes=frozenset(purposes),
    )
    withdraw_consents(session, command, by_id=stage.by, now=NOW)
