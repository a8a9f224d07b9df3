"""Where money on the proceeds line is now, and where it was first laid: worked stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from market.domain.ledger.line import (
    LONGEST_MOVE,
    Move,
    Piece,
    Span,
    exchanged,
    follow,
    look_back,
    owned,
    returned,
)
from tests.domain.line_book import FundRows
from tests.domain.line_oracle import Owner
from tests.domain.line_twins import Twins


def _told(*nets: int) -> Twins:
    """One fund with one closure of these sales."""
    twins = Twins(1)
    twins.close(nets, 0, (1,))
    return twins


def _runs(twins: Twins, sale: int) -> dict[Owner | None, int]:
    twins.compare()
    return dict(Counter(twins.book.trace(sale)[0]))


WISH, NEXT_WISH, REFUND, NEXT_REFUND = (
    ("allocation", 0),
    ("allocation", 1),
    ("refund", 0),
    ("refund", 1),
)


def test_a_wish_is_lit_by_the_receipts_that_came_first() -> None:
    twins = _told(10, 10, 10)
    twins.allocate(0, 15)
    assert [_runs(twins, sale) for sale in range(3)] == [
        {WISH: 10},
        {WISH: 5, None: 5},
        {None: 10},
    ]
    assert twins.book.receipts(WISH) == {0: 10, 1: 5}


def test_returned_money_is_followed_to_the_wish_it_reaches_next() -> None:
    twins = _told(10, 10)
    twins.allocate(0, 20)
    twins.give_back(0, 5)
    assert _runs(twins, 1) == {WISH: 5, None: 5}
    twins.allocate(0, 5)
    assert _runs(twins, 1) == {WISH: 5, NEXT_WISH: 5}
    assert twins.book.receipts(NEXT_WISH) == {1: 5}


def test_a_refund_takes_no_wish_from_anybody() -> None:
    twins = _told(10, 10)
    twins.allocate(0, 10)
    twins.refund(0, 10)
    assert _runs(twins, 0) == {REFUND: 10}
    assert _runs(twins, 1) == {WISH: 10}
    assert twins.book.receipts(WISH) == {1: 10}


def test_a_refund_waits_until_enough_is_free() -> None:
    twins = _told(10, 4)
    twins.allocate(0, 10)
    twins.refund(0, 10)
    assert _runs(twins, 0) == {WISH: 10}
    twins.lay_income(0, 6)
    twins.settle(0)
    assert _runs(twins, 0) == {REFUND: 10}
    assert _runs(twins, 1) == {WISH: 4}


def test_a_refund_settles_on_every_fund_or_on_none() -> None:
    twins = Twins(2)
    twins.close([20, 4], 0, (1, 1))
    twins.allocate(0, 12)
    twins.refund(0, 20)
    assert [fund.taken for fund in twins.book.funds] == [12, 0]
    assert twins.waiting() == [0]


def test_refunded_money_partly_at_the_head_stays_there() -> None:
    twins = _told(10, 10, 10)
    twins.allocate(0, 5)
    twins.refund(0, 10)
    assert _runs(twins, 0) == {REFUND: 10}
    assert _runs(twins, 1) == {WISH: 5, None: 5}
    assert sum(move.length for move in twins.book.funds[0].moves) == 2 * 5


def test_a_receipt_whose_place_was_exchanged_can_be_refunded_too() -> None:
    twins = _told(10, 10, 10)
    twins.allocate(0, 10)
    twins.refund(0, 10)
    twins.refund(1, 10)
    assert [_runs(twins, sale) for sale in range(3)] == [
        {REFUND: 10},
        {NEXT_REFUND: 10},
        {WISH: 10},
    ]


def test_a_sale_is_refunded_in_parts_from_its_end() -> None:
    twins = _told(10, 10)
    twins.allocate(0, 10)
    twins.refund(0, 3)
    twins.refund(0, 4)
    assert _runs(twins, 0) == {WISH: 3, NEXT_REFUND: 4, REFUND: 3}
    assert twins.book.trace(0)[0] == [WISH] * 3 + [NEXT_REFUND] * 4 + [REFUND] * 3


def test_money_refunded_after_it_was_returned_and_allocated_again_is_found() -> None:
    twins = _told(10, 10)
    twins.allocate(0, 10)
    twins.give_back(0, 4)
    twins.allocate(0, 12)
    twins.refund(0, 4)
    assert twins.waiting() == [0]
    twins.lay_income(0, 2)
    twins.settle(0)
    assert _runs(twins, 0) == {WISH: 6, REFUND: 4}
    assert _runs(twins, 1) == {NEXT_WISH: 10}
    assert twins.book.held_by(NEXT_WISH)[0][-2:] == [(("income", 0), 0), (("income", 0), 1)]


def test_exchanged_money_that_is_returned_keeps_its_new_owner() -> None:
    twins = _told(10, 10)
    twins.allocate(0, 10)
    twins.refund(0, 10)
    twins.give_back(0, 5)
    assert _runs(twins, 0) == {REFUND: 10}
    assert _runs(twins, 1) == {WISH: 5, None: 5}


def test_a_chain_is_followed_with_one_lookup_a_link_for_any_number_of_pieces() -> None:
    fund = FundRows()
    fund.lay(1_000, ("closure", 0))
    places = Span(0, 1_000)
    for _ in range(4):
        fund.take(1_000, ("allocation", 0))
        landing = fund.laid
        fund.lay(1_000, ("return", 0))
        fund.moves.extend(returned(places, landing, fund.step))
        places = Span(landing, fund.laid)
    pieces = [Piece(Span(start, start + 1), 1, start) for start in range(0, 1_000, 2)]
    assert fund.follow(pieces) == [
        Piece(piece.span.shifted(4_000), fund.step, piece.origin) for piece in pieces
    ]
    assert fund.lookups == 5
    assert [piece.span for piece in fund.look_back([places])] == [Span(0, 1_000)]
    assert fund.lookups == 10


def test_following_gives_what_stayed_and_what_went_by_origin() -> None:
    rows = returned(Span(40, 60), 100, 7)
    assert follow([Piece(Span(30, 50), 1, 500)], lambda _: rows) == [
        Piece(Span(30, 40), 1, 500),
        Piece(Span(100, 110), 7, 510),
    ]
    assert look_back([Piece(Span(95, 110), 9, 0)], lambda _: rows) == [
        Piece(Span(95, 100), 9, 0),
        Piece(Span(40, 50), 6, 5),
    ]


def test_money_that_came_after_a_move_does_not_take_it() -> None:
    rows = exchanged([Span(0, 5)], Span(10, 15), 3)
    assert follow([Piece(Span(0, 5), 3, 0)], lambda _: rows) == [Piece(Span(0, 5), 3, 0)]
    assert follow([Piece(Span(0, 5), 2, 0)], lambda _: rows) == [Piece(Span(10, 15), 3, 0)]
    assert look_back([Piece(Span(10, 15), 2, 0)], lambda _: rows) == [Piece(Span(10, 15), 2, 0)]
    assert look_back([Piece(Span(10, 15), 3, 0)], lambda _: rows) == [Piece(Span(0, 5), 2, 0)]


def test_a_move_of_many_rows_is_followed_as_one_piece() -> None:
    rows = returned(Span(5, 25_005), 40_000, 2)
    assert [row.length for row in rows] == [LONGEST_MOVE, LONGEST_MOVE, 5_000]
    asked: list[int] = []

    def moves_after(questions: Sequence[tuple[Span, int]]) -> list[Move]:
        asked.append(len(questions))
        return rows

    assert follow([Piece(Span(5, 25_005), 1, 0)], moves_after) == [
        Piece(Span(40_000, 65_000), 2, 0)
    ]
    assert asked == [1, 1]


def test_neighbours_are_asked_about_together_if_they_stood_there_at_the_same_time() -> None:
    asked: list[tuple[Span, int]] = []

    def moves_after(questions: Sequence[tuple[Span, int]]) -> list[Move]:
        asked.extend(questions)
        return []

    pieces = [Piece(Span(5, 9), 1, 50), Piece(Span(2, 4), 3, 20), Piece(Span(0, 5), 1, 90)]
    assert follow(pieces, moves_after) == [pieces[1], pieces[0], pieces[2]]
    assert asked == [(Span(0, 9), 1), (Span(2, 4), 3)]


def test_nothing_laid_is_nothing_found() -> None:
    def never(_: Sequence[tuple[Span, int]]) -> list[Move]:
        pytest.fail("there was nothing to ask for")

    assert follow([Piece(Span(5, 5), 1, 0)], never) == []
    assert look_back([], never) == []


def test_pieces_are_cut_by_who_owns_them() -> None:
    owners = [(Span(6, 7), "later"), (Span(0, 3), "wish"), (Span(3, 3), "nobody")]
    assert owned([Piece(Span(1, 9), 4, 100), Piece(Span(0, 1), 2, 0)], owners) == [
        (Piece(Span(1, 3), 4, 100), "wish"),
        (Piece(Span(3, 6), 4, 102), None),
        (Piece(Span(6, 7), 4, 105), "later"),
        (Piece(Span(7, 9), 4, 106), None),
        (Piece(Span(0, 1), 2, 0), "wish"),
    ]
