"""A market day with one of everything in its books: what the ledger check has to look at."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.returns import (
    DecideReturn,
    ProposeReturn,
    decide_return,
    propose_return,
)
from market.actions.sales.moving import MoveCash, pay_out
from market.actions.sales.refunding import decide_refund
from market.actions.sales.voiding import VoidSale, void_sale
from market.domain.ledger.moves import MoveKind
from market.domain.livelihood.plan import Step, SupportKind
from market.domain.sales.sale import Sale, Tender
from market.models.proceeds import Allocation, Wish
from tests import factories
from tests.factories import NOW
from tests.lighting import agree
from tests.market_day import LATER, Day, close, count, make_day
from tests.moves import bank, move, reverse, safe, wechat
from tests.refunds import (
    ask,
    close_late,
    deciding,
    light_with_all,
    of_line,
    recorded_sale,
    stage_of,
    whole,
)
from tests.support import DUE, agreed_plan, reach, release, spend, support_on
from tests.wishes import allocate, make_open_wish


def busy_day(session: Session) -> Day:
    """Sales, a void, a late one, refunds settled and waiting, wishes lit, bought and given up,
    money handed over, settled, advanced, paid back, reversed, a short paid in, somebody supported."""
    day = make_day(session, basis="B")
    # What the plan gives is small, and leaves what the rest of the day is about as it was.
    agree(session, day, (make_open_wish(session, stage_of(day), 2_00), 2_00))
    sales = [
        recorded_sale(session, day, day.soap, gift_minor=3_00),
        recorded_sale(session, day, day.scarf, day.fan),
        recorded_sale(session, day, day.scarf, day.soap, tender=Tender.WECHAT),
        recorded_sale(session, day, day.cup),
    ]
    void(session, day, recorded_sale(session, day))
    buys = MoveCash(
        community_id=day.community.id, till_id=day.till.id, amount_minor=4_00, note="买绳子"
    )
    pay_out(session, buys, by_id=day.cast.volunteer.id, now=NOW)
    count(session, day, counted_minor=200_00 + 200_00, box_minor=7_00)
    session.flush()
    close(session, day, reason="找零时多付了")
    # A unit of work begins with a session that knows nothing; this one goes through many.
    session.expire_all()
    stage = stage_of(day)
    wish = make_open_wish(session, stage, 20_00)
    given_up = make_open_wish(session, stage, 9_00)
    allocate(session, stage, (wish, 20_00), (given_up, 9_00))
    ask(session, day, sales[0].id, whole(session, day, sales[0].id))
    money(session, day)
    give_back(session, day, given_up)
    buy(session, day, wish, 17_50)
    recorded_sale(session, day, day.soap)
    close_late(session, day)
    light_with_all(session, day)
    support_somebody(session, day)
    asked = ask(session, day, sales[1].id, of_line(2, 1, 30_00))
    decide_refund(session, deciding(day, asked.request.id), by_id=day.cast.reviewer.id, now=LATER)
    ask(session, day, sales[2].id, of_line(2, 1, 15_00))
    return day


def support_somebody(session: Session, day: Day) -> None:
    """A plan of one step, agreed to, reached, given a part of what it wants; some of that spent."""
    support = support_on(session, day)
    [tranche] = agreed_plan(session, support, (Step(SupportKind.GOODS, "买线", DUE, 20_00),))
    reach(session, support, tranche)
    release(session, support, tranche, 5_00)
    spend(session, support, tranche, 3_00)


def money(session: Session, day: Day) -> None:
    """Money moved by two in most of the ways there are."""
    lender = factories.make_party(session, day.community, kind="person")
    move(session, day, MoveKind.DEPOSIT, 100_00, source=safe(day), target=bank(day))
    move(
        session,
        day,
        MoveKind.SETTLEMENT,
        60_00,
        fee_minor=36,
        source=wechat(day),
        target=bank(day),
    )
    move(session, day, MoveKind.COST_ADVANCED, 12_00, party_id=lender.id)
    move(session, day, MoveKind.REIMBURSEMENT, 12_00, party_id=lender.id, source=safe(day))
    paid = move(session, day, MoveKind.PAYOUT, 40_00, party_id=day.weaver.id, source=bank(day))
    assert paid.voucher_id is not None
    reverse(session, day, paid.voucher_id)


def void(session: Session, day: Day, sale: Sale) -> None:
    """The volunteer undoes a sale before the till closes."""
    void_sale(
        session,
        VoidSale(
            community_id=day.community.id,
            till_id=day.till.id,
            sale_id=sale.id,
            void_id=day.sale().id,
            reason="点错了",
        ),
        by_id=day.cast.volunteer.id,
        now=NOW,
    )


def buy(session: Session, day: Day, wish: Wish, amount_minor: int) -> None:
    """A wish is bought out of the safe, and what is left of its money goes back."""
    proposed = propose_purchase(
        session,
        ProposePurchase(
            community_id=day.community.id,
            wish_id=wish.id,
            amount_minor=amount_minor,
            paid_from=safe(day),
            evidence="小票 2026-11-21",
            note="文具店",
        ),
        by_id=day.cast.social_worker.id,
        now=LATER,
    )
    decide_purchase(
        session,
        DecidePurchase(community_id=day.community.id, move_id=proposed.id, approved=True),
        by_id=day.cast.reviewer.id,
        now=LATER,
    )


def give_back(session: Session, day: Day, wish: Wish) -> None:
    """Everything that was allocated to a wish goes back to its fund."""
    allocation = session.scalars(select(Allocation).where(Allocation.wish_id == wish.id)).one()
    proposed = propose_return(
        session,
        ProposeReturn(
            community_id=day.community.id, allocation_id=allocation.id, reason="孩子搬走了"
        ),
        by_id=day.cast.social_worker.id,
        now=LATER,
    )
    decide_return(
        session,
        DecideReturn(community_id=day.community.id, move_id=proposed.id, approved=True),
        by_id=day.cast.reviewer.id,
        now=LATER,
    )
