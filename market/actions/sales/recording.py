"""Recording sales: the one road for the plain form, imports and phones that were offline.

Nothing here is serialised but a device's own numbers and, last and short, its till's totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from market.actions.sales.quarantine import Aside, Reason, set_aside
from market.actions.sales.sale_rows import Fixed, Stamp, line_row, sale_row
from market.actions.sales.writing import write_sales
from market.domain.errors import MarketError
from market.domain.sales.sale import (
    Sale,
    canonical_json,
    day_number,
    sale_hash,
)
from market.models.sales import Device
from market.queries.sales.counter import Counter, Good, counter_at
from market.queries.sales.known import KnownSale, Names, known_sales

_RAISE_SEQUENCE = (
    update(Device)
    .where(Device.id == bindparam("device"), Device.last_sequence < bindparam("sequence"))
    .values(last_sequence=bindparam("sequence"))
)


class Outcome(StrEnum):
    """What became of a record. Only the first two count; the others were set aside."""

    CREATED = "created"
    EXISTS = "exists"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one sale. An existing one comes with the receipt it has had from the first.

    In a conflict `day_number` is that of the sale with the same id, if there is one.
    """

    sale_id: UUID
    outcome: Outcome
    code: str
    day_number: str = ""
    reason: Reason | None = None


Sameness = Callable[[Fixed, KnownSale], bool]
"""Whether a sale with a known id is that sale, sent again."""


def same_hash(one: Fixed, known: KnownSale) -> bool:
    """Every byte of its canonical form is the same."""
    return one.hash == known.hash


def record_sales(
    session: Session,
    till_id: int,
    sales: Sequence[Sale],
    *,
    received_at: datetime,
    by_id: int | None = None,
    offset: timedelta = timedelta(),
    same: Sameness = same_hash,
) -> list[Result]:
    """Record sales of one till, however often and in whatever order they come; a result for each.

    `offset` is what the phones' clock was measured to be behind the server's. The consignors'
    terms are those of the listings, whatever the sales say. Raises NoSuchTill.
    """
    counter = counter_at(
        session,
        till_id,
        {line.listing_id for sale in sales for line in sale.lines},
        {sale.device_id for sale in sales},
    )
    _raise_sequences(session, counter, sales)
    stamp = Stamp(received_at, by_id, offset)
    return record_at(session, counter, sales, stamp=stamp, same=same)


def record_at(
    session: Session,
    counter: Counter,
    sales: Sequence[Sale],
    *,
    stamp: Stamp,
    same: Sameness = same_hash,
    hashes: Sequence[bytes] = (),
) -> list[Result]:
    """The same for whoever has looked at the counter and seen to the devices' numbers already.

    `hashes` are the sales' own, where somebody has computed them before.
    """
    refused: dict[int, Reason] = {}
    waiting: list[Fixed] = []
    for place, sale in enumerate(sales):
        fixed = fixed_at(place, sale, counter, hashes[place] if hashes else None)
        if isinstance(fixed, Fixed):
            waiting.append(fixed)
        else:
            refused[place] = fixed
    results = _refused(session, sales, refused, same) if refused else {}
    # In one order for everybody, so that two who send the same sales never wait for each other.
    waiting.sort(key=lambda one: one.sale.id.int)
    # One alone is nearly always new: trying it is cheaper than asking first.
    ask_first = len(waiting) > 1
    while waiting:
        fresh, twins, met = _sorted_out(session, waiting, same) if ask_first else (waiting, [], {})
        ask_first = True
        created = _insert(session, counter, fresh, stamp)
        results |= met
        results |= {
            one.place: Result(one.sale.id, Outcome.CREATED, one.sale.code, one.day_number)
            for one in fresh
            if one.sale.id in created
        }
        # What somebody else has recorded just now is known the next time round, like a twin.
        waiting = twins + [one for one in fresh if one.sale.id not in created]
    asides = [
        _aside(counter, sale, reason)
        for place, sale in enumerate(sales)
        if (reason := results[place].reason) is not None
    ]
    set_aside(session, asides, received_at=stamp.received_at)
    return [results[place] for place in range(len(sales))]


def _refused(
    session: Session, sales: Sequence[Sale], refused: Mapping[int, Reason], same: Sameness
) -> dict[int, Result]:
    """The answers for what cannot be recorded now. What was recorded before stays known, however
    the terms, the stalls and the phones have changed since."""
    known = {one.id: one for one in known_sales(session, [_names(sales[one]) for one in refused])}
    results = {}
    for place, reason in refused.items():
        sale = sales[place]
        if sale.id in known:
            one = Fixed(place, sale, sale_hash(sale), stall_id=0, day_number="")
            results[place] = _met(one, known[sale.id], same)
        else:
            results[place] = Result(sale.id, Outcome.REJECTED, sale.code, reason=reason)
    return results


def fixed_at(place: int, sale: Sale, counter: Counter, known: bytes | None) -> Fixed | Reason:
    """The sale with its stall and day number, or why it cannot be one of this till."""
    letter = counter.letters.get(sale.device_id)
    if sale.till_id != counter.till_id:
        return Reason.OTHER_TILL
    if letter is None:
        return Reason.UNKNOWN_DEVICE
    if any(line.listing_id not in counter.goods for line in sale.lines):
        return Reason.UNKNOWN_LISTING
    try:
        own = _with_own_terms(sale, counter.goods)
    except MarketError:
        return Reason.PRICE_REFUSED
    stall = counter.goods[sale.lines[0].listing_id]
    number = day_number(stall.stall_number, letter, sale.sequence)
    return Fixed(place, own, known or sale_hash(own), stall.stall_id, number)


def _with_own_terms(sale: Sale, goods: Mapping[int, Good]) -> Sale:
    if all(line.terms == goods[line.listing_id].terms for line in sale.lines):
        return sale
    return replace(
        sale,
        lines=tuple(replace(line, terms=goods[line.listing_id].terms) for line in sale.lines),
    )


def _sorted_out(
    session: Session, waiting: Sequence[Fixed], same: Sameness
) -> tuple[list[Fixed], list[Fixed], dict[int, Result]]:
    """What is new, what only repeats a new one of this batch, and what is known already."""
    known = known_sales(session, [_names(one.sale) for one in waiting])
    by_id = {sale.id: sale for sale in known}
    codes = {sale.code for sale in known}
    numbers = {(sale.device_id, sale.sequence) for sale in known}
    names: set[object] = set()
    fresh, twins, met = [], [], {}
    for one in waiting:
        sale = one.sale
        if sale.id in by_id:
            met[one.place] = _met(one, by_id[sale.id], same)
        elif sale.code in codes:
            met[one.place] = _conflict(sale, Reason.CODE_TAKEN)
        elif (sale.device_id, sale.sequence) in numbers:
            met[one.place] = _conflict(sale, Reason.SEQUENCE_TAKEN)
        elif names.isdisjoint(own := (sale.id, sale.code, (sale.device_id, sale.sequence))):
            names.update(own)
            fresh.append(one)
        else:
            twins.append(one)
    return fresh, twins, met


def _met(one: Fixed, known: KnownSale, same: Sameness) -> Result:
    if not same(one, known):
        return _conflict(one.sale, Reason.OTHER_CONTENT, known.day_number)
    return Result(known.id, Outcome.EXISTS, known.code, known.day_number)


def _conflict(sale: Sale, reason: Reason, number: str = "") -> Result:
    return Result(sale.id, Outcome.CONFLICT, sale.code, number, reason)


def _insert(session: Session, counter: Counter, fresh: Sequence[Fixed], stamp: Stamp) -> set[UUID]:
    """Write what is new, with its lines and what is kept of it; gives the ids that went in."""
    return write_sales(
        session.connection(),
        [sale_row(one, counter, stamp) for one in fresh],
        [line_row(one.sale, line) for one in fresh for line in one.sale.lines],
        counted=counter.counted,
    )


def _raise_sequences(session: Session, counter: Counter, sales: Iterable[Sale]) -> None:
    last: dict[int, int] = {}
    for sale in sales:
        if sale.device_id in counter.letters:
            last[sale.device_id] = max(last.get(sale.device_id, 0), sale.sequence)
    if last:
        session.connection().execute(
            _RAISE_SEQUENCE,
            [{"device": device, "sequence": last[device]} for device in sorted(last)],
        )


def _aside(counter: Counter, sale: Sale, reason: Reason) -> Aside:
    return Aside(
        till_id=counter.till_id,
        device_id=sale.device_id if sale.device_id in counter.letters else None,
        sale_id=sale.id,
        content=canonical_json(sale).decode(),
        hash=sale_hash(sale),
        reason=reason,
    )


def _names(sale: Sale) -> Names:
    return Names(sale.id, sale.code, sale.device_id, sale.sequence)
