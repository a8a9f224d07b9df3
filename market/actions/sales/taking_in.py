"""Taking in a whole list at once: stalls and what they offer, as somebody pasted and looked through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_to_write
from market.actions.sales.stalls import stall_number
from market.domain.errors import N_, Invalid
from market.domain.sales.pasted_offer import PastedOffer
from market.models.sales import Listing, Stall

MOST_NUMBERED = 9_999


class StallsExhausted(Invalid):
    """No number with four digits is free."""

    sentence = N_("这次市集的摊位号用完了，请先自己给新摊位编号。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInOffers:
    """Rows that were understood, in the order of the list."""

    community_id: int
    market_day_id: int
    offers: Sequence[PastedOffer]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was new: stalls, offers; `known` were there already and stay as they are."""

    stalls: int
    offers: int
    known: int


def take_in_offers(
    session: Session, command: TakeInOffers, *, by_id: int, now: datetime
) -> TakenIn:
    """Set up the stalls that are new and offer what they do not offer yet, all or nothing.

    A row finds its stall by number, else by name; the same list twice adds nothing twice.
    Raises NoSuchMarketDay, StallNumberUnfit, StallsExhausted.
    """
    day = market_day_to_write(session, command.community_id, command.market_day_id)
    stalls = _Stalls(session, day.id)
    placed = [(stalls.of(offer), offer) for offer in command.offers]
    session.flush()
    known = offered_names(session, [stall.id for stall, _ in placed])
    last = _last_positions(session, day.id)
    rows = []
    for stall, offer in placed:
        if (stall.id, offer.name) in known:
            continue
        known.add((stall.id, offer.name))
        last[stall.id] = last.get(stall.id, 0) + 1
        rows.append(_row(stall.id, last[stall.id], offer))
    if rows:
        session.execute(insert(Listing), rows)
    if rows or stalls.new:
        note(
            session,
            "offers_taken_in",
            community_id=command.community_id,
            now=now,
            market_day=day.id,
            stalls=stalls.new,
            listings=len(rows),
            by=by_id,
        )
    return TakenIn(stalls.new, len(rows), len(placed) - len(rows))


def offered_names(session: Session, stall_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which names these stalls offer now, as pairs of stall and name."""
    rows = session.execute(
        select(Listing.stall_id, Listing.name).where(
            Listing.stall_id.in_(set(stall_ids)), Listing.retired_at.is_(None)
        )
    )
    return {(stall_id, name) for stall_id, name in rows}


class _Stalls:
    """The stalls of a day, found by number, else by name, else set up with the next free number."""

    def __init__(self, session: Session, market_day_id: int) -> None:
        self._session = session
        self._day_id = market_day_id
        found = session.scalars(
            select(Stall).where(Stall.market_day_id == market_day_id).order_by(Stall.id)
        ).all()
        self._by_number = {stall.number: stall for stall in found}
        self._by_name = {stall.name: stall for stall in reversed(found)}
        self._next = 1
        self.new = 0

    def of(self, offer: PastedOffer) -> Stall:
        number = stall_number(offer.number) if offer.number else ""
        stall = self._by_number.get(number) if number else self._by_name.get(offer.stall)
        return stall or self._set_up(number or self._free_number(), offer.stall)

    def _set_up(self, number: str, name: str) -> Stall:
        stall = Stall(market_day_id=self._day_id, number=number, name=name or number)
        self._session.add(stall)
        self._by_number[number] = stall
        self._by_name.setdefault(stall.name, stall)
        self.new += 1
        return stall

    def _free_number(self) -> str:
        while str(self._next) in self._by_number:
            self._next += 1
        if self._next > MOST_NUMBERED:
            raise StallsExhausted
        return str(self._next)


def _last_positions(session: Session, market_day_id: int) -> dict[int, int]:
    rows = session.execute(
        select(Listing.stall_id, func.max(Listing.position))
        .join(Stall, Stall.id == Listing.stall_id)
        .where(Stall.market_day_id == market_day_id)
        .group_by(Listing.stall_id)
    )
    return {stall_id: position or 0 for stall_id, position in rows}


def _row(stall_id: int, position: int, offer: PastedOffer) -> dict[str, object]:
    return {
        "stall_id": stall_id,
        "position": position,
        "kind": offer.kind,
        "name": offer.name,
        "price_minor": offer.price_minor,
        "minutes": offer.minutes if offer.kind == "service" else None,
        "stock": offer.stock,
        "sold": 0,
    }
