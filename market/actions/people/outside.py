"""A reviewer from outside: asked in by a one-time link, for a time, to say yes or no to allocations.

Nothing else comes with the invitation: no role, so that every page of the desk stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Forbidden, Missing, Refused
from market.domain.people import Role
from market.domain.text import clean_text
from market.models.ledger import Fund
from market.models.people import OneTimeLink, OutsideReview, Person, RoleGrant

INVITERS = frozenset({Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR})
LASTS_DAYS = (1, 3, 7)
MOST_ORGANISATION = 80


class NotInviter(Forbidden):
    """The role was taken away between opening the page and pressing the button."""

    sentence = N_("只有社工、财务和管理员可以邀请外单位的复核人。")


class NoSuchReview(Missing):
    """No invitation of this community has this id, or it is over already."""

    sentence = N_("没有找到这份邀请，可能已经结束或撤回了。")


class OfThisHouse(Refused):
    """Who has a role here needs no invitation, and would be no outsider."""

    sentence = N_("您在本社区已经有职责，不用外单位的邀请。请把链接留给受邀的人。")


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteOutside:
    """Who is asked in, for which fund (all, if None), and for how many days."""

    organisation: str
    fund_id: int | None
    days: int


def invite_outside(
    session: Session,
    command: InviteOutside,
    token_hash: bytes,
    *,
    community_id: int,
    by_id: int,
    now: datetime,
) -> int:
    """An invitation that one person can take up, once; gives its id.

    Raises NotInviter, NoSuchReview, and what `clean_text` raises.
    """
    require_inviter(session, by_id, community_id)
    _check_fund(session, command.fund_id, community_id)
    ends_at = now + timedelta(days=command.days)
    link = OneTimeLink(
        token_hash=token_hash,
        purpose="invite",
        community_id=community_id,
        roles=[],
        created_by_id=by_id,
        created_at=now,
        expires_at=ends_at,
    )
    session.add(link)
    session.flush()
    review = OutsideReview(
        community_id=community_id,
        link_id=link.id,
        organisation=clean_text(command.organisation, most=MOST_ORGANISATION),
        fund_id=command.fund_id,
        invited_by_id=by_id,
        invited_at=now,
        ends_at=ends_at,
    )
    session.add(review)
    session.flush()
    note(
        session,
        "outside_review_offered",
        community_id=community_id,
        now=now,
        review=review.id,
        link=link.id,
        fund=command.fund_id or 0,
        days=command.days,
        by=by_id,
    )
    return review.id


def take_up_review(session: Session, link_id: int, person_id: int, *, now: datetime) -> None:
    """Whoever used the link reviews from now on, if it was an invitation to review.

    Raises OfThisHouse.
    """
    review = session.scalar(select(OutsideReview).where(OutsideReview.link_id == link_id))
    if review is None:
        return
    held = exists().where(
        RoleGrant.person_id == person_id,
        RoleGrant.community_id == review.community_id,
        RoleGrant.revoked_at.is_(None),
    )
    if session.scalar(select(held)):
        raise OfThisHouse
    review.person_id, review.taken_up_at = person_id, now
    session.flush()


def withdraw_review(
    session: Session, review_id: int, *, community_id: int, by_id: int, now: datetime
) -> None:
    """End an invitation, and what came of it, at once. Raises NotInviter, NoSuchReview."""
    require_inviter(session, by_id, community_id)
    link_id = session.scalar(
        update(OutsideReview)
        .where(
            OutsideReview.id == review_id,
            OutsideReview.community_id == community_id,
            OutsideReview.withdrawn_at.is_(None),
            OutsideReview.ends_at > now,
        )
        .values(withdrawn_at=now, withdrawn_by_id=by_id)
        .returning(OutsideReview.link_id)
    )
    if link_id is None:
        raise NoSuchReview
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None))
        .values(expires_at=now)
    )
    note(
        session,
        "outside_review_withdrawn",
        community_id=community_id,
        now=now,
        review=review_id,
        by=by_id,
    )


def require_inviter(session: Session, by_id: int, community_id: int) -> None:
    """Raise NotInviter unless `by_id` may ask somebody in, and keep it so until this work is done."""
    held = (
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.person_id == by_id,
            RoleGrant.community_id == community_id,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.role.in_([str(role) for role in INVITERS]),
            Person.closed_at.is_(None),
        )
        .with_for_update(read=True, of=RoleGrant)
    )
    if not session.scalars(held).all():
        raise NotInviter


def _check_fund(session: Session, fund_id: int | None, community_id: int) -> None:
    known = select(Fund.id).where(Fund.id == fund_id, Fund.community_id == community_id)
    if fund_id is not None and session.scalar(known) is None:
        raise NoSuchReview
