"""What a market day rests on: its legal basis, its payment codes, and how its proceeds are split."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from market.domain.sales.legal_basis import BasisKind
from market.models.ledger import Fund, Holder
from market.models.sales import LegalBasis, PaymentCode, PolicyShare


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNow:
    """Who holds what comes in by one electronic tender."""

    tender: str
    holder_id: int
    holder: str
    on_behalf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisNow:
    """The legal basis of a market day, with its payment codes."""

    kind: BasisKind
    holder_id: int
    holder: str
    certificate: str
    agreement: str
    filing_number: str
    filing_due_on: date | None
    handover_due_on: date | None
    codes: tuple[CodeNow, ...]


@dataclass(frozen=True, slots=True)
class ShareNow:
    """A fund and its weight in the split of a market day; 0 where it has no share."""

    fund_id: int
    name: str
    name_en: str
    purpose: str
    weight: int


def basis_of(session: Session, market_day_id: int) -> BasisNow | None:
    """The legal basis of a market day, if it has been said."""
    row = session.execute(
        select(LegalBasis, Holder.name)
        .join(Holder, Holder.id == LegalBasis.holder_id)
        .where(LegalBasis.market_day_id == market_day_id)
    ).one_or_none()
    if row is None:
        return None
    basis, holder = row
    codes = session.execute(
        select(PaymentCode.tender, Holder.id, Holder.name, Holder.on_behalf)
        .join(Holder, Holder.id == PaymentCode.holder_id)
        .where(PaymentCode.market_day_id == market_day_id)
        .order_by(PaymentCode.tender.desc())
    )
    return BasisNow(
        kind=BasisKind(basis.kind),
        holder_id=basis.holder_id,
        holder=holder,
        certificate=basis.certificate,
        agreement=basis.agreement,
        filing_number=basis.filing_number,
        filing_due_on=basis.filing_due_on,
        handover_due_on=basis.handover_due_on,
        codes=tuple(
            CodeNow(tender=tender, holder_id=holder_id, holder=name, on_behalf=on_behalf)
            for tender, holder_id, name, on_behalf in codes
        ),
    )


def shares_of(session: Session, community_id: int, market_day_id: int) -> list[ShareNow]:
    """Every fund of the community: first those of the split in its order, then the others."""
    rows = session.execute(
        select(Fund.id, Fund.name, Fund.name_en, Fund.purpose, func.coalesce(PolicyShare.weight, 0))
        .outerjoin(
            PolicyShare,
            and_(PolicyShare.fund_id == Fund.id, PolicyShare.market_day_id == market_day_id),
        )
        .where(Fund.community_id == community_id)
        .order_by(PolicyShare.ordinal.is_(None), PolicyShare.ordinal, Fund.id)
    )
    return [ShareNow(*row) for row in rows]
