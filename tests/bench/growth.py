"""The same questions and acts on histories of different length: what grows with the market, and how much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import db, let_go_of_the_database, unit_of_work
from market.models.sales import Closure, MarketDay, Sale, SalePosition
from market.queries.ledger.balances import money_now
from market.queries.ledger.check import check_community
from market.queries.public.markets import market_page
from market.queries.public.receipts import receipt
from tests.bench.apart import apart
from tests.bench.figures import Figure, median
from tests.bench.history import History, begin_history, close, count, live_on, open_tills, sold
from tests.bench.houses import House, inside
from tests.bench.pages import beside_constants

SALES_OF_A_CLOSING = 100
ASKED_A_ROUND = 20
LIMITED = ("trace of a receipt", "balance", "day report")
"""The questions that may hardly grow; closing and check are told."""
_MILLION = 1_000_000


@dataclass(slots=True)
class _Size:
    """One history: its application, its length, and the seconds each act took, round by round."""

    app: Flask
    history: History
    codes: list[str]
    slugs: list[str]
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, what: str, act: Callable[[], object]) -> None:
        begun = time.perf_counter()
        act()
        self.seconds.setdefault(what, []).append(time.perf_counter() - begun)


def measure(
    houses: Sequence[House], *, sizes: Sequence[int], rounds: int, pages_a_round: int
) -> list[Figure]:
    """Let every history happen, those of different databases at once; then ask them in turns.

    At the end the longest is served: a receipt's page with all of it behind.
    """
    urls = {(house.kind, size): house.url() for house in houses for size in sizes}
    jobs = [partial(_lived, [(size, urls[house.kind, size]) for size in sizes]) for house in houses]
    figures = []
    for house, histories in zip(houses, apart(jobs), strict=True):
        found = [(urls[house.kind, size], histories[size]) for size in sizes]
        figures += _asked(house.kind, found, rounds)
        url, history = found[-1]
        with inside(url):
            pages = ((f"trace, {history.sales:,} sales behind it", f"/r/{_one_code()}"),)
        figures += beside_constants(url, house.kind, pages, rounds=rounds, requests=pages_a_round)
    return figures


def _one_code() -> str:
    """A receipt from the middle of the history."""
    with _reading() as session:
        whole = session.scalar(select(func.count(SalePosition.sale_id))) or 0
        return session.scalars(
            select(Sale.code)
            .join(SalePosition, SalePosition.sale_id == Sale.id)
            .order_by(SalePosition.closure_id)
            .offset(whole // 2)
            .limit(1)
        ).one()


def _lived(wanted: Sequence[tuple[int, str]]) -> dict[int, History]:
    """In a process of its own: let each history happen on its database."""
    histories = {}
    for sales, url in wanted:
        with inside(url):
            histories[sales] = begin_history()
            live_on(histories[sales], sales)
    return histories


def _asked(kind: str, found: Sequence[tuple[str, History]], rounds: int) -> list[Figure]:
    sizes = []
    for url, history in found:
        with inside(url) as app:
            sizes.append(_Size(app, history, *_samples(history)))
    for number in range(rounds + 1):
        for size in sizes:
            with size.app.app_context():
                _one_round(size)
                if not number:
                    size.seconds.clear()
    for size in sizes:
        with size.app.app_context():
            size.timed("check-ledger", partial(_check, size.history))
            let_go_of_the_database()
    return [*_growth(kind, sizes), *_told(kind, sizes)]


def _one_round(size: _Size) -> None:
    community_id = size.history.place.community_id
    chance = size.history.chance
    with _reading() as session:
        for code in chance.sample(size.codes, ASKED_A_ROUND):
            size.timed("trace of a receipt", partial(receipt, session, code))
        for slug in chance.sample(size.slugs, min(ASKED_A_ROUND, len(size.slugs))):
            size.timed("day report", partial(market_page, session, slug))
        for _ in range(ASKED_A_ROUND):
            size.timed("balance", partial(money_now, session, community_id))
    _close_one(size)


def _close_one(size: _Size) -> None:
    """Open a till, sell a hundred times, count; only the closing itself is timed."""
    place, now = size.history.place, size.history.next_day
    with unit_of_work() as session:
        [one] = open_tills(session, place, 1, now=now)
        sold(session, one, SALES_OF_A_CLOSING, size.history.chance, now=now)
        count(session, place, one.till.id, now=now + timedelta(hours=9))

    def act() -> None:
        with unit_of_work() as session:
            close(session, place, one.till.id, now=now + timedelta(hours=9))

    size.timed(f"closing a till of {SALES_OF_A_CLOSING} sales", act)


def _check(history: History) -> None:
    with _reading() as session:
        wrong = [
            found
            for found in check_community(session, history.place.community_id)
            if not found.holds
        ]
    if wrong:
        message = f"the ledger does not hold: {wrong}"
        raise RuntimeError(message)


@contextmanager
def _reading() -> Iterator[Session]:
    with Session(db.engine) as session:
        yield session


def _samples(history: History) -> tuple[list[str], list[str]]:
    """Receipt codes from all over the history, and the addresses of its market days."""
    with _reading() as session:
        closures = session.scalars(select(Closure.id).order_by(Closure.id)).all()
        chosen = history.chance.sample(closures, min(len(closures), 2 * ASKED_A_ROUND))
        codes = session.scalars(
            select(Sale.code)
            .join(SalePosition, SalePosition.sale_id == Sale.id)
            .where(SalePosition.closure_id.in_(chosen), SalePosition.ordinal % 25 == 0)
        ).all()
        slugs = session.scalars(select(MarketDay.slug).order_by(MarketDay.id)).all()
    return list(codes), list(slugs)


def _growth(kind: str, sizes: Sequence[_Size]) -> Iterator[Figure]:
    """The longest history's median over the shortest's; limits hold for 10⁴ to 10⁶."""
    first, last = sizes[0], sizes[-1]
    for what in first.seconds:
        if what == "check-ledger":
            continue
        limited = what in LIMITED and last.history.sales <= _MILLION
        yield Figure(
            what=f"{what}, {last.history.sales:,} / {first.history.sales:,} sales",
            kind=kind,
            ratio=median(last.seconds[what]) / median(first.seconds[what]),
            must=3 if limited else None,
            aim=1.5 if limited else None,
            at_most=True,
            beside={
                f"ms at {size.history.sales:,}": median(size.seconds[what]) * 1000 for size in sizes
            },
        )


def _told(kind: str, sizes: Sequence[_Size]) -> Iterator[Figure]:
    """What it takes to check, and what it took to seed, for each thousand sales."""
    for size in sizes:
        sales = size.history.sales
        [check] = size.seconds["check-ledger"]
        yield Figure(
            what=f"check-ledger of {sales:,} sales, ms a thousand",
            kind=kind,
            ratio=check * 1_000_000 / sales,
            beside={"s": check},
        )
        spent = size.history.seconds
        yield Figure(
            what=f"living through {sales:,} sales, ms a thousand",
            kind=kind,
            ratio=sum(spent.values()) * 1_000_000 / sales,
            beside={f"{act} s": seconds for act, seconds in spent.items()},
        )
