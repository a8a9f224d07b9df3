"""Saying a word about a page, and answering it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Missing, Refused
from market.domain.public.concern import (
    MOST_ABOUT,
    MOST_ANSWER,
    MOST_WORDS,
    WORDS_KEPT,
    ConcernKind,
    mint_code,
)
from market.domain.text import clean_text
from market.models.people import Community
from market.models.public import Concern, ConcernAnswer


class NoSuchConcern(Missing):
    """No such word in this community, or no such code."""

    sentence = N_("没有找到这条留言，请核对编号。")


class AlreadyAnswered(Refused):
    """Somebody else was quicker."""

    sentence = N_("这条留言已经有人答复了，请刷新页面看看。")


class NoSuchCommunity(Missing):
    """Nobody who could answer."""

    sentence = N_("没有找到这个社区，请从首页重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """`about` is the path of the page; who says it is nowhere in it."""

    community_id: int
    kind: ConcernKind
    about: str
    words: str


def say(
    session: Session, command: Say, *, now: datetime, random_bytes: Callable[[int], bytes]
) -> str:
    """Keep it, and give the code by which its answer is found.

    Not in the audit chain: anybody could make that grow. Raises NoSuchCommunity and what
    `clean_text` raises.
    """
    if session.get(Community, command.community_id) is None:
        raise NoSuchCommunity
    made = Concern(
        community_id=command.community_id,
        code=mint_code(random_bytes),
        kind=str(command.kind),
        about=clean_text(command.about, most=MOST_ABOUT, least=0),
        words=clean_text(command.words, most=MOST_WORDS, lines=True),
        said_at=now,
    )
    session.add(made)
    session.flush()
    return made.code


def answer_concern(
    session: Session, community_id: int, concern_id: int, words: str, *, by_id: int, now: datetime
) -> None:
    """Say what became of it. Raises NoSuchConcern, AlreadyAnswered, and what `clean_text` raises."""
    concern = session.scalars(
        select(Concern)
        .where(Concern.id == concern_id, Concern.community_id == community_id)
        .with_for_update()
    ).one_or_none()
    if concern is None:
        raise NoSuchConcern
    if session.get(ConcernAnswer, concern_id) is not None:
        raise AlreadyAnswered
    session.add(
        ConcernAnswer(
            concern_id=concern_id,
            words=clean_text(words, most=MOST_ANSWER, lines=True),
            by_id=by_id,
            at=now,
        )
    )
    session.flush()
    note(
        session,
        "concern_answered",
        community_id=community_id,
        now=now,
        concern=concern_id,
        by=by_id,
    )


def erase_old_words(session: Session, *, now: datetime) -> int:
    """Empty what was said long enough after its answer; gives how many. That it was said stays."""
    answered = select(ConcernAnswer.concern_id).where(ConcernAnswer.at < now - WORDS_KEPT)
    emptied = session.execute(
        update(Concern)
        .where(Concern.id.in_(answered), Concern.words != "")
        .values(words="", about="")
        .returning(Concern.id)
    )
    return len(emptied.all())
