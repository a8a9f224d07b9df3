"""Settling a record that was set aside: a person looks at it once, and says what becomes of it.

Whoever settles holds the market day's row, so that a record is settled once however many try.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_approver
from market.actions.ledger.audit import note
from market.actions.sales.devices import Seller, lock_market_day, next_of_form
from market.actions.sales.recording import Outcome, Result, record_sales
from market.domain.errors import N_, Invalid, Refused
from market.domain.identifiers import uuid7
from market.domain.sales.receipt_code import mint, parse
from market.domain.sales.sale import Sale, SaleLine
from market.domain.sales.set_aside import SaidSale, Settlement
from market.domain.text import clean_text
from market.models.sales import AsideDecision, PhoneVoid, Till
from market.queries.sales.counter import Counter, counter_at
from market.queries.sales.known import Names, known_sales
from market.queries.sales.set_aside import AsideNow, aside_now, held_instead
from market.queries.sales.tills import NoSuchTill

MOST_REASON = 200


class SettledAlready(Refused):
    """Somebody was quicker."""

    sentence = N_("这笔刚才已经由%(who)s核对过了，没有再记一次。")


class NoSaleToAccept(Refused):
    """It is no sale, or nobody can read it."""

    sentence = N_("这条记录读不出一笔完整的义卖，收不进来。问清楚以后，可以用“纸单补录”把它补上。")


class NothingHeldInstead(Refused):
    """Nothing of ours has its id, its code or its number."""

    sentence = N_("这条记录没有和哪一笔相同，没有可以保留的原来那笔。请选“收进来”或“不算”。")


class ListingNotHere(Invalid):
    """What was sold is not offered at the till it is taken in at."""

    sentence = N_("“%(name)s”不在这一班的商品里，请从列表里选是哪一样。")


class UndoneOnPhone(Refused):
    """The phone has undone this sale; the void waits for it."""

    sentence = N_("手机后来把这一笔作废了（原因：%(reason)s），不用收进来。请选“不算”。")


class NotTakenIn(Refused):
    """What was sold cannot be recorded at that till as things stand."""

    sentence = N_("这笔现在还收不进来：%(why)s。什么也没有改动。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAside:
    """What somebody said of a record.

    To accept it may be said at which till, and for a line (by its number) which listing it was.
    """

    community_id: int
    aside_id: int
    outcome: Settlement
    reason: str = ""
    till_id: int | None = None
    listings: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it; with the sale it was taken in as."""

    outcome: Settlement
    sale: Result | None


def settle_aside(
    session: Session,
    command: SettleAside,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> Settled:
    """Settle a record that was set aside, once and for good; what was accepted is undone as any sale is.

    Raises NoSuchAside, NoLongerApprover, SettledAlready, NothingHeldInstead, TextMissing, and where
    it is accepted NoSaleToAccept, NoSuchTill, ListingNotHere, UndoneOnPhone, NotTakenIn, and
    whatever a `Sale` cannot be built for.
    """
    aside = aside_now(session, command.community_id, command.aside_id)
    require_approver(session, command.community_id, by_id)
    lock_market_day(session, aside.market_day_id)
    # Looked at again: somebody may have settled it while this one waited for the market day.
    aside = aside_now(session, command.community_id, command.aside_id)
    if aside.decided_by is not None:
        raise SettledAlready(who=aside.decided_by)
    accepted = command.outcome is Settlement.ACCEPTED
    if command.outcome is Settlement.KEPT and not held_instead(session, aside):
        raise NothingHeldInstead
    reason = _reason(command, needed=not accepted)
    sale = (
        _accept(session, aside, command, by_id=by_id, now=now, random_bytes=random_bytes)
        if accepted
        else None
    )
    session.add(
        AsideDecision(
            quarantined_id=aside.id,
            outcome=str(command.outcome),
            reason=reason,
            sale_id=sale.sale_id if sale else None,
            decided_by_id=by_id,
            decided_at=now,
        )
    )
    session.flush()
    note(
        session,
        "aside_settled",
        community_id=command.community_id,
        now=now,
        record=aside.id,
        outcome=str(command.outcome),
        by=by_id,
        **({"sale": str(sale.sale_id)} if sale else {}),
    )
    return Settled(command.outcome, sale)


def _reason(command: SettleAside, *, needed: bool) -> str:
    return clean_text(command.reason, most=MOST_REASON, least=1 if needed else 0)


def _accept(
    session: Session,
    aside: AsideNow,
    command: SettleAside,
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> Result:
    """Record it by the road of all sales: under its own names where they are free, else under new."""
    said = aside.sale
    if said is None:
        raise NoSaleToAccept
    till_id = command.till_id or said.till_id
    _require_till(session, aside.market_day_id, till_id)
    _require_not_undone(session, said)
    chosen = {
        number: command.listings.get(number, line.listing_id)
        for number, line in enumerate(said.lines, start=1)
    }
    counter = counter_at(session, till_id, set(chosen.values()), {said.device_id})
    lines = _lines(said, chosen, counter)
    own_id, code, number_is_free = _names(session, said, random_bytes, now=now)
    device_id, sequence = said.device_id, said.sequence
    if not number_is_free or device_id not in counter.letters:
        given = next_of_form(session, aside.market_day_id, Seller(person_id=by_id), now=now)
        device_id, sequence = given.device_id, given.sequence
    sale = Sale(
        id=own_id,
        till_id=till_id,
        device_id=device_id,
        sequence=sequence,
        code=code,
        tender=said.tender,
        lines=lines,
        phone_at=said.phone_at,
        gift_minor=said.gift_minor,
        tendered_minor=said.tendered_minor,
    )
    [result] = record_sales(session, till_id, [sale], received_at=now, by_id=by_id)
    if result.outcome not in {Outcome.CREATED, Outcome.EXISTS}:
        raise NotTakenIn(why=result.reason.label if result.reason else "")
    return result


def _require_till(session: Session, market_day_id: int, till_id: int) -> None:
    there = select(Till.id).where(Till.id == till_id, Till.market_day_id == market_day_id)
    if session.scalar(there) is None:
        raise NoSuchTill


def _require_not_undone(session: Session, said: SaidSale) -> None:
    reason = session.scalar(select(PhoneVoid.reason).where(PhoneVoid.sale_id == said.id).limit(1))
    known = known_sales(session, [Names(said.id, "", 0, 0)])
    if reason is not None and not known:
        raise UndoneOnPhone(reason=reason)


def _lines(said: SaidSale, chosen: Mapping[int, int], counter: Counter) -> tuple[SaleLine, ...]:
    lines = []
    for number, line in enumerate(said.lines, start=1):
        good = counter.goods.get(chosen[number])
        if good is None:
            raise ListingNotHere(name=line.name, field=f"listing_{number}")
        lines.append(
            SaleLine(
                number=number,
                listing_id=good.id,
                name=line.name,
                quantity=line.quantity,
                unit_price_minor=line.unit_price_minor,
                terms=good.terms,
            )
        )
    return tuple(lines)


def _names(
    session: Session, said: SaidSale, random_bytes: Callable[[int], bytes], *, now: datetime
) -> tuple[UUID, str, bool]:
    """Its id and code, or new ones where they are taken; and whether its phone's number is free."""
    known = known_sales(session, [Names(said.id, said.code, said.device_id, said.sequence)])
    taken = {one.id for one in known}
    codes = {one.code for one in known}
    numbers = {(one.device_id, one.sequence) for one in known}
    own_id = uuid7(now, random_bytes) if said.id in taken else said.id
    code = mint(random_bytes) if said.code in codes or not _is_code(said.code) else said.code
    undone = select(PhoneVoid.id).where(
        PhoneVoid.device_id == said.device_id, PhoneVoid.sequence == said.sequence
    )
    free = (said.device_id, said.sequence) not in numbers and session.scalar(undone) is None
    return own_id, code, free and said.sequence > 0


def _is_code(said: str) -> bool:
    try:
        return parse(said) == said
    except Invalid:
        return False
