"""Properties of sales: hashes, sums, places in their closure, and the root over each closure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.errors import MarketError
from market.domain.money import Money
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.frozen import FrozenSale, FrozenSales
from market.domain.sales.merkle import TreeHash, leaf_content
from market.domain.sales.sale import Void, canonical_row, void_hash
from market.models.sales import (
    Closure,
    MarketDay,
    Sale,
    SaleVoid,
    Till,
    TillTotal,
)
from market.queries.ledger.check.chain import Vouched
from market.queries.ledger.check.kept_sales import (
    KeptLine,
    KeptSale,
    KeptVoid,
    closed_sales,
    open_sales,
)
from market.queries.ledger.check.verdict import Tick, Verdict, verdict

_TICK_EVERY = 1_000


@dataclass(slots=True)
class _Found:
    """What one walk along all sales found wrong, by property."""

    sales: int = 0
    net_minor: int = 0
    hashes: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)


def sales_hold(
    session: Session, community_id: int, vouched: Vouched, tick: Tick
) -> Iterator[Verdict]:
    """Everything that needs each sale to be looked at, in one walk along all of them."""
    found = _Found()
    closures = session.scalars(
        select(Closure)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
        .order_by(Closure.id)
        .execution_options(populate_existing=True)
    ).all()
    _walk_closures(session, list(closures), vouched, found, tick)
    for sale in _ticking(open_sales(session, community_id), tick):
        _look_at(sale, vouched, found)
    sales = ("sales", found.sales)
    yield verdict(
        "sales_hashed", "each sale and void has the hash of its content", found.hashes, sales
    )
    yield verdict(
        "sales_summed",
        "each sale's lines and gift are its net and consignors' parts",
        found.sums,
        sales,
        ("net", Money(found.net_minor)),
    )
    yield verdict(
        "positions_contiguous",
        "each closure's sales follow one another, voided ones taking no place",
        found.places,
        sales,
    )
    yield verdict(
        "closures_rooted",
        "each closure's Merkle root and what it froze are what the chain vouches for",
        found.roots,
        ("closures", len(closures)),
    )


def till_totals_are_replays(session: Session, community_id: int) -> Verdict:
    """What a till keeps of each tender is the sum of its sales that were not voided."""
    kept = {
        (row[0], row[1]): (row[2], row[3], row[4])
        for row in session.execute(
            select(
                TillTotal.till_id,
                TillTotal.tender,
                TillTotal.sales,
                TillTotal.due_minor,
                TillTotal.net_minor,
            )
            .join(Till, Till.id == TillTotal.till_id)
            .join(MarketDay, MarketDay.id == Till.market_day_id)
            .where(MarketDay.community_id == community_id)
        )
    }
    replayed = {
        (row[0], row[1]): (row[2], int(row[3]), int(row[4]))
        for row in session.execute(
            select(
                Sale.till_id,
                Sale.tender,
                func.count(),
                func.sum(Sale.lines_minor + Sale.gift_minor),
                func.sum(Sale.net_minor),
            )
            .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
            .join(Till, Till.id == Sale.till_id)
            .join(MarketDay, MarketDay.id == Till.market_day_id)
            .where(MarketDay.community_id == community_id, SaleVoid.sale_id.is_(None))
            .group_by(Sale.till_id, Sale.tender)
        )
    }
    none = (0, 0, 0)
    return verdict(
        "till_totals",
        "each till's totals are the sums of its sales",
        (
            f"till_total {till_id} {tender}"
            for till_id, tender in sorted(kept.keys() | replayed.keys())
            if kept.get((till_id, tender), none) != replayed.get((till_id, tender), none)
        ),
        ("tills", len({till_id for till_id, _ in kept})),
        ("taken", Money(sum(row[1] for row in replayed.values()))),
    )


def _walk_closures(
    session: Session, closures: list[Closure], vouched: Vouched, found: _Found, tick: Tick
) -> None:
    by_id = {closure.id: closure for closure in closures}
    empty = set(by_id)
    sales = _ticking(closed_sales(session, closures), tick)
    for closure_id, some in groupby(sales, key=lambda sale: sale.closure_id):
        if closure_id is not None:
            empty.discard(closure_id)
            _look_at_closure(by_id[closure_id], some, vouched, found)
    for closure_id in sorted(empty):
        _look_at_closure(by_id[closure_id], iter(()), vouched, found)


def _look_at_closure(
    closure: Closure, sales: Iterator[KeptSale], vouched: Vouched, found: _Found
) -> None:
    """Its sales one after the other, and what they come to."""
    tree, frozen = TreeHash(), FrozenSales()
    end_minor, standing = 0, 0
    last: tuple[datetime, UUID] | None = None
    for ordinal, sale in enumerate(sales, start=1):
        _look_at(sale, vouched, found)
        net = 0 if sale.void else sale.net_minor
        place = (sale.recorded_at, sale.id)
        in_place = (
            (sale.ordinal, sale.start_minor, sale.end_minor)
            == (ordinal, end_minor, end_minor + net)
            and sale.till_id == closure.till_id
            and (last is None or last < place)
        )
        if not in_place:
            found.places.append(f"sale_position {sale.id}")
        end_minor, last = end_minor + net, place
        standing += not sale.void
        tree.add(leaf_content(sale.hash, sale.void.hash if sale.void else None))
        frozen.add(_frozen(sale))
    if (closure.sales, closure.net_minor) != (standing, end_minor):
        found.places.append(f"closure {closure.id}")
    root = tree.root()
    says = vouched.closures.get(closure.id)
    if closure.merkle_root != root or says != (root.hex(), frozen.hexdigest()):
        found.roots.append(f"closure {closure.id}")


def _look_at(sale: KeptSale, vouched: Vouched, found: _Found) -> None:
    """What can be said of one sale by itself."""
    found.sales += 1
    found.net_minor += 0 if sale.void else sale.net_minor
    if not _is_hashed(sale):
        found.hashes.append(f"sale {sale.id}")
    if sale.void is not None and not _is_voided(sale, sale.void, vouched):
        found.hashes.append(f"sale_void {sale.id}")
    if not _is_summed(sale):
        found.sums.append(f"sale {sale.id}")


def _is_hashed(sale: KeptSale) -> bool:
    content = canonical_row(
        sale[4:13], [(line[1], line[2], line[3], line[4]) for line in sale.lines]
    )
    return hashlib.sha256(content).digest() == sale.hash


def _is_voided(sale: KeptSale, void: KeptVoid, vouched: Vouched) -> bool:
    try:
        fixed = Void(
            id=void.id,
            sale_id=sale.id,
            reason=void.reason,
            sequence=void.sequence,
            at=void.phone_at,
        )
    except MarketError:
        return False
    return void_hash(fixed) == void.hash and vouched.voids.get(str(sale.id)) == void.hash.hex()


def _is_summed(sale: KeptSale) -> bool:
    lines_minor = consignor_minor = 0
    for place, line in enumerate(sale.lines, start=1):
        amount_minor = line.quantity * line.unit_price_minor
        lines_minor += amount_minor
        consignor_minor += line.consignor_minor
        if line.number != place or line.consignor_minor != _owed(line, amount_minor):
            return False
    net_minor = lines_minor + sale.gift_minor - consignor_minor
    kept = (sale.lines_minor, sale.consignor_minor, sale.net_minor)
    return bool(sale.lines) and kept == (lines_minor, consignor_minor, net_minor)


def _owed(line: KeptLine, amount_minor: int) -> int:
    if line.consignor_id is None:
        return 0
    try:
        terms = ConsignorTerms(
            consignor_id=line.consignor_id, share_bp=line.share_bp, fixed_minor=line.fixed_minor
        )
    except MarketError:
        return -1
    return terms.owed_minor(amount_minor, quantity=line.quantity)


def _frozen(sale: KeptSale) -> FrozenSale:
    return FrozenSale(
        sale.id,
        sale.stall_id,
        sale.day_number,
        sale.phone_at,
        sale.recorded_at,
        sale.received_at,
        sale.person_id,
        None if sale.void is None else (sale.void.by_id, sale.void.phone_at, sale.void.at),
        [line[5:] for line in sale.lines],
    )


def _ticking(sales: Iterator[KeptSale], tick: Tick) -> Iterator[KeptSale]:
    number = 0
    for number, sale in enumerate(sales, start=1):
        if not number % _TICK_EVERY:
            tick(_TICK_EVERY)
        yield sale
    tick(number % _TICK_EVERY)
