"""The demo's markets: one wholly settled, one open today, one to come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.sales.closing import CloseTill, close_late_sales, close_till
from market.actions.sales.counting import CountTill, count_till
from market.actions.sales.devices import form_device
from market.actions.sales.legal_basis import SetBasis, set_basis
from market.actions.sales.listings import Offer, offer
from market.actions.sales.market_days import (
    PlanMarket,
    SetPolicy,
    open_market,
    plan_market,
    set_policy,
)
from market.actions.sales.recording import record_sales
from market.actions.sales.stalls import SetUpStall, set_up_stall
from market.actions.sales.tills import OpenTill, open_till
from market.cli.demo.neighbourhood import Neighbourhood, move
from market.domain.identifiers import uuid7
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.proceeds.purpose import FundPurpose
from market.domain.sales.legal_basis import BasisKind
from market.domain.sales.receipt_code import mint
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.domain.sales.till import CashCount
from market.models.ledger import Account
from market.models.sales import Device, Listing, Stall
from market.queries.sales.closings import expected_minor

FLOAT_MINOR = 200_00
WEIGHTS = ((FundPurpose.WISHES, 60), (FundPurpose.ENTERPRISE, 30), (FundPurpose.RUNNING_COSTS, 10))
HOSTS = "指导单位：灯笼街道办事处（演示）\n主办单位：灯笼街社区\n承办单位：灯笼街社工站\n协办单位：灯笼街宝妈联盟"

STALLS: tuple[tuple[str, str, tuple[tuple[str, str, int | None, int | None], ...]], ...] = (
    (
        "1",
        "巧手缝补",
        (
            ("service", "改裤脚", 8_00, None),
            ("service", "换拉链", 15_00, None),
            ("service", "钉扣子", 2_00, None),
        ),
    ),
    (
        "2",
        "宝妈理发",
        (("service", "儿童理发", 10_00, None), ("service", "老人理发", 5_00, None)),
    ),
    (
        "3",
        "手作小铺",
        (
            ("goods", "手工皂", 15_00, 60),
            ("goods", "布艺香囊", 12_00, None),
            ("goods", "热缩钥匙扣", 6_00, None),
        ),
    ),
    (
        "4",
        "旧书新知",
        (("goods", "绘本", 5_00, None), ("goods", "闲置玩具", None, None)),
    ),
)
"""Number, name, and what is offered: kind, name, price (None: open) and stock (None: uncounted)."""

CONSIGNED = (("编织杯垫", 18_00, 8000, None), ("竹编小篮", 45_00, None, 32_00))
"""The weaver's things: name, price, share in basis points or fixed sum a piece."""


@dataclass(frozen=True, slots=True)
class DemoMarket:
    """A market day that is open, with its tills and what they sell."""

    market_day_id: int
    tills: tuple[int, ...]
    goods: tuple[tuple[Listing, ...], ...]
    opened_at: datetime


def open_demo_market(
    session: Session, place: Neighbourhood, name: str, *, starts_at: datetime, zone_day: date
) -> DemoMarket:
    """Plan a market, set up its five stalls, open it and its two tills half an hour before."""
    opened_at = starts_at - timedelta(minutes=30)
    social_worker = place.id_of("zhima")
    day_id = plan_demo_market(session, place, name, on=zone_day, now=opened_at - timedelta(days=6))
    stalls = [_stall(session, place, day_id, row, now=opened_at) for row in STALLS]
    stalls.append(_weaver_stall(session, place, day_id, now=opened_at))
    open_market(session, place.community_id, day_id, by_id=social_worker, now=opened_at)
    tills = tuple(
        open_till(
            session,
            OpenTill(
                community_id=place.community_id,
                market_day_id=day_id,
                stall_ids=[stall.id for stall in served],
                safe_holder_id=place.custodian_id,
                float_minor=FLOAT_MINOR,
                name=till_name,
            ),
            by_id=place.id_of(username),
            now=opened_at,
        ).id
        for served, till_name, username in (
            (stalls[:3], "南门收银", "maisui"),
            (stalls[3:], "北门收银", "nangua"),
        )
    )
    goods = tuple(_goods(session, served) for served in (stalls[:3], stalls[3:]))
    return DemoMarket(day_id, tills, goods, opened_at)


def plan_demo_market(
    session: Session, place: Neighbourhood, name: str, *, on: date, now: datetime
) -> int:
    """A market day with its words, its basis and its split; not yet open."""
    social_worker = place.id_of("zhima")
    day = plan_market(
        session,
        PlanMarket(
            community_id=place.community_id,
            name=name,
            held_on=on,
            starts_at=time(9),
            ends_at=time(12),
            place="灯笼街小广场（雨天在社工站一楼）",
            bring="自备购物袋；会换零钱更好",
            hosts=HOSTS,
        ),
        by_id=social_worker,
        now=now,
    )
    set_basis(
        session,
        SetBasis(
            community_id=place.community_id,
            market_day_id=day.id,
            kind=BasisKind.PLEDGE,
            holder_id=place.bank_id,
            agreement="灯笼街义卖款项使用约定（演示）",
            handover_due_on=on + timedelta(days=30),
            payment_codes={Tender.WECHAT: place.wechat_id, Tender.ALIPAY: place.alipay_id},
        ),
        by_id=social_worker,
        now=now,
    )
    set_policy(
        session,
        SetPolicy(
            community_id=place.community_id,
            market_day_id=day.id,
            shares=[(place.funds[purpose], weight) for purpose, weight in WEIGHTS],
        ),
        by_id=social_worker,
        now=now,
    )
    return day.id


def sell_through_the_morning(
    session: Session,
    place: Neighbourhood,
    market: DemoMarket,
    rng: random.Random,
    *,
    count: int,
    until: datetime,
) -> None:
    """Some `count` sales at each till, spread from the start until `until`."""
    sellers = (("maisui",), ("nangua",))
    for till_id, goods, people in zip(market.tills, market.goods, sellers, strict=True):
        person_id = place.id_of(people[0])
        device_id, _ = form_device(session, market.market_day_id, person_id, now=market.opened_at)
        minutes = (until - market.opened_at) / timedelta(minutes=1)
        times = sorted(
            market.opened_at + timedelta(minutes=rng.uniform(0, minutes)) for _ in range(count)
        )
        last = session.scalar(select(Device.last_sequence).where(Device.id == device_id)) or 0
        sales = [
            _sale(till_id, device_id, last + number, at, goods, rng)
            for number, at in enumerate(times, start=1)
        ]
        record_sales(session, till_id, sales, received_at=until, by_id=person_id)


def close_demo_till(
    session: Session,
    place: Neighbourhood,
    till_id: int,
    *,
    variance_minor: int,
    reason: str,
    now: datetime,
) -> None:
    """Two count, the second signs, and the till closes with a variance that is explained."""
    by_id = place.id_of("qingning")
    found = expected_minor(session, place.community_id, till_id, box_minor=0)
    count_till(
        session,
        CountTill(
            community_id=place.community_id,
            till_id=till_id,
            pieces=CashCount.fewest(found + variance_minor).pieces,
            first_name="青柠",
            second_name="麦穗",
            signed=True,
        ),
        by_id=by_id,
        now=now,
    )
    wanted = CloseTill(community_id=place.community_id, till_id=till_id, reason=reason)
    close_till(session, wanted, by_id=by_id, now=now)


def add_late_sale(
    session: Session,
    place: Neighbourhood,
    market: DemoMarket,
    rng: random.Random,
    *,
    now: datetime,
) -> None:
    """A phone that was offline at closing sends one more sale: a supplementary closure."""
    person_id = place.id_of("nangua")
    device_id, _ = form_device(session, market.market_day_id, person_id, now=now)
    last = session.scalar(select(Device.last_sequence).where(Device.id == device_id)) or 0
    at = market.opened_at + timedelta(hours=2)
    sale = _sale(market.tills[1], device_id, last + 1, at, market.goods[1], rng, Tender.WECHAT)
    record_sales(session, market.tills[1], [sale], received_at=now, by_id=person_id)
    wanted = CloseTill(community_id=place.community_id, till_id=market.tills[1])
    close_late_sales(session, wanted, by_id=place.id_of("qingning"), now=now)


def settle_market(
    session: Session, place: Neighbourhood, market: DemoMarket, *, now: datetime
) -> None:
    """The platforms pay out, the cash goes to the bank, the weaver gets hers, the over is split."""
    bank = AccountRef.bank(place.bank_id)
    for holder_id, tender, fee in (
        (place.wechat_id, Tender.WECHAT, 6),
        (place.alipay_id, Tender.ALIPAY, 0),
    ):
        source = AccountRef.tender(holder_id, str(tender))
        gross = _balance(session, place, source)
        if gross:
            move(
                session,
                place,
                ProposeMove(
                    community_id=place.community_id,
                    kind=MoveKind.SETTLEMENT,
                    amount_minor=gross,
                    fee_minor=gross * fee // 1000,
                    source=source,
                    target=bank,
                    note="平台结算",
                ),
                now=now,
            )
    safe = AccountRef.cash_safe(place.custodian_id)
    move(
        session,
        place,
        ProposeMove(
            community_id=place.community_id,
            kind=MoveKind.DEPOSIT,
            amount_minor=_balance(session, place, safe) - 2 * FLOAT_MINOR,
            source=safe,
            target=bank,
            note="义卖现金存入专户",
        ),
        now=now,
    )
    move(
        session,
        place,
        ProposeMove(
            community_id=place.community_id,
            kind=MoveKind.PAYOUT,
            amount_minor=-_balance(session, place, AccountRef.payable(place.weaver_id)),
            source=bank,
            party_id=place.weaver_id,
            note="寄售货款",
        ),
        now=now,
    )
    for till_id in market.tills:
        over = -_balance(session, place, AccountRef.over_short(till_id))
        if over > 0:
            kind, target = MoveKind.OVER_CLEARED, None
        elif over < 0:
            kind, target = MoveKind.SHORT_PAID_IN, safe
        else:
            continue
        move(
            session,
            place,
            ProposeMove(
                community_id=place.community_id,
                kind=kind,
                amount_minor=abs(over),
                till_id=till_id,
                market_day_id=market.market_day_id,
                target=target,
                note="市集结清",
            ),
            now=now,
        )


def _stall(
    session: Session,
    place: Neighbourhood,
    day_id: int,
    row: tuple[str, str, tuple[tuple[str, str, int | None, int | None], ...]],
    *,
    now: datetime,
) -> Stall:
    number, name, offers = row
    by_id = place.id_of("zhima")
    stall = set_up_stall(
        session,
        SetUpStall(community_id=place.community_id, market_day_id=day_id, number=number, name=name),
        by_id=by_id,
        now=now,
    )
    for kind, what, price_minor, stock in offers:
        offer(
            session,
            Offer(
                community_id=place.community_id,
                stall_id=stall.id,
                kind=kind,
                name=what,
                price_minor=price_minor,
                stock=stock,
            ),
            by_id=by_id,
            now=now,
        )
    return stall


def _weaver_stall(session: Session, place: Neighbourhood, day_id: int, *, now: datetime) -> Stall:
    stall = _stall(session, place, day_id, ("5", "木兰编织", ()), now=now)
    for what, price_minor, share_bp, fixed_minor in CONSIGNED:
        offer(
            session,
            Offer(
                community_id=place.community_id,
                stall_id=stall.id,
                kind="goods",
                name=what,
                price_minor=price_minor,
                consignor_id=place.weaver_id,
                share_bp=share_bp,
                fixed_minor=fixed_minor,
            ),
            by_id=place.id_of("zhima"),
            now=now,
        )
    return stall


def _goods(session: Session, stalls: Sequence[Stall]) -> tuple[Listing, ...]:
    found = session.scalars(
        select(Listing)
        .where(Listing.stall_id.in_([stall.id for stall in stalls]))
        .order_by(Listing.id)
    )
    return tuple(found)


def _sale(
    till_id: int,
    device_id: int,
    sequence: int,
    at: datetime,
    goods: Sequence[Listing],
    rng: random.Random,
    tender: Tender | None = None,
) -> Sale:
    chosen = rng.sample(list(goods), k=rng.choice((1, 1, 1, 2, 2, 3)))
    lines = tuple(
        SaleLine(
            number=number,
            listing_id=listing.id,
            name=listing.name,
            quantity=rng.choice((1, 1, 1, 2)),
            unit_price_minor=listing.price_minor or rng.choice((5_00, 8_00, 12_00, 20_00)),
        )
        for number, listing in enumerate(chosen, start=1)
    )
    total = sum(line.amount_minor for line in lines)
    to_ten = -total % 10_00
    gift = to_ten if rng.random() < 0.15 and to_ten <= 5_00 else 0  # noqa: PLR2004 - one in seven
    return Sale(
        id=uuid7(at, rng.randbytes),
        till_id=till_id,
        device_id=device_id,
        sequence=sequence,
        code=mint(rng.randbytes),
        tender=tender or rng.choice((Tender.WECHAT, Tender.WECHAT, Tender.CASH, Tender.ALIPAY)),
        lines=lines,
        phone_at=at,
        gift_minor=gift,
    )


def _balance(session: Session, place: Neighbourhood, account: AccountRef) -> int:
    """Debits minus credits."""
    return (
        session.scalar(
            select(Account.balance_minor).where(
                Account.community_id == place.community_id, Account.code == account.code
            )
        )
        or 0
    )
