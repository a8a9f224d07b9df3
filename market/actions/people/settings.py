"""What a community settles for itself: its name and contact, and the limits its people work by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.actions.people.communities import MOST_COMMUNITY_NAME
from market.actions.people.roles import require_administrator
from market.domain.errors import N_, Invalid
from market.domain.money import Money, check_minor
from market.domain.text import clean_text
from market.models.people import Community

MOST_CONTACT = 200
MOST_SMALL_REFUND_MINOR = 1_000_00
MOST_VARIANCE_REASON_MINOR = 1_000_00
LEAST_WISH_CEILING_MINOR = 1_00
MOST_WISH_CEILING_MINOR = 10_000_00


class LimitTooHigh(Invalid):
    """A limit so high that it limits nothing."""

    sentence = N_("这一项最高可以设到 %(most)s，再高就起不到把关的作用了。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """Settings of a community; limits in minor units.

    Up to `small_refund_minor` one person refunds alone; from a variance of `variance_reason_minor`
    on a closing says why; no wish costs more than `wish_ceiling_minor`. With
    `second_factor_required` a code from one's phone is asked for before what weighs much.
    """

    community_id: int
    name: str
    contact: str
    small_refund_minor: int
    variance_reason_minor: int
    wish_ceiling_minor: int
    second_factor_required: bool = False


def change_settings(
    session: Session, command: ChangeSettings, *, by_id: int, now: datetime
) -> Community:
    """Write the settings down; each change of them is an audit event.

    Raises NotAdministrator, LimitTooHigh, and what `check_minor` and `clean_text` raise.
    """
    require_administrator(session, by_id, command.community_id)
    community = session.scalars(
        select(Community)
        .where(Community.id == command.community_id)
        .with_for_update(key_share=True)
    ).one()
    community.name = clean_text(command.name, most=MOST_COMMUNITY_NAME)
    community.contact = clean_text(command.contact, most=MOST_CONTACT, least=0)
    community.small_refund_minor = _limit(
        command.small_refund_minor, MOST_SMALL_REFUND_MINOR, field="small_refund"
    )
    community.variance_reason_minor = _limit(
        command.variance_reason_minor, MOST_VARIANCE_REASON_MINOR, field="variance_reason"
    )
    community.wish_ceiling_minor = _limit(
        command.wish_ceiling_minor,
        MOST_WISH_CEILING_MINOR,
        least_minor=LEAST_WISH_CEILING_MINOR,
        field="wish_ceiling",
    )
    community.second_factor_required = command.second_factor_required
    note(
        session,
        "settings_changed",
        community_id=community.id,
        now=now,
        small_refund=community.small_refund_minor,
        variance_reason=community.variance_reason_minor,
        wish_ceiling=community.wish_ceiling_minor,
        second_factor=int(community.second_factor_required),
        by=by_id,
    )
    return community


def _limit(amount_minor: int, most_minor: int, *, field: str, least_minor: int = 0) -> int:
    if check_minor(amount_minor, least_minor=least_minor) > most_minor:
        raise LimitTooHigh(most=Money(most_minor), field=field)
    return amount_minor
