"""The demo's entrepreneur: her enterprise, the card she comes in by, and a helper she named."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from market.actions.livelihood.enterprises import (
    BeginEnterprise,
    NewCard,
    begin_enterprise,
    choose_pin,
    issue_own_card,
    name_helper,
)
from market.actions.livelihood.income import ReportIncome, report_income
from market.actions.people.passwords import hash_password
from market.cli.demo.neighbourhood import Neighbourhood
from market.web.sessions import token_hash

CARD = "mulan-zhe-zhang-ka-zhi-gei-yan-shi"
"""What the weaver's card says; everybody may read it, as the demo's passwords."""
PIN = "270514"


def begin_weaving(session: Session, place: Neighbourhood, *, now: datetime) -> int:
    """The weaver's enterprise with her card, nangua helping her; gives its id."""
    by = place.id_of("zhima")
    begin = BeginEnterprise(
        community_id=place.community_id,
        person_name="",
        name="木兰编织",
        party_id=place.weaver_id,
    )
    enterprise = begin_enterprise(
        session, begin, by_id=by, now=now, random_bytes=secrets.token_bytes
    )
    new = NewCard(
        community_id=place.community_id,
        enterprise_id=enterprise.id,
        token_hash=token_hash(CARD),
    )
    card = issue_own_card(session, new, by_id=by, now=now, random_bytes=secrets.token_bytes)
    choose_pin(session, card.id, hash_password(PIN), now=now)
    name_helper(
        session,
        enterprise.id,
        place.id_of("nangua"),
        community_id=place.community_id,
        by_id=card.person_id,
        now=now,
    )
    return enterprise.id


def earn_elsewhere(session: Session, place: Neighbourhood, *, now: datetime) -> None:
    """What nangua wrote down for her of an order from the neighbours' chat."""
    report_income(
        session,
        ReportIncome(
            party_id=place.weaver_id,
            month=f"{now:%Y-%m}",
            amount_minor=120_00,
            note="小区群接龙，定做 4 个杯垫套装",
        ),
        by_id=place.id_of("nangua"),
        today=now.date(),
        now=now,
    )
