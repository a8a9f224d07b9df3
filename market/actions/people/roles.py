"""Who may do what in a community: roles are granted and revoked, and always by whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, text, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.people.events import note_of_person
from market.actions.people.signing_in import end_other_sessions
from market.domain.errors import N_, Forbidden, Missing, Refused
from market.domain.people import Role
from market.models.base import UtcDateTime
from market.models.people import Person, RoleGrant

# Two who give the same role at the same moment give it once.
_GIVE = text(
    "INSERT INTO role_grant (person_id, community_id, role, granted_by_id, granted_at)"
    " VALUES (:person_id, :community_id, :role, :by_id, :now) ON CONFLICT DO NOTHING RETURNING id"
).bindparams(bindparam("now", type_=UtcDateTime))


class NoSuchPerson(Missing):
    """Nobody of this community has this id."""

    sentence = N_("没有找到这个人。")


class NotAdministrator(Forbidden):
    """Only an administrator of the community may do this; the role may have just been revoked."""

    sentence = N_("只有本社区的管理员可以这样做。")


class LastAdministrator(Refused):
    """A community would be left without an administrator."""

    sentence = N_("这是本社区最后一位管理员。请先请另一个人担任管理员，再做这一步。")


class RoleNotHeld(Refused):
    """The role was revoked already."""

    sentence = N_("这个人现在没有这个角色，可能刚被撤销。")


class AlsoElsewhere(Forbidden):
    """The person has roles in a community that this administrator does not look after."""

    sentence = N_(
        "这个人在别的社区也有职责，不能由一个社区的管理员改他的账号。请他自己改，或请维护服务器的人办理。"
    )


def grant_role(
    session: Session, person_id: int, role: Role, *, community_id: int, by_id: int, now: datetime
) -> None:
    """Give somebody of this community one role more; nothing happens if they hold it.

    Raises NotAdministrator, NoSuchPerson.
    """
    require_administrator(session, by_id, community_id)
    member(session, person_id, community_id)
    give_role(session, person_id, role, community_id=community_id, by_id=by_id, now=now)


def revoke_role(
    session: Session, person_id: int, role: Role, *, community_id: int, by_id: int, now: datetime
) -> None:
    """Take one role from somebody.

    Raises NotAdministrator, NoSuchPerson, RoleNotHeld, LastAdministrator.
    """
    require_administrator(session, by_id, community_id)
    member(session, person_id, community_id)
    if role is Role.ADMINISTRATOR:
        _keep_one_administrator(session, community_id, without=person_id)
    revoked = session.execute(
        update(RoleGrant)
        .where(*_standing(person_id, community_id), RoleGrant.role == str(role))
        .values(revoked_at=now, revoked_by_id=by_id)
        .returning(RoleGrant.id)
    ).all()
    if not revoked:
        raise RoleNotHeld
    note(
        session,
        "role_revoked",
        community_id=community_id,
        now=now,
        person=person_id,
        role=str(role),
        by=by_id,
    )


def close_account(
    session: Session, person_id: int, *, community_id: int, by_id: int, now: datetime
) -> None:
    """End somebody's account: no sign-in, no session, no role. What they did stays.

    Raises NotAdministrator, NoSuchPerson, AlsoElsewhere, LastAdministrator.
    """
    require_charge_of(session, person_id, community_id=community_id, by_id=by_id)
    for place in _communities_of(session, person_id):
        _keep_one_administrator(session, place, without=person_id)
    note_of_person(session, "account_closed", person_id, now=now, by_id=by_id)
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by_id=by_id)
    )
    session.execute(update(Person).where(Person.id == person_id).values(closed_at=now))
    end_other_sessions(session, person_id, now=now)


def sign_out_everywhere(
    session: Session, person_id: int, *, community_id: int, by_id: int, now: datetime
) -> int:
    """End all sessions of somebody (a lost phone); gives how many.

    Raises NotAdministrator, NoSuchPerson, AlsoElsewhere.
    """
    require_charge_of(session, person_id, community_id=community_id, by_id=by_id)
    note_of_person(session, "signed_out_everywhere", person_id, now=now, by_id=by_id)
    return end_other_sessions(session, person_id, now=now)


def give_role(
    session: Session,
    person_id: int,
    role: Role,
    *,
    community_id: int,
    by_id: int | None,
    now: datetime,
) -> None:
    """Write a role down and note it; whoever calls has made sure that it may be given."""
    granted = session.scalar(
        _GIVE,
        {
            "person_id": person_id,
            "community_id": community_id,
            "role": str(role),
            "by_id": by_id,
            "now": now,
        },
    )
    if granted is None:
        return
    note(
        session,
        "role_granted",
        community_id=community_id,
        now=now,
        person=person_id,
        role=str(role),
        by=by_id or 0,
    )


def require_administrator(session: Session, by_id: int, community_id: int) -> None:
    """Raise NotAdministrator unless `by_id` administers the community at this moment."""
    held = select(RoleGrant.id).where(
        *_standing(by_id, community_id), RoleGrant.role == str(Role.ADMINISTRATOR)
    )
    # Held until the end, so that the role cannot be taken away in between.
    if session.scalar(held.with_for_update(read=True)) is None:
        raise NotAdministrator


def require_charge_of(session: Session, person_id: int, *, community_id: int, by_id: int) -> None:
    """Raise AlsoElsewhere unless `by_id` administers every community that the person is in.

    Whoever can reset an account holds all its roles: nobody gets one in another community so.
    Also raises NotAdministrator, NoSuchPerson.
    """
    require_administrator(session, by_id, community_id)
    member(session, person_id, community_id)
    looked_after = select(RoleGrant.community_id).where(
        RoleGrant.person_id == by_id,
        RoleGrant.role == str(Role.ADMINISTRATOR),
        RoleGrant.revoked_at.is_(None),
    )
    if set(_communities_of(session, person_id)) - set(session.scalars(looked_after)):
        raise AlsoElsewhere


def member(session: Session, person_id: int, community_id: int) -> None:
    """Raise NoSuchPerson unless this open account has, or ever had, a role in the community."""
    known = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            Person.id == person_id,
            Person.closed_at.is_(None),
            RoleGrant.community_id == community_id,
        )
        .limit(1)
    )
    if session.scalar(known) is None:
        raise NoSuchPerson


def _keep_one_administrator(session: Session, community_id: int, *, without: int) -> None:
    """Raise LastAdministrator if nobody but `without` administers the community.

    The grants are locked in order: of two who revoke each other, the second finds this true.
    """
    administrators = session.scalars(
        select(RoleGrant.person_id)
        .where(
            RoleGrant.community_id == community_id,
            RoleGrant.role == str(Role.ADMINISTRATOR),
            RoleGrant.revoked_at.is_(None),
        )
        .order_by(RoleGrant.id)
        .with_for_update()
    ).all()
    if administrators and set(administrators) <= {without}:
        raise LastAdministrator


def _communities_of(session: Session, person_id: int) -> list[int]:
    return list(
        session.scalars(
            select(RoleGrant.community_id)
            .where(RoleGrant.person_id == person_id, RoleGrant.revoked_at.is_(None))
            .distinct()
            .order_by(RoleGrant.community_id)
        )
    )


def _standing(person_id: int, community_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        RoleGrant.person_id == person_id,
        RoleGrant.community_id == community_id,
        RoleGrant.revoked_at.is_(None),
    )
