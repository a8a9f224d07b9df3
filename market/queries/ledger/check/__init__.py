"""The ledger check: every identity of the books and the line, looked at on the real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from market.domain.errors import MarketError
from market.queries.ledger.check import (
    books,
    closures,
    lighting,
    line,
    promises,
    refunds,
    support,
    turns,
)
from market.queries.ledger.check.chain import Vouched, chain_verifies, vouchers_are_sealed
from market.queries.ledger.check.sales import sales_hold, till_totals_are_replays
from market.queries.ledger.check.trace import traces_sum
from market.queries.ledger.check.verdict import Tick, Verdict, nothing, verdict

__all__ = ["Verdict", "check_community"]

_UNREADABLE = (MarketError, StatementError, ValueError, TypeError, LookupError, AttributeError)
"""What looking at a row may raise that somebody has tampered with."""


def check_community(session: Session, community_id: int, tick: Tick = nothing) -> Iterator[Verdict]:
    """One verdict after the other; none of them writes. All must see the same moment.

    So run it in a transaction whose reads repeat, and where others may write meanwhile.
    """
    vouched = Vouched()
    books_alone = [partial(look, session, community_id) for look in _BY_QUESTION]
    one_by_one = [
        partial(chain_verifies, session, community_id, vouched, tick),
        partial(vouchers_are_sealed, session, community_id, vouched, tick),
        partial(refunds.refunds_are_within_sales, session, community_id, vouched),
        *books_alone,
        partial(traces_sum, session, community_id, tick),
    ]
    for look in one_by_one:
        yield from _guarded(partial(_alone, look))
    yield from _guarded(partial(sales_hold, session, community_id, vouched, tick))


_BY_QUESTION: tuple[Callable[[Session, int], Verdict], ...] = (
    books.vouchers_balance,
    books.postings_have_vouchers,
    books.balances_are_replays,
    books.both_sides_agree,
    books.funds_match_the_line,
    books.refunds_wait_in_the_books,
    books.two_people_each_time,
    closures.closures_are_laid_and_booked,
    till_totals_are_replays,
    promises.allocations_are_records,
    promises.wishes_are_records,
    support.tranches_are_records,
    support.releases_are_earned,
    turns.turns_go_step_by_step,
    turns.turns_are_paid_once,
    lighting.plans_are_carried_out,
    refunds.claims_are_where_it_was_laid,
    line.pieces_are_contiguous,
    line.laid_is_raised_and_returned,
    line.taken_is_allocated_and_refunded,
)


def _alone(look: Callable[[], Verdict]) -> Iterator[Verdict]:
    yield look()


def _guarded(look: Callable[[], Iterator[Verdict]]) -> Iterator[Verdict]:
    """What cannot even be read does not hold."""
    try:
        yield from look()
    except _UNREADABLE as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        yield verdict("unreadable", "some rows cannot be read", [said[:200]])
