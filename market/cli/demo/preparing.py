"""What the demo's neighbours prepared: who helps when, what is put by, what was given, what is ticked."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.sales.checklist import TaskOf, add_task, assign_task, tick_task
from market.actions.sales.intake import TakeInGoods, take_in_goods
from market.actions.sales.rota import take_in_orders, take_in_shifts
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.sales.checklist import Asked, Phase
from market.domain.sales.pasted_order import PastedOrder
from market.domain.sales.pasted_shift import PastedShift
from market.models.sales import Stall

SHIFTS = (
    ("阿黎", "1", time(8, 30), time(10, 30)),
    ("小满", "2", time(9), time(12)),
    ("青禾妈", "3", time(9), time(10, 30)),
    ("小满妈", "3", time(10, 30), time(12)),
    ("老周", "", time(8, 30), time(12)),
)
ORDERS = (("三楼的李姐", "手工皂", 3), ("爱喝茶的老陈", "编织杯垫", 2))
GOODS = (
    ("绘本《小鸟回家》", 5_00, "王阿姨", True),
    ("儿童滑板车", 30_00, "王阿姨", True),
    ("青花小碗一对", 12_00, "", False),
)
"""Name, price in minor units, donor, whether they agreed to be named."""


def prepare_by_hand(
    session: Session, place: Neighbourhood, day_id: int, *, by: str, now: datetime
) -> None:
    """Fill the lists of one market day, as the person with the username `by`."""
    by_id = place.id_of(by)
    stalls = session.scalars(
        select(Stall).where(Stall.market_day_id == day_id).order_by(Stall.id)
    ).all()
    shifts = [
        PastedShift(name=name, stall=stall, starts_at=starts_at, ends_at=ends_at)
        for name, stall, starts_at, ends_at in SHIFTS
    ]
    take_in_shifts(session, place.community_id, day_id, shifts, by_id=by_id, now=now)
    orders = [PastedOrder(name=name, item=item, quantity=count) for name, item, count in ORDERS]
    take_in_orders(session, place.community_id, day_id, orders, by_id=by_id, now=now)
    for sticker, (name, price_minor, donor, named) in enumerate(GOODS, start=1):
        piece = TakeInGoods(
            community_id=place.community_id,
            market_day_id=day_id,
            stall_id=stalls[3].id,
            sticker=sticker,
            name=name,
            price_minor=price_minor,
            donor=donor,
            may_be_named=named,
        )
        take_in_goods(session, piece, photo=None, by_id=by_id, now=now)
    notice = TaskOf(place.community_id, day_id, str(Asked.NOTICE))
    assign_task(session, notice, "小满")
    tick_task(session, notice, by_id=by_id, now=now)
    add_task(session, place.community_id, day_id, Phase.EVE, "向物业借二十张桌子", "老周")
