"""A market's whole history, as long as is asked for: sold, closed, given away, refunded.

Everything goes through the actions that people use, in batches as large as an import's; so the
ledger check must pass on it, whatever its length.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.sales.closing import CloseTill, close_till
from market.actions.sales.counting import CountTill, count_till
from market.actions.sales.recording import Outcome, record_sales
from market.actions.sales.refunding import ProposeRefund, propose_refund
from market.cli.demo.neighbourhood import Neighbourhood, found_neighbourhood, move
from market.cli.demo.wishes import enter_demo_wishes
from market.domain.identifiers import uuid7
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.sales import receipt_code
from market.domain.sales.refund import PaidFrom, Refund, RefundedLine
from market.domain.sales.sale import Sale, SaleLine, Tender
from market.domain.sales.till import CashCount
from market.extensions import unit_of_work
from market.models.ledger import Fund, Holder
from market.models.people import Community, Person
from market.models.proceeds import Wish
from market.models.sales import Device, MarketDay, Till
from market.queries.sales.closings import expected_minor
from tests import factories

SALES_A_TILL = 500
TILLS_A_DAY = 2
SALES_A_DAY = SALES_A_TILL * TILLS_A_DAY
REFUND_ONE_IN = 100
FIRST_DAY = datetime(2001, 1, 1, 1, tzinfo=UTC)
WISH_MINOR = 300_00
_WISH = (WishKind.GOODS, Theme.READING, "想要一套书", "A set of books", (("书", WISH_MINOR),))
_PRICES_MINOR = (1_50, 2_00, 3_00, 4_50)

Told = Callable[[int], None]


@dataclass(slots=True)
class History:
    """The place it happened at, and how long each kind of act took in all (seconds)."""

    place: Neighbourhood
    sales: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(20261123))  # noqa: S311

    @property
    def next_day(self) -> datetime:
        return FIRST_DAY + timedelta(days=10 + self.sales // SALES_A_DAY)


@dataclass(frozen=True, slots=True)
class Open:
    """An open till, the phone at it, and the lines that its buyers choose from."""

    till: Till
    device: Device
    goods: tuple[SaleLine, ...]


def begin_history() -> History:
    """Found the place, with cash enough for every refund."""
    with unit_of_work() as session:
        place = found_neighbourhood(session, now=FIRST_DAY)
        lend = ProposeMove(
            community_id=place.community_id,
            kind=MoveKind.CASH_ADVANCED,
            amount_minor=100_000_00,
            note="退款备用金",
            party_id=place.lender_id,
            target=AccountRef.cash_safe(place.custodian_id),
        )
        move(session, place, lend, now=FIRST_DAY)
    return History(place)


def live_on(history: History, sales: int, told: Told = lambda _sales: None) -> None:
    """Let whole market days pass until there have been so many sales."""
    while history.sales < sales:
        _live_a_day(history, now=history.next_day)
        history.sales += SALES_A_DAY
        told(history.sales)


def open_tills(session: Session, place: Neighbourhood, tills: int, *, now: datetime) -> list[Open]:
    """Open a market day with so many tills, each with a stall and a phone of its own."""
    community = session.get_one(Community, place.community_id)
    by = session.get_one(Person, place.id_of("zhima"))
    day = factories.make_market_day(
        session, community, by, held_on=now.date(), slug=f"day-{now:%Y%m%d}-{secrets.token_hex(3)}"
    )
    factories.make_legal_basis(session, day, session.get_one(Holder, place.bank_id))
    shares = ((FundPurpose.WISHES, 70), (FundPurpose.RUNNING_COSTS, 30))
    funds = [(session.get_one(Fund, place.funds[purpose]), weight) for purpose, weight in shares]
    factories.make_policy(session, day, *funds)
    factories.make_opening(session, day, by)
    return [_opened(session, day, by, place.custodian_id, now=now) for _ in range(tills)]


def sold(
    session: Session, one: Open, sales: int, chance: random.Random, *, now: datetime
) -> list[Sale]:
    """Record so many sales of one or two lines each at an open till."""
    made = [
        Sale(
            id=uuid7(now, secrets.token_bytes),
            till_id=one.till.id,
            device_id=one.device.id,
            sequence=number,
            code=receipt_code.mint(secrets.token_bytes),
            tender=Tender.CASH if chance.random() < 0.5 else Tender.WECHAT,
            lines=one.goods[: chance.choice((1, 2))],
            phone_at=now + timedelta(seconds=number),
        )
        for number in range(1, sales + 1)
    ]
    end = now + timedelta(hours=8)
    results = record_sales(session, one.till.id, made, received_at=end)
    if any(result.outcome is not Outcome.CREATED for result in results):
        message = f"not recorded: {results[0]}"
        raise RuntimeError(message)
    return made


def count(session: Session, place: Neighbourhood, till_id: int, *, now: datetime) -> None:
    """Two people count what is expected to be in the box."""
    found = expected_minor(session, place.community_id, till_id, box_minor=0)
    count_till(
        session,
        CountTill(
            community_id=place.community_id,
            till_id=till_id,
            pieces=CashCount.fewest(found).pieces,
            first_name="青柠",
            second_name="麦穗",
            signed=True,
        ),
        by_id=place.id_of("qingning"),
        now=now,
    )


def close(session: Session, place: Neighbourhood, till_id: int, *, now: datetime) -> None:
    """Close a till that has been counted."""
    wanted = CloseTill(community_id=place.community_id, till_id=till_id)
    close_till(session, wanted, by_id=place.id_of("qingning"), now=now)


def _live_a_day(history: History, *, now: datetime) -> None:
    place, chance = history.place, history.chance
    evening = now + timedelta(hours=9)
    watch = _Watch(history.seconds)
    with unit_of_work() as session:
        tills = open_tills(session, place, TILLS_A_DAY, now=now)
        watch.stop("open")
        made = [sold(session, one, SALES_A_TILL, chance, now=now) for one in tills]
        watch.stop("record")
        for one in tills:
            count(session, place, one.till.id, now=evening)
            close(session, place, one.till.id, now=evening)
        watch.stop("close")
    with unit_of_work() as session:
        _enter_wishes(session, history, now=evening - timedelta(days=9))
        watch.stop("enter wishes")
        _give_all(session, place, tills[0].till.market_day_id, now=evening)
        watch.stop("allocate")
        for sales in made:
            for sale in chance.sample(sales, SALES_A_TILL // REFUND_ONE_IN):
                _refund(session, place, sale, now=evening)
        watch.stop("refund")
    watch.stop("commit")


def _opened(
    session: Session, day: MarketDay, by: Person, custodian_id: int, *, now: datetime
) -> Open:
    stall = factories.make_stall(session, day)
    listings = [
        factories.make_listing(session, stall, price_minor=price) for price in _PRICES_MINOR
    ]
    till = factories.make_till(session, day, [stall], by, safe_holder_id=custodian_id, now=now)
    device = factories.make_device(session, day, by)
    lines = (factories.make_line(number, one) for number, one in enumerate(listings, 1))
    return Open(till, device, tuple(lines))


def _enter_wishes(session: Session, history: History, *, now: datetime) -> None:
    """As many new wishes as the fund can light."""
    fund = session.get_one(Fund, history.place.funds[FundPurpose.WISHES])
    session.refresh(fund)
    wishes = (_WISH,) * ((fund.laid_minor - fund.taken_minor) // WISH_MINOR)
    enter_demo_wishes(session, history.place, history.chance, wishes, now=now)


def _give_all(session: Session, place: Neighbourhood, market_day_id: int, *, now: datetime) -> None:
    """Light the wishes that wait, and let the market day's costs have the rest of their fund."""
    waiting = session.scalars(select(Wish.id).where(Wish.state == "open").order_by(Wish.id)).all()
    lit = tuple(ProposedItem(amount_minor=WISH_MINOR, wish_id=wish_id) for wish_id in waiting)
    costs = session.get_one(Fund, place.funds[FundPurpose.RUNNING_COSTS])
    session.refresh(costs)
    free = costs.laid_minor - costs.taken_minor
    cost = (ProposedItem(amount_minor=free, market_day_id=market_day_id),) if free else ()
    for purpose, items in ((FundPurpose.WISHES, lit), (FundPurpose.RUNNING_COSTS, cost)):
        if items:
            _give(session, place, place.funds[purpose], items, now=now)


def _give(
    session: Session,
    place: Neighbourhood,
    fund_id: int,
    items: tuple[ProposedItem, ...],
    *,
    now: datetime,
) -> None:
    wanted = ProposeAllocations(
        community_id=place.community_id,
        fund_id=fund_id,
        rule=AllocationRule.OLDEST_FIRST,
        items=items,
    )
    proposal = propose_allocations(session, wanted, by_id=place.id_of("zhima"), now=now)
    approve_proposal(
        session,
        ApproveProposal(community_id=place.community_id, proposal_id=proposal.id),
        by_id=place.id_of("doubao"),
        now=now,
    )


def _refund(session: Session, place: Neighbourhood, sale: Sale, *, now: datetime) -> None:
    """The buyer brings the first line back."""
    line = sale.lines[0]
    back = RefundedLine(number=line.number, quantity=line.quantity, amount_minor=line.amount_minor)
    propose_refund(
        session,
        ProposeRefund(
            community_id=place.community_id,
            sale_id=sale.id,
            refund=Refund(lines=(back,)),
            paid_from=PaidFrom.SAFE,
            safe_holder_id=place.custodian_id,
            reason="退回",
            known_requests=0,
        ),
        by_id=place.id_of("qingning"),
        now=now,
    )


class _Watch:
    """Adds up seconds by what they were spent on."""

    def __init__(self, sums: dict[str, float]) -> None:
        self._sums = sums
        self._since = time.perf_counter()

    def stop(self, spent_on: str) -> None:
        now = time.perf_counter()
        self._sums[spent_on] = self._sums.get(spent_on, 0.0) + now - self._since
        self._since = now
