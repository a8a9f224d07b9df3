"""One-time links: an invitation into a community, or a way back in for who lost the password.

We keep the hash of a link's token only.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.people.events import note_of_person
from market.actions.people.roles import require_administrator, require_charge_of
from market.domain.errors import N_, Invalid, Missing
from market.domain.people import Role
from market.models.people import OneTimeLink

INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)


class LinkSpent(Missing):
    """Unknown, used, withdrawn or expired: not told apart."""

    sentence = N_("这个链接已经用过或过期了。请管理员再发一个给您。")


class NoRoleChosen(Invalid):
    """An invitation that would let somebody in to do nothing."""

    sentence = N_("请至少选一个角色。")


def invite(
    session: Session,
    token_hash: bytes,
    roles: Collection[Role],
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> int:
    """A link by which one person joins the community with `roles`; gives its id.

    Raises NotAdministrator, NoRoleChosen.
    """
    require_administrator(session, by_id, community_id)
    if not roles:
        raise NoRoleChosen
    link = OneTimeLink(
        token_hash=token_hash,
        purpose="invite",
        community_id=community_id,
        roles=sorted(str(role) for role in roles),
        created_by_id=by_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    session.add(link)
    session.flush()
    note(
        session,
        "invited",
        community_id=community_id,
        now=now,
        link=link.id,
        roles=".".join(link.roles),
        by=by_id,
    )
    return link.id


def offer_reset(
    session: Session,
    token_hash: bytes,
    person_id: int,
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> int:
    """A link by which somebody of this community sets a new password; gives its id.

    Raises NotAdministrator, NoSuchPerson, AlsoElsewhere.
    """
    require_charge_of(session, person_id, community_id=community_id, by_id=by_id)
    return make_reset_link(
        session, token_hash, person_id, community_id=community_id, by_id=by_id, now=now
    )


def make_reset_link(
    session: Session,
    token_hash: bytes,
    person_id: int,
    *,
    community_id: int | None,
    by_id: int | None,
    now: datetime,
) -> int:
    """The link itself; whoever calls has made sure that it may be given. Earlier ones end."""
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.person_id == person_id, OneTimeLink.expires_at > now)
        .values(expires_at=now)
    )
    link = OneTimeLink(
        token_hash=token_hash,
        purpose="reset",
        community_id=community_id,
        person_id=person_id,
        roles=[],
        created_by_id=by_id,
        created_at=now,
        expires_at=now + RESET_LASTS,
    )
    session.add(link)
    session.flush()
    note_of_person(session, "reset_offered", person_id, now=now, by_id=by_id)
    return link.id


def withdraw_link(
    session: Session, link_id: int, *, community_id: int, by_id: int, now: datetime
) -> None:
    """End a link of this community that nobody has used. Raises NotAdministrator, LinkSpent."""
    require_administrator(session, by_id, community_id)
    withdrawn = session.scalar(
        update(OneTimeLink)
        .where(
            OneTimeLink.id == link_id,
            OneTimeLink.community_id == community_id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(expires_at=now)
        .returning(OneTimeLink.id)
    )
    if withdrawn is None:
        raise LinkSpent
    note(session, "link_withdrawn", community_id=community_id, now=now, link=link_id, by=by_id)
