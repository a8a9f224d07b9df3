"""The services of a market on its page: what can be booked, when, and how many were served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from market.domain.sales.turns import FEW, Way, slot_label
from market.extensions import reading
from market.queries.sales.served import served_people
from market.queries.sales.services import free_slots_of, services_of

NEXT_TIMES = 3


@dataclass(frozen=True, slots=True)
class ShownService:
    """A service with its next free times; `more` is how many are free beyond them."""

    listing_id: int
    name: str
    stall_number: str
    provider: str
    price_minor: int | None
    minutes: int | None
    way: str
    bookable: bool
    next_times: tuple[str, ...]
    more: int


def shown_services(market_day_id: int, *, now: datetime) -> tuple[ShownService, ...]:
    services = services_of(reading(), market_day_id)
    free = free_slots_of(reading(), services, now=now)
    return tuple(
        ShownService(
            listing_id=one.listing_id,
            name=one.name,
            stall_number=one.stall_number,
            provider=one.provider,
            price_minor=one.price_minor,
            minutes=one.minutes,
            way=gettext(one.way.label) if one.way else "",
            bookable=one.way is Way.SLOT and one.has_basis,
            next_times=tuple(slot_label(at) for at in free.get(one.listing_id, [])[:NEXT_TIMES]),
            more=max(0, len(free.get(one.listing_id, [])) - NEXT_TIMES),
        )
        for one in services
    )


def served_words(market_day_id: int) -> str:
    """How many turns were served, few of them never as a figure; '' before the first."""
    people, for_free = served_people(reading(), market_day_id)
    if not people:
        return ""
    served = _people(people)
    if not for_free:
        return str(gettext("已服务 %(people)s", people=served))
    return str(
        gettext("已服务 %(people)s，其中免费便民 %(free)s", people=served, free=_people(for_free))
    )


def _people(count: int) -> str:
    if count < FEW:
        return str(gettext("少于 %(few)s 人次", few=FEW))
    return str(ngettext("%(num)s 人次", "%(num)s 人次", count))
