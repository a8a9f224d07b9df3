"""Codes from one's phone: which count, that each counts once, and who may say that a phone is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.people import second_factor as acts
from market.actions.people.roles import NoSuchPerson, NotAdministrator
from market.domain.errors import MarketError
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community, Person, SecondFactor, WebSession
from market.queries.people.second_factor import factor_of, losses_waiting, proved_at
from market.web.retries import persistently
from tests.factories import NOW, make_community
from tests.people import Cast, make_cast, make_person

SALT = b"s" * acts.SALT_BYTES
STEP = 59_000_000


@dataclass(frozen=True)
class Place:
    """A community with its cast; the treasurer has an app, and a session."""

    community: Community
    cast: Cast
    session_id: int


@pytest.fixture
def place(app: Flask) -> Place:
    with app.app_context(), unit_of_work() as work:
        community = make_community(work)
        cast = make_cast(work, community)
        row = WebSession(
            token_hash=b"t" * 32, person_id=cast.treasurer.id, created_at=NOW, seen_at=NOW
        )
        work.add(row)
        work.flush()
        acts.set_up(work, cast.treasurer.id, SALT, STEP, session_id=row.id, now=NOW)
        return Place(community, cast, row.id)


def _use(work: Session, place: Place, step: int) -> None:
    acts.use_code(work, place.cast.treasurer.id, step, session_id=place.session_id, now=NOW)


def _report(work: Session, place: Place, by: Person) -> None:
    acts.report_loss(
        work, place.cast.treasurer.id, community_id=place.community.id, by_id=by.id, now=NOW
    )


def _decide(work: Session, place: Place, by: Person, *, confirmed: bool = True) -> None:
    acts.decide_loss(
        work,
        place.cast.treasurer.id,
        community_id=place.community.id,
        confirmed=confirmed,
        by_id=by.id,
        now=NOW,
    )


def test_a_secret_depends_on_the_key_the_person_and_the_salt() -> None:
    known = acts.secret_of("key", 1, SALT)
    assert known == acts.secret_of("key", 1, SALT)
    others = {
        acts.secret_of("other", 1, SALT),
        acts.secret_of("key", 2, SALT),
        acts.secret_of("key", 1, b"t" * 32),
    }
    assert known not in others
    assert len(others) == 3
    assert len(known) == 32


@pytest.mark.parametrize(
    ("off", "matches"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phone_may_be_half_a_minute_off(off: int, matches: bool) -> None:  # noqa: FBT001
    secret = acts.secret_of("key", 1, SALT)
    step = int(NOW.timestamp()) // 30
    code = pyotp.TOTP(secret).at(NOW + off * acts.STEP)
    assert acts.matching_step(secret, code, now=NOW) == (step + off if matches else None)


@pytest.mark.parametrize("typed", ["", "12345", "０１２３４５", "abcdef", "1234567"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert acts.matching_step(acts.secret_of("key", 1, SALT), typed, now=NOW) is None


@pytest.mark.parametrize("step", [STEP, STEP - 1])
def test_a_code_that_was_taken_counts_no_more(place: Place, step: int, session: Session) -> None:
    del session
    with pytest.raises(acts.WrongCode), unit_of_work() as work:
        _use(work, place, step)


def test_a_newer_code_proves_the_session_that_gave_it(place: Place, session: Session) -> None:
    with unit_of_work() as work:
        work.get_one(WebSession, place.session_id).proved_at = None
    with unit_of_work() as work:
        _use(work, place, STEP + 1)
    assert proved_at(session, place.session_id) == NOW


def test_of_many_who_send_the_same_code_one_gets_in(
    app: Flask, place: Place, session: Session
) -> None:
    start, got = threading.Barrier(8), []

    def run() -> None:
        def use() -> None:
            with unit_of_work() as work:
                _use(work, place, STEP + 7)

        with app.app_context():
            start.wait()
            try:
                persistently(use)
            except acts.WrongCode:
                got.append(False)
            else:
                got.append(True)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
    assert session.scalars(select(SecondFactor.last_step)).one() == STEP + 7


def test_a_second_app_waits_until_the_first_is_taken_off(place: Place, session: Session) -> None:
    treasurer = place.cast.treasurer.id
    with pytest.raises(acts.FactorStands), unit_of_work() as work:
        acts.set_up(work, treasurer, SALT, STEP, session_id=place.session_id, now=NOW)
    with unit_of_work() as work:
        acts.remove_own(work, treasurer, now=NOW)
    assert factor_of(session, treasurer) is None
    assert proved_at(session, place.session_id) is None


def test_a_lost_phone_takes_an_administrator_and_another_person(
    place: Place, session: Session
) -> None:
    cast = place.cast
    with unit_of_work() as work:
        _report(work, place, cast.administrator)
    assert losses_waiting(session, place.community.id, cast.reviewer.id) == 1
    assert losses_waiting(session, place.community.id, cast.administrator.id) == 0
    with unit_of_work() as work:
        _decide(work, place, cast.reviewer)
    session.rollback()
    assert factor_of(session, cast.treasurer.id) is None
    assert session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all() == [
        "second_factor_set_up",
        "second_factor_lost",
        "second_factor_removed",
    ]


def test_no_event_holds_a_secret(place: Place, session: Session) -> None:
    del place
    said = str(session.scalars(select(AuditEvent.subject)).all())
    assert SALT.hex() not in said
    assert str(STEP) not in said


@pytest.mark.parametrize(
    ("choose", "error"),
    [
        (lambda cast: cast.administrator, acts.SamePersonTwice),
        (lambda cast: cast.treasurer, acts.SamePersonTwice),
        (lambda cast: cast.volunteer, MarketError),
        (lambda cast: cast.auditor, MarketError),
    ],
)
def test_neither_the_reporter_nor_the_owner_nor_a_bystander_confirms(
    place: Place, session: Session, choose: Callable[[Cast], Person], error: type[MarketError]
) -> None:
    with unit_of_work() as work:
        _report(work, place, place.cast.administrator)
    with pytest.raises(error), unit_of_work() as work:
        _decide(work, place, choose(place.cast))
    assert factor_of(session, place.cast.treasurer.id) is not None


def test_a_report_by_somebody_who_left_the_post_removes_nothing(
    place: Place, session: Session
) -> None:
    with unit_of_work() as work:
        gone = make_person(work, place.community)
        work.get_one(SecondFactor, place.cast.treasurer.id).lost_by_id = gone.id
        work.get_one(SecondFactor, place.cast.treasurer.id).lost_at = NOW
    with pytest.raises(NotAdministrator), unit_of_work() as work:
        _decide(work, place, place.cast.reviewer)
    assert factor_of(session, place.cast.treasurer.id) is not None


def test_a_report_taken_back_leaves_the_app_as_it_was(place: Place, session: Session) -> None:
    with unit_of_work() as work:
        _report(work, place, place.cast.administrator)
    with unit_of_work() as work:
        _decide(work, place, place.cast.treasurer, confirmed=False)
    factor = factor_of(session, place.cast.treasurer.id)
    assert factor is not None
    assert factor.lost_at is None
    with pytest.raises(acts.LossNotReported), unit_of_work() as work:
        _decide(work, place, place.cast.reviewer)


@pytest.mark.usefixtures("session")
def test_only_an_administrator_of_the_person_reports(place: Place) -> None:
    with pytest.raises(NotAdministrator), unit_of_work() as work:
        _report(work, place, place.cast.reviewer)
    with unit_of_work() as work:
        elsewhere = make_community(work, slug="elsewhere")
        stranger = make_person(work, elsewhere, Role.ADMINISTRATOR)
    with pytest.raises(NoSuchPerson), unit_of_work() as work:
        acts.report_loss(
            work,
            place.cast.treasurer.id,
            community_id=elsewhere.id,
            by_id=stranger.id,
            now=NOW + timedelta(hours=1),
        )
