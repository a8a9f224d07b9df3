"""Who may say the second word, looked at again in the very unit of work that writes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Forbidden
from market.domain.people import Role
from market.models.people import OutsideReview, Person, RoleGrant

APPROVERS = frozenset({Role.REVIEWER, Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR})
"""The rule of two binds acts, not posts: any of these may be the second person."""


class NoLongerApprover(Forbidden):
    """The role was taken away between opening the page and pressing the button."""

    sentence = N_("您现在没有复核的角色，这一步没有保存。请联系管理员，或请另一位同事来办。")


class NotOfThisCommunity(Forbidden):
    """A companion or a witness without any role here."""

    sentence = N_("%(name)s不在本社区的名单里，请先请管理员添加，再回来选。")


def require_approver(session: Session, community_id: int, person_id: int) -> None:
    """Require a role that approves, and keep it from being taken away until this work is done.

    Raises NoLongerApprover.
    """
    held = session.scalars(
        select(RoleGrant.role)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.community_id == community_id,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.role.in_([str(role) for role in APPROVERS]),
            Person.closed_at.is_(None),
        )
        .with_for_update(read=True, of=RoleGrant)
    ).all()
    if not held:
        raise NoLongerApprover


def require_reviewer(
    session: Session, community_id: int, fund_id: int, person_id: int, *, now: datetime
) -> None:
    """Require a role that approves, or an invitation from outside to review this fund that stands.

    Kept from being taken away until this work is done. Raises NoLongerApprover.
    """
    invited = session.scalars(
        select(OutsideReview.id)
        .join(Person, Person.id == OutsideReview.person_id)
        .where(
            OutsideReview.person_id == person_id,
            OutsideReview.community_id == community_id,
            OutsideReview.withdrawn_at.is_(None),
            OutsideReview.ends_at > now,
            or_(OutsideReview.fund_id.is_(None), OutsideReview.fund_id == fund_id),
            Person.closed_at.is_(None),
        )
        .with_for_update(read=True, of=OutsideReview)
    ).all()
    if not invited:
        require_approver(session, community_id, person_id)


def require_members(session: Session, community_id: int, person_ids: Collection[int]) -> None:
    """Require that each of these people holds some role here. Raises NotOfThisCommunity."""
    members = set(
        session.scalars(
            select(RoleGrant.person_id)
            .join(Person, Person.id == RoleGrant.person_id)
            .where(
                RoleGrant.person_id.in_(person_ids),
                RoleGrant.community_id == community_id,
                RoleGrant.revoked_at.is_(None),
                Person.closed_at.is_(None),
            )
        )
    )
    strangers = set(person_ids) - members
    if strangers:
        # Somebody of another community is not told by name.
        raise NotOfThisCommunity(name=N_("您选的人"))
