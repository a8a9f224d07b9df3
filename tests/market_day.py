"""A market day that sells for real, for tests about what happens at its tills."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.sales.closing import CloseTill, close_till
from market.actions.sales.counting import CountTill, count_till
from market.actions.sales.recording import Result
from market.actions.sales.selling import Sell, sell
from market.domain.identifiers import uuid7
from market.domain.sales import receipt_code
from market.domain.sales.sale import Sale, Tender
from market.domain.sales.till import CashCount
from market.extensions import unit_of_work
from market.models.ledger import Account, Fund, Holder, Party
from market.models.people import Community
from market.models.sales import (
    Closure,
    Device,
    Listing,
    MarketDay,
    PaymentCode,
    Stall,
    Till,
    TillTotal,
)
from market.models.sales import Sale as SaleRow
from market.queries.sales.closings import expected_minor
from market.queries.sales.counter import counter_at
from tests import factories
from tests.factories import NOW
from tests.people import Cast, make_cast

LATER = NOW + timedelta(hours=8)
FLOAT_MINOR = 200_00


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Two stalls: soap ¥15, repairs at an open price, counted cups ¥8, and on consignment scarves
    (80 %) and fans (¥20 each, never below ¥25). Its net goes 70 : 30 to two funds."""

    community: Community
    cast: Cast
    day: MarketDay
    holder: Holder
    platform: Holder
    custodian: Holder
    wishes: Fund
    enterprise: Fund
    weaver: Party
    stall: Stall
    other_stall: Stall
    soap: Listing
    repair: Listing
    cup: Listing
    scarf: Listing
    fan: Listing
    till: Till
    device: Device

    def sale(self, *listings: Listing, **overrides: Any) -> Sale:
        """A sale that the day's phone has fixed: a piece of soap unless something else is named."""
        return factories.make_sale(
            self.till.id, self.device.id, *(listings or (self.soap,)), **overrides
        )


def make_day(session: Session, *, float_minor: int = FLOAT_MINOR, basis: str = "C") -> Day:
    """Everything that is there when the first buyer comes."""
    here = factories.make_community(session)
    cast = make_cast(session, here)
    day = factories.make_market_day(session, here, cast.social_worker)
    holder = factories.make_holder(session, here, kind="bank", name="居委会账户")
    platform = factories.make_holder(session, here, kind="platform", name="微信收款码")
    custodian = factories.make_holder(session, here)
    wishes = factories.make_fund(session, here)
    enterprise = factories.make_fund(session, here, purpose="enterprise", name="助残创业专款")
    weaver = factories.make_party(session, here)
    factories.make_legal_basis(session, day, holder, kind=basis)
    factories.make_policy(session, day, (wishes, 70), (enterprise, 30))
    session.add(PaymentCode(market_day_id=day.id, tender="wechat", holder_id=platform.id))
    stall = factories.make_stall(session, day, number="3", name="手作摊")
    other_stall = factories.make_stall(session, day, number="4", name="围巾摊")
    soap = factories.make_listing(session, stall, name="手工皂")
    repair = factories.make_listing(session, stall, name="缝补", kind="service", price_minor=None)
    cup = factories.make_listing(session, stall, name="杯子", price_minor=8_00, stock=3)
    scarf = factories.make_listing(
        session, other_stall, name="围巾", price_minor=60_00, consignor_id=weaver.id, share_bp=8000
    )
    fan = factories.make_listing(
        session,
        other_stall,
        name="团扇",
        price_minor=30_00,
        consignor_id=weaver.id,
        fixed_minor=20_00,
        floor_minor=25_00,
    )
    factories.make_opening(session, day, cast.social_worker)
    till = factories.make_till(
        session,
        day,
        [stall, other_stall],
        cast.volunteer,
        safe_holder_id=custodian.id,
        float_minor=float_minor,
    )
    return Day(
        community=here,
        cast=cast,
        day=day,
        holder=holder,
        platform=platform,
        custodian=custodian,
        wishes=wishes,
        enterprise=enterprise,
        weaver=weaver,
        stall=stall,
        other_stall=other_stall,
        soap=soap,
        repair=repair,
        cup=cup,
        scarf=scarf,
        fan=fan,
        till=till,
        device=factories.make_device(session, day, cast.volunteer),
    )


def open_day(**options: Any) -> Day:
    """The same, written."""
    with unit_of_work() as work:
        return make_day(work, **options)


def command(day: Day, *listings: Listing, **overrides: Any) -> Sell:
    """What a form sends for a sale of one of each listing."""
    sale = day.sale(*listings)
    given = {
        "sale_id": uuid7(NOW, secrets.token_bytes),
        "code": receipt_code.mint(secrets.token_bytes),
        "tender": Tender.CASH,
        "lines": sale.lines,
    }
    return Sell(**{**given, **overrides})


def sell_one(
    session: Session, day: Day, *listings: Listing, now: datetime = NOW, **overrides: Any
) -> Result:
    """A volunteer sells by hand."""
    counter = counter_at(session, day.till.id, [one.id for one in listings or (day.soap,)], [])
    return sell(
        session,
        counter,
        command(day, *listings, **overrides),
        by_id=day.cast.volunteer.id,
        now=now,
    )


def count(session: Session, day: Day, *, counted_minor: int | None = None, **more: Any) -> None:
    """Two volunteers count what is expected, or something else, and sign."""
    if counted_minor is None:
        counted_minor = expected_minor(
            session, day.community.id, day.till.id, box_minor=more.get("box_minor", 0)
        )
    given = {"first_name": "宝妈甲", "second_name": "宝妈乙", "signed": True}
    counted = CountTill(
        community_id=day.community.id,
        till_id=day.till.id,
        pieces=CashCount.fewest(counted_minor).pieces,
        **{**given, **more},
    )
    count_till(session, counted, by_id=day.cast.volunteer.id, now=LATER)


def close(session: Session, day: Day, *, reason: str = "", phones_reason: str = "") -> Closure:
    """A treasurer closes the till."""
    closing = CloseTill(
        community_id=day.community.id,
        till_id=day.till.id,
        reason=reason,
        phones_reason=phones_reason,
    )
    return close_till(session, closing, by_id=day.cast.treasurer.id, now=LATER)


def balance(session: Session, day: Day, code: str) -> int:
    """Debits minus credits of an account; 0 where it was never named."""
    return (
        session.scalar(
            select(Account.balance_minor).where(
                Account.community_id == day.community.id, Account.code == code
            )
        )
        or 0
    )


def kept_totals(session: Session, till_id: int) -> Mapping[str, tuple[int, int, int]]:
    """What the till's totals say, where they say anything."""
    rows = session.execute(
        select(TillTotal.tender, TillTotal.sales, TillTotal.due_minor, TillTotal.net_minor).where(
            TillTotal.till_id == till_id
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows if any(row[1:])}


def recorded(session: Session, till_id: int) -> int:
    """How many sales there are."""
    question = select(func.count()).select_from(SaleRow).where(SaleRow.till_id == till_id)
    return session.scalar(question) or 0
