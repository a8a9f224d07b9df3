"""Roles: who may give and take them, and that a community never loses its last administrator."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.people.roles import (
    AlsoElsewhere,
    LastAdministrator,
    NoSuchPerson,
    NotAdministrator,
    RoleNotHeld,
    close_account,
    give_role,
    grant_role,
    revoke_role,
    sign_out_everywhere,
)
from market.actions.people.signing_in import WrongPassword, open_session
from market.domain.errors import MarketError
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community, Person, RoleGrant, WebSession
from market.queries.people.community_people import people_of, role_history
from tests.factories import NOW, make_community
from tests.people import make_person

ROUNDS = 8


@pytest.fixture
def here(session: Session) -> Community:
    return make_community(session)


@pytest.fixture
def head(session: Session, here: Community) -> Person:
    return make_person(session, here, Role.ADMINISTRATOR, name="管小组")


@pytest.fixture
def volunteer(session: Session, here: Community) -> Person:
    return make_person(session, here, Role.VOLUNTEER, name="宝妈甲")


def standing(session: Session, person: Person) -> set[str]:
    return set(
        session.scalars(
            select(RoleGrant.role).where(
                RoleGrant.person_id == person.id, RoleGrant.revoked_at.is_(None)
            )
        )
    )


def test_a_role_is_given_and_taken_and_both_are_kept(
    session: Session, here: Community, head: Person, volunteer: Person
) -> None:
    give = partial(grant_role, session, community_id=here.id, by_id=head.id, now=NOW)
    take = partial(revoke_role, session, community_id=here.id, by_id=head.id, now=NOW)
    give(volunteer.id, Role.REVIEWER)
    assert standing(session, volunteer) == {"volunteer", "reviewer"}
    take(volunteer.id, Role.REVIEWER)
    assert standing(session, volunteer) == {"volunteer"}
    seal_events(session)
    kinds = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)).all()
    assert kinds == ["role_granted", "role_revoked"]
    newest = role_history(session, here.id, volunteer.id)[0]
    assert (newest.role, newest.granted_by, newest.revoked_by) == (
        Role.REVIEWER,
        "管小组",
        "管小组",
    )


def test_a_role_given_twice_is_held_once(
    session: Session, here: Community, head: Person, volunteer: Person
) -> None:
    for _ in range(2):
        grant_role(
            session, volunteer.id, Role.REVIEWER, community_id=here.id, by_id=head.id, now=NOW
        )
    held = select(func.count()).where(
        RoleGrant.person_id == volunteer.id, RoleGrant.role == "reviewer"
    )
    assert session.scalar(held) == 1


def test_a_role_that_is_not_held_cannot_be_taken(
    session: Session, here: Community, head: Person, volunteer: Person
) -> None:
    with pytest.raises(RoleNotHeld):
        revoke_role(
            session, volunteer.id, Role.AUDITOR, community_id=here.id, by_id=head.id, now=NOW
        )


Act = Callable[[Session, Person, Community, Person], object]
ACTS: dict[str, Act] = {
    "grant": lambda session, whose, place, by: grant_role(
        session, whose.id, Role.AUDITOR, community_id=place.id, by_id=by.id, now=NOW
    ),
    "revoke": lambda session, whose, place, by: revoke_role(
        session, whose.id, Role.VOLUNTEER, community_id=place.id, by_id=by.id, now=NOW
    ),
    "close": lambda session, whose, place, by: close_account(
        session, whose.id, community_id=place.id, by_id=by.id, now=NOW
    ),
    "sign out": lambda session, whose, place, by: sign_out_everywhere(
        session, whose.id, community_id=place.id, by_id=by.id, now=NOW
    ),
}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())


@every_act
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_but_an_administrator_changes_people(
    session: Session, here: Community, volunteer: Person, act: Act, role: Role
) -> None:
    with pytest.raises(NotAdministrator):
        act(session, volunteer, here, make_person(session, here, role))


@every_act
def test_an_administrator_of_one_community_changes_nobody_of_another(
    session: Session, here: Community, head: Person, act: Act
) -> None:
    elsewhere = make_community(session)
    stranger = make_person(session, elsewhere, Role.VOLUNTEER)
    with pytest.raises(NotAdministrator):
        act(session, stranger, elsewhere, head)
    with pytest.raises(NoSuchPerson):
        act(session, stranger, here, head)


@every_act
def test_an_administrator_whose_role_was_just_revoked_changes_nobody(
    session: Session, here: Community, head: Person, volunteer: Person, act: Act
) -> None:
    other = make_person(session, here, Role.ADMINISTRATOR)
    revoke_role(session, head.id, Role.ADMINISTRATOR, community_id=here.id, by_id=other.id, now=NOW)
    with pytest.raises(NotAdministrator):
        act(session, volunteer, here, head)


@pytest.mark.parametrize("act", [ACTS["close"], ACTS["sign out"]])
def test_an_account_with_roles_elsewhere_is_left_alone(
    session: Session, here: Community, head: Person, volunteer: Person, act: Act
) -> None:
    elsewhere = make_community(session)
    give_role(session, volunteer.id, Role.AUDITOR, community_id=elsewhere.id, by_id=None, now=NOW)
    with pytest.raises(AlsoElsewhere):
        act(session, volunteer, here, head)


def test_the_last_administrator_stays(session: Session, here: Community, head: Person) -> None:
    take = partial(revoke_role, session, community_id=here.id, by_id=head.id, now=NOW)
    with pytest.raises(LastAdministrator):
        take(head.id, Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator):
        close_account(session, head.id, community_id=here.id, by_id=head.id, now=NOW)
    make_person(session, here, Role.ADMINISTRATOR)
    take(head.id, Role.ADMINISTRATOR)
    assert standing(session, head) == set()


def test_a_closed_account_has_no_role_no_session_and_no_way_in(
    session: Session, here: Community, head: Person, volunteer: Person
) -> None:
    open_session(session, volunteer.id, b"s" * 32, now=NOW)
    close_account(session, volunteer.id, community_id=here.id, by_id=head.id, now=NOW)
    assert standing(session, volunteer) == set()
    assert session.scalars(select(WebSession.revoked_at)).one() == NOW
    with pytest.raises(WrongPassword):
        open_session(session, volunteer.id, b"o" * 32, now=NOW)
    closed = people_of(session, here.id)[-1]
    assert (closed.id, closed.roles, closed.closed_at) == (volunteer.id, (), NOW)


@pytest.mark.parametrize("each", ["the other", "themselves"])
def test_of_two_administrators_who_go_at_the_same_moment_one_stays(
    app: Flask, session: Session, each: str
) -> None:
    for _ in range(ROUNDS):
        with unit_of_work() as work:
            here = make_community(work)
            pair = [make_person(work, here, Role.ADMINISTRATOR) for _ in range(2)]
        gone = pair if each == "themselves" else list(reversed(pair))
        assert revoked_at_once(app, here, pair, gone) == 1
        left = select(func.count()).where(
            RoleGrant.revoked_at.is_(None), RoleGrant.community_id == here.id
        )
        assert session.scalar(left) == 1
        session.rollback()


def revoked_at_once(app: Flask, here: Community, by: list[Person], whose: list[Person]) -> int:
    """How many of these revocations, begun at the same moment, were written."""
    start = Barrier(len(by))

    def revoke(one: Person, other: Person) -> bool:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work() as work:
                    revoke_role(
                        work,
                        other.id,
                        Role.ADMINISTRATOR,
                        community_id=here.id,
                        by_id=one.id,
                        now=NOW,
                    )
            except (MarketError, DBAPIError):
                # Refused by the rule, or by the database as one of two that wait for each other.
                return False
        return True

    with ThreadPoolExecutor(len(by)) as threads:
        return sum(threads.map(revoke, by, whose))
