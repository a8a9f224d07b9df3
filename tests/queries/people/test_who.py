"""Who somebody is, and who the people of a community are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.extensions import db
from market.models.people import Community, OneTimeLink, Person, RoleGrant, WebSession
from market.queries.people.community_people import (
    NobodyHere,
    link_out,
    links_out,
    people_of,
    person_of,
)
from market.queries.people.signing_in import credentials_of, desks_of, standing_sessions
from market.queries.people.who import NoSuchPlace, SignedIn, community_by_slug, signed_in_by
from tests.factories import NOW, make_community
from tests.people import make_person

LONG_AGO = NOW - timedelta(days=365)


@pytest.fixture
def here(session: Session) -> Community:
    return make_community(session)


def signed_in(session: Session, person: Person, at: datetime = NOW) -> SignedIn | None:
    session.add(WebSession(token_hash=b"s" * 32, person_id=person.id, created_at=at, seen_at=at))
    session.flush()
    return signed_in_by(session, b"s" * 32, seen_after=LONG_AGO, created_after=LONG_AGO)


def test_somebody_is_known_with_their_roles_in_each_community(
    session: Session, here: Community
) -> None:
    elsewhere = make_community(session)
    person = make_person(session, here, Role.TREASURER, Role.REVIEWER)
    session.add(
        RoleGrant(person_id=person.id, community_id=elsewhere.id, role="auditor", granted_at=NOW)
    )
    known = signed_in(session, person)
    assert known is not None
    assert known.roles_in(here.id) == {Role.TREASURER, Role.REVIEWER}
    assert known.roles_in(elsewhere.id) == {Role.AUDITOR}
    assert known.roles_in(0) == frozenset()


def test_a_revoked_role_is_none(session: Session, here: Community) -> None:
    person = make_person(session, here, Role.TREASURER)
    session.execute(update(RoleGrant).values(revoked_at=NOW))
    known = signed_in(session, person)
    assert known is not None
    assert known.roles_in(here.id) == frozenset()


def test_a_closed_account_is_nobody(session: Session, here: Community) -> None:
    person = make_person(session, here, Role.TREASURER, username="gone")
    person.closed_at = NOW
    assert signed_in(session, person) is None
    assert credentials_of(session, "gone") is None


def test_a_community_is_found_by_its_address_only(session: Session, here: Community) -> None:
    assert community_by_slug(session, here.slug).id == here.id
    with pytest.raises(NoSuchPlace):
        community_by_slug(session, "nowhere")


def test_desks_are_the_communities_asked_for_by_name(session: Session) -> None:
    second = make_community(session, name="乙社区")
    first = make_community(session, name="一社区")
    make_community(session)
    assert [desk.slug for desk in desks_of(session, [second.id, first.id])] == [
        first.slug,
        second.slug,
    ]
    assert desks_of(session, []) == []


def test_sessions_that_ended_are_not_listed(session: Session, here: Community) -> None:
    person = make_person(session, here)
    for number, (seen_at, revoked_at) in enumerate(
        [(NOW, None), (NOW + timedelta(hours=1), None), (NOW, NOW), (LONG_AGO, None)]
    ):
        session.add(
            WebSession(
                token_hash=bytes([number]) * 32,
                person_id=person.id,
                created_at=NOW,
                seen_at=seen_at,
                revoked_at=revoked_at,
            )
        )
    session.flush()
    standing = standing_sessions(
        session, person.id, seen_after=NOW - timedelta(days=1), created_after=LONG_AGO
    )
    assert [row.seen_at for row in standing] == [NOW + timedelta(hours=1), NOW]


def test_who_lost_every_role_is_still_listed_and_who_never_had_one_is_not(
    session: Session, here: Community
) -> None:
    former = make_person(session, here, Role.VOLUNTEER)
    session.execute(update(RoleGrant).values(revoked_at=NOW))
    stranger = make_person(session, make_community(session), Role.VOLUNTEER)
    assert [(person.id, person.roles) for person in people_of(session, here.id)] == [
        (former.id, ())
    ]
    with pytest.raises(NobodyHere):
        person_of(session, here.id, stranger.id)


def test_a_whole_neighbourhood_is_one_question(session: Session, here: Community) -> None:
    for _ in range(30):
        make_person(session, here, Role.VOLUNTEER, Role.TREASURER)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert len(people_of(session, here.id)) == 30
    assert len(asked) == 1


def test_links_that_can_no_longer_be_used_are_not_listed(session: Session, here: Community) -> None:
    head = make_person(session, here, Role.ADMINISTRATOR, name="管小组")
    later = NOW + timedelta(days=1)
    for number, (place, used_at, expires_at) in enumerate(
        [
            (here, None, later),
            (here, NOW, later),
            (here, None, NOW),
            (make_community(session), None, later),
        ]
    ):
        session.add(
            OneTimeLink(
                token_hash=bytes([number]) * 32,
                purpose="invite",
                community_id=place.id,
                roles=["volunteer"],
                created_by_id=head.id,
                created_at=NOW,
                expires_at=expires_at,
                used_at=used_at,
            )
        )
    session.flush()
    (link,) = links_out(session, here.id, NOW)
    assert (link.roles, link.created_by) == ((Role.VOLUNTEER,), "管小组")
    assert link_out(session, here.id, link.id, NOW) == link
    assert link_out(session, here.id, link.id + 1, NOW) is None
