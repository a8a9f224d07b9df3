"""The nested split: which fen of a closure's net proceeds goes to which fund, exactly.

The weights are whole, frozen when the market day opens, and in a fixed order. Of the first `p`
minor units of a closure the first fund takes F1(p) = floor(p * w1 / W); the rest, p - F1(p), is
split the same way among the remaining funds. Each Fk grows by 0 or 1 with every unit and together
they make p, so every unit goes to exactly one fund, and a sale at positions [p, q) owns the places
[Fk(p), Fk(q)) of the closure's piece on fund k's line.
"""

from __future__ import annotations

from collections.abc import Sequence

from market.domain.ledger.span import Span
from market.domain.money import NothingToShareBy


def cut(position_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """F1(p), F2(p), … for the first `position_minor` units of a closure; they sum to it.

    `cut(101, (70, 20, 10)) == (70, 20, 11)`.
    Raises NothingToShareBy without a positive weight or with one below 0; ValueError below 0.
    """
    if position_minor < 0:
        message = f"no closure has a position {position_minor}"
        raise ValueError(message)
    _check(weights)
    shares: list[int] = []
    rest, weight_left = position_minor, sum(weights)
    for weight in weights:
        # After the last positive weight there is nothing left to divide, or to divide by.
        share = rest * weight // weight_left if weight_left else 0
        shares.append(share)
        rest -= share
        weight_left -= weight
    return tuple(shares)


def part(span: Span, weights: Sequence[int], index: int) -> Span:
    """[Fk(p), Fk(q)): what positions [p, q) own of the closure's piece of a fund; may be empty.

    `part(Span(100, 200), (70, 30), 1) == Span(30, 60)`. `index` counts funds from 0. Shifted by the
    piece's start it gives places on the fund's line. Raises as `cut`; IndexError for no such fund.
    """
    return Span(cut(span.start, weights)[index], cut(span.end, weights)[index])


def first_reaching(place: int, weights: Sequence[int], index: int, *, total_minor: int) -> int:
    """The smallest p within the closure with Fk(p) > place: one past the position owning the place.

    So the sale at positions [start, end) with `start < p <= end` owns it, found by an index on
    either. `first_reaching(30, (70, 30), 1, total_minor=200) == 101`.
    Arithmetic, from the inside out: floor(r * w / W) > j first holds at r = ceil((j + 1) * W / w),
    and what a fund leaves to the next, p - floor(p * w / W) = ceil(p * (W - w) / W), first comes to
    r units at p = floor((r - 1) * W / (W - w)) + 1.
    Raises ValueError if fund `index` got no such place from these `total_minor` units.
    """
    if not 0 <= place < cut(total_minor, weights)[index]:
        message = f"fund {index} got no place {place} from {total_minor} minor units"
        raise ValueError(message)
    weight_left = sum(weights[index:])
    position = -(-(place + 1) * weight_left // weights[index])
    for weight in reversed(weights[:index]):
        position = (position - 1) * (weight_left + weight) // weight_left + 1
        weight_left += weight
    return position


def positions(span: Span, weights: Sequence[int], index: int, *, total_minor: int) -> Span:
    """The inverse of `part`: the shortest run of positions that owns all of `span` on fund `index`.

    `positions(Span(30, 60), (70, 30), 1, total_minor=200) == Span(100, 197)`. Sales across its edges own
    more than asked for, others within it may own nothing: intersect each one's `part` with `span`.
    ValueError as `first_reaching`, and for an empty span, which nobody owns.
    """
    if not span.length:
        message = "an empty span has no owner"
        raise ValueError(message)
    return Span(
        first_reaching(span.start, weights, index, total_minor=total_minor) - 1,
        first_reaching(span.end - 1, weights, index, total_minor=total_minor),
    )


def _check(weights: Sequence[int]) -> None:
    if sum(weights) <= 0 or min(weights) < 0:
        raise NothingToShareBy
