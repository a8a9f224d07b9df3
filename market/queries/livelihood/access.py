"""Whose own pages somebody may enter: an entrepreneur's, by a card or as a helper they named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from market.domain.livelihood.enterprise import Access
from market.models.ledger import Party
from market.models.livelihood import Enterprise, EnterpriseAccess
from market.models.people import Community, Person, RoleGrant
from market.queries.asking import ask

_MINE = (
    select(
        Enterprise.id,
        Enterprise.community_id,
        Enterprise.party_id,
        Enterprise.code,
        Enterprise.name,
        Community.slug,
        Party.name,
        EnterpriseAccess.kind,
        EnterpriseAccess.person_id,
    )
    .join(EnterpriseAccess, EnterpriseAccess.enterprise_id == Enterprise.id)
    .join(Community, Community.id == Enterprise.community_id)
    .join(Party, Party.id == Enterprise.party_id)
    .where(
        EnterpriseAccess.person_id == bindparam("person_id"),
        EnterpriseAccess.revoked_at.is_(None),
        Enterprise.closed_at.is_(None),
    )
    .order_by(EnterpriseAccess.kind.desc(), Enterprise.id)
)


@dataclass(frozen=True, slots=True)
class EnterpriseHere:
    """The enterprise whose own pages a request is about. `party_name` is what the books call her."""

    id: int
    community_id: int
    party_id: int
    code: str
    name: str
    slug: str
    party_name: str
    kind: Access
    person_id: int

    @property
    def by_helper(self) -> bool:
        return self.kind is Access.HELPER


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHere:
    """A card that stands: whose it is, and what is kept of its number, if one was chosen."""

    access_id: int
    enterprise_id: int
    community_id: int
    person_id: int
    person_name: str
    kind: Access
    pin_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody who may enter an enterprise's own pages."""

    access_id: int
    person_id: int
    person_name: str
    kind: Access
    by_card: bool
    made_at: datetime
    used_at: datetime | None


def enterprises_of(session: Session, person_id: int) -> list[EnterpriseHere]:
    """The enterprises whose own pages this person may enter; their own before those they help."""
    rows = ask(session, _MINE, {"person_id": person_id})
    return [EnterpriseHere(*row[:7], Access(row[7]), row[8]) for row in rows]


def card_of(session: Session, token_hash: bytes) -> CardHere | None:
    """The card that says this; None where it is unknown or revoked, or where its six digits would
    let in somebody who has a role: whoever has one signs in with a password.
    """
    row = session.execute(
        select(EnterpriseAccess, Enterprise.community_id, Person.name)
        .join(Enterprise, Enterprise.id == EnterpriseAccess.enterprise_id)
        .join(Person, Person.id == EnterpriseAccess.person_id)
        .where(
            EnterpriseAccess.token_hash == token_hash,
            EnterpriseAccess.revoked_at.is_(None),
            Enterprise.closed_at.is_(None),
            Person.closed_at.is_(None),
            ~exists().where(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None)),
        )
    ).one_or_none()
    if row is None:
        return None
    access, community_id, name = row
    return CardHere(
        access_id=access.id,
        enterprise_id=access.enterprise_id,
        community_id=community_id,
        person_id=access.person_id,
        person_name=name,
        kind=Access(access.kind),
        pin_hash=access.pin_hash,
    )


def standing_accesses(session: Session, enterprise_id: int) -> list[Standing]:
    """Who may enter now, the entrepreneur first."""
    rows = session.execute(
        select(EnterpriseAccess, Person.name)
        .join(Person, Person.id == EnterpriseAccess.person_id)
        .where(
            EnterpriseAccess.enterprise_id == enterprise_id,
            EnterpriseAccess.revoked_at.is_(None),
        )
        .order_by(EnterpriseAccess.kind.desc(), EnterpriseAccess.id)
    )
    return [
        Standing(
            access_id=access.id,
            person_id=access.person_id,
            person_name=name,
            kind=Access(access.kind),
            by_card=access.token_hash is not None,
            made_at=access.made_at,
            used_at=access.used_at,
        )
        for access, name in rows
    ]
