"""Another market like an earlier one: its basis, its split, its stalls and what they offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.copying_services import copy_services
from market.actions.sales.legal_basis import SetBasis, set_basis
from market.actions.sales.market_days import (
    PlanMarket,
    SetPolicy,
    market_day_to_write,
    plan_market,
    set_policy,
)
from market.domain.sales.legal_basis import CODE_HOLDERS, BasisKind
from market.domain.sales.sale import Tender
from market.models.ledger import Holder, Party
from market.models.sales import (
    FoodLabel,
    GivenGoods,
    LegalBasis,
    Listing,
    MarketDay,
    PaymentCode,
    PolicyShare,
    Stall,
)


@dataclass(frozen=True, slots=True)
class Copied:
    """The new market day. `left_out` names what an ended consignment took with it."""

    day: MarketDay
    left_out: tuple[str, ...]


def plan_market_like(
    session: Session, source_id: int, command: PlanMarket, *, by_id: int, now: datetime
) -> Copied:
    """Plan a market with basis, split, stalls and standing offers of an earlier one.

    The days of the basis move along with the market; a filing number belongs to one market, so
    that of a charity's is due again. Nothing counts as sold. Raises NoSuchMarketDay, and as
    `plan_market`.
    """
    source = market_day_to_write(session, command.community_id, source_id)
    day = plan_market(session, command, by_id=by_id, now=now)
    basis = _basis_for(session, source, day)
    if basis is not None:
        set_basis(session, basis, by_id=by_id, now=now)
    shares = session.execute(
        select(PolicyShare.fund_id, PolicyShare.weight)
        .where(PolicyShare.market_day_id == source.id)
        .order_by(PolicyShare.ordinal)
    ).all()
    if shares:
        policy = SetPolicy(
            community_id=day.community_id,
            market_day_id=day.id,
            shares=[(fund_id, weight) for fund_id, weight in shares],
        )
        set_policy(session, policy, by_id=by_id, now=now)
    left_out = _copy_stalls(session, source, day)
    note(
        session,
        "market_day_copied",
        community_id=day.community_id,
        now=now,
        market_day=day.id,
        source=source.id,
        by=by_id,
    )
    return Copied(day, left_out)


def _basis_for(session: Session, source: MarketDay, day: MarketDay) -> SetBasis | None:
    """The basis of `source` for `day`; None where it has none, or its holder fits no longer."""
    basis = session.get(LegalBasis, source.id)
    if basis is None:
        return None
    kind = BasisKind(basis.kind)
    holder = session.get_one(Holder, basis.holder_id)
    if holder.closed_at is not None or holder.kind not in kind.holders:
        return None
    later = day.held_on - source.held_on
    filing_due_on = basis.filing_due_on and basis.filing_due_on + later
    if kind is BasisKind.CHARITY:
        filing_due_on = min(filing_due_on or day.held_on, day.held_on - timedelta(days=1))
    return SetBasis(
        community_id=day.community_id,
        market_day_id=day.id,
        kind=kind,
        holder_id=holder.id,
        certificate=basis.certificate,
        agreement=basis.agreement,
        filing_due_on=filing_due_on,
        handover_due_on=basis.handover_due_on and basis.handover_due_on + later,
        payment_codes=_standing_codes(session, source.id),
    )


def _standing_codes(session: Session, source_id: int) -> dict[Tender, int]:
    rows = session.execute(
        select(PaymentCode.tender, Holder.id)
        .join(Holder, Holder.id == PaymentCode.holder_id)
        .where(
            PaymentCode.market_day_id == source_id,
            PaymentCode.tender != str(Tender.CASH),
            Holder.closed_at.is_(None),
            Holder.kind.in_([str(kind) for kind in CODE_HOLDERS]),
        )
    )
    return {Tender(tender): holder_id for tender, holder_id in rows}


def _copy_stalls(session: Session, source: MarketDay, day: MarketDay) -> tuple[str, ...]:
    stalls = session.scalars(
        select(Stall).where(Stall.market_day_id == source.id).order_by(Stall.id)
    ).all()
    new = {
        stall.id: Stall(market_day_id=day.id, number=stall.number, name=stall.name)
        for stall in stalls
    }
    session.add_all(new.values())
    session.flush()
    offered = session.execute(
        select(Listing, or_(Listing.consignor_id.is_(None), Party.closed_at.is_(None)))
        .outerjoin(Party, Party.id == Listing.consignor_id)
        .where(
            Listing.stall_id.in_(new),
            Listing.retired_at.is_(None),
            # A given piece is there once; the next market gets others.
            Listing.id.not_in(select(GivenGoods.listing_id)),
        )
        .order_by(Listing.position, Listing.id)
    ).all()
    standing = [listing for listing, stands in offered if stands]
    ids = _insert_listings(session, [(new[one.stall_id].id, one) for one in standing])
    copies = {listing.id: id_ for listing, id_ in zip(standing, ids, strict=True)}
    copy_services(session, copies, day)
    _copy_labels(session, copies)
    return tuple(listing.name for listing, stands in offered if not stands)


def _copy_labels(session: Session, copies: Mapping[int, int]) -> None:
    """Food stays food; when it was made and how long it keeps has to be said anew."""
    labels = session.scalars(select(FoodLabel).where(FoodLabel.listing_id.in_(copies))).all()
    session.add_all(
        FoodLabel(
            listing_id=copies[label.listing_id],
            maker=label.maker,
            allergens=label.allergens,
            licence=label.licence,
            written_by_id=label.written_by_id,
            written_at=label.written_at,
        )
        for label in labels
    )


def _insert_listings(session: Session, offers: Sequence[tuple[int, Listing]]) -> Sequence[int]:
    """Write the offers anew; gives their ids in the same order."""
    if not offers:
        return ()
    return session.scalars(
        insert(Listing).returning(Listing.id, sort_by_parameter_order=True),
        [
            {
                "stall_id": stall_id,
                "position": listing.position,
                "kind": listing.kind,
                "name": listing.name,
                "price_minor": listing.price_minor,
                "minutes": listing.minutes,
                "stock": listing.stock,
                "sold": 0,
                "consignor_id": listing.consignor_id,
                "share_bp": listing.share_bp,
                "fixed_minor": listing.fixed_minor,
                "floor_minor": listing.floor_minor,
            }
            for stall_id, listing in offers
        ],
    ).all()
