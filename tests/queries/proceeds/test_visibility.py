"""What the public may see fails closed: state, a second reader of this content, consent today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.proceeds.consents import (
    RecordConsents,
    WithdrawConsents,
    record_consents,
    withdraw_consents,
)
from market.domain.proceeds.consent import Purpose
from market.domain.proceeds.wish import PUBLISHED, WishState
from market.models.proceeds import Consent, Wish, WishReview
from market.queries.proceeds.visibility import visible_wish_condition
from tests.factories import NOW
from tests.wishes import (
    CONSENT_ENDS,
    GIVEN,
    TODAY,
    Stage,
    consent,
    enter,
    make_open_wish,
    make_stage,
    open_now,
    review,
    terms,
)


@pytest.fixture
def stage(session: Session) -> Stage:
    return make_stage(session)


def visible(session: Session, today: date = TODAY) -> set[int]:
    return set(session.scalars(select(Wish.id).where(visible_wish_condition(today))))


def set_state(session: Session, wish: Wish, state: str) -> None:
    session.execute(update(Wish).where(Wish.id == wish.id).values(state=state))


def test_a_wish_that_was_read_and_consented_to_is_seen(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    assert visible(session) == {wish.id}


@pytest.mark.parametrize("state", list(WishState))
def test_only_published_states_are_seen(session: Session, stage: Stage, state: WishState) -> None:
    wish = make_open_wish(session, stage)
    set_state(session, wish, str(state))
    assert visible(session) == ({wish.id} if state in PUBLISHED else set())


def test_nothing_is_seen_without_a_review(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish)
    set_state(session, wish, "open")
    assert visible(session) == set()


@pytest.mark.parametrize(
    "question", ["neighbours_could_guess", "school_could_guess", "child_would_be_hurt"]
)
def test_one_yes_hides_a_wish(session: Session, stage: Stage, question: str) -> None:
    wish = make_open_wish(session, stage)
    review(session, stage, wish, note="太具体了", **{question: True})
    set_state(session, wish, "open")
    assert visible(session) == set()


def test_the_latest_review_counts(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    review(session, stage, wish, note="太具体了", school_could_guess=True)
    review(session, stage, wish)
    open_now(session, stage, wish)
    assert visible(session) == {wish.id}


def test_a_review_of_other_words_does_not_count(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    session.execute(update(Wish).where(Wish.id == wish.id).values(content_hash=bytes(32)))
    assert visible(session) == set()


def test_the_author_s_own_review_does_not_count(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    session.add(_review_by(wish, stage.by))
    session.flush()
    assert visible(session) == set()


@pytest.mark.parametrize("purpose", [Purpose.PROCESS, Purpose.PUBLISH_TEXT])
def test_either_consent_alone_is_not_enough(
    session: Session, stage: Stage, purpose: Purpose
) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish, frozenset({purpose}))
    review(session, stage, wish)
    set_state(session, wish, "open")
    assert visible(session) == set()


def test_consent_holds_from_its_first_day_to_before_its_last(
    session: Session, stage: Stage
) -> None:
    wish = make_open_wish(session, stage)
    assert visible(session, GIVEN - timedelta(days=1)) == set()
    assert visible(session, GIVEN) == {wish.id}
    assert visible(session, CONSENT_ENDS - timedelta(days=1)) == {wish.id}
    assert visible(session, CONSENT_ENDS) == set()


@pytest.mark.parametrize("purpose", [Purpose.PROCESS, Purpose.PUBLISH_TEXT])
def test_a_consent_taken_back_hides_a_wish_in_every_state(
    session: Session, stage: Stage, purpose: Purpose
) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, purpose)
    for state in WishState:
        set_state(session, wish, str(state))
        assert visible(session) == set()


def test_a_consent_given_again_shows_it_again(session: Session, stage: Stage) -> None:
    wish = make_open_wish(session, stage)
    take_back(session, stage, wish, Purpose.PUBLISH_TEXT)
    give(session, stage, wish)
    set_state(session, wish, "open")
    assert visible(session) == {wish.id}


def test_a_child_s_no_hides_the_words(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    consent(session, stage, wish, frozenset({Purpose.PROCESS}))
    review(session, stage, wish)
    set_state(session, wish, "open")
    session.add(_publishing_without_the_child(stage, wish))
    session.flush()
    assert visible(session) == set()


def test_a_consent_of_another_community_does_not_count(session: Session, stage: Stage) -> None:
    wish = enter(session, stage)
    review(session, stage, wish)
    elsewhere = make_stage(session)
    twin = enter(session, elsewhere)
    session.execute(update(Wish).where(Wish.id == twin.id).values(consent_ref=wish.consent_ref))
    session.refresh(twin)
    consent(session, elsewhere, twin)
    set_state(session, wish, "open")
    assert visible(session) == set()


def test_a_consent_of_another_family_does_not_count(session: Session, stage: Stage) -> None:
    make_open_wish(session, stage)
    wish = enter(session, stage)
    review(session, stage, wish)
    set_state(session, wish, "open")
    assert wish.id not in visible(session)


def give(session: Session, stage: Stage, wish: Wish, **overrides: Any) -> None:
    command = RecordConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        terms=terms(**overrides),
    )
    record_consents(session, command, by_id=stage.by, now=NOW)


def take_back(session: Session, stage: Stage, wish: Wish, *purposes: Purpose) -> None:
    command = WithdrawConsents(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purposes=frozenset(purposes),
    )
    withdraw_consents(session, command, by_id=stage.by, now=NOW)


def _review_by(wish: Wish, person_id: int) -> WishReview:
    return WishReview(
        wish_id=wish.id,
        content_hash=wish.content_hash,
        neighbours_could_guess=False,
        school_could_guess=False,
        child_would_be_hurt=False,
        reviewed_by_id=person_id,
        reviewed_at=NOW,
    )


def _publishing_without_the_child(stage: Stage, wish: Wish) -> Consent:
    return Consent(
        community_id=stage.community.id,
        reference=wish.consent_ref,
        purpose="publish_text",
        notice_version="2026-1",
        child_agreed=False,
        given_on=TODAY,
        expires_on=TODAY + timedelta(days=9),
        recorded_by_id=stage.by,
        recorded_at=NOW,
    )
