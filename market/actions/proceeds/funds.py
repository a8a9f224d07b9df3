"""Funds: named once, with one purpose for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid
from market.domain.proceeds.purpose import FundPurpose
from market.domain.text import clean_text
from market.models.ledger import Fund

MOST_NAME = 40
MOST_NAME_EN = 60


class FundNameTaken(Invalid):
    """Two funds nobody could tell apart."""

    sentence = N_("已经有一个专款叫“%(name)s”，请换一个名称。")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFund:
    """A fund's names, and what its money is for."""

    community_id: int
    purpose: FundPurpose
    name: str
    name_en: str = ""


def create_fund(session: Session, command: CreateFund, *, by_id: int, now: datetime) -> Fund:
    """A new fund, its line empty. Raises FundNameTaken, and what `clean_text` raises."""
    name = clean_text(command.name, most=MOST_NAME)
    same = session.scalar(
        select(Fund.id).where(Fund.community_id == command.community_id, Fund.name == name)
    )
    if same is not None:
        raise FundNameTaken(name=name, field="name")
    fund = Fund(
        community_id=command.community_id,
        code=_next_code(session, command),
        purpose=str(command.purpose),
        name=name,
        name_en=clean_text(command.name_en, most=MOST_NAME_EN, least=0),
        laid_minor=0,
        taken_minor=0,
        step=0,
        created_at=now,
    )
    session.add(fund)
    session.flush()
    note(
        session,
        "fund_created",
        community_id=command.community_id,
        now=now,
        fund=fund.id,
        purpose=fund.purpose,
        by=by_id,
    )
    return fund


def _next_code(session: Session, command: CreateFund) -> str:
    """'wishes-2': unique in the community, whose unique constraint stands behind it."""
    known = session.scalar(
        select(func.count())
        .select_from(Fund)
        .where(Fund.community_id == command.community_id, Fund.purpose == str(command.purpose))
    )
    return f"{command.purpose}-{(known or 0) + 1}"
