"""What of allocations and wishes waits for somebody."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from market.domain.proceeds.wish import WishState
from market.models.proceeds import Companions, Proposal, ProposalDecision, Wish, WishReview


def proposals_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Batches of allocations proposed by others that nobody has decided."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Proposal)
            .outerjoin(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
            .where(
                Proposal.community_id == community_id,
                Proposal.proposed_by_id != person_id,
                ProposalDecision.proposal_id.is_(None),
            )
        )
        or 0
    )


def wishes_to_read(session: Session, community_id: int, person_id: int) -> int:
    """Drafts that somebody else wrote and whose present words nobody has read a second time."""
    unread = unread_wish_condition(community_id, person_id)
    return session.scalar(select(func.count()).select_from(Wish).where(unread)) or 0


def unread_wish_condition(community_id: int, person_id: int) -> ColumnElement[bool]:
    """For the WHERE of a query over `Wish`: a draft for this person to read."""
    read = (
        select(WishReview.id)
        .where(WishReview.wish_id == Wish.id, WishReview.content_hash == Wish.content_hash)
        .correlate(Wish)
        .exists()
    )
    return and_(
        Wish.community_id == community_id,
        Wish.state == str(WishState.DRAFT),
        Wish.written_by_id != person_id,
        ~read,
    )


def companions_waiting(session: Session, community_id: int, person_id: int) -> int:
    """Pairs of companions that others named and nobody has confirmed."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Companions)
            .join(Wish, Wish.id == Companions.wish_id)
            .where(
                Wish.community_id == community_id,
                Companions.proposed_by_id != person_id,
                Companions.confirmed_at.is_(None),
            )
        )
        or 0
    )
