"""What a phone asks of the server: what there is to sell, receipt slips, and to take in its records.

It is known by the token in its `Authorization` header alone, never by a cookie, so that no other
site can send anything in its name; therefore these routes want no form token.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.sales.phone_voids import VoidResult, record_phone_voids
from market.actions.sales.quarantine import Reason, set_aside
from market.actions.sales.recording import Outcome, Result
from market.actions.sales.sale_rows import Stamp
from market.actions.sales.slips import stock_up
from market.actions.sales.syncing import hear, hold, record_alone, record_phone_sales, sign_off
from market.blueprints.sales import blueprint
from market.blueprints.sales.till_answer import till_answer, till_state
from market.blueprints.sales.uploading import (
    FixedSale,
    Refusal,
    Rows,
    Unreadable,
    Upload,
    read_rows,
    sort_out,
)
from market.domain.sales.sale import Void
from market.domain.sales.upload import clock_offset
from market.extensions import asking, csrf, reading, short_work, unit_of_work
from market.queries.sales.counter import Counter, goods_of
from market.queries.sales.devices import DeviceHere
from market.queries.sales.uploads import early_voids, tills_of_day
from market.web.access import for_devices
from market.web.api import json_answer, read_body
from market.web.devices import device
from market.web.errors import sentence_of
from market.web.measures import SALES_RECORDED
from market.web.openapi import Operation, describe
from market.web.qr import qr_matrix
from market.web.sessions import clock

_SCHEMAS = "market.blueprints.sales.api_schemas:"

blueprint.record(
    lambda state: describe(
        state.app,
        Operation(
            endpoint="sales.api_till",
            summary="What there is to sell here, and at which till",
            answer=_SCHEMAS + "TillAnswer",
        ),
        Operation(
            endpoint="sales.api_slips",
            method="post",
            summary="Receipt codes and their QR codes, so that receipts have one without network",
            body=_SCHEMAS + "SlipsBody",
            answer=_SCHEMAS + "SlipsAnswer",
            problems=(409,),
        ),
        Operation(
            endpoint="sales.api_sync",
            method="post",
            summary="Take in what a phone recorded, however often and in whatever order it comes",
            body=_SCHEMAS + "SyncBody",
            answer=_SCHEMAS + "SyncAnswer",
            problems=(429,),
        ),
    )
)

Recorded = dict[int, Result | VoidResult]
EarlyVoids = Mapping[UUID, Void]


@blueprint.get("/api/v1/till")
@for_devices
def api_till() -> ResponseReturnValue:
    return json_answer(till_answer(device()))


@blueprint.post("/api/v1/slips")
@for_devices
def api_slips() -> ResponseReturnValue:
    from market.blueprints.sales.api_schemas import SlipsBody  # noqa: PLC0415 - costs start-up

    have = read_body(SlipsBody).have
    with unit_of_work() as session:
        codes = stock_up(session, device().id, have, now=clock(), random_bytes=secrets.token_bytes)
    address = partial(url_for, "public.receipt", _external=True)
    slips = [{"code": code, "matrix": qr_matrix(address(code=code))} for code in codes]
    return json_answer({"slips": slips})


@blueprint.post("/api/v1/sync")
@for_devices
def api_sync() -> ResponseReturnValue:
    """Each till's sales are one unit of work and the voids another: a row is in whole or not at all."""
    phone, received_at = device(), clock()
    read = read_rows()
    tills = _tills(read, phone)
    counters = {
        till_id: _counter(phone, till_id, tills[till_id], listings)
        for till_id, listings in read.wanted().items()
        if till_id in tills
    }
    upload = sort_out(
        read,
        phone,
        {till_id: counter.goods for till_id, counter in counters.items()},
        fallback_till=phone.till_id or max(tills, default=None),
    )
    stamp = Stamp(received_at, by_id=None, offset=clock_offset(read.head.sent_at, received_at))
    signed_off = _may_sign_off(read, tills)
    recorded = _take_in(phone, read, upload, counters, stamp, signed_off=bool(signed_off))
    created = sum(
        isinstance(one, Result) and one.outcome is Outcome.CREATED for one in recorded.values()
    )
    SALES_RECORDED.inc(created)
    return json_answer(
        {
            "server_at": received_at.isoformat(),
            "results": list(_results(read, upload, recorded)),
            "till": till_state(phone),
            "signed_off": signed_off,
        }
    )


def _tills(read: Rows, phone: DeviceHere) -> Mapping[int, datetime]:
    """When the tills of the phone's day were opened: all of them, or its own where no other is named."""
    named = {
        row.till for row in read.rows if not isinstance(row, Unreadable) and row.kind == "sale"
    }
    if read.head.sign_off is not None:
        named.add(read.head.sign_off.till)
    if phone.till_id is not None and phone.till_opened_at is not None and named <= {phone.till_id}:
        return {phone.till_id: phone.till_opened_at}
    return tills_of_day(reading(), phone.market_day_id)


def _counter(
    phone: DeviceHere, till_id: int, opened_at: datetime, listing_ids: Collection[int]
) -> Counter:
    return Counter(
        till_id=till_id,
        market_day_id=phone.market_day_id,
        opened_at=opened_at,
        goods=goods_of(asking(), till_id, listing_ids),
        letters={phone.id: phone.letter},
    )


def _may_sign_off(read: Rows, tills: Collection[int]) -> bool | None:
    """Whether the phone's word can be taken: for a till of its day, and nothing left behind."""
    said = read.head.sign_off
    if said is None:
        return None
    return said.till in tills and read.head.unsent <= len(read.rows)


def _take_in(
    phone: DeviceHere,
    read: Rows,
    upload: Upload,
    counters: Mapping[int, Counter],
    stamp: Stamp,
    *,
    signed_off: bool,
) -> Recorded:
    left = max(0, read.head.unsent - len(read.rows))
    alone = None if signed_off else _alone(phone, read, upload, counters, stamp, left)
    if alone is not None:
        return alone
    recorded: Recorded = {}
    jobs: list[Callable[[Session, EarlyVoids], Recorded]] = [
        partial(_sales_of_till, phone, counters[till_id], upload.sales[till_id], stamp)
        for till_id in sorted(upload.sales)
    ]
    if upload.voids:
        jobs.append(partial(_voids, phone, upload.voids, stamp))
    for number, job in enumerate(jobs or [_nothing]):
        with unit_of_work() as session:
            if number == 0:
                voids_ahead = hear(
                    session,
                    phone.id,
                    last_sequence=upload.last_sequence,
                    unsent=left,
                    now=stamp.received_at,
                )
                set_aside(session, upload.asides, received_at=stamp.received_at)
            else:
                voids_ahead = hold(session, phone.id)
            early = early_voids(session, phone.id) if voids_ahead else {}
            recorded |= job(session, early)
            said = read.head.sign_off
            if signed_off and said is not None and number == max(0, len(jobs) - 1):
                sign_off(session, phone.id, said.till, said.last_sequence, now=stamp.received_at)
    return recorded


def _alone(
    phone: DeviceHere,
    read: Rows,
    upload: Upload,
    counters: Mapping[int, Counter],
    stamp: Stamp,
    left: int,
) -> Recorded | None:
    """The quick road for what phones mostly send while they are online: one sale, and no more."""
    if len(read.rows) != 1 or not upload.sales or phone.voids_ahead:
        return None
    [(till_id, [one])] = upload.sales.items()
    with short_work() as connection:
        result = record_alone(
            connection, counters[till_id], one.sale, hash_=one.hash, stamp=stamp, unsent=left
        )
    return None if result is None else {one.place: result}


def _sales_of_till(
    phone: DeviceHere,
    counter: Counter,
    sales: Sequence[FixedSale],
    stamp: Stamp,
    session: Session,
    early: EarlyVoids,
) -> Recorded:
    results = record_phone_sales(
        session,
        phone,
        counter,
        [one.sale for one in sales],
        hashes=[one.hash for one in sales],
        stamp=stamp,
        early=early,
    )
    return {one.place: result for one, result in zip(sales, results, strict=True)}


def _voids(
    phone: DeviceHere,
    voids: Sequence[tuple[int, Void]],
    stamp: Stamp,
    session: Session,
    _early: EarlyVoids,
) -> Recorded:
    results = record_phone_voids(
        session, phone, [void for _, void in voids], received_at=stamp.received_at
    )
    return {place: result for (place, _), result in zip(voids, results, strict=True)}


def _nothing(_session: Session, _early: EarlyVoids) -> Recorded:
    return {}


def _results(read: Rows, upload: Upload, recorded: Recorded) -> Iterable[dict[str, object]]:
    for place, row in enumerate(read.rows):
        own_id = str(row.id) if isinstance(row.id, UUID) else row.id
        result = recorded.get(place)
        if result is None:
            yield _refused(own_id, row, upload.refused[place])
            continue
        yield {
            "id": own_id,
            "outcome": result.outcome.value,
            "reason": result.reason and result.reason.value,
            "say": _say(result.reason) if result.reason else None,
            "hash": row.hash,
            "day_number": result.day_number or None,
        }


def _refused(own_id: str | None, row: object, refusal: Refusal) -> dict[str, object]:
    return {
        "id": own_id,
        "outcome": Outcome.REJECTED.value,
        "reason": refusal.reason.value,
        "say": sentence_of(refusal.error) if refusal.error else _say(refusal.reason),
        "hash": getattr(row, "hash", None),
        "day_number": None,
    }


def _say(reason: Reason) -> str:
    return str(gettext(reason.label))


for _view in (api_slips, api_sync):
    csrf.exempt(_view)
