"""Who keeps money and whom the market may owe, with what is there now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.ledger.holders import HolderKind, PartyKind
from market.models.ledger import Account, Holder, Party
from market.models.people import DeclaredInterest, Person, RoleGrant


class NoSuchHolder(Missing):
    """No holder of this community has this id."""

    sentence = N_("没有找到这个账户，请从“账户与往来”重新进入。")


class NoSuchParty(Missing):
    """No party of this community has this id."""

    sentence = N_("没有找到这一位，请从“账户与往来”重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderNow:
    """Somewhere money can be. `balance_minor` sums all its accounts: what it keeps."""

    id: int
    kind: HolderKind
    name: str
    on_behalf: bool
    balance_minor: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNow:
    """Somebody the market may owe. `owed_minor` is what is due to them; `person` signs in as them.

    `declared` counts people with a declared interest.
    """

    id: int
    kind: PartyKind
    name: str
    person: str
    owed_minor: int
    declared: int
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Interest:
    """Somebody who approves nothing for a party, because they declared why."""

    person: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """A standing holder or party among which a form lets choose."""

    id: int
    name: str
    kind: str


def holders_of(session: Session, community_id: int) -> list[HolderNow]:
    """Every holder of a community by kind and name, closed ones last."""
    rows = session.execute(
        select(Holder, _balance_of_holder())
        .where(Holder.community_id == community_id)
        .order_by(Holder.closed_at.is_not(None), Holder.kind, Holder.name, Holder.id)
    )
    return [_holder(holder, balance) for holder, balance in rows]


def holder_now(session: Session, community_id: int, holder_id: int) -> HolderNow:
    """One of them; raises NoSuchHolder."""
    row = session.execute(
        select(Holder, _balance_of_holder()).where(
            Holder.community_id == community_id, Holder.id == holder_id
        )
    ).one_or_none()
    if row is None:
        raise NoSuchHolder
    return _holder(*row)


def parties_of(session: Session, community_id: int) -> list[PartyNow]:
    """Every party of a community by kind and name, closed ones last."""
    rows = session.execute(
        select(Party, Person.name, _owed_to_party(), _declared())
        .outerjoin(Person, Person.id == Party.person_id)
        .where(Party.community_id == community_id)
        .order_by(Party.closed_at.is_not(None), Party.kind, Party.name, Party.id)
    )
    return [_party(*row) for row in rows]


def party_now(session: Session, community_id: int, party_id: int) -> PartyNow:
    """One of them; raises NoSuchParty."""
    row = session.execute(
        select(Party, Person.name, _owed_to_party(), _declared())
        .outerjoin(Person, Person.id == Party.person_id)
        .where(Party.community_id == community_id, Party.id == party_id)
    ).one_or_none()
    if row is None:
        raise NoSuchParty
    return _party(*row)


def interests_in(session: Session, party_id: int) -> list[Interest]:
    """Who declared an interest in a party, in the order they did."""
    rows = session.execute(
        select(Person.name, DeclaredInterest.declared_at)
        .join(DeclaredInterest, DeclaredInterest.person_id == Person.id)
        .where(DeclaredInterest.party_id == party_id)
        .order_by(DeclaredInterest.declared_at, Person.id)
    )
    return [Interest(*row) for row in rows]


def members(
    session: Session, community_id: int, *, not_declared_in: int | None = None
) -> list[tuple[int, str]]:
    """Everybody who holds a role in the community, by name: id and name.

    With `not_declared_in` only those who have not declared an interest in that party.
    """
    standing = select(RoleGrant.person_id).where(
        RoleGrant.community_id == community_id, RoleGrant.revoked_at.is_(None)
    )
    question = select(Person.id, Person.name).where(Person.id.in_(standing))
    if not_declared_in is not None:
        declared = select(DeclaredInterest.person_id).where(
            DeclaredInterest.party_id == not_declared_in
        )
        question = question.where(Person.id.not_in(declared))
    rows = session.execute(question.order_by(Person.name, Person.id))
    return [(row.id, row.name) for row in rows]


def holders_to_choose(
    session: Session, community_id: int, kinds: Collection[HolderKind]
) -> list[Choice]:
    """Holders of these kinds that are not closed, by kind and name."""
    rows = session.execute(
        select(Holder.id, Holder.name, Holder.kind)
        .where(
            Holder.community_id == community_id,
            Holder.kind.in_([str(kind) for kind in kinds]),
            Holder.closed_at.is_(None),
        )
        .order_by(Holder.kind, Holder.name, Holder.id)
    )
    return [Choice(*row) for row in rows]


def consignors_to_choose(session: Session, community_id: int) -> list[Choice]:
    """Consignors that are not closed, by name."""
    rows = session.execute(
        select(Party.id, Party.name, Party.kind)
        .where(
            Party.community_id == community_id,
            Party.kind == str(PartyKind.CONSIGNOR),
            Party.closed_at.is_(None),
        )
        .order_by(Party.name, Party.id)
    )
    return [Choice(*row) for row in rows]


def _balance_of_holder() -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(Account.balance_minor), 0))
        .where(Account.holder_id == Holder.id)
        .scalar_subquery()
    )


def _owed_to_party() -> ScalarSelect[int]:
    return (
        select(func.coalesce(-func.sum(Account.balance_minor), 0))
        .where(Account.party_id == Party.id)
        .scalar_subquery()
    )


def _declared() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(DeclaredInterest)
        .where(DeclaredInterest.party_id == Party.id)
        .scalar_subquery()
    )


def _holder(holder: Holder, balance_minor: int) -> HolderNow:
    return HolderNow(
        id=holder.id,
        kind=HolderKind(holder.kind),
        name=holder.name,
        on_behalf=holder.on_behalf,
        balance_minor=int(balance_minor),
        closed_at=holder.closed_at,
    )


def _party(party: Party, person: str | None, owed_minor: int, declared: int) -> PartyNow:
    return PartyNow(
        id=party.id,
        kind=PartyKind(party.kind),
        name=party.name,
        person=person or "",
        owed_minor=int(owed_minor),
        declared=declared,
        closed_at=party.closed_at,
    )
