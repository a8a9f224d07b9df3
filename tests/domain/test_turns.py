"""The ways of taking turns, the times that can be booked, and the little that is asked of people."""

from __future__ import annotations

from datetime import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import MarketError
from market.domain.sales.bookings import (
    Contact,
    NicknameTooTelling,
    SlotsUnclear,
    TailUnreadable,
    TooManySlots,
    minute_of,
    slots_between,
)
from market.domain.sales.turns import (
    TurnState,
    TwoVolunteersNeeded,
    Way,
    new_tag,
    next_states,
    number_label,
    slot_label,
    state_before,
    two_volunteers,
)
from market.domain.text import TextMissing, TextTooLong

times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(times, times, st.integers(1, 240), st.lists(times, max_size=5))
def test_slots_never_overlap_and_never_run_over(
    first: time, last: time, minutes: int, taken: list[time]
) -> None:
    try:
        found = slots_between(first, last, minutes, taken=taken)
    except (SlotsUnclear, TooManySlots):
        return
    starts = [minute_of(at) for at in found]
    assert all(later - earlier >= minutes for earlier, later in pairwise(starts))
    assert all(minute_of(first) <= at <= minute_of(last) - minutes for at in starts)
    assert all(abs(at - minute_of(other)) >= minutes for at in starts for other in taken)


def test_slots_need_room_and_are_not_endless() -> None:
    for last in (time(9), time(9, 19), time(8)):
        with pytest.raises(SlotsUnclear):
            slots_between(time(9), last, 20)
    with pytest.raises(TooManySlots):
        slots_between(time(0), time(23), 1)


def test_a_number_begins_with_its_phones_letter_and_a_slot_is_its_time() -> None:
    assert (number_label("B", 7), slot_label(time(9, 5))) == ("B7", "09:05")


def test_every_way_leads_to_being_served() -> None:
    for way, end in ((Way.NUMBER, "done"), (Way.SLOT, "done"), (Way.LEFT, "collected")):
        reached, waiting = set(), [TurnState.WAITING]
        while waiting:
            state = waiting.pop()
            reached.add(state)
            waiting += [one for one in next_states(way, state) if one not in reached]
        assert end in reached
        assert next_states(way, TurnState.CANCELLED) == ()


def test_a_slip_goes_back_where_it_came_from_but_a_childs_coming_is_none() -> None:
    for way in Way:
        for state in TurnState:
            before = state_before(way, state, care=False)
            if before is not None and next_states(way, before):
                assert state in next_states(way, before) or way is Way.LEFT
    assert state_before(Way.NUMBER, TurnState.ARRIVED, care=True) is None
    assert state_before(Way.SLOT, TurnState.CANCELLED, care=False) is None


@given(st.binary(min_size=4, max_size=4))
def test_a_tag_is_three_digits(random: bytes) -> None:
    tag = new_tag(lambda _: random)
    assert len(tag) == 3
    assert tag.isdecimal()


@pytest.mark.parametrize("names", [("", "乙"), ("甲", ""), ("甲", " 甲 "), ("甲" * 41, "乙")])
def test_two_volunteers_are_two(names: tuple[str, str]) -> None:
    with pytest.raises(TwoVolunteersNeeded):
        two_volunteers(*names)


@pytest.mark.parametrize(
    ("nickname", "tail", "refused"),
    [
        ("", "5678", TextMissing),
        ("王" * 13, "5678", TextTooLong),
        ("13812345678", "5678", NicknameTooTelling),
        ("王１２３４５", "5678", NicknameTooTelling),
        ("王阿姨", "", TailUnreadable),
        ("王阿姨", "567", TailUnreadable),
        ("王阿姨", "13812345678", TailUnreadable),
        ("王阿姨", "56a8", TailUnreadable),
        ("王阿姨", "٥٦٧٨", TailUnreadable),
    ],
)
def test_a_contact_that_tells_too_much_or_too_little_is_refused(
    nickname: str, tail: str, refused: type[MarketError]
) -> None:
    with pytest.raises(refused):
        Contact(nickname, tail)
