"""An enterprise begins, and the cards and helpers by which its own pages are entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.ledger.holders import declare_interest
from market.actions.people.signing_in import end_other_sessions
from market.domain.errors import N_, Missing, Refused
from market.domain.livelihood.enterprise import Access, mint_enterprise_code
from market.domain.text import clean_text
from market.models.ledger import Party
from market.models.livelihood import Enterprise, EnterpriseAccess
from market.models.people import Person, RoleGrant

MOST_NAME = 40
_MOST_TRIES = 40
_USERNAME_BYTES = 9


class NoSuchEnterprise(Missing):
    """No enterprise of this community has this id."""

    sentence = N_("没有找到这个创业项目，请从创业者名单重新进入。")


class NoSuchAccess(Missing):
    """Nobody comes in by this, or no longer."""

    sentence = N_("没有找到这张卡或这位帮手，可能已经停用了。")


class CardSpent(Missing):
    """Unknown, replaced or stopped: not told apart."""

    sentence = N_("这张卡已经停用了。请找社区工作人员换一张新的。")


class NoSuchConsignor(Missing):
    """No consignor of this community has this id."""

    sentence = N_("没有找到这位寄售人，请从往来名单重新选择。")


class AlreadyEnterprise(Refused):
    """A consignor has one enterprise."""

    sentence = N_("%(name)s已经有创业项目了，请直接打开它。")


class AlreadyHelper(Refused):
    """Somebody who may enter already."""

    sentence = N_("%(name)s已经可以进入这些页面了，不用再添加。")


class HasAccount(Refused):
    """A card would let somebody with an account in by six digits."""

    sentence = N_("%(name)s有自己的账号，用账号登录就能进入，不用卡。")


class HelperNeedsRole(Refused):
    """Somebody with an account who is nobody here."""

    sentence = N_("选中的人不在本社区的名单里，请改为给帮手一张卡。")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginEnterprise:
    """A consignor's business gets pages of its own. `party_id` None: they become a consignor by it."""

    community_id: int
    person_name: str
    name: str
    party_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A card to be printed once, of which only this hash is kept. `name` is a helper's."""

    community_id: int
    enterprise_id: int
    token_hash: bytes
    name: str = ""


def begin_enterprise(
    session: Session,
    command: BeginEnterprise,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Enterprise:
    """Write an enterprise down, with nothing of it shown.

    Raises NoSuchConsignor, AlreadyEnterprise, and what `clean_text` raises.
    """
    party = _party(session, command)
    enterprise = Enterprise(
        community_id=command.community_id,
        party_id=party.id,
        code=_unused_code(session, random_bytes),
        name=clean_text(command.name, most=MOST_NAME),
        made_by_id=by_id,
        made_at=now,
        changed_at=now,
    )
    session.add(enterprise)
    session.flush()
    _note(session, "enterprise_begun", enterprise, now=now, by=by_id)
    if party.person_id is not None:
        _let_in(session, enterprise, party.person_id, Access.OWN, None, by_id=by_id, now=now)
    return enterprise


def enterprise_of(session: Session, community_id: int, enterprise_id: int) -> Enterprise:
    """The enterprise, locked, if it is this community's. Raises NoSuchEnterprise."""
    found = session.scalar(
        select(Enterprise)
        .where(Enterprise.id == enterprise_id, Enterprise.community_id == community_id)
        .with_for_update()
    )
    if found is None:
        raise NoSuchEnterprise
    return found


def issue_own_card(
    session: Session,
    command: NewCard,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> EnterpriseAccess:
    """A new card for the entrepreneur; the one before, its number and its sign-ins end.

    Raises NoSuchEnterprise, HasAccount.
    """
    enterprise = enterprise_of(session, command.community_id, command.enterprise_id)
    party = session.get_one(Party, enterprise.party_id)
    if party.person_id is None:
        party.person_id = _card_holder(session, party.name, now, random_bytes).id
    elif session.get_one(Person, party.person_id).password_hash is not None:
        raise HasAccount(name=party.name)
    _revoke(session, enterprise, party.person_id, by_id=by_id, now=now)
    return _let_in(
        session, enterprise, party.person_id, Access.OWN, command.token_hash, by_id=by_id, now=now
    )


def name_helper_with_card(
    session: Session,
    command: NewCard,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> EnterpriseAccess:
    """A card for somebody the entrepreneur trusts, who has no account here.

    Raises NoSuchEnterprise, and what `clean_text` raises.
    """
    enterprise = enterprise_of(session, command.community_id, command.enterprise_id)
    holder = _card_holder(session, clean_text(command.name, most=MOST_NAME), now, random_bytes)
    return _let_in(
        session, enterprise, holder.id, Access.HELPER, command.token_hash, by_id=by_id, now=now
    )


def name_helper(
    session: Session,
    enterprise_id: int,
    person_id: int,
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> EnterpriseAccess:
    """Somebody with an account here helps the entrepreneur: with that they have declared an
    interest, and may approve nothing that is paid to them, afterwards either.

    Raises NoSuchEnterprise, HelperNeedsRole, AlreadyHelper.
    """
    enterprise = enterprise_of(session, community_id, enterprise_id)
    name = session.scalar(
        select(Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.id == person_id,
            Person.closed_at.is_(None),
            RoleGrant.community_id == community_id,
            RoleGrant.revoked_at.is_(None),
        )
        .limit(1)
    )
    if name is None:
        raise HelperNeedsRole
    if _standing(session, enterprise.id, person_id) is not None:
        raise AlreadyHelper(name=name)
    declare_interest(
        session,
        community_id,
        person_id=person_id,
        party_id=enterprise.party_id,
        by_id=by_id,
        now=now,
    )
    return _let_in(session, enterprise, person_id, Access.HELPER, None, by_id=by_id, now=now)


def stop_access(
    session: Session, access_id: int, *, enterprise_id: int, by_id: int, now: datetime
) -> None:
    """A card is stopped, or somebody helps no longer; at the next request they are out.

    Raises NoSuchAccess.
    """
    enterprise = session.get(Enterprise, enterprise_id)
    person_id = session.scalar(
        select(EnterpriseAccess.person_id).where(
            EnterpriseAccess.id == access_id,
            EnterpriseAccess.enterprise_id == enterprise_id,
            EnterpriseAccess.revoked_at.is_(None),
        )
    )
    if enterprise is None or person_id is None:
        raise NoSuchAccess
    _revoke(session, enterprise, person_id, by_id=by_id, now=now)


def choose_pin(session: Session, access_id: int, pin_hash: str, *, now: datetime) -> None:
    """The number of a card that has none yet. Raises CardSpent if somebody was quicker."""
    chosen = session.execute(
        update(EnterpriseAccess)
        .where(
            EnterpriseAccess.id == access_id,
            EnterpriseAccess.pin_hash.is_(None),
            EnterpriseAccess.revoked_at.is_(None),
        )
        .values(pin_hash=pin_hash, used_at=now)
        .returning(EnterpriseAccess.id)
    ).one_or_none()
    if chosen is None:
        raise CardSpent


def note_used(session: Session, access_id: int, *, now: datetime) -> None:
    """Somebody came in by a card. Raises CardSpent if it was stopped a moment ago."""
    used = session.execute(
        update(EnterpriseAccess)
        .where(EnterpriseAccess.id == access_id, EnterpriseAccess.revoked_at.is_(None))
        .values(used_at=now)
        .returning(EnterpriseAccess.id)
    ).one_or_none()
    if used is None:
        raise CardSpent


def _party(session: Session, command: BeginEnterprise) -> Party:
    if command.party_id is None:
        name = clean_text(command.person_name, most=MOST_NAME)
        party = session.scalar(
            select(Party).where(
                Party.community_id == command.community_id,
                Party.kind == "consignor",
                Party.name == name,
            )
        )
        if party is None:
            party = Party(community_id=command.community_id, kind="consignor", name=name)
            session.add(party)
            session.flush()
            return party
    else:
        party = session.scalar(
            select(Party).where(
                Party.id == command.party_id,
                Party.community_id == command.community_id,
                Party.kind == "consignor",
            )
        )
    if party is None:
        raise NoSuchConsignor
    if session.scalar(select(Enterprise.id).where(Enterprise.party_id == party.id)) is not None:
        raise AlreadyEnterprise(name=party.name)
    return party


def _card_holder(
    session: Session, name: str, now: datetime, random_bytes: Callable[[int], bytes]
) -> Person:
    """Somebody who comes in by a card alone: without a password nobody signs in by this name."""
    username = f"card-{random_bytes(_USERNAME_BYTES).hex()}"
    holder = Person(username=username, name=name, created_at=now)
    session.add(holder)
    session.flush()
    return holder


def _let_in(
    session: Session,
    enterprise: Enterprise,
    person_id: int,
    kind: Access,
    token_hash: bytes | None,
    *,
    by_id: int,
    now: datetime,
) -> EnterpriseAccess:
    access = EnterpriseAccess(
        enterprise_id=enterprise.id,
        person_id=person_id,
        kind=str(kind),
        token_hash=token_hash,
        made_by_id=by_id,
        made_at=now,
    )
    session.add(access)
    session.flush()
    _note(session, "enterprise_access", enterprise, now=now, by=by_id, access=access.id)
    return access


def _standing(session: Session, enterprise_id: int, person_id: int) -> EnterpriseAccess | None:
    return session.scalar(
        select(EnterpriseAccess).where(
            EnterpriseAccess.enterprise_id == enterprise_id,
            EnterpriseAccess.person_id == person_id,
            EnterpriseAccess.revoked_at.is_(None),
        )
    )


def _revoke(
    session: Session, enterprise: Enterprise, person_id: int, *, by_id: int, now: datetime
) -> None:
    standing = _standing(session, enterprise.id, person_id)
    if standing is None:
        return
    standing.revoked_at = now
    standing.revoked_by_id = by_id
    session.flush()
    if standing.token_hash is not None:
        end_other_sessions(session, person_id, now=now)
    _note(session, "enterprise_access_over", enterprise, now=now, by=by_id, access=standing.id)


def _note(
    session: Session, kind: str, enterprise: Enterprise, *, now: datetime, by: int, access: int = 0
) -> None:
    note(
        session,
        kind,
        community_id=enterprise.community_id,
        now=now,
        enterprise=enterprise.id,
        access=access,
        by=by,
    )


def _unused_code(session: Session, random_bytes: Callable[[int], bytes]) -> str:
    """A code no enterprise of the installation has; the unique constraint stands behind it."""
    for _ in range(_MOST_TRIES):
        code = mint_enterprise_code(random_bytes)
        taken = select(Enterprise.id).where(Enterprise.code == code)
        if session.scalar(taken) is None:
            return code
    message = "no enterprise code is left"
    raise LookupError(message)
