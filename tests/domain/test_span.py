"""Spans hold what sets of places hold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.span import MoreThanRemains, Span, merged, tail, without, without_tail

spans = st.tuples(st.integers(0, 30), st.integers(0, 12)).map(
    lambda drawn: Span(drawn[0], drawn[0] + drawn[1])
)
several = st.lists(spans, max_size=6)


def places(*of: Span) -> set[int]:
    return {place for span in of for place in range(span.start, span.end)}


@given(spans, spans)
def test_an_intersection_holds_the_common_places(one: Span, other: Span) -> None:
    common = one.intersect(other)
    assert (places(common) if common is not None else set()) == places(one) & places(other)
    assert common is None or common.length


@given(several)
def test_merging_keeps_the_places_in_the_fewest_ascending_spans(given_spans: list[Span]) -> None:
    result = merged(given_spans)
    assert places(*result) == places(*given_spans)
    assert all(span.length for span in result)
    assert all(one.end < other.start for one, other in pairwise(result))


@given(spans, several)
def test_what_is_left_without_holes_lies_in_none_of_them(span: Span, holes: list[Span]) -> None:
    result = without(span, holes)
    assert places(*result) == places(span) - places(*holes)
    assert result == merged(result)


@given(spans, st.data())
def test_a_tail_and_what_it_leaves_make_the_whole(span: Span, data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, span.length))
    gone, kept = tail(span, amount), without_tail(span, amount)
    assert gone.length == amount
    assert (kept.start, kept.end, gone.end) == (span.start, gone.start, span.end)


def test_no_more_than_remains_can_go() -> None:
    for take in (tail, without_tail):
        with pytest.raises(MoreThanRemains):
            take(Span(10, 30), 21)
        with pytest.raises(ValueError, match="tail of -1"):
            take(Span(10, 30), -1)


@pytest.mark.parametrize(("start", "end"), [(5, 4), (-1, 4)])
def test_a_span_does_not_run_backwards_or_below_zero(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        Span(start, end)


def test_spans_sort_by_where_they_start() -> None:
    assert sorted([Span(5, 6), Span(0, 9), Span(5, 5)]) == [Span(0, 9), Span(5, 5), Span(5, 6)]
    assert Span(3, 7).shifted(-3) == Span(0, 4)
