"""The cast: people with their roles, and how a test signs them in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.domain.people import Role
from market.extensions import unit_of_work
from market.models.people import Community, Person, RoleGrant, WebSession
from market.web.sessions import TOKEN, token_hash
from tests.factories import NOW

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One person for each role, and a second volunteer for what takes two."""

    administrator: Person
    social_worker: Person
    treasurer: Person
    reviewer: Person
    auditor: Person
    volunteer: Person
    second_volunteer: Person


def make_person(
    session: Session, community: Community, *roles: Role, name: str = "", username: str = ""
) -> Person:
    """Somebody who holds `roles` in `community`; without a password, for `sign_in` needs none."""
    number = next(_numbers)
    person = Person(
        username=username or f"person{number}",
        name=name or f"测试员{number}",
        created_at=NOW,
    )
    session.add(person)
    session.flush()
    for role in roles:
        session.add(
            RoleGrant(
                person_id=person.id, community_id=community.id, role=str(role), granted_at=NOW
            )
        )
    session.flush()
    return person


def make_cast(session: Session, community: Community) -> Cast:
    """Everybody a market day needs."""
    return Cast(
        administrator=make_person(session, community, Role.ADMINISTRATOR, name="管小组"),
        social_worker=make_person(session, community, Role.SOCIAL_WORKER, name="佘小工"),
        treasurer=make_person(session, community, Role.TREASURER, name="蔡小务"),
        reviewer=make_person(session, community, Role.REVIEWER, name="傅小核"),
        auditor=make_person(session, community, Role.AUDITOR, name="简小督"),
        volunteer=make_person(session, community, Role.VOLUNTEER, name="宝妈甲"),
        second_volunteer=make_person(session, community, Role.VOLUNTEER, name="宝妈乙"),
    )


def post(
    client: FlaskClient, address: str, fields: Mapping[str, object] | None = None
) -> TestResponse:
    """Submit a form as its page would: with the token that guards it."""
    return client.post(address, data={**(fields or {}), "csrf_token": form_token(client)})


def form_token(client: FlaskClient) -> str:
    """What a page of this client carries in `csrf_token`."""
    with client.session_transaction() as cookie:
        known = cookie.setdefault("csrf_token", secrets.token_hex(20))
    signer = URLSafeTimedSerializer(str(client.application.secret_key), salt="wtf-csrf-token")
    return str(signer.dumps(known))


def sign_in(client: FlaskClient, person: Person) -> None:
    """Give `client` a session of `person` (whose row must be committed), without the page."""
    token = secrets.token_urlsafe(32)
    now = client.application.extensions["clock"]()
    with client.application.app_context(), unit_of_work() as session:
        session.add(
            WebSession(
                token_hash=token_hash(token), person_id=person.id, created_at=now, seen_at=now
            )
        )
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie[TOKEN] = token
