"""An entrepreneur with a card that works: `make_enterprise(session, community, by)`, `card_in(client, made)`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from market.actions.livelihood.enterprises import (
    BeginEnterprise,
    NewCard,
    begin_enterprise,
    choose_pin,
    issue_own_card,
)
from market.actions.people.passwords import hash_password
from market.models.ledger import Party
from market.models.livelihood import Enterprise
from market.models.people import Community, Person
from market.web.sessions import new_token, token_hash
from tests.factories import NOW
from tests.people import post

PIN = "270514"


@dataclass(frozen=True, slots=True)
class MadeEnterprise:
    """An enterprise, whose it is, and what their card says."""

    enterprise: Enterprise
    person_id: int
    token: str


def make_enterprise(
    session: Session, community: Community, by: Person, name: str = "测试创业者"
) -> MadeEnterprise:
    """Somebody who sews bags, with a card whose number is PIN."""
    begin = BeginEnterprise(community_id=community.id, person_name=name, name="针线布包")
    return _made(session, begin, by)


def enterprise_of(
    session: Session, community: Community, by: Person, party: Party
) -> MadeEnterprise:
    """The enterprise of a consignor who is there already, with a card of the same number."""
    begin = BeginEnterprise(
        community_id=community.id, person_name="", name="青禾手作", party_id=party.id
    )
    return _made(session, begin, by)


def _made(session: Session, begin: BeginEnterprise, by: Person) -> MadeEnterprise:
    enterprise = begin_enterprise(
        session, begin, by_id=by.id, now=NOW, random_bytes=secrets.token_bytes
    )
    token = new_token()
    card = issue_own_card(
        session,
        NewCard(
            community_id=begin.community_id,
            enterprise_id=enterprise.id,
            token_hash=token_hash(token),
        ),
        by_id=by.id,
        now=NOW,
        random_bytes=secrets.token_bytes,
    )
    choose_pin(session, card.id, _pin_hash(), now=NOW)
    return MadeEnterprise(enterprise, card.person_id, token)


def card_in(client: FlaskClient, made: MadeEnterprise, pin: str = PIN) -> TestResponse:
    """Scan the card and type its number."""
    return post(client, f"/mine/card/{made.token}", {"pin": pin})


@cache
def _pin_hash() -> str:
    return hash_password(PIN)
