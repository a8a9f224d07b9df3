"""Whose a till's takings are: who holds them, whom they are owed, and which funds the net goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.ledger import posting_table
from market.domain.ledger.split import cut
from market.domain.sales.sale import Tender
from market.models.ledger import Fund
from market.models.sales import LegalBasis, PaymentCode, PolicyShare
from market.queries.sales.closings import Takings
from market.queries.sales.tills import TillNow


@dataclass(frozen=True, slots=True)
class Share:
    """A fund's place and weight in the frozen split of a market day."""

    ordinal: int
    fund_id: int
    weight: int


def lock_split(session: Session, till: TillNow) -> list[Share]:
    """The frozen split, with its funds locked in id order, before any account is."""
    rows = session.execute(
        select(PolicyShare.ordinal, PolicyShare.fund_id, PolicyShare.weight)
        .where(PolicyShare.market_day_id == till.market_day_id)
        .order_by(PolicyShare.ordinal)
    )
    shares = [Share(*row) for row in rows]
    session.execute(
        select(Fund.id)
        .where(Fund.id.in_([share.fund_id for share in shares]))
        .order_by(Fund.id)
        .with_for_update()
    ).all()
    return shares


def belonging(
    session: Session, till: TillNow, takings: Takings, shares: Sequence[Share], *, box_minor: int
) -> posting_table.Takings:
    """The takings by whom they belong to, as the posting table wants them."""
    holders = _holders(session, till)
    parts = cut(takings.net_minor + box_minor, [share.weight for share in shares])
    return posting_table.Takings(
        cash_minor=takings.cash_minor + box_minor,
        tenders={
            (holders[tender], tender): due_minor
            for tender, due_minor in takings.due_by_tender.items()
            if tender != Tender.CASH
        },
        payables=takings.owed_by_consignor,
        funds={share.fund_id: part for share, part in zip(shares, parts, strict=True)},
    )


def _holders(session: Session, till: TillNow) -> dict[str, int]:
    """Who holds what a tender takes: whose payment code it is, else whose the market's money is."""
    holder_id = session.scalars(
        select(LegalBasis.holder_id).where(LegalBasis.market_day_id == till.market_day_id)
    ).one()
    codes = session.execute(
        select(PaymentCode.tender, PaymentCode.holder_id).where(
            PaymentCode.market_day_id == till.market_day_id
        )
    )
    return {str(tender): holder_id for tender in Tender} | {code[0]: code[1] for code in codes}
