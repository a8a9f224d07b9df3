"""The cast and the factories do what other tests rely on."""

from __future__ import annotations

from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from market.domain.people import Role
from market.extensions import unit_of_work
from market.queries.people.who import signed_in_by
from market.web.sessions import TOKEN, token_hash
from tests import factories
from tests.people import make_cast, make_person, sign_in


def test_somebody_signed_in_is_known_with_the_roles_given(
    session: Session, client: FlaskClient
) -> None:
    with unit_of_work() as work:
        here = factories.make_community(work)
        person = make_person(work, here, Role.TREASURER, Role.REVIEWER)
    sign_in(client, person)
    with client.session_transaction() as cookie:
        token = cookie[TOKEN]
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    known = signed_in_by(session, token_hash(token), seen_after=long_ago, created_after=long_ago)
    assert known is not None
    assert known.id == person.id
    assert known.roles_in(here.id) == {Role.TREASURER, Role.REVIEWER}


def test_a_factory_s_rows_are_those_the_database_accepts(session: Session) -> None:
    here = factories.make_community(session)
    by = make_cast(session, here).social_worker
    day = factories.make_market_day(session, here, by)
    factories.make_legal_basis(session, day, factories.make_holder(session, here))
    factories.make_policy(session, day, (factories.make_fund(session, here), 1))
    factories.make_party(session, here)
    listing = factories.make_listing(session, factories.make_stall(session, day))
    assert listing.id
