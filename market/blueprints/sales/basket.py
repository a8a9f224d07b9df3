"""The basket of a sell page: what was typed at each listing, read once, and kept as it was typed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from flask_babel import gettext

from market.actions.sales.selling import NotOnSale
from market.blueprints.sales.till_forms import leading_to
from market.domain.errors import N_, Invalid, MarketError
from market.domain.identifiers import uuid7
from market.domain.money import Money, check_minor, parse_amount, parse_count
from market.domain.sales import receipt_code
from market.domain.sales.sale import NoLines, NothingToPay, SaleLine
from market.domain.sales.till import DENOMINATIONS_MINOR
from market.queries.sales.counter import Good
from market.web.errors import sentence_of

_NOTES_MINOR = DENOMINATIONS_MINOR[:4]


class PriceMissing(Invalid):
    """A number of pieces, but no price where each buyer has one of their own."""

    sentence = N_("还没有填价格，请补上。")


class OnlyLeft(Invalid):
    """More pieces than the stall has."""

    sentence = N_("只剩 %(left)s 件了，请改少一些。")


class PageIncomplete(Invalid):
    """A page without the names its sale was to be recorded under, or with broken ones."""

    sentence = N_("刚才这一页没有传完整，这笔还没有记。请核对下面的内容，再点一次收款。")


@dataclass(slots=True)
class Row:
    """One listing on the page: its good, what was typed beside it, and what is wrong with that."""

    good: Good
    quantity: str = ""
    price: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """The field that what is wrong leads to."""
        return self.quantity_name if self.good.price_minor is not None else self.price_name

    @property
    def quantity_name(self) -> str:
        return f"q{self.good.id}"

    @property
    def price_name(self) -> str:
        return f"p{self.good.id}"


@dataclass(slots=True)
class Basket:
    """What a buyer takes. `sale_id` and `code` were fixed when the page was opened.

    `turn_id` is the turn that is paid with it, if the page was opened for one.
    """

    sale_id: UUID
    code: str
    rows: list[Row]
    gift: str = ""
    gift_error: str = ""
    problems: list[str] = field(default_factory=list)
    lines: tuple[SaleLine, ...] = ()
    gift_minor: int = 0
    turn_id: UUID | None = None

    @property
    def due_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines) + self.gift_minor

    @property
    def stalls(self) -> list[tuple[str, list[Row]]]:
        """The rows under the names of their stalls, in the stalls' order."""
        return [
            (name, list(rows)) for name, rows in groupby(self.rows, lambda row: row.good.stall_name)
        ]

    @property
    def likely_cash_minor(self) -> list[int]:
        """What buyers hand over for this sum: it made up to whole tens, twenties, fifties, hundreds."""
        sums = {-(-self.due_minor // note_minor) * note_minor for note_minor in _NOTES_MINOR}
        return sorted(sums - {self.due_minor})

    @property
    def typed(self) -> dict[str, str]:
        """What the next page has to carry, so that it can be read again."""
        fields = {"sale_id": str(self.sale_id), "code": self.code, "gift": self.gift}
        fields["turn"] = str(self.turn_id or "")
        for row in self.rows:
            fields[row.quantity_name] = row.quantity
            fields[row.price_name] = row.price
        return {name: text for name, text in fields.items() if text}

    def give(self, more_minor: int) -> None:
        """Let the buyer pay `more_minor` beyond the price: 不用找了."""
        self.gift_minor += more_minor
        self.gift = Money(self.gift_minor).yuan.removesuffix(".00")

    def pay_for(self, turn_id: UUID, listing_id: int) -> None:
        """Begin with one of what this turn is for."""
        self.turn_id = turn_id
        for row in self.rows:
            if row.good.id == listing_id:
                row.quantity = "1"

    def renew(self, now: datetime) -> None:
        """A page used before starts a new sale."""
        self.sale_id, self.code = _new_names(now)


def new_basket(goods: Mapping[int, Good], now: datetime) -> Basket:
    """An empty basket with an id and a receipt code of its own."""
    sale_id, code = _new_names(now)
    return Basket(sale_id, code, [Row(good) for good in goods.values()])


def listing_ids(typed: Mapping[str, str]) -> set[int]:
    """The listings that something was typed at."""
    return {
        int(name[1:])
        for name, text in typed.items()
        if name[:1] in {"q", "p"} and name[1:].isdecimal() and len(name) < len("q123456789012")
        if text.strip()
    }


def read_basket(goods: Mapping[int, Good], typed: Mapping[str, str], now: datetime) -> Basket:
    """Read a page's fields. `problems` and the errors beside rows say what is wrong; all is kept."""
    names = _names(typed)
    basket = Basket(
        *(names or _new_names(now)),
        rows=[
            Row(good, typed.get(f"q{good.id}", "").strip(), typed.get(f"p{good.id}", "").strip())
            for good in goods.values()
        ],
        gift=typed.get("gift", "").strip(),
        turn_id=turn_id_in(typed),
    )
    if names is None:
        basket.problems.append(gettext(PageIncomplete.sentence))
    if listing_ids(typed) - goods.keys():
        basket.problems.append(gettext(NotOnSale.sentence))
    lines: list[SaleLine] = []
    for row in basket.rows:
        if not (row.quantity or row.price):
            continue
        try:
            line = _line(row, number=len(lines) + 1)
        except MarketError as error:
            row.error = sentence_of(error)
            basket.problems.append(leading_to(row.name, row.good.name, row.error))
        else:
            lines += [line] if line else []
    basket.lines = tuple(lines)
    _read_gift(basket)
    if not basket.problems:
        _require_something(basket)
    return basket


def _line(row: Row, *, number: int) -> SaleLine | None:
    """The line of a row; None where nought pieces were typed."""
    good = row.good
    quantity = parse_count(row.quantity, least=0) if row.quantity else 1
    if quantity == 0:
        return None
    if good.left is not None and quantity > good.left:
        raise OnlyLeft(left=max(good.left, 0))
    if good.price_minor is not None:
        price_minor = good.price_minor
    elif row.price:
        price_minor = parse_amount(row.price).minor
    else:
        raise PriceMissing
    return SaleLine(
        number=number,
        listing_id=good.id,
        name=good.name,
        quantity=quantity,
        unit_price_minor=price_minor,
        terms=good.terms,
    )


def _read_gift(basket: Basket) -> None:
    if not basket.gift:
        return
    try:
        basket.gift_minor = parse_amount(basket.gift).minor
    except MarketError as error:
        basket.gift_error = sentence_of(error)
        basket.problems.append(leading_to("gift", gettext("自愿加价"), basket.gift_error))


def _require_something(basket: Basket) -> None:
    try:
        if not basket.lines:
            raise NoLines
        if check_minor(basket.due_minor) == 0:
            raise NothingToPay
    except Invalid as error:
        basket.problems.append(sentence_of(error))


def turn_id_in(typed: Mapping[str, str]) -> UUID | None:
    """The turn that an address or a form names."""
    try:
        return UUID(typed.get("turn", ""))
    except ValueError:
        return None


def _names(typed: Mapping[str, str]) -> tuple[UUID, str] | None:
    try:
        return UUID(typed.get("sale_id", "")), receipt_code.parse(typed.get("code", ""))
    except (ValueError, MarketError):
        return None


def _new_names(now: datetime) -> tuple[UUID, str]:
    return uuid7(now, secrets.token_bytes), receipt_code.mint(secrets.token_bytes)
