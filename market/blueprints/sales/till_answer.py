"""All that a phone needs to sell, as the API answers it and as the phone's page carries it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext

from market.domain.identifiers import epoch_ms
from market.domain.sales.sale import Tender
from market.domain.sales.upload import LOW_SLIPS
from market.extensions import reading
from market.queries.sales.code_pictures import pictures_put_at
from market.queries.sales.counter import Good, goods_of, goods_of_stall
from market.queries.sales.devices import DeviceHere
from market.queries.sales.uploads import slips_unused
from market.web.sessions import clock


def till_answer(phone: DeviceHere) -> dict[str, object]:
    """What `GET /api/v1/till` says to this phone."""
    return {
        "server_at": clock().isoformat(),
        "device": {
            "id": phone.id,
            "letter": phone.letter,
            "name": phone.name,
            "last_sequence": phone.last_sequence,
        },
        "till": till_state(phone),
        "market_day": {
            "name": phone.market_day,
            "held_on": phone.held_on.isoformat(),
            "slug": phone.market_slug,
        },
        "community": {"slug": phone.community_slug, "name": phone.community},
        "stalls": [
            {"id": stall.id, "number": stall.number, "name": stall.name} for stall in phone.stalls
        ],
        "listings": [_listing(good) for good in _goods(phone)],
        "tenders": _tenders(phone.market_day_id),
        "slips": {"have": slips_unused(reading(), phone.id), "low": LOW_SLIPS},
    }


def till_state(phone: DeviceHere) -> dict[str, object] | None:
    """The till that serves this phone's stall, if one is open."""
    if phone.till_id is None or phone.till_state is None:
        return None
    return {"id": phone.till_id, "name": phone.till_name, "state": phone.till_state.value}


def _tenders(market_day_id: int) -> list[dict[str, object]]:
    """How can be paid; `picture` is where a code's picture is, another address with each picture."""
    put_at = pictures_put_at(reading(), market_day_id)
    return [
        {
            "tender": tender.value,
            "label": str(gettext(tender.label)),
            "picture": url_for(
                "sales.till_code_picture", tender=tender.value, v=epoch_ms(put_at[tender])
            )
            if tender in put_at
            else None,
        }
        for tender in Tender
    ]


def _goods(phone: DeviceHere) -> Iterable[Good]:
    if phone.till_id is not None:
        return goods_of(reading(), phone.till_id).values()
    # Prices can be learned before the box is opened.
    return goods_of_stall(reading(), phone.stall.id).values()


def _listing(good: Good) -> dict[str, object]:
    return {
        "id": good.id,
        "stall": good.stall_id,
        "name": good.name,
        "kind": good.kind,
        "price": good.price_minor,
        "left": good.left,
        "floor": None if good.terms is None else good.terms.floor_minor,
        "initials": good.initials,
        "minutes": good.minutes,
    }
