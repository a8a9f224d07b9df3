"""What the pages of reports share: words of other rooms, choices of a filter, what an address asks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from market.domain.errors import N_
from market.web.addresses import MOST_ID

TENDER_WORDS = {
    "cash": N_("现金"),
    "wechat": N_("微信"),
    "alipay": N_("支付宝"),
    "other": N_("其他"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter's list."""

    value: str
    words: str
    chosen: bool


def chosen_id(name: str) -> int | None:
    """The id that the address asks for by this name; None where it is no id."""
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= MOST_ID else None


def kept_arguments() -> dict[str, str]:
    """The filter that the address holds, without its page."""
    return {name: value for name, value in request.args.items() if name not in {"page", "format"}}
