"""What the public may read as JSON: amounts in whole minor units, days as ISO 8601 dates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Minor = Annotated[int, Field(description="Whole minor units of the currency (fen)")]
Stage = Literal["upcoming", "open", "closing", "closed", "called_off"]
State = Literal["open", "held", "lit", "bought", "delivered", "followed_up"]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(Told):
    """A wish in words; `en` is empty where nobody has translated it."""

    zh: str
    en: str


class PublicWish(Told):
    """One wish as the wall shows it; no age, no name, no place."""

    code: str
    words: Words
    kind: Literal["goods", "learning", "experience", "company"]
    theme: str
    state: State
    state_on: date | None
    month: Annotated[str, Field(description="In which it was told", pattern="^[0-9]{4}-[0-9]{2}$")]
    cost_minor: Minor
    funded_minor: Minor
    url: str


class WishesAnswer(Told):
    """A page of the wall, in its order: fulfilled first, then lit, then waiting."""

    wishes: list[PublicWish]
    next: Annotated[str | None, Field(description="Where the next page is, if there is one")]


class CostOfWish(Told):
    name: str
    amount_minor: Minor


class StepOfWish(Told):
    state: str
    on: date


class MarketOfWish(Told):
    """What one market gave to a wish, and by how many of its receipts."""

    market: str
    name: str
    on: date
    amount_minor: Minor
    receipts: int


class WishAnswer(Told):
    """One wish with its itemised cost, its steps, and the markets that lit it."""

    wish: PublicWish
    costs: list[CostOfWish]
    steps: list[StepOfWish]
    markets: list[MarketOfWish]
    receipts: int


class PublicMarket(Told):
    """One market day; `net_minor` is null until a till of it is closed."""

    slug: str
    name: str
    place: str
    on: date
    stage: Stage
    net_minor: Minor | None
    url: str


class MarketsAnswer(Told):
    """The market days that are listed, the newest first."""

    markets: list[PublicMarket]


class FundOfMarket(Told):
    """What a fund got from a market day, and what became of it."""

    name: str
    purpose: Literal["wishes", "enterprise", "running_costs"]
    laid_minor: Minor
    wishes_minor: Minor
    costs_minor: Minor
    refunded_minor: Minor
    waiting_minor: Minor


class LitByMarket(Told):
    wish: str
    amount_minor: Minor


class NotShown(Told):
    """Wishes that this market lit and that are not shown: how many, and their sum."""

    wishes: int
    amount_minor: Minor


class MarketAnswer(Told):
    """One market day with every sum its page shows."""

    market: PublicMarket
    hosts: list[str]
    receipts: int
    income_minor: Minor
    consigned_minor: Minor
    box_minor: Minor
    refunds: int
    refunds_minor: Minor
    funds: list[FundOfMarket]
    lit: list[LitByMarket]
    not_shown: NotShown


class DayHead(Told):
    """The public chain at the end of a day: how many lines, and the hash of the last."""

    day: date
    lines: int
    head: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class CommunityBooks(Told):
    """A community's open books: where to take them along, and each day's head."""

    slug: str
    name: str
    ledger: str
    bundle: str
    days: list[DayHead]


class BooksAnswer(Told):
    communities: list[CommunityBooks]
