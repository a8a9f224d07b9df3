"""Stalls and offers of one market day, found by the words people use for them."""

from __future__ import annotations

from collections.abc import Sequence

from market.domain.errors import N_, Invalid
from market.queries.sales.offers import StallNow


class StallUnknown(Invalid):
    """No stall has this number or name."""

    sentence = N_("没有叫“%(typed)s”的摊位，请写摊位号或摊位名称，或者留空。")


class ItemUnknown(Invalid):
    """No stall offers anything of this name."""

    sentence = N_("这次市集没有叫“%(typed)s”的商品，请照商品的名称写。")


class ItemAmbiguous(Invalid):
    """Several stalls offer something of this name."""

    sentence = N_("有几个摊位都卖“%(typed)s”，请在前面写上摊位号，例如“3 %(typed)s”。")


class Places:
    """The stalls of a day, asked once."""

    def __init__(self, stalls: Sequence[StallNow]) -> None:
        self._stalls = {stall.name: stall.id for stall in reversed(stalls)}
        self._stalls |= {stall.number: stall.id for stall in stalls}
        self._items: dict[str, list[int]] = {}
        for stall in stalls:
            for offer in stall.offers:
                for words in (offer.name, f"{stall.number} {offer.name}"):
                    self._items.setdefault(words, []).append(offer.id)

    def stall_id(self, typed: str) -> int | None:
        """The stall somebody means, None for ''; raises StallUnknown with `field` stall."""
        if not typed:
            return None
        found = self._stalls.get(typed) or self._stalls.get(typed.removesuffix("号").upper())
        if found is None:
            raise StallUnknown(typed=typed, field="stall")
        return found

    def listing_id(self, typed: str) -> int:
        """The offer somebody means; raises ItemUnknown, ItemAmbiguous with `field` item."""
        found = self._items.get(typed, [])
        if not found:
            raise ItemUnknown(typed=typed, field="item")
        if len(found) > 1:
            raise ItemAmbiguous(typed=typed, field="item")
        return found[0]
