"""A sale as the phone fixed it: its lines, its sums, its hash, and when it counts as made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from market.domain.errors import N_, Invalid
from market.domain.identifiers import epoch_ms
from market.domain.money import MOST_MINOR, Money, check_count, check_minor
from market.domain.sales import receipt_code
from market.domain.sales.consignment import ConsignorTerms
from market.domain.text import clean_text

VERSION = 1
"""The version of the canonical form; a sale keeps the one it was hashed in."""
MOST_NAME = 60
MOST_REASON = 200
MOST_LINES = 200
_MOST_ID = 2**53 - 1
_MOST_SEQUENCE = 2**31 - 1
_NOT_TENDERED = -1
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Read aloud and copied by hand, so no I and O beside 1 and 0.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


CanonicalSale = tuple[UUID, int, int, int, str, str, int, int | None, datetime]
"""Id, till, device, sequence, code, tender, gift, tendered or None, phone's time."""
CanonicalLine = tuple[int, str, int, int]
"""Listing, name, quantity, unit price."""


class NoLines(Invalid):
    """A sale of nothing."""

    sentence = N_("还没有选商品，请至少选一样。")


class TooManyLines(Invalid):
    """More lines than a receipt holds."""

    sentence = N_("一张小票最多 %(most)s 行，请分成两笔来记。")


class LinesMisnumbered(Invalid):
    """Line numbers that are not 1, 2, 3, …"""

    sentence = N_("明细的行号不连续，请重新录入这笔义卖。")


class NothingToPay(Invalid):
    """A sale that comes to zero."""

    sentence = N_("这笔合计是 0 元，请检查价格；免费便民的服务不用收款，在“取号和预约”里记人次。")


class TenderedTooLittle(Invalid):
    """The cash handed over does not cover the sale."""

    sentence = N_("收到的现金不够，应付 %(due)s，请再核对。")


class OnlyCashIsTendered(Invalid):
    """An amount handed over, but not in cash."""

    sentence = N_("只有现金才需要填“收到多少”，请清空这一项或改成现金。")


class NameNotNormal(Invalid):
    """A text that is not in NFC or has blanks around it, and so would hash in two ways."""

    sentence = N_("文字的编码不规范，请重新输入后再试。")


class NumberOutOfRange(Invalid):
    """An id or a sequence number that is not a positive int of sensible size."""

    sentence = N_("编号不正确，请刷新页面后再试。")


class TimeWithoutZone(Invalid):
    """A time nobody can place."""

    sentence = N_("时间缺少时区，请刷新页面后再试。")


class Tender(StrEnum):
    """How a sale was paid; recorded here, never processed here."""

    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _TENDER_LABELS[self]


_TENDER_LABELS = {
    Tender.CASH: N_("现金"),
    Tender.WECHAT: N_("微信"),
    Tender.ALIPAY: N_("支付宝"),
    Tender.OTHER: N_("其他"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """One thing on a receipt, with the price and the consignor's terms as they were."""

    number: int
    listing_id: int
    name: str
    quantity: int
    unit_price_minor: int
    terms: ConsignorTerms | None = None

    def __post_init__(self) -> None:
        _require_number(self.number, most=MOST_LINES)
        _require_number(self.listing_id)
        _require_normal(self.name, most=MOST_NAME)
        check_count(self.quantity)
        check_minor(self.unit_price_minor)
        check_minor(self.amount_minor)
        if self.terms is not None:
            self.terms.require_price(self.unit_price_minor)

    @property
    def amount_minor(self) -> int:
        """What the buyer pays for the line."""
        return self.quantity * self.unit_price_minor

    @property
    def consignor_minor(self) -> int:
        """What of it is owed to the consignor, if there is one."""
        if self.terms is None:
            return 0
        return self.terms.owed_minor(self.amount_minor, quantity=self.quantity)

    @property
    def net_minor(self) -> int:
        """What of it is net proceeds."""
        return self.amount_minor - self.consignor_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a buyer took and paid, in one tender; fixed at the tap of "paid".

    `tendered_minor` is the cash handed over, where it was typed in. Whatever cannot be a sale
    cannot be built; each reason has its own error.
    """

    id: UUID
    till_id: int
    device_id: int
    sequence: int
    code: str
    tender: Tender
    lines: tuple[SaleLine, ...]
    phone_at: datetime
    gift_minor: int = 0
    tendered_minor: int | None = None

    def __post_init__(self) -> None:
        _require_number(self.till_id)
        _require_number(self.device_id)
        _require_number(self.sequence, most=_MOST_SEQUENCE)
        _require_zone(self.phone_at)
        if receipt_code.parse(self.code) != self.code:
            raise receipt_code.CodeMistyped
        _require_lines(self.lines)
        check_minor(self.gift_minor)
        if check_minor(self.due_minor) == 0:
            raise NothingToPay
        self._require_tendered()

    @property
    def lines_minor(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def due_minor(self) -> int:
        """What the buyer pays: lines and gift."""
        return self.lines_minor + self.gift_minor

    @property
    def change_minor(self) -> int:
        """What goes back to the buyer; never part of the takings."""
        return 0 if self.tendered_minor is None else self.tendered_minor - self.due_minor

    @property
    def consignor_minor(self) -> int:
        """What is owed to consignors."""
        return sum(line.consignor_minor for line in self.lines)

    @property
    def net_minor(self) -> int:
        """Net proceeds: lines − consignors' shares + gift."""
        return self.due_minor - self.consignor_minor

    def _require_tendered(self) -> None:
        if self.tendered_minor is None:
            return
        if self.tender is not Tender.CASH:
            raise OnlyCashIsTendered
        check_minor(self.tendered_minor, most_minor=2 * MOST_MINOR)
        if self.tendered_minor < self.due_minor:
            raise TenderedTooLittle(due=Money(self.due_minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A sale undone before its till closed, with a reason; a row of its own on the phone."""

    id: UUID
    sale_id: UUID
    reason: str
    sequence: int
    at: datetime

    def __post_init__(self) -> None:
        _require_normal(self.reason, most=MOST_REASON)
        _require_number(self.sequence, most=_MOST_SEQUENCE)
        _require_zone(self.at)


def canonical_json(sale: Sale) -> bytes:
    """The sale as a compact JSON array in UTF-8, of integers and NFC strings only.

    [1, id, till, device, sequence, code, tender, gift, tendered or −1, milliseconds since 1970,
    [[listing, name, quantity, unit price], …]], exactly as JavaScript's JSON.stringify writes it.
    """
    return canonical_row(
        (
            sale.id,
            sale.till_id,
            sale.device_id,
            sale.sequence,
            sale.code,
            sale.tender.value,
            sale.gift_minor,
            sale.tendered_minor,
            sale.phone_at,
        ),
        [(line.listing_id, line.name, line.quantity, line.unit_price_minor) for line in sale.lines],
    )


def canonical_row(own: CanonicalSale, lines: Sequence[CanonicalLine]) -> bytes:
    """The same from bare columns, for whoever checks many kept sales and builds none."""
    sale_id, till_id, device_id, sequence, code, tender, gift_minor, tendered_minor, phone_at = own
    return _compact(
        [
            VERSION,
            str(sale_id),
            till_id,
            device_id,
            sequence,
            code,
            tender,
            gift_minor,
            _NOT_TENDERED if tendered_minor is None else tendered_minor,
            epoch_ms(phone_at),
            lines,
        ]
    )


def sale_hash(sale: Sale) -> bytes:
    """SHA-256 over the canonical form, 32 bytes."""
    return hashlib.sha256(canonical_json(sale)).digest()


def canonical_void(void: Void) -> bytes:
    """The void as a compact JSON array: [1, id, sale id, reason, sequence, milliseconds]."""
    return _compact(
        [VERSION, str(void.id), str(void.sale_id), void.reason, void.sequence, epoch_ms(void.at)]
    )


def void_hash(void: Void) -> bytes:
    """SHA-256 over the canonical form, 32 bytes."""
    return hashlib.sha256(canonical_void(void)).digest()


def recorded_at(
    phone_at: datetime, offset: timedelta, *, opened_at: datetime, received_at: datetime
) -> datetime:
    """When a sale counts as made: the phone's time and the measured offset of its clock.

    Kept within [opened_at, received_at], so that a clock ten years off does no harm.
    """
    try:
        server_at = phone_at + offset
    except OverflowError:
        server_at = received_at if offset > timedelta() else opened_at
    return max(opened_at, min(server_at, received_at))


def day_number(stall: str, letter: str, sequence: int) -> str:
    """A sale's short number of the day: stall, phone and sequence, '3B-027'."""
    return f"{stall}{letter}-{sequence:03d}"


def device_letter(ordinal: int) -> str:
    """The letter of a market day's first, second, … phone: A to Z without I and O, then AA."""
    _require_number(ordinal)
    letters = ""
    while ordinal:
        ordinal, place = divmod(ordinal - 1, len(_LETTERS))
        letters = _LETTERS[place] + letters
    return letters


def _require_lines(lines: tuple[SaleLine, ...]) -> None:
    if not lines:
        raise NoLines
    if len(lines) > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    if [line.number for line in lines] != list(range(1, len(lines) + 1)):
        raise LinesMisnumbered


def _require_number(number: int, *, most: int = _MOST_ID) -> None:
    if type(number) is not int or not 1 <= number <= most:
        raise NumberOutOfRange


def _require_zone(at: datetime) -> None:
    if at.utcoffset() is None:
        raise TimeWithoutZone


def _require_normal(text: str, *, most: int) -> None:
    if not _is_normal(text, most):
        raise NameNotNormal


# A market day has few names and many lines.
@lru_cache(maxsize=4096)
def _is_normal(text: str, most: int) -> bool:
    return clean_text(text, most=most) == text


def _compact(row: Sequence[object]) -> bytes:
    return _ENCODER.encode(row).encode()
