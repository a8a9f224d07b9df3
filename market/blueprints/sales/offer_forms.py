"""The forms of stalls and what they offer."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, lazy_gettext

from market.actions.sales.listings import GOODS, MOST_MINUTES, MOST_STOCK, SERVICE, Offer
from market.actions.sales.listings import MOST_NAME as MOST_OFFER_NAME
from market.actions.sales.stalls import MOST_NAME as MOST_STALL_NAME
from market.actions.sales.stalls import MOST_NUMBER as MOST_STALL_NUMBER
from market.domain.errors import N_, Invalid
from market.domain.money import Money, parse_amount
from market.domain.sales.consignment import WHOLE_BP
from market.queries.ledger.holders import Choice
from market.queries.sales.offers import OfferNow
from market.web.forms import (
    CardsField,
    ChoiceField,
    CountField,
    Form,
    MoneyField,
    TextField,
    TickField,
)


class PercentUnreadable(Invalid):
    """What was typed is no share of a hundred."""

    sentence = N_("没看懂这个比例，请填 0 到 100 的数字，最多两位小数，例如 80 或 72.5。")


class PercentField(MoneyField):
    """A percentage as people type it, '80' or '７２．５％', read as basis points."""

    def _read(self, typed: object) -> int:
        plain = str(typed).strip().removesuffix("%").removesuffix("％")
        try:
            return parse_amount(plain, most_minor=WHOLE_BP).minor
        except Invalid as error:
            raise PercentUnreadable from error


class StallForm(Form):
    number = TextField(lazy_gettext("摊位号"), most=MOST_STALL_NUMBER)
    name = TextField(lazy_gettext("摊位名称"), most=MOST_STALL_NAME)


class OfferForm(Form):
    kind = CardsField(lazy_gettext("卖的是什么"))
    name = TextField(lazy_gettext("名称"), most=MOST_OFFER_NAME)
    price = MoneyField(lazy_gettext("价格"), optional=True)
    open_price = TickField(lazy_gettext("价格现场定"))
    minutes = CountField(lazy_gettext("做一次要多少分钟"), most=MOST_MINUTES, optional=True)
    stock = CountField(lazy_gettext("一共有多少件"), least=0, most=MOST_STOCK, optional=True)
    consignor = ChoiceField(lazy_gettext("是谁寄售的"), optional=True)
    share = PercentField(lazy_gettext("按比例付给寄售人"), optional=True)
    fixed = MoneyField(lazy_gettext("或者每件付给寄售人"), optional=True)
    floor = MoneyField(lazy_gettext("说好的最低价"), optional=True)

    def validate(self, extra_validators: object = None) -> bool:
        sound = bool(super().validate(extra_validators))
        if self.price.errors:
            return False
        if (self.price.data is None) is not bool(self.open_price.data):
            say = N_("请填一个价格，或者勾选“价格现场定”，两样选一样。")
            self.price.errors = [gettext(say)]
            return False
        return sound

    def command(self, community_id: int, stall_id: int) -> Offer:
        return Offer(
            community_id=community_id,
            stall_id=stall_id,
            kind=self.kind.data,
            name=self.name.text,
            price_minor=self.price.data,
            minutes=self.minutes.data,
            stock=self.stock.data,
            consignor_id=int(self.consignor.data) if self.consignor.data else None,
            share_bp=self.share.data,
            fixed_minor=self.fixed.data,
            floor_minor=self.floor.data,
        )


def offer_form(offer: OfferNow | None, consignors: Iterable[Choice]) -> OfferForm:
    """What is offered as it stands, or nothing yet."""
    data: dict[str, object] = {}
    if offer is not None:
        data = {
            "kind": offer.kind,
            "name": offer.name,
            "price": offer.price_minor,
            "open_price": offer.price_minor is None,
            "minutes": offer.minutes,
            "stock": offer.stock,
            "consignor": str(offer.consignor_id or ""),
            "share": offer.share_bp,
            "fixed": offer.fixed_minor,
            "floor": offer.floor_minor,
        }
    form = OfferForm(data=data)
    form.kind.choices = [(GOODS, gettext("商品")), (SERVICE, gettext("服务"))]
    choices = [(str(choice.id), choice.name) for choice in consignors]
    if offer is not None and offer.consignor_id is not None:
        kept = (str(offer.consignor_id), offer.consignor)
        choices = choices if kept in choices else [*choices, kept]
    form.consignor.choices = [("", gettext("不是寄售，是市集自己的")), *choices]
    return form


def percent_text(share_bp: int) -> str:
    """Basis points as people write a percentage, '80' or '72.5'."""
    return Money(share_bp).yuan.rstrip("0").removesuffix(".")
