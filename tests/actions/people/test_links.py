"""One-time links: whom they let in, how often, how long, and by whose leave."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import seal_events
from market.actions.people.account import NewPerson, UsernameTaken
from market.actions.people.joining import join_as_known, join_as_new, reset_password
from market.actions.people.links import (
    INVITATION_LASTS,
    LinkSpent,
    NoRoleChosen,
    invite,
    make_reset_link,
    offer_reset,
    withdraw_link,
)
from market.actions.people.roles import (
    AlsoElsewhere,
    NoSuchPerson,
    NotAdministrator,
    give_role,
    revoke_role,
)
from market.domain.errors import Invalid, MarketError
from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community, OneTimeLink, Person, RoleGrant, WebSession
from market.queries.people.signing_in import open_link
from tests.factories import NOW, make_community
from tests.people import make_person

TOKEN = b"t" * 32
MANY = 32


@pytest.fixture
def here(session: Session) -> Community:
    return make_community(session)


@pytest.fixture
def head(session: Session, here: Community) -> Person:
    return make_person(session, here, Role.ADMINISTRATOR)


def newcomer(username: str = "newcomer") -> NewPerson:
    return NewPerson(name="新来的", username=username, password_hash="$kept")


def roles_of(session: Session, person_id: int) -> dict[int, set[str]]:
    held: dict[int, set[str]] = {}
    for place, role in session.execute(
        select(RoleGrant.community_id, RoleGrant.role).where(
            RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None)
        )
    ):
        held.setdefault(place, set()).add(role)
    return held


def invited(session: Session, here: Community, by: Person, *roles: Role) -> int:
    return invite(
        session,
        TOKEN,
        roles or [Role.VOLUNTEER],
        community_id=here.id,
        by_id=by.id,
        now=NOW,
    )


def test_an_invitation_gives_its_roles_in_its_community(
    session: Session, here: Community, head: Person
) -> None:
    invited(session, here, head, Role.TREASURER, Role.VOLUNTEER)
    joined = join_as_new(session, TOKEN, newcomer(), now=NOW)
    assert roles_of(session, joined) == {here.id: {"treasurer", "volunteer"}}


def test_an_invitation_works_once(session: Session, here: Community, head: Person) -> None:
    invited(session, here, head)
    join_as_new(session, TOKEN, newcomer(), now=NOW)
    with pytest.raises(LinkSpent):
        join_as_new(session, TOKEN, newcomer("another"), now=NOW)


@pytest.mark.parametrize("late", [INVITATION_LASTS, INVITATION_LASTS * 2])
def test_an_invitation_expires(
    session: Session, here: Community, head: Person, late: timedelta
) -> None:
    invited(session, here, head)
    assert open_link(session, TOKEN, NOW + late) is None
    with pytest.raises(LinkSpent):
        join_as_new(session, TOKEN, newcomer(), now=NOW + late)


def test_a_link_nobody_made_lets_nobody_in(session: Session) -> None:
    with pytest.raises(LinkSpent):
        join_as_new(session, b"x" * 32, newcomer(), now=NOW)


def test_a_withdrawn_invitation_lets_nobody_in(
    session: Session, here: Community, head: Person
) -> None:
    link = invited(session, here, head)
    withdraw_link(session, link, community_id=here.id, by_id=head.id, now=NOW)
    with pytest.raises(LinkSpent):
        join_as_new(session, TOKEN, newcomer(), now=NOW)


def test_a_link_of_another_community_cannot_be_withdrawn(
    session: Session, here: Community, head: Person
) -> None:
    elsewhere = make_community(session)
    stranger = make_person(session, elsewhere, Role.ADMINISTRATOR)
    link = invited(session, here, head)
    with pytest.raises(LinkSpent):
        withdraw_link(session, link, community_id=elsewhere.id, by_id=stranger.id, now=NOW)
    assert open_link(session, TOKEN, NOW) is not None


def test_an_invitation_lives_no_longer_than_its_maker_s_role(
    session: Session, here: Community, head: Person
) -> None:
    make_person(session, here, Role.ADMINISTRATOR)
    invited(session, here, head)
    revoke_role(session, head.id, Role.ADMINISTRATOR, community_id=here.id, by_id=head.id, now=NOW)
    with pytest.raises(LinkSpent):
        join_as_new(session, TOKEN, newcomer(), now=NOW)


def test_nobody_but_an_administrator_invites(session: Session, here: Community) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAdministrator):
            invited(session, here, make_person(session, here, role))


def test_an_administrator_invites_into_no_other_community(session: Session, head: Person) -> None:
    with pytest.raises(NotAdministrator):
        invited(session, make_community(session), head)


def test_an_invitation_without_a_role_is_refused(
    session: Session, here: Community, head: Person
) -> None:
    with pytest.raises(NoRoleChosen):
        invite(session, TOKEN, [], community_id=here.id, by_id=head.id, now=NOW)


@pytest.mark.parametrize("username", ["taken", "TAKEN", "ｔａｋｅｎ"])
def test_a_username_is_taken_in_any_case_and_width(
    session: Session, here: Community, head: Person, username: str
) -> None:
    make_person(session, here, username="taken")
    invited(session, here, head)
    with pytest.raises(UsernameTaken):
        join_as_new(session, TOKEN, newcomer(username), now=NOW)


@pytest.mark.parametrize("username", ["", "a", "a b", "a/b", "x" * 41, "<b>", "a\u0000b"])
def test_a_username_nobody_could_type_is_refused(
    session: Session, here: Community, head: Person, username: str
) -> None:
    invited(session, here, head)
    with pytest.raises(Invalid):
        join_as_new(session, TOKEN, newcomer(username), now=NOW)


def test_somebody_known_joins_with_the_account_they_have(
    session: Session, here: Community, head: Person
) -> None:
    elsewhere = make_community(session)
    known = make_person(session, elsewhere, Role.AUDITOR)
    invited(session, here, head, Role.REVIEWER)
    join_as_known(session, TOKEN, known.id, now=NOW)
    assert roles_of(session, known.id) == {here.id: {"reviewer"}, elsewhere.id: {"auditor"}}


def test_a_reset_link_sets_the_password_and_ends_every_session(
    session: Session, here: Community, head: Person
) -> None:
    lost = make_person(session, here, Role.VOLUNTEER)
    session.add(WebSession(token_hash=b"s" * 32, person_id=lost.id, created_at=NOW, seen_at=NOW))
    offer_reset(session, TOKEN, lost.id, community_id=here.id, by_id=head.id, now=NOW)
    assert reset_password(session, TOKEN, "$new", now=NOW) == lost.id
    session.expire_all()
    assert session.scalars(select(Person.password_hash).where(Person.id == lost.id)).all() == [
        "$new"
    ]
    assert session.scalars(select(WebSession.revoked_at)).one() == NOW
    with pytest.raises(LinkSpent):
        reset_password(session, TOKEN, "$other", now=NOW)


def test_a_newer_reset_link_ends_the_older(session: Session, here: Community) -> None:
    lost = make_person(session, here, Role.VOLUNTEER)
    for token in (TOKEN, b"n" * 32):
        make_reset_link(session, token, lost.id, community_id=here.id, by_id=None, now=NOW)
    with pytest.raises(LinkSpent):
        reset_password(session, TOKEN, "$new", now=NOW)
    assert reset_password(session, b"n" * 32, "$new", now=NOW) == lost.id


def test_an_invitation_resets_no_password_and_a_reset_invites_nobody(
    session: Session, here: Community, head: Person
) -> None:
    invited(session, here, head)
    with pytest.raises(LinkSpent):
        reset_password(session, TOKEN, "$new", now=NOW)
    lost = make_person(session, here, Role.VOLUNTEER)
    offer_reset(session, b"r" * 32, lost.id, community_id=here.id, by_id=head.id, now=NOW)
    with pytest.raises(LinkSpent):
        join_as_new(session, b"r" * 32, newcomer(), now=NOW)


def test_nobody_takes_over_an_account_that_has_roles_elsewhere(
    session: Session, here: Community, head: Person
) -> None:
    elsewhere = make_community(session)
    both = make_person(session, here, Role.VOLUNTEER)
    give_role(session, both.id, Role.ADMINISTRATOR, community_id=elsewhere.id, by_id=None, now=NOW)
    with pytest.raises(AlsoElsewhere):
        offer_reset(session, TOKEN, both.id, community_id=here.id, by_id=head.id, now=NOW)


def test_a_reset_is_offered_to_nobody_of_another_community(
    session: Session, here: Community, head: Person
) -> None:
    stranger = make_person(session, make_community(session), Role.VOLUNTEER)
    with pytest.raises(NoSuchPerson):
        offer_reset(session, TOKEN, stranger.id, community_id=here.id, by_id=head.id, now=NOW)


def test_every_step_of_a_link_stands_in_the_audit_chain(
    session: Session, here: Community, head: Person
) -> None:
    invited(session, here, head, *Role)
    joined = join_as_new(session, TOKEN, newcomer(), now=NOW)
    offer_reset(session, b"r" * 32, joined, community_id=here.id, by_id=head.id, now=NOW)
    reset_password(session, b"r" * 32, "$new", now=NOW)
    seal_events(session)
    events = session.execute(
        select(AuditEvent.kind, AuditEvent.subject).order_by(AuditEvent.number)
    ).all()
    assert [kind for kind, _ in events] == [
        "invited",
        "joined",
        *["role_granted"] * len(Role),
        "reset_offered",
        "password_reset",
    ]
    assert "新来的" not in str(events)
    assert "newcomer" not in str(events)


Attempt = Callable[[Session, int], object]


def at_once(app: Flask, attempt: Attempt) -> list[object]:
    """What `attempt` gave, or the error it raised, run many times at the same moment."""
    start = Barrier(MANY)

    def one(number: int) -> object:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work() as work:
                    return attempt(work, number)
            except MarketError as error:
                return error

    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(one, range(MANY)))


def test_of_32_who_take_up_one_invitation_at_once_one_gets_in(app: Flask, session: Session) -> None:
    with unit_of_work() as work:
        here = make_community(work)
        invited(work, here, make_person(work, here, Role.ADMINISTRATOR))
    ends = at_once(
        app, lambda work, number: join_as_new(work, TOKEN, newcomer(f"one{number}"), now=NOW)
    )
    assert len([end for end in ends if isinstance(end, int)]) == 1
    assert len([end for end in ends if isinstance(end, LinkSpent)]) == MANY - 1
    assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_of_32_who_use_one_reset_link_at_once_one_sets_the_password(
    app: Flask, session: Session
) -> None:
    with unit_of_work() as work:
        here = make_community(work)
        lost = make_person(work, here, Role.VOLUNTEER)
        make_reset_link(work, TOKEN, lost.id, community_id=here.id, by_id=None, now=NOW)
    ends = at_once(app, lambda work, number: reset_password(work, TOKEN, f"${number}", now=NOW))
    won = [number for number, end in enumerate(ends) if isinstance(end, int)]
    assert len(won) == 1
    assert session.scalars(select(Person.password_hash)).one() == f"${won[0]}"


def test_who_closed_the_account_closed_its_reset_link_too(
    session: Session, here: Community, head: Person
) -> None:
    lost = make_person(session, here, Role.VOLUNTEER)
    offer_reset(session, TOKEN, lost.id, community_id=here.id, by_id=head.id, now=NOW)
    session.execute(update(Person).where(Person.id == lost.id).values(closed_at=NOW))
    assert open_link(session, TOKEN, NOW) is None
    with pytest.raises(MarketError):
        reset_password(session, TOKEN, "$new", now=NOW)
    assert session.scalars(select(OneTimeLink.id)).one()
