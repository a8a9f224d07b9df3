"""Makes rows for tests: `make_market_day(session, community, name="…")`; whatever is not named is made up.

A factory flushes and never commits. A test that goes through the client or an action with a unit
of work of its own makes its rows in one: `with unit_of_work() as session: …` (on SQLite there is
one writer: rows left unwritten in the `session` fixture keep everybody else waiting).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from market.actions.ledger.audit import start_chain
from market.actions.ledger.posting import post
from market.actions.sales.tills import OpenTill, open_till
from market.domain.identifiers import uuid7
from market.domain.ledger.posting_table import cash_advanced
from market.domain.sales import receipt_code
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.models.ledger import Fund, Holder, Party
from market.models.people import Community, Person
from market.models.sales import (
    Device,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PolicyShare,
    Stall,
    Till,
)

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


def make_opening(session: Session, market_day: MarketDay, by: Person) -> MarketOpening:
    """From here on the market day sells for real."""
    return _kept(
        session,
        MarketOpening(market_day_id=market_day.id, opened_by_id=by.id, opened_at=NOW),
    )


def make_till(
    session: Session, market_day: MarketDay, stalls: Sequence[Stall], by: Person, **overrides: Any
) -> Till:
    """An open till for `stalls` of an open market day; its custodian has had the float advanced."""
    community = session.get_one(Community, market_day.community_id)
    safe_holder_id = overrides.pop("safe_holder_id", None) or make_holder(session, community).id
    float_minor = overrides.pop("float_minor", 0)
    if float_minor:
        lender = make_party(session, community, kind="person")
        lent = cash_advanced(
            "", party_id=lender.id, safe_holder_id=safe_holder_id, amount_minor=float_minor
        )
        post(session, lent, community_id=community.id, by_id=by.id, now=NOW)
    command = OpenTill(
        community_id=community.id,
        market_day_id=market_day.id,
        stall_ids=[stall.id for stall in stalls],
        safe_holder_id=safe_holder_id,
        float_minor=float_minor,
        name=overrides.pop("name", ""),
    )
    return open_till(session, command, by_id=by.id, now=overrides.pop("now", NOW))


def make_device(session: Session, market_day: MarketDay, by: Person, **overrides: Any) -> Device:
    """A volunteer's phone, with a letter that no real one of the market day will get."""
    number = next(_numbers)
    given = {"letter": f"O{number % 1000}", "kind": "phone", "person_id": by.id}
    return _kept(
        session,
        Device(
            market_day_id=market_day.id,
            **{"last_sequence": 0, "created_at": NOW, **given, **overrides},
        ),
    )


def make_sale(till_id: int, device_id: int, /, *listings: Listing, **overrides: Any) -> Sale:
    """A sale as a phone fixes it, not recorded yet: one of each listing, in cash."""
    number = next(_numbers)
    given = {
        "id": uuid7(NOW, secrets.token_bytes),
        "till_id": till_id,
        "device_id": device_id,
        "sequence": number,
        "code": receipt_code.mint(secrets.token_bytes),
        "tender": Tender.CASH,
        "lines": tuple(make_line(place, one) for place, one in enumerate(listings, start=1)),
        "phone_at": NOW + timedelta(seconds=number),
    }
    return Sale(**{**given, **overrides})


def make_line(number: int, listing: Listing, **overrides: Any) -> SaleLine:
    """A line of a sale: one piece at its price, ¥10 where the price is open."""
    terms = None
    if listing.consignor_id is not None:
        terms = ConsignorTerms(
            consignor_id=listing.consignor_id,
            share_bp=listing.share_bp,
            fixed_minor=listing.fixed_minor,
            floor_minor=listing.floor_minor,
        )
    price_minor = 10_00 if listing.price_minor is None else listing.price_minor
    given = {"quantity": 1, "unit_price_minor": price_minor, "terms": terms}
    return SaleLine(
        number=number, listing_id=listing.id, name=listing.name, **{**given, **overrides}
    )


def _kept(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row
