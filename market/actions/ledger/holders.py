"""Who keeps money, and whom the market may owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, Missing
from market.domain.ledger.holders import HolderKind, PartyKind
from market.domain.text import clean_text
from market.models.ledger import Holder, Party
from market.models.people import DeclaredInterest, RoleGrant

MOST_NAME = 80


class NameTaken(Invalid):
    """Two of a kind nobody could tell apart."""

    sentence = N_("已经有一个同样的“%(name)s”，请换一个名称，好让账上分得清。")


class NotInCommunity(Missing):
    """The person has no role in this community."""

    sentence = N_("这个人不在本社区，请先为其添加角色。")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHolder:
    """Somewhere money can be."""

    community_id: int
    kind: HolderKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParty:
    """Somebody the market may owe; `person_id` where they sign in themselves."""

    community_id: int
    kind: PartyKind
    name: str
    person_id: int | None = None


def name_holder(session: Session, command: NameHolder, *, by_id: int, now: datetime) -> Holder:
    """A new holder; a person's own payment code is only ever taken on behalf. Raises NameTaken."""
    name = clean_text(command.name, most=MOST_NAME)
    same = select(Holder.id).where(
        Holder.community_id == command.community_id,
        Holder.kind == str(command.kind),
        Holder.name == name,
    )
    if session.scalar(same) is not None:
        raise NameTaken(name=name, field="name")
    holder = Holder(
        community_id=command.community_id,
        kind=str(command.kind),
        name=name,
        on_behalf=command.kind is HolderKind.PERSON,
    )
    session.add(holder)
    session.flush()
    note(
        session,
        "holder_named",
        community_id=command.community_id,
        now=now,
        holder=holder.id,
        kind=holder.kind,
        by=by_id,
    )
    return holder


def name_party(session: Session, command: NameParty, *, by_id: int, now: datetime) -> Party:
    """A new party. Raises NameTaken, NotInCommunity."""
    name = clean_text(command.name, most=MOST_NAME)
    same = select(Party.id).where(
        Party.community_id == command.community_id,
        Party.kind == str(command.kind),
        Party.name == name,
    )
    if session.scalar(same) is not None:
        raise NameTaken(name=name, field="name")
    if command.person_id is not None:
        _require_member(session, command.community_id, command.person_id)
    party = Party(
        community_id=command.community_id,
        kind=str(command.kind),
        name=name,
        person_id=command.person_id,
    )
    session.add(party)
    session.flush()
    note(
        session,
        "party_named",
        community_id=command.community_id,
        now=now,
        party=party.id,
        kind=party.kind,
        by=by_id,
    )
    return party


def declare_interest(
    session: Session, community_id: int, *, person_id: int, party_id: int, now: datetime
) -> None:
    """A person is, or is a relative of, somebody the market pays: they approve nothing for them."""
    party = session.get(Party, party_id)
    if party is None or party.community_id != community_id:
        raise NotInCommunity
    _require_member(session, community_id, person_id)
    if session.get(DeclaredInterest, (person_id, party_id)) is None:
        session.add(DeclaredInterest(person_id=person_id, party_id=party_id, declared_at=now))
        note(
            session,
            "interest_declared",
            community_id=community_id,
            now=now,
            person=person_id,
            party=party_id,
        )


def _require_member(session: Session, community_id: int, person_id: int) -> None:
    standing = select(RoleGrant.id).where(
        RoleGrant.community_id == community_id,
        RoleGrant.person_id == person_id,
        RoleGrant.revoked_at.is_(None),
    )
    if session.scalar(standing.limit(1)) is None:
        raise NotInCommunity
