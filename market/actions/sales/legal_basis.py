"""Saying on what legal basis a market is held, whose its takings are, and who holds each code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.market_days import market_day_to_prepare, market_day_to_write
from market.domain.errors import N_, Invalid, Refused
from market.domain.ledger.holders import HolderKind
from market.domain.sales.legal_basis import CODE_HOLDERS, BasisKind
from market.domain.sales.sale import Tender
from market.domain.text import clean_text
from market.models.ledger import Holder
from market.models.sales import LegalBasis, MarketDay, PaymentCode

MOST_NUMBER = 80
MOST_AGREEMENT = 120


class BasisIncomplete(Invalid):
    """A legal basis that lacks what it rests on."""

    sentence = N_("活动依据还缺：%(missing)s。")


class WrongHolder(Invalid):
    """The takings cannot belong to this holder under this basis."""

    sentence = N_("款项归属请从列表里选一个合适的账户。")


class WrongCodeHolder(Invalid):
    """A payment code of somebody who holds none, or who is closed."""

    sentence = N_("收款码归谁，请从列表里选一个。")


class CashHasNoCode(Invalid):
    """A payment code for cash."""

    sentence = N_("现金不用收款码，请只为微信、支付宝等选择。")


class FilingDueTooLate(Invalid):
    """The number would come when the market is on already."""

    sentence = N_("备案编号最晚要在市集前一天拿到，请填 %(held_on)s 以前的日期。")


class HandoverBeforeMarket(Invalid):
    """Handed over before there is anything to hand over."""

    sentence = N_("移交日期不能早于市集当天（%(held_on)s）。")


class FilingKnown(Refused):
    """The number is written down already, or this basis has none."""

    sentence = N_("这次市集不需要再补备案编号，请刷新页面看看。")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBasis:
    """Whose money the takings are, and why that is lawful.

    `payment_codes` says who holds what comes in by each electronic tender; the holder of the
    basis where nothing is said.
    """

    community_id: int
    market_day_id: int
    kind: BasisKind
    holder_id: int
    certificate: str = ""
    agreement: str = ""
    filing_number: str = ""
    filing_due_on: date | None = None
    handover_due_on: date | None = None
    payment_codes: Mapping[Tender, int] = field(default_factory=dict)

    def carried(self, market_day_id: int, *, later: timedelta) -> SetBasis:
        """The same for another market day, its days moved along with the market's."""
        return replace(
            self,
            market_day_id=market_day_id,
            filing_due_on=self.filing_due_on and self.filing_due_on + later,
            handover_due_on=self.handover_due_on and self.handover_due_on + later,
        )


def set_basis(session: Session, command: SetBasis, *, by_id: int, now: datetime) -> None:
    """Say on what basis the market is held, until it opens.

    A charity may still be without its filing number: then it shows as due. Raises
    NoSuchMarketDay, AlreadyOpened, WrongHolder, WrongCodeHolder, CashHasNoCode, BasisIncomplete,
    FilingDueTooLate, HandoverBeforeMarket, and what `clean_text` raises.
    """
    day = market_day_to_prepare(session, command.community_id, command.market_day_id)
    on_behalf = _check_holders(session, command)
    _require_complete(command, on_behalf=on_behalf)
    _require_dates(command, day)
    session.merge(
        LegalBasis(
            market_day_id=day.id,
            kind=str(command.kind),
            holder_id=command.holder_id,
            certificate=clean_text(command.certificate, most=MOST_NUMBER, least=0),
            agreement=clean_text(command.agreement, most=MOST_AGREEMENT, least=0),
            filing_number=clean_text(command.filing_number, most=MOST_NUMBER, least=0),
            filing_due_on=command.filing_due_on,
            handover_due_on=command.handover_due_on,
        )
    )
    session.execute(delete(PaymentCode).where(PaymentCode.market_day_id == day.id))
    if command.payment_codes:
        session.execute(
            insert(PaymentCode),
            [
                {"market_day_id": day.id, "tender": str(tender), "holder_id": holder_id}
                for tender, holder_id in sorted(command.payment_codes.items())
            ],
        )
    note(
        session,
        "legal_basis_set",
        community_id=day.community_id,
        now=now,
        market_day=day.id,
        kind=str(command.kind),
        holder=command.holder_id,
        by=by_id,
    )


def add_filing_number(
    session: Session,
    community_id: int,
    market_day_id: int,
    filing_number: str,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Write down the number that was pending; also of a market that opened without it.

    Raises NoSuchMarketDay, FilingKnown, and what `clean_text` raises.
    """
    day = market_day_to_write(session, community_id, market_day_id)
    basis = session.get(LegalBasis, day.id)
    if basis is None or basis.kind != BasisKind.CHARITY or basis.filing_number:
        raise FilingKnown
    basis.filing_number = clean_text(filing_number, most=MOST_NUMBER)
    note(
        session,
        "filing_number_added",
        community_id=community_id,
        now=now,
        market_day=day.id,
        by=by_id,
    )


def _check_holders(session: Session, command: SetBasis) -> bool:
    """Whether somebody's own payment code is among the codes; raises where a holder does not fit."""
    if Tender.CASH in command.payment_codes:
        raise CashHasNoCode
    wanted = {command.holder_id, *command.payment_codes.values()}
    rows = session.execute(
        select(Holder.id, Holder.kind).where(
            Holder.community_id == command.community_id,
            Holder.id.in_(wanted),
            Holder.closed_at.is_(None),
        )
    )
    kinds = {row.id: HolderKind(row.kind) for row in rows}
    if kinds.get(command.holder_id) not in command.kind.holders:
        raise WrongHolder(field="holder")
    for tender, holder_id in command.payment_codes.items():
        if kinds.get(holder_id) not in CODE_HOLDERS:
            raise WrongCodeHolder(field=f"code_{tender}")
    codes = {kinds[holder_id] for holder_id in command.payment_codes.values()}
    return HolderKind.PERSON in codes


def _require_complete(command: SetBasis, *, on_behalf: bool) -> None:
    missing = []
    if command.kind is BasisKind.CHARITY:
        if not command.certificate.strip():
            missing.append(N_("慈善组织登记证号"))
        if not command.filing_number.strip() and command.filing_due_on is None:
            missing.append(N_("备案编号，或预计拿到的日期"))
    if command.kind is not BasisKind.MUTUAL_AID and not command.agreement.strip():
        missing.append(N_("协议"))
    # What somebody takes by their own code is not theirs: it has a day on which it is handed over.
    if (command.kind is BasisKind.PLEDGE or on_behalf) and command.handover_due_on is None:
        missing.append(N_("移交日期"))
    if missing:
        raise BasisIncomplete(missing=tuple(missing))


def _require_dates(command: SetBasis, day: MarketDay) -> None:
    pending = command.filing_due_on if not command.filing_number.strip() else None
    if pending is not None and pending >= day.held_on:
        raise FilingDueTooLate(held_on=day.held_on.isoformat(), field="filing_due_on")
    if command.handover_due_on is not None and command.handover_due_on < day.held_on:
        raise HandoverBeforeMarket(held_on=day.held_on.isoformat(), field="handover_due_on")
