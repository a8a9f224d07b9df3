"""Makes rows for tests: `make_market_day(session, community, name="…")`; whatever is not named is made up.

A factory flushes and never commits. A test that goes through the client or an action with a unit
of work of its own makes its rows in one: `with unit_of_work() as session: …` (on SQLite there is
one writer: rows left unwritten in the `session` fixture keep everybody else waiting).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from market.actions.ledger.audit import start_chain
from market.models.ledger import Fund, Holder, Party
from market.models.people import Community, Person
from market.models.sales import LegalBasis, Listing, MarketDay, PolicyShare, Stall

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""A Saturday, ten in the morning in Nanjing; what a factory says where a time is needed."""

_numbers = count(1)
_Row = TypeVar("_Row")


def make_community(session: Session, **overrides: Any) -> Community:
    """A community with its audit chain begun."""
    number = next(_numbers)
    made = Community(
        **{
            "slug": f"lantern-{number}",
            "name": f"灯笼街{number}号社区",
            "created_at": NOW,
            **overrides,
        }
    )
    session.add(made)
    session.flush()
    start_chain(session, made.id)
    session.flush()
    return made


def make_holder(session: Session, community: Community, **overrides: Any) -> Holder:
    """Somewhere money can be: by default the custodian of a cash box."""
    given = {"kind": "custodian", "name": f"保管人{next(_numbers)}", "on_behalf": False}
    return _kept(session, Holder(community_id=community.id, **{**given, **overrides}))


def make_party(session: Session, community: Community, **overrides: Any) -> Party:
    """Somebody the market may owe: by default a consignor."""
    given = {"kind": "consignor", "name": f"寄售人{next(_numbers)}"}
    return _kept(session, Party(community_id=community.id, **{**given, **overrides}))


def make_fund(session: Session, community: Community, **overrides: Any) -> Fund:
    """A fund: by default for wishes, with nothing laid on its line yet."""
    given = {
        "code": f"F{next(_numbers)}",
        "purpose": "wishes",
        "name": "微心愿专款",
        "laid_minor": 0,
        "taken_minor": 0,
        "step": 0,
        "created_at": NOW,
    }
    return _kept(session, Fund(community_id=community.id, **{**given, **overrides}))


def make_market_day(
    session: Session, community: Community, by: Person, **overrides: Any
) -> MarketDay:
    """A market day that `by` has written down; without basis, policy or stalls."""
    number = next(_numbers)
    given = {
        "slug": f"market-{number}",
        "name": f"第{number}次市集",
        "held_on": date(2026, 11, 21),
        "place": "社区广场",
        "created_by_id": by.id,
        "created_at": NOW,
    }
    return _kept(session, MarketDay(community_id=community.id, **{**given, **overrides}))


def make_legal_basis(
    session: Session, market_day: MarketDay, holder: Holder, **overrides: Any
) -> LegalBasis:
    """By default mutual aid inside the community (C)."""
    given = {"kind": "C"}
    return _kept(
        session,
        LegalBasis(market_day_id=market_day.id, holder_id=holder.id, **{**given, **overrides}),
    )


def make_policy(session: Session, market_day: MarketDay, *shares: tuple[Fund, int]) -> None:
    """The split of a market day: funds in order, each with its weight."""
    for ordinal, (fund, weight) in enumerate(shares):
        session.add(
            PolicyShare(
                market_day_id=market_day.id, ordinal=ordinal, fund_id=fund.id, weight=weight
            )
        )
    session.flush()


def make_stall(session: Session, market_day: MarketDay, **overrides: Any) -> Stall:
    number = next(_numbers)
    given = {"number": str(number % 10_000), "name": f"{number}号摊"}
    return _kept(session, Stall(market_day_id=market_day.id, **{**given, **overrides}))


def make_listing(session: Session, stall: Stall, **overrides: Any) -> Listing:
    """Goods at ¥15, not counted and not consigned."""
    number = next(_numbers)
    given = {
        "position": number,
        "kind": "goods",
        "name": f"手工皂{number}",
        "price_minor": 15_00,
        "sold": 0,
    }
    return _kept(session, Listing(stall_id=stall.id, **{**given, **overrides}))


def _kept(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row
