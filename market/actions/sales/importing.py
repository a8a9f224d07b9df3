"""Taking in the receipts of another till: a market day for each date, left open for people to close."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.devices import add_device
from market.actions.sales.legal_basis import SetBasis, set_basis
from market.actions.sales.listings import Offer, offer
from market.actions.sales.market_days import (
    PlanMarket,
    SetPolicy,
    open_market,
    plan_market,
    set_policy,
)
from market.actions.sales.recording import Outcome, record_sales
from market.actions.sales.stalls import SetUpStall, set_up_stall
from market.actions.sales.tills import OpenTill, open_till
from market.domain.errors import N_, MarketError, Missing
from market.domain.identifiers import uuid7
from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.receipt_code import mint
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.domain.sales.till_file import RejectedReceipt, TillReceipt
from market.models.ledger import Holder
from market.models.sales import (
    Device,
    LegalBasis,
    Listing,
    MarketDay,
    MarketOpening,
    PaymentCode,
    PolicyShare,
    Stall,
    Till,
    TillStall,
)
from market.models.sales import (
    Sale as SaleRow,
)

STALL_NUMBER = "1"
_BEFORE = timedelta(minutes=1)


class NothingToCopy(Missing):
    """No market day whose basis and split the imported ones could have."""

    sentence = N_(
        "还没有可以照着设的市集。请先在工作台准备好一场市集（活动依据、款项分配、现金保管人）并开市，再导入。"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What every imported market day is given: basis, payment codes, split and custodian.

    They are those of a market that was held on `held_on`.
    """

    community_id: int
    held_on: date
    basis: SetBasis
    shares: tuple[tuple[int, int], ...]
    safe_holder_id: int
    stall_name: str


@dataclass(frozen=True, slots=True)
class DayTakenIn:
    """What one date's receipts came to. `refused` never became sales."""

    market_day_id: int
    created: int
    existed: int
    conflicts: int
    refused: tuple[RejectedReceipt, ...]


def model_of(session: Session, community_id: int) -> Model:
    """Basis, split and custodian of the market day opened last. Raises NothingToCopy."""
    last = session.execute(
        select(MarketDay.id, MarketDay.held_on, LegalBasis)
        .join(MarketOpening, MarketOpening.market_day_id == MarketDay.id)
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(MarketDay.community_id == community_id)
        .order_by(MarketOpening.opened_at.desc(), MarketDay.id.desc())
        .limit(1)
    ).one_or_none()
    safe = session.scalar(
        select(Holder.id)
        .where(
            Holder.community_id == community_id,
            Holder.kind == "custodian",
            Holder.closed_at.is_(None),
        )
        .order_by(Holder.id)
        .limit(1)
    )
    if last is None or safe is None:
        raise NothingToCopy
    day_id, held_on, basis = last
    shares = session.execute(
        select(PolicyShare.fund_id, PolicyShare.weight)
        .where(PolicyShare.market_day_id == day_id)
        .order_by(PolicyShare.ordinal)
    )
    codes = session.execute(
        select(PaymentCode.tender, PaymentCode.holder_id).where(PaymentCode.market_day_id == day_id)
    )
    return Model(
        community_id=community_id,
        held_on=held_on,
        basis=SetBasis(
            community_id=community_id,
            market_day_id=day_id,
            kind=BasisKind(basis.kind),
            holder_id=basis.holder_id,
            certificate=basis.certificate,
            agreement=basis.agreement,
            filing_number=basis.filing_number,
            filing_due_on=basis.filing_due_on,
            handover_due_on=basis.handover_due_on,
            payment_codes={Tender(tender): holder for tender, holder in codes},
        ),
        shares=tuple((fund_id, weight) for fund_id, weight in shares),
        safe_holder_id=safe,
        stall_name=N_("导入的记录"),
    )


def take_in_day(
    session: Session,
    model: Model,
    receipts: Sequence[TillReceipt],
    *,
    by_id: int,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> DayTakenIn:
    """Record one date's receipts; those that are in already are left as they are.

    The first time, the date gets a market day, a stall, a device and an open till of its own.
    """
    ordered = sorted(receipts, key=lambda receipt: (receipt.at, receipt.line))
    place = _place_of(session, model, ordered, by_id=by_id)
    listings = _listings(session, place, ordered, by_id=by_id, now=now)
    ids = [receipt_id(model.community_id, receipt) for receipt in ordered]
    known = _known_names(session, ids)
    sales: list[Sale] = []
    refused: list[RejectedReceipt] = []
    last = place.last_sequence
    for sale_id, receipt in zip(ids, ordered, strict=True):
        # A file has no numbers and codes of its own: a receipt keeps those it was given first.
        sequence, code = known.get(sale_id) or (last + 1, mint(random_bytes))
        try:
            sale = _sale(sale_id, receipt, place, listings, sequence=sequence, code=code)
        except MarketError as error:
            refused.append(RejectedReceipt(receipt.receipt, receipt.line, error))
        else:
            sales.append(sale)
            last = max(last, sequence)
    results = record_sales(session, place.till_id, sales, received_at=now, by_id=by_id)
    outcomes = [result.outcome for result in results]
    return DayTakenIn(
        place.market_day_id,
        created=outcomes.count(Outcome.CREATED),
        existed=outcomes.count(Outcome.EXISTS),
        conflicts=len(outcomes) - outcomes.count(Outcome.CREATED) - outcomes.count(Outcome.EXISTS),
        refused=tuple(refused),
    )


def receipt_id(community_id: int, receipt: TillReceipt) -> UUID:
    """The sale id of a receipt: the same each time its number is read for its day."""
    said = f"{community_id}\0{receipt.on.isoformat()}\0{receipt.receipt}".encode()
    digest = hashlib.sha256(said).digest()
    # The day's first moment, not the receipt's: a time put right makes no other sale of it.
    day_begins = datetime.combine(receipt.on, time(), tzinfo=receipt.at.tzinfo)
    return uuid7(day_begins, lambda length: digest[:length])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where one date's receipts go."""

    community_id: int
    market_day_id: int
    stall_id: int
    till_id: int
    device_id: int
    last_sequence: int


def _place_of(
    session: Session, model: Model, receipts: Sequence[TillReceipt], *, by_id: int
) -> _Place:
    found = _known_place(session, model.community_id, receipts[0].on)
    if found is not None:
        return found
    first_at, last_at = receipts[0].at, receipts[-1].at
    opened_at = first_at - _BEFORE
    day = plan_market(
        session,
        _plan(model.community_id, first_at.date(), opened_at.time(), last_at.time()),
        by_id=by_id,
        now=opened_at,
    )
    basis = model.basis.carried(day.id, later=day.held_on - model.held_on)
    set_basis(session, basis, by_id=by_id, now=opened_at)
    policy = SetPolicy(community_id=model.community_id, market_day_id=day.id, shares=model.shares)
    set_policy(session, policy, by_id=by_id, now=opened_at)
    stall = set_up_stall(
        session,
        SetUpStall(
            community_id=model.community_id,
            market_day_id=day.id,
            number=STALL_NUMBER,
            name=model.stall_name,
        ),
        by_id=by_id,
        now=opened_at,
    )
    prices = {item.item: item.unit_price_minor for r in receipts for item in r.items}
    _offer_all(session, model.community_id, stall.id, prices, by_id=by_id, now=opened_at)
    open_market(session, model.community_id, day.id, by_id=by_id, now=opened_at)
    till = open_till(
        session,
        OpenTill(
            community_id=model.community_id,
            market_day_id=day.id,
            stall_ids=[stall.id],
            safe_holder_id=model.safe_holder_id,
            float_minor=0,
        ),
        by_id=by_id,
        now=opened_at,
    )
    device_id, _ = add_device(session, day.id, "import", person_id=by_id, now=opened_at)
    return _Place(
        community_id=model.community_id,
        market_day_id=day.id,
        stall_id=stall.id,
        till_id=till.id,
        device_id=device_id,
        last_sequence=0,
    )


def _known_names(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[int, str]]:
    """The number on their device and the receipt code of those that are in already."""
    rows = session.execute(
        select(SaleRow.id, SaleRow.sequence, SaleRow.code).where(SaleRow.id.in_(ids))
    )
    return {row.id: (row.sequence, row.code) for row in rows}


def _known_place(session: Session, community_id: int, on: date) -> _Place | None:
    row = session.execute(
        select(MarketDay.id, Stall.id, Till.id, Device.id, Device.last_sequence)
        .join(Device, (Device.market_day_id == MarketDay.id) & (Device.kind == "import"))
        .join(Till, Till.market_day_id == MarketDay.id)
        .join(TillStall, TillStall.till_id == Till.id)
        .join(Stall, Stall.id == TillStall.stall_id)
        .where(MarketDay.community_id == community_id, MarketDay.held_on == on)
        .order_by(Till.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return _Place(
        community_id=community_id,
        market_day_id=row[0],
        stall_id=row[1],
        till_id=row[2],
        device_id=row[3],
        last_sequence=row[4],
    )


def _plan(community_id: int, on: date, starts_at: time, last_at: time) -> PlanMarket:
    ends_at = max(last_at, (datetime.combine(on, starts_at) + _BEFORE).time())
    return PlanMarket(
        community_id=community_id,
        name=N_("导入的市集"),
        held_on=on,
        starts_at=starts_at.replace(second=0, microsecond=0),
        ends_at=ends_at.replace(second=59, microsecond=0),
        place=N_("见原始记录"),
    )


def _listings(
    session: Session,
    place: _Place,
    receipts: Sequence[TillReceipt],
    *,
    by_id: int,
    now: datetime,
) -> dict[str, int]:
    """Listing ids by item; what an older file of this date did not have is offered now."""
    known = _listing_ids(session, place.stall_id)
    prices = {item.item: item.unit_price_minor for r in receipts for item in r.items}
    fresh = {name: price for name, price in prices.items() if name not in known}
    if fresh:
        _offer_all(session, place.community_id, place.stall_id, fresh, by_id=by_id, now=now)
        known = _listing_ids(session, place.stall_id)
    return known


def _listing_ids(session: Session, stall_id: int) -> dict[str, int]:
    rows = session.execute(select(Listing.name, Listing.id).where(Listing.stall_id == stall_id))
    return dict(rows.all())


def _offer_all(
    session: Session,
    community_id: int,
    stall_id: int,
    prices: Mapping[str, int],
    *,
    by_id: int,
    now: datetime,
) -> None:
    for name, price_minor in prices.items():
        offer(
            session,
            Offer(
                community_id=community_id,
                stall_id=stall_id,
                kind="goods",
                name=name,
                price_minor=price_minor,
            ),
            by_id=by_id,
            now=now,
        )


def _sale(
    sale_id: UUID,
    receipt: TillReceipt,
    place: _Place,
    listings: Mapping[str, int],
    *,
    sequence: int,
    code: str,
) -> Sale:
    return Sale(
        id=sale_id,
        till_id=place.till_id,
        device_id=place.device_id,
        sequence=sequence,
        code=code,
        tender=receipt.tender,
        lines=tuple(
            SaleLine(
                number=number,
                listing_id=listings[item.item],
                name=item.item,
                quantity=item.quantity,
                unit_price_minor=item.unit_price_minor,
            )
            for number, item in enumerate(receipt.items, start=1)
        ),
        phone_at=receipt.at,
    )
