"""A phone's upload read: its rows as sales and voids of the domain, and those that cannot be.

One bad row never stops the others: whatever is wrong with it is said of it alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from flask import abort

from market.actions.sales.quarantine import Aside, Reason
from market.domain.errors import MarketError
from market.domain.sales.consignment import ConsignorTerms
from market.domain.sales.sale import Sale, SaleLine, Tender, Void, sale_hash, void_hash
from market.domain.sales.upload import MOST_ROWS
from market.queries.sales.counter import Good
from market.queries.sales.devices import DeviceHere
from market.web.api import BodyRefused, json_body, refusal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from market.blueprints.sales.api_schemas import SaleLineRow, SaleRow, SyncHead, VoidRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_KEPT = 20_000
_MOST_ID = 64

Goods = Mapping[int, Mapping[int, Good]]
"""What each till's stalls offer, by the till's id and the listing's."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is none: what was sent, and by which id it is answered, if it had one."""

    id: str | None
    content: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a phone sent, in its order."""

    head: SyncHead
    rows: tuple[SaleRow | VoidRow | Unreadable, ...]

    def wanted(self) -> dict[int, set[int]]:
        """The listings that are sold, by the till they are sold at."""
        wanted: dict[int, set[int]] = {}
        for row in self.rows:
            if not isinstance(row, Unreadable) and row.kind == "sale":
                wanted.setdefault(row.till, set()).update(line.listing for line in row.lines)
        return wanted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is set aside; `error` says it better where the domain refused it."""

    reason: Reason
    error: MarketError | None = None


class FixedSale(NamedTuple):
    """A sale of an upload, its place there, and its hash."""

    place: int
    sale: Sale
    hash: bytes


@dataclass(slots=True)
class Upload:
    """The rows by what is done with them, each with its place among them."""

    sales: dict[int, list[FixedSale]] = field(default_factory=dict)
    voids: list[tuple[int, Void]] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)

    @property
    def last_sequence(self) -> int:
        """The highest number among the sales and voids; 0 if there are none."""
        sold = (one.sale.sequence for sales in self.sales.values() for one in sales)
        return max(chain(sold, (void.sequence for _, void in self.voids)), default=0)


def read_rows() -> Rows:
    """This request's rows. 400 where the body is no JSON, 413 for too many, BodyRefused."""
    from pydantic import ValidationError  # noqa: PLC0415 - only who reads a body pays for it

    from market.blueprints.sales.api_schemas import SyncBody  # noqa: PLC0415

    body = json_body()
    try:
        read = SyncBody.model_validate_json(body)
    except ValidationError:
        return _row_by_row(body)
    return Rows(read, read.rows)


def rows_of(sent: Sequence[str], now: datetime) -> Rows:
    """Rows that came another way than as an upload's body: each the JSON of one."""
    from market.blueprints.sales.api_schemas import SyncHead  # noqa: PLC0415

    head = SyncHead(sent_at=now, unsent=0)
    return Rows(head, tuple(_read_row(one) for one in sent))


def sort_out(read: Rows, phone: DeviceHere, goods: Goods, fallback_till: int | None) -> Upload:
    """What may be recorded, and what is set aside at the door.

    `goods` has the tills of the phone's market day that the rows name; what names no such till is
    set aside at `fallback_till`.
    """
    upload = Upload()
    lines: dict[object, SaleLine] = {}
    for place, row in enumerate(read.rows):
        if isinstance(row, Unreadable):
            refusal_of_row = Refusal(Reason.UNREADABLE)
            upload.asides.append(_unreadable_aside(row, phone, fallback_till))
        elif row.kind == "sale":
            found = _sale(row, phone, goods, lines)
            if isinstance(found, Sale):
                fixed = FixedSale(place, found, bytes.fromhex(row.hash))
                upload.sales.setdefault(row.till, []).append(fixed)
                continue
            refusal_of_row = found
            till_id = row.till if row.till in goods else fallback_till
            upload.asides.append(_aside(row, row.id, phone, till_id, found.reason))
        else:
            undone = _void(row)
            if isinstance(undone, Void):
                upload.voids.append((place, undone))
                continue
            refusal_of_row = undone
            upload.asides.append(_aside(row, row.sale, phone, fallback_till, undone.reason))
        upload.refused[place] = refusal_of_row
    return upload


def _row_by_row(body: bytes) -> Rows:
    """The rows of a body of which something is wrong; what is wrong with all of it is raised."""
    from pydantic import ValidationError  # noqa: PLC0415

    from market.blueprints.sales.api_schemas import SyncHead  # noqa: PLC0415

    # The standard library takes some rows that pydantic takes for no JSON at all.
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(said, dict) or not isinstance(rows := said.pop("rows", None), list):
        raise BodyRefused(place="rows")
    if len(rows) > MOST_ROWS:
        abort(413)
    try:
        head = SyncHead.model_validate_json(json.dumps(said))
    except ValidationError as error:
        raise refusal(error) from None
    return Rows(head, tuple(_read_row(json.dumps(row)) for row in rows))


def _read_row(sent: str) -> SaleRow | VoidRow | Unreadable:
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return _row_check().validate_json(sent)
    except ValidationError:
        row = json.loads(sent)
        own = row if isinstance(row, dict) else {}
        return Unreadable(_text(own.get("id")), sent, _text(own.get("hash")))


@cache
def _row_check() -> TypeAdapter[SaleRow | VoidRow]:
    from pydantic import TypeAdapter  # noqa: PLC0415

    from market.blueprints.sales.api_schemas import Row  # noqa: PLC0415

    return TypeAdapter(Row)


def _text(said: object) -> str | None:
    """What a row calls itself, if that can be said back."""
    if isinstance(said, str) and len(said) <= _MOST_ID and said.isprintable():
        return said
    return None


def _sale(
    row: SaleRow, phone: DeviceHere, goods: Goods, lines: dict[object, SaleLine]
) -> Sale | Refusal:
    if row.device != phone.id:
        return Refusal(Reason.OTHER_DEVICE)
    offered = goods.get(row.till)
    if offered is None:
        return Refusal(Reason.UNKNOWN_TILL)
    try:
        sale = Sale(
            id=row.id,
            till_id=row.till,
            device_id=row.device,
            sequence=row.sequence,
            code=row.code,
            tender=Tender(row.tender),
            lines=tuple(_lines(row.lines, offered, lines)),
            phone_at=_moment(row.phone_at),
            gift_minor=row.gift,
            tendered_minor=row.tendered,
        )
    except MarketError as error:
        return Refusal(Reason.NOT_A_SALE, error)
    return sale if sale_hash(sale).hex() == row.hash else Refusal(Reason.OTHER_HASH)


def _lines(
    rows: Iterable[SaleLineRow], offered: Mapping[int, Good], known: dict[object, SaleLine]
) -> Iterable[SaleLine]:
    """The lines with their consignors' terms. A batch has few different ones, each made once."""
    for number, row in enumerate(rows, start=1):
        good = offered.get(row.listing)
        key = (number, row.listing, row.name, row.quantity, row.unit_price, good and good.stall_id)
        line = known.get(key)
        if line is None:
            line = SaleLine(
                number=number,
                listing_id=row.listing,
                name=row.name,
                quantity=row.quantity,
                unit_price_minor=row.unit_price,
                terms=_terms(good, row.unit_price),
            )
            known[key] = line
        yield line


def _terms(good: Good | None, unit_price_minor: int) -> ConsignorTerms | None:
    """The terms of what is sold; a price they do not allow is refused where sales are recorded."""
    if good is None or good.terms is None:
        return None
    try:
        good.terms.require_price(unit_price_minor)
    except MarketError:
        return None
    return good.terms


def _void(row: VoidRow) -> Void | Refusal:
    try:
        void = Void(
            id=row.id,
            sale_id=row.sale,
            reason=row.reason,
            sequence=row.sequence,
            at=_moment(row.phone_at),
        )
    except MarketError as error:
        return Refusal(Reason.NOT_A_SALE, error)
    return void if void_hash(void).hex() == row.hash else Refusal(Reason.OTHER_HASH)


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _aside(
    row: SaleRow | VoidRow, sale_id: UUID, phone: DeviceHere, till_id: int | None, reason: Reason
) -> Aside:
    content = row.model_dump_json()
    return Aside(
        till_id=till_id,
        device_id=phone.id,
        sale_id=sale_id,
        content=content,
        hash=_own_hash(phone, content),
        reason=reason,
    )


def _unreadable_aside(row: Unreadable, phone: DeviceHere, till_id: int | None) -> Aside:
    return Aside(
        till_id=till_id,
        device_id=phone.id,
        sale_id=_uuid(row.id),
        content=row.content[:_MOST_KEPT],
        hash=_own_hash(phone, row.content),
        reason=Reason.UNREADABLE,
    )


def _own_hash(phone: DeviceHere, content: str) -> bytes:
    """What tells records of no canonical form apart: the same sent again is kept once."""
    return hashlib.sha256(f"{phone.id}\0{content}".encode()).digest()


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
