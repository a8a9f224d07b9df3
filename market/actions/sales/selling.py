"""Selling by hand: a plain form's sale, numbered here, and recorded once however often it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from market.actions.sales.devices import Seller, give_back_sequence, next_of_form
from market.actions.sales.quarantine import Reason
from market.actions.sales.recording import Outcome, Result, record_at
from market.actions.sales.sale_rows import Fixed, Stamp
from market.domain.errors import N_, Refused
from market.domain.sales.sale import Sale, SaleLine, Tender, sale_hash
from market.queries.sales.counter import Counter
from market.queries.sales.known import KnownSale


class RecordedOtherwise(Refused):
    """The page was used before: its sale stands, and this one says something else."""

    sentence = N_(
        "这一页已经记过一笔（%(number)s），现在的内容和那笔不一样，还没有记。"
        "如果是新的一笔，请从“收银”重新选；要改那一笔，请先作废它。"
    )


class NotOnSale(Refused):
    """Something that is no longer offered at this till."""

    sentence = N_("有商品刚刚从这一班撤下了，这笔还没有记，请回到上一步重新选。")


class PriceNotAgreed(Refused):
    """Cheaper than a consignor allows."""

    sentence = N_("有寄售商品的价格低于约定，这笔还没有记，请回到上一步改价。")


_REFUSALS: dict[Reason, type[Refused]] = {
    Reason.UNKNOWN_LISTING: NotOnSale,
    Reason.PRICE_REFUSED: PriceNotAgreed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sell:
    """What a buyer took and paid; id and receipt code were made when the page was opened."""

    sale_id: UUID
    code: str
    tender: Tender
    lines: Sequence[SaleLine]
    gift_minor: int = 0
    tendered_minor: int | None = None


def sell(
    session: Session,
    counter: Counter,
    command: Sell,
    *,
    by_id: int | None,
    phone_id: int | None = None,
    now: datetime,
) -> Result:
    """Record one sale of a form, of somebody signed in or of a phone that joined; sent again it
    gives the receipt it has had from the first.

    Raises RecordedOtherwise, NotOnSale, PriceNotAgreed, and whatever a `Sale` cannot be built for.
    """
    number = next_of_form(session, counter.market_day_id, Seller(by_id, phone_id), now=now)
    sale = Sale(
        id=command.sale_id,
        till_id=counter.till_id,
        device_id=number.device_id,
        sequence=number.sequence,
        code=command.code,
        tender=command.tender,
        lines=tuple(command.lines),
        phone_at=now,
        gift_minor=command.gift_minor,
        tendered_minor=command.tendered_minor,
    )
    counter = replace(counter, letters={number.device_id: number.letter})
    stamp = Stamp(received_at=now, by_id=by_id)
    [result] = record_at(session, counter, [sale], stamp=stamp, same=_same_but_for_its_number)
    if result.reason is not None:
        raise _REFUSALS.get(result.reason, RecordedOtherwise)(number=result.day_number)
    if result.outcome is Outcome.EXISTS:
        give_back_sequence(session, number.device_id)
    return result


def _same_but_for_its_number(one: Fixed, known: KnownSale) -> bool:
    """A form's second try was numbered and timed anew: those of the first are put in its place."""
    again = replace(one.sale, sequence=known.sequence, phone_at=known.phone_at)
    return sale_hash(again) == known.hash
