"""What phones and the server say to each other, as pydantic checks it and OpenAPI describes it.

Whole numbers are whole numbers here: no text, no fraction, no boolean stands for one. Importing
this module costs a third of the start-up, so only views that need it do so.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from market.domain.money import MOST_COUNT, MOST_MINOR
from market.domain.sales.sale import MOST_LINES, MOST_NAME, MOST_REASON
from market.domain.sales.upload import MOST_ROWS, MOST_UNSENT

MOST_ID = 2**31 - 1
MOST_MS = 253_402_128_000_000
"""The last but one day of the year 9999, which is as far as our calendar goes."""

Id = Annotated[int, Field(ge=1, le=MOST_ID)]
Sequence = Annotated[int, Field(ge=1, le=MOST_ID, description="The phone's own counter, from 1")]
Minor = Annotated[int, Field(ge=0, le=MOST_MINOR, description="Fen")]
PhoneTime = Annotated[
    int, Field(ge=0, le=MOST_MS, description="Milliseconds since 1970 on the phone's clock")
]
Hash = Annotated[
    str,
    Field(pattern="^[0-9a-f]{64}$", description="SHA-256 over the canonical form, hexadecimal"),
]
Code = Annotated[
    str,
    Field(
        pattern="^[2-9A-HJKMNP-Z]{12}$",
        description="Receipt code: eleven symbols and a check character",
    ),
]


class Sent(BaseModel):
    """What a phone sends: nothing else, and nothing of another kind."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Told(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(extra="forbid")


class SaleLineRow(Sent):
    """One thing a buyer took; its price was fixed with the sale."""

    listing: Id
    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    quantity: Annotated[int, Field(ge=1, le=MOST_COUNT)]
    unit_price: Minor


class SaleRow(Sent):
    """A sale as it was fixed at the tap of "paid"; it never changes again."""

    kind: Literal["sale"]
    id: UUID
    till: Id
    device: Id
    sequence: Sequence
    code: Code
    tender: Literal["cash", "wechat", "alipay", "other"]
    gift: Minor
    tendered: Annotated[int, Field(ge=0, le=2 * MOST_MINOR)] | None
    phone_at: PhoneTime
    lines: Annotated[tuple[SaleLineRow, ...], Field(min_length=1, max_length=MOST_LINES)]
    hash: Hash


class VoidRow(Sent):
    """A sale of the same phone, undone; after its till closed it becomes a refund."""

    kind: Literal["void"]
    id: UUID
    sale: UUID
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    sequence: Sequence
    phone_at: PhoneTime
    hash: Hash


Row = Annotated[SaleRow | VoidRow, Field(discriminator="kind")]


class SignOff(Sent):
    """The phone's word at closing: its last number, and that it holds nothing more."""

    till: Id
    last_sequence: Annotated[int, Field(ge=0, le=MOST_ID)]


class SyncHead(Sent):
    """What comes with the rows."""

    sent_at: Annotated[AwareDatetime, Field(description="The phone's clock as it sends")]
    unsent: Annotated[
        int,
        Field(ge=0, le=MOST_UNSENT, description="Rows the phone has still to send, these included"),
    ]
    sign_off: SignOff | None = None


class SyncBody(SyncHead):
    """Some of what a phone holds; each row is answered by itself, in the same order."""

    rows: Annotated[tuple[Row, ...], Field(max_length=MOST_ROWS)]


class RowResult(Told):
    """What became of a row. Only after `created` and `exists` with its own hash may it be let go."""

    id: Annotated[str | None, Field(description="As it was sent; null where it was none")]
    outcome: Literal["created", "exists", "conflict", "rejected"]
    reason: str | None
    say: Annotated[
        str | None, Field(description="The reason as a sentence, in the phone's language")
    ]
    hash: Annotated[str | None, Field(description="What the server holds, or was sent")]
    day_number: str | None


class TillState(Told):
    """The till that serves this phone's stall."""

    id: int
    name: str
    state: Literal["open", "counted", "confirmed", "closed"]


class SyncAnswer(Told):
    """A result for each row. `signed_off` is null where the phone did not ask for it."""

    server_at: datetime
    results: list[RowResult]
    till: TillState | None
    signed_off: bool | None


class DeviceNow(Told):
    """The phone itself, and in whose hands it is."""

    id: int
    letter: str
    name: str
    last_sequence: Annotated[int, Field(description="The highest number we have seen of it")]


class MarketDayNow(Told):
    name: str
    held_on: date
    slug: str


class CommunityNow(Told):
    slug: str
    name: str


class StallNow(Told):
    id: int
    number: str
    name: str


class ListingNow(Told):
    """Something to sell. `price` null is an open price, `left` null is not counted."""

    id: int
    stall: int
    name: str
    kind: Literal["goods", "service"]
    price: int | None
    left: int | None
    floor: Annotated[int | None, Field(description="Agreed with its consignor, in fen")]
    initials: Annotated[str, Field(description="Of its pinyin, for finding it by two letters")]
    minutes: int | None


class TenderNow(Told):
    tender: Literal["cash", "wechat", "alipay", "other"]
    label: str
    picture: Annotated[
        str | None, Field(description="Where the payment code's picture is, if there is one")
    ]


class SlipStock(Told):
    """Receipt slips of this phone that no sale has used, as far as the server knows."""

    have: int
    low: Annotated[int, Field(description="With fewer than this the phone should fetch more")]


class TillAnswer(Told):
    """All that a phone needs to sell, online or not."""

    server_at: datetime
    device: DeviceNow
    till: TillState | None
    market_day: MarketDayNow
    community: CommunityNow
    stalls: list[StallNow]
    listings: list[ListingNow]
    tenders: list[TenderNow]
    slips: SlipStock


class SlipsBody(Sent):
    """How many slips the phone still has."""

    have: Annotated[int, Field(ge=0, le=MOST_ROWS)]


class Slip(Told):
    code: Code
    matrix: Annotated[
        str,
        Field(
            pattern="^[01]+(/[01]+)*$",
            description="The QR code of the receipt's address, rows of bits without a quiet zone",
        ),
    ]


class SlipsAnswer(Told):
    """New slips that bring the stock up; none where there are enough."""

    slips: list[Slip]
