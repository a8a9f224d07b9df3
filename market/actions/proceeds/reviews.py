"""The second reader: three questions about exactly this content, asked of somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.proceeds.steps import locked_wish, step
from market.domain.errors import N_, Forbidden, Invalid, Refused
from market.domain.proceeds.wish import MENDABLE, WishState
from market.domain.proceeds.wish_gate import refuse_hard
from market.domain.text import clean_text
from market.models.proceeds import Wish, WishCost, WishReview

MOST_NOTE = 200


class AuthorMayNotReview(Forbidden):
    """Whoever wrote the present words reads over their own slips."""

    sentence = N_("现在的内容是您写的，自己不能复读，请换一位同事来看。")


class ContentChanged(Refused):
    """The content was changed while somebody was reading it."""

    sentence = N_("您读的时候，内容被改过了。请把新的内容再读一遍。")


class ReviewNoteMissing(Invalid):
    """A yes without a word on what to change."""

    sentence = N_("有一题答了“能”或“会”，请写一句要怎么改，方便同事修改。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWish:
    """The three answers, about the content with this hash; any yes asks for a note."""

    community_id: int
    wish_id: int
    content_hash: bytes
    neighbours_could_guess: bool
    school_could_guess: bool
    child_would_be_hurt: bool
    note: str = ""

    @property
    def passes(self) -> bool:
        """Three times no."""
        return not (
            self.neighbours_could_guess or self.school_could_guess or self.child_would_be_hurt
        )


def review_wish(session: Session, command: ReviewWish, *, by_id: int, now: datetime) -> WishReview:
    """Record the answers. Three noes lead a draft on; any yes makes the wish a draft again.

    What is bought or further keeps its state, but after a yes it is not shown any more.
    Three noes do not stand against what the linter refuses: it may know more than when it was
    written. Raises NoSuchWish, NoLongerApprover, AuthorMayNotReview, ContentChanged,
    ReviewNoteMissing, CouldIdentify.
    """
    require_approver(session, command.community_id, by_id)
    wish = locked_wish(session, command.community_id, command.wish_id)
    if by_id == wish.written_by_id:
        raise AuthorMayNotReview
    if command.content_hash != wish.content_hash:
        raise ContentChanged
    if not command.passes and not command.note.strip():
        raise ReviewNoteMissing(field="note")
    if command.passes:
        refuse_hard(_texts(session, wish))
    review = WishReview(
        wish_id=wish.id,
        content_hash=wish.content_hash,
        neighbours_could_guess=command.neighbours_could_guess,
        school_could_guess=command.school_could_guess,
        child_would_be_hurt=command.child_would_be_hurt,
        note=clean_text(command.note, most=MOST_NOTE, least=0),
        reviewed_by_id=by_id,
        reviewed_at=now,
    )
    session.add(review)
    wish.changed_at = now
    session.flush()
    note(
        session,
        "wish_reviewed",
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        content=wish.content_hash.hex(),
        passed=int(command.passes),
        by=by_id,
    )
    state = WishState(wish.state)
    if command.passes and state is WishState.DRAFT:
        step(session, wish, WishState.REVIEWED, by_id=by_id, now=now)
    if not command.passes and state in MENDABLE - {WishState.DRAFT}:
        step(session, wish, WishState.DRAFT, remark=review.note, by_id=by_id, now=now)
    return review


def _texts(session: Session, wish: Wish) -> dict[str, str]:
    costs = session.scalars(select(WishCost.name).where(WishCost.wish_id == wish.id))
    return {"text": wish.text, "text_en": wish.text_en, "costs": "；".join(costs)}
