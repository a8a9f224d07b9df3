"""Thanks for a wish that was fulfilled: through the same gate as the wish, under a consent of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.proceeds.reviews import (
    MOST_NOTE,
    AuthorMayNotReview,
    ContentChanged,
    ReviewNoteMissing,
)
from market.actions.proceeds.steps import locked_wish
from market.domain.errors import N_, Refused
from market.domain.proceeds.wish import FULFILLED, WishState
from market.domain.proceeds.wish_gate import check_texts, refuse_hard
from market.domain.text import clean_text
from market.models.proceeds import Wish, WishThanks

MOST_THANKS = 200
MOST_THANKS_EN = 400


class NotYetDelivered(Refused):
    """Thanks before there is anything to thank for."""

    sentence = N_("送达以后才能登记感谢的话。")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteThanks:
    """All the words anew; `reason` says why words stand that the linter asks about."""

    community_id: int
    wish_id: int
    text: str
    text_en: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadThanks:
    """A second reader's answers about the words with this number; not passing asks for a note."""

    community_id: int
    wish_id: int
    thanks_id: int
    passes: bool
    note: str = ""


def write_thanks(
    session: Session, command: WriteThanks, *, by_id: int, now: datetime
) -> WishThanks:
    """Raises NoSuchWish, NotYetDelivered, CouldIdentify, ReasonNeeded, and what `clean_text` does."""
    wish = locked_wish(session, command.community_id, command.wish_id)
    if WishState(wish.state) not in FULFILLED:
        raise NotYetDelivered
    text = clean_text(command.text, most=MOST_THANKS)
    text_en = clean_text(command.text_en, most=MOST_THANKS_EN, least=0)
    reason = check_texts({"text": text, "text_en": text_en}, command.reason)
    thanks = WishThanks(
        wish_id=wish.id,
        text=text,
        text_en=text_en,
        reason=reason,
        written_by_id=by_id,
        written_at=now,
        note="",
    )
    session.add(thanks)
    session.flush()
    _note(session, "thanks_written", wish, thanks, by_id=by_id, now=now)
    return thanks


def read_thanks(session: Session, command: ReadThanks, *, by_id: int, now: datetime) -> WishThanks:
    """Record the answers; words that pass show while the consent to it stands.

    Raises NoSuchWish, NoLongerApprover, AuthorMayNotReview, ContentChanged, ReviewNoteMissing,
    CouldIdentify.
    """
    require_approver(session, command.community_id, by_id)
    wish = locked_wish(session, command.community_id, command.wish_id)
    thanks = session.scalars(
        select(WishThanks)
        .where(WishThanks.wish_id == wish.id)
        .order_by(WishThanks.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if thanks is None or thanks.id != command.thanks_id:
        raise ContentChanged
    if thanks.written_by_id == by_id:
        raise AuthorMayNotReview
    if not command.passes and not command.note.strip():
        raise ReviewNoteMissing(field="note")
    if command.passes:
        refuse_hard({"text": thanks.text, "text_en": thanks.text_en})
    thanks.read_by_id, thanks.read_at, thanks.passed = by_id, now, command.passes
    thanks.note = clean_text(command.note, most=MOST_NOTE, least=0)
    session.flush()
    _note(session, "thanks_read", wish, thanks, by_id=by_id, now=now)
    return thanks


def _note(
    session: Session, kind: str, wish: Wish, thanks: WishThanks, *, by_id: int, now: datetime
) -> None:
    wish.changed_at = now
    note(
        session,
        kind,
        community_id=wish.community_id,
        now=now,
        wish=wish.id,
        thanks=thanks.id,
        passed=int(bool(thanks.passed)),
        by=by_id,
    )
