"""Refunds: what of a sale is paid back after its till closed, and whose part of it that was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from market.domain.errors import N_, Refused
from market.domain.money import MOST_COUNT, Money, check_count, check_minor
from market.domain.sales.consignment import LineRest
from market.domain.sales.sale import Sale, SaleLine

VERSION = 1
"""The version of the canonical form of a refund."""


class PaidFrom(StrEnum):
    """Where the buyer's money comes from: an open till's box, a custodian's cash, the tender.

    Or it came from the sale's own box before that was counted, and the count was short by it.
    """

    TILL = "till"
    SAFE = "safe"
    TENDER = "tender"
    BOX = "box"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _PAID_FROM_LABELS[self]


_PAID_FROM_LABELS = {
    PaidFrom.TILL: N_("从开着的钱箱付现金"),
    PaidFrom.SAFE: N_("从保管的现金里付"),
    PaidFrom.TENDER: N_("按原来的收款方式退回"),
    PaidFrom.BOX: N_("收摊前已从钱箱退给顾客"),
}


class NothingToRefund(Refused):
    """A refund of zero."""

    sentence = N_("退款金额是 0，请填写要退的商品或金额。")


class NoSuchLine(Refused):
    """A line the sale does not have, or the same line twice."""

    sentence = N_("这张小票没有第 %(number)s 行，或者同一行填了两次。")


class MorePiecesThanLeft(Refused):
    """More pieces than were bought and not yet returned."""

    sentence = N_("第 %(number)s 行最多还能退 %(left)s 件，请改小后再试。")


class MoreMoneyThanLeft(Refused):
    """More money than was paid for a line and not yet refunded."""

    sentence = N_("第 %(number)s 行最多还能退 %(left)s，请改小后再试。")


class MoreGiftThanLeft(Refused):
    """More of the gift than was given and not yet refunded."""

    sentence = N_("自愿加价最多还能退 %(left)s，请改小后再试。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """What of a sale line is paid back: pieces (0 for a mere reduction) and an amount."""

    number: int
    quantity: int
    amount_minor: int

    def __post_init__(self) -> None:
        check_count(self.quantity, least=0, most=MOST_COUNT)
        check_minor(self.amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What one refund pays back: lines and some of the gift."""

    lines: tuple[RefundedLine, ...] = ()
    gift_minor: int = 0

    def __post_init__(self) -> None:
        check_minor(self.gift_minor)

    @property
    def gross_minor(self) -> int:
        """What the buyer gets back."""
        return sum(line.amount_minor for line in self.lines) + self.gift_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRest:
    """What is left of a sale after its refunds: of each line by number, and of the gift."""

    lines: dict[int, LineRest]
    gift_minor: int

    @property
    def gross_minor(self) -> int:
        """What could still be paid back."""
        return sum(rest.amount_minor for rest in self.lines.values()) + self.gift_minor

    @property
    def net_minor(self) -> int:
        """What of it is net proceeds: the length of what remains on the proceeds line."""
        return sum(rest.net_minor for rest in self.lines.values()) + self.gift_minor

    def whole(self) -> Refund:
        """The refund of everything that is left."""
        lines = tuple(
            RefundedLine(number=number, quantity=rest.quantity, amount_minor=rest.amount_minor)
            for number, rest in self.lines.items()
            if rest.quantity or rest.amount_minor
        )
        return Refund(lines=lines, gift_minor=self.gift_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundParts:
    """Whose money a refund is; `consignor_by_line` and `net_by_line` are keyed by line number."""

    gross_minor: int
    net_minor: int
    consignor_by_line: dict[int, int]
    net_by_line: dict[int, int]
    gift_minor: int
    payables: dict[int, int]
    """The consignors' parts by consignor, as the posting table wants them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """A refund as it was paid; `lines` are (number, pieces, amount, the consignor's part)."""

    sale_id: UUID
    number: int
    request_id: int
    voucher_id: int
    paid_by_id: int
    paid_at: datetime
    gift_minor: int
    start_minor: int
    end_minor: int
    lines: Sequence[tuple[int, int, int, int]]


def canonical_refund(facts: RefundFacts) -> bytes:
    """The refund as a compact JSON array in ASCII, its lines in the order of their numbers.

    [1, sale, number, request, voucher, by, moment in UTC, gift, start, end,
    [[line, pieces, amount, consignor's part], …]]
    """
    row = [
        VERSION,
        str(facts.sale_id),
        facts.number,
        facts.request_id,
        facts.voucher_id,
        facts.paid_by_id,
        facts.paid_at.astimezone(UTC).isoformat(timespec="microseconds"),
        facts.gift_minor,
        facts.start_minor,
        facts.end_minor,
        sorted(facts.lines),
    ]
    return json.dumps(row, separators=(",", ":")).encode("ascii")


def refund_hash(facts: RefundFacts) -> bytes:
    """SHA-256 over the canonical form, 32 bytes."""
    return hashlib.sha256(canonical_refund(facts)).digest()


def sale_rest(lines: Sequence[SaleLine], gift_minor: int, refunds: Iterable[Refund]) -> SaleRest:
    """What is left of a sale after `refunds` in their order. Raises as `refund_parts`."""
    rest = SaleRest(
        lines={
            line.number: LineRest(
                quantity=line.quantity,
                amount_minor=line.amount_minor,
                consignor_minor=line.consignor_minor,
            )
            for line in lines
        },
        gift_minor=gift_minor,
    )
    for refund in refunds:
        rest = _after(rest, lines, refund)
    return rest


def refund_parts(sale: Sale, earlier: Iterable[Refund], refund: Refund) -> RefundParts:
    """Whose money `refund` takes back, given the refunds before it.

    Of each line 0 ≤ net part ≤ net left, and the same for the consignor. Raises NothingToRefund,
    NoSuchLine, MorePiecesThanLeft, MoreMoneyThanLeft, MoreGiftThanLeft.
    """
    before = sale_rest(sale.lines, sale.gift_minor, earlier)
    after = _after(before, sale.lines, refund)
    consignor_by_line: dict[int, int] = {}
    net_by_line: dict[int, int] = {}
    payables: dict[int, int] = {}
    for line in sale.lines:
        left, now = before.lines[line.number], after.lines[line.number]
        if left == now:
            continue
        part = left.consignor_minor - now.consignor_minor
        consignor_by_line[line.number] = part
        net_by_line[line.number] = left.net_minor - now.net_minor
        if line.terms is not None:
            payables[line.terms.consignor_id] = payables.get(line.terms.consignor_id, 0) + part
    return RefundParts(
        gross_minor=refund.gross_minor,
        net_minor=before.net_minor - after.net_minor,
        consignor_by_line=consignor_by_line,
        net_by_line=net_by_line,
        gift_minor=refund.gift_minor,
        payables=payables,
    )


def _after(rest: SaleRest, lines: Sequence[SaleLine], refund: Refund) -> SaleRest:
    if refund.gross_minor == 0:
        raise NothingToRefund
    if refund.gift_minor > rest.gift_minor:
        raise MoreGiftThanLeft(left=Money(rest.gift_minor))
    terms = {line.number: line.terms for line in lines}
    left = dict(rest.lines)
    seen: set[int] = set()
    for row in refund.lines:
        if row.number in seen or row.number not in left:
            raise NoSuchLine(number=row.number)
        seen.add(row.number)
        _require_left(left[row.number], row)
        left[row.number] = left[row.number].after(
            terms[row.number], quantity=row.quantity, amount_minor=row.amount_minor
        )
    return SaleRest(lines=left, gift_minor=rest.gift_minor - refund.gift_minor)


def _require_left(left: LineRest, row: RefundedLine) -> None:
    if row.quantity > left.quantity:
        raise MorePiecesThanLeft(number=row.number, left=left.quantity)
    if row.amount_minor > left.amount_minor:
        raise MoreMoneyThanLeft(number=row.number, left=Money(left.amount_minor))
