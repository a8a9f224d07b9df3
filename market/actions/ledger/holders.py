"""Who keeps money, and whom the market may owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, Missing, Refused
from market.domain.ledger.holders import HolderKind, PartyKind
from market.domain.text import clean_text
from market.models.ledger import Account, Holder, Party
from market.models.people import DeclaredInterest, RoleGrant
from market.queries.ledger.holders import NoSuchHolder, NoSuchParty

MOST_NAME = 80

_Row = TypeVar("_Row", Holder, Party)


class NameTaken(Invalid):
    """Two of a kind nobody could tell apart."""

    sentence = N_("已经有一个同样的“%(name)s”，请换一个名称，好让账上分得清。")


class NotInCommunity(Missing):
    """The person has no role in this community."""

    sentence = N_("这个人不在本社区，请先为其添加角色。")


class MoneyThere(Refused):
    """Closed holders and parties would be forgotten, and what is theirs with them."""

    sentence = N_("“%(name)s”的账上还有没结清的钱，请先结清，再停用。")


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
    holder = Holder(
        community_id=command.community_id,
        kind=str(command.kind),
        name=clean_text(command.name, most=MOST_NAME),
        on_behalf=command.kind is HolderKind.PERSON,
    )
    session.add(holder)
    _flush_named(session, holder.name)
    _note_holder(session, "holder_named", holder, by_id=by_id, now=now)
    return holder


def rename_holder(
    session: Session, community_id: int, holder_id: int, name: str, *, by_id: int, now: datetime
) -> Holder:
    """Call a holder something else; its accounts stay. Raises NoSuchHolder, NameTaken."""
    holder = _holder(session, community_id, holder_id)
    holder.name = clean_text(name, most=MOST_NAME)
    _flush_named(session, holder.name)
    _note_holder(session, "holder_renamed", holder, by_id=by_id, now=now)
    return holder


def close_holder(
    session: Session, community_id: int, holder_id: int, *, by_id: int, now: datetime
) -> Holder:
    """Offer a holder no longer where one is chosen. Raises NoSuchHolder, MoneyThere."""
    holder = _holder(session, community_id, holder_id)
    left = select(Account.id).where(Account.holder_id == holder.id, Account.balance_minor != 0)
    return _close(session, holder, session.scalar(left.limit(1)), by_id=by_id, now=now)


def reopen_holder(
    session: Session, community_id: int, holder_id: int, *, by_id: int, now: datetime
) -> Holder:
    """Offer a closed holder again. Raises NoSuchHolder."""
    return _reopen(session, _holder(session, community_id, holder_id), by_id=by_id, now=now)


def name_party(session: Session, command: NameParty, *, by_id: int, now: datetime) -> Party:
    """A new party. Raises NameTaken, NotInCommunity."""
    if command.person_id is not None:
        _require_member(session, command.community_id, command.person_id)
    party = Party(
        community_id=command.community_id,
        kind=str(command.kind),
        name=clean_text(command.name, most=MOST_NAME),
        person_id=command.person_id,
    )
    session.add(party)
    _flush_named(session, party.name)
    _note_party(session, "party_named", party, by_id=by_id, now=now)
    return party


def rename_party(
    session: Session, community_id: int, party_id: int, name: str, *, by_id: int, now: datetime
) -> Party:
    """Call a party something else; what is owed stays. Raises NoSuchParty, NameTaken."""
    party = _party(session, community_id, party_id)
    party.name = clean_text(name, most=MOST_NAME)
    _flush_named(session, party.name)
    _note_party(session, "party_renamed", party, by_id=by_id, now=now)
    return party


def close_party(
    session: Session, community_id: int, party_id: int, *, by_id: int, now: datetime
) -> Party:
    """Offer a party no longer where one is chosen. Raises NoSuchParty, MoneyThere."""
    party = _party(session, community_id, party_id)
    left = select(Account.id).where(Account.party_id == party.id, Account.balance_minor != 0)
    return _close(session, party, session.scalar(left.limit(1)), by_id=by_id, now=now)


def reopen_party(
    session: Session, community_id: int, party_id: int, *, by_id: int, now: datetime
) -> Party:
    """Offer a closed party again. Raises NoSuchParty."""
    return _reopen(session, _party(session, community_id, party_id), by_id=by_id, now=now)


def declare_interest(
    session: Session,
    community_id: int,
    *,
    person_id: int,
    party_id: int,
    by_id: int,
    now: datetime,
) -> None:
    """A person is, or is a relative of, somebody the market pays: they approve nothing for them.

    Raises NoSuchParty, NotInCommunity.
    """
    party = _party(session, community_id, party_id)
    _require_member(session, community_id, person_id)
    if session.get(DeclaredInterest, (person_id, party.id)) is not None:
        return
    session.add(DeclaredInterest(person_id=person_id, party_id=party.id, declared_at=now))
    note(
        session,
        "interest_declared",
        community_id=community_id,
        now=now,
        person=person_id,
        party=party.id,
        by=by_id,
    )


def _holder(session: Session, community_id: int, holder_id: int) -> Holder:
    found = session.get(Holder, holder_id, with_for_update={"key_share": True})
    if found is None or found.community_id != community_id:
        raise NoSuchHolder
    return found


def _party(session: Session, community_id: int, party_id: int) -> Party:
    found = session.get(Party, party_id, with_for_update={"key_share": True})
    if found is None or found.community_id != community_id:
        raise NoSuchParty
    return found


def _close(
    session: Session, row: _Row, account_id: int | None, *, by_id: int, now: datetime
) -> _Row:
    if account_id is not None:
        raise MoneyThere(name=row.name)
    if row.closed_at is None:
        row.closed_at = now
        _note(session, "closed", row, by_id=by_id, now=now)
    return row


def _reopen(session: Session, row: _Row, *, by_id: int, now: datetime) -> _Row:
    if row.closed_at is not None:
        row.closed_at = None
        _note(session, "reopened", row, by_id=by_id, now=now)
    return row


def _flush_named(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        # Kind and name are unique in a community, also for two who write them at once.
        raise NameTaken(name=name, field="name") from error


def _note(session: Session, what: str, row: _Row, *, by_id: int, now: datetime) -> None:
    if isinstance(row, Holder):
        _note_holder(session, f"holder_{what}", row, by_id=by_id, now=now)
    else:
        _note_party(session, f"party_{what}", row, by_id=by_id, now=now)


def _note_holder(
    session: Session, event: str, holder: Holder, *, by_id: int, now: datetime
) -> None:
    note(
        session,
        event,
        community_id=holder.community_id,
        now=now,
        holder=holder.id,
        kind=holder.kind,
        by=by_id,
    )


def _note_party(session: Session, event: str, party: Party, *, by_id: int, now: datetime) -> None:
    note(
        session,
        event,
        community_id=party.community_id,
        now=now,
        party=party.id,
        kind=party.kind,
        by=by_id,
    )


def _require_member(session: Session, community_id: int, person_id: int) -> None:
    standing = select(RoleGrant.id).where(
        RoleGrant.community_id == community_id,
        RoleGrant.person_id == person_id,
        RoleGrant.revoked_at.is_(None),
    )
    if session.scalar(standing.limit(1)) is None:
        raise NotInCommunity
