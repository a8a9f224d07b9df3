"""A wish put first: with a reason in writing, before the others on every board, and back in line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from market.actions.proceeds.priority import NothingToPutFirst, PutFirst, put_first
from market.domain.proceeds.ranking import AllocationRule, WaitingWish, smallest_gap, suggest
from market.domain.text import TextMissing
from market.models.proceeds import Wish
from market.queries.proceeds.allocations import waiting_wishes
from market.queries.proceeds.priority import priority_of
from tests.factories import NOW
from tests.wishes import TODAY, Stage, allocate, make_open_wish, make_stage


def say(session: Session, stage: Stage, wish: Wish, reason: str, *, first: bool = True) -> None:
    command = PutFirst(community_id=stage.community.id, wish_id=wish.id, first=first, reason=reason)
    put_first(session, command, by_id=stage.by, now=NOW)


def test_what_is_put_first_comes_before_what_has_waited_longer(session: Session) -> None:
    stage = make_stage(session, laid_minor=86_00)
    older, newer = make_open_wish(session, stage), make_open_wish(session, stage)

    def line() -> list[int]:
        return [row.id for row in waiting_wishes(session, stage.community.id, today=TODAY)]

    assert line() == [older.id, newer.id]
    with pytest.raises(TextMissing):
        say(session, stage, newer, "  ")
    say(session, stage, newer, "开学以前要用")
    assert line() == [newer.id, older.id]
    waiting = waiting_wishes(session, stage.community.id, today=TODAY)
    assert waiting[0].first_because == "开学以前要用"
    found = suggest(AllocationRule.OLDEST_FIRST, 86_00, [row.ranked for row in waiting])
    assert [one.wish_id for one in found] == [newer.id]
    say(session, stage, newer, "已经开学了", first=False)
    assert line() == [older.id, newer.id]
    last = priority_of(session, newer.id)
    assert last is not None
    assert (last.first, last.reason) == (False, "已经开学了")
    allocate(session, stage, (newer, 86_00))
    session.refresh(newer)
    with pytest.raises(NothingToPutFirst):
        say(session, stage, newer, "还是想先")


def test_a_dear_wish_put_first_keeps_no_other_from_being_lit() -> None:
    dear = WaitingWish(1, NOW, 200_00, first=True)
    small = WaitingWish(2, NOW + timedelta(days=1), 40_00)
    assert [one.wish_id for one in smallest_gap(100_00, [dear, small])] == [2]
