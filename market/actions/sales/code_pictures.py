"""The picture of a payment code: put where the phones of a market day show it, or taken away.

Whoever changes it decides where buyers' money goes, so each change is in the audit chain with the
picture's hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.sales.intake import Photo
from market.domain.errors import N_, Missing
from market.domain.sales.sale import Tender
from market.models.sales import CodePicture, MarketDay, PaymentCode


class NoSuchCode(Missing):
    """The market day does not take this tender by a code, or is of another community."""

    sentence = N_("这次市集没有这个收款码，请先在“活动依据和款项归属”里写上它归谁。")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOf:
    """One code of one market day."""

    community_id: int
    market_day_id: int
    tender: Tender


def show_code(session: Session, code: CodeOf, photo: Photo, *, by_id: int, now: datetime) -> None:
    """Let the phones show this picture from now on. Raises NoSuchCode."""
    known = (
        select(PaymentCode.tender)
        .join(MarketDay, MarketDay.id == PaymentCode.market_day_id)
        .where(
            PaymentCode.market_day_id == code.market_day_id,
            PaymentCode.tender == str(code.tender),
            MarketDay.community_id == code.community_id,
        )
        .with_for_update(of=PaymentCode)
    )
    if session.scalar(known) is None:
        raise NoSuchCode
    _take_away(session, code)
    session.add(
        CodePicture(
            market_day_id=code.market_day_id,
            tender=str(code.tender),
            webp=photo.webp,
            width=photo.width,
            height=photo.height,
            by_id=by_id,
            put_at=now,
        )
    )
    session.flush()
    _note(session, code, "code_picture_put", hashlib.sha256(photo.webp).hexdigest(), by_id, now)


def take_code_away(session: Session, code: CodeOf, *, by_id: int, now: datetime) -> None:
    """Show no picture any more. Raises NoSuchCode."""
    here = select(MarketDay.id).where(
        MarketDay.id == code.market_day_id, MarketDay.community_id == code.community_id
    )
    if session.scalar(here) is None or not _take_away(session, code):
        raise NoSuchCode
    _note(session, code, "code_picture_taken_away", "", by_id, now)


def _take_away(session: Session, code: CodeOf) -> bool:
    gone = session.scalar(
        delete(CodePicture)
        .where(
            CodePicture.market_day_id == code.market_day_id, CodePicture.tender == str(code.tender)
        )
        .returning(CodePicture.tender)
    )
    return gone is not None


def _note(
    session: Session, code: CodeOf, kind: str, digest: str, by_id: int, now: datetime
) -> None:
    note(
        session,
        kind,
        community_id=code.community_id,
        now=now,
        day=code.market_day_id,
        tender=str(code.tender),
        picture=digest,
        by=by_id,
    )
