"""An entrepreneur's year: a plan, a course, a mentor, six markets, and money that comes in on time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.ledger.moves import DecideMove, decide_move, propose_move
from market.actions.ledger.payout_signatures import SignPayout, sign_payout
from market.actions.livelihood.milestones import (
    DecideEvidence,
    TellReached,
    decide_evidence,
    tell_reached,
)
from market.actions.livelihood.spending import (
    DecideSpending,
    ProposeSpending,
    decide_spending,
    propose_spending,
)
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.sales.closing import CloseTill, close_till
from market.actions.sales.counting import CountTill, count_till
from market.actions.sales.recording import record_sales
from market.actions.sales.refunding import propose_refund
from market.domain.ledger.moves import MoveKind
from market.domain.livelihood.plan import Step, SupportKind
from market.domain.proceeds.ranking import AllocationRule
from market.domain.sales.till import CashCount
from market.extensions import db, unit_of_work
from market.models.ledger import Account, Posting, Voucher
from market.models.livelihood import Tranche
from market.models.sales import Closure, MarketDay, Refund, SalePosition, Till
from market.queries.sales.closings import expected_minor
from market.web.filters import money_text, month_text
from tests import factories
from tests.journeys.conftest import Neighbours, neighbours_of
from tests.livelihood import PIN, enterprise_of
from tests.market_day import Day, make_day
from tests.moves import safe
from tests.refunds import asking, of_line
from tests.support import Support, agreed_plan
from tests.visitor import Node, Visitor
from tests.wishes import lay_money

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)

MARKETS = (
    (date(2026, 12, 5), 2),
    (date(2027, 1, 9), 3),
    (date(2027, 2, 6), 4),
    (date(2027, 3, 6), 6),
    (date(2027, 4, 3), 8),
    (date(2027, 5, 1), 11),
)
"""On which day how many scarves at ¥60 are sold, of each of which ¥48 is hers."""
HERS_MINOR = 48_00
PLAN = (
    Step(SupportKind.GOODS, "列好要买的线", date(2027, 1, 31), 30_00),
    Step(SupportKind.MONEY, "织好二十条围巾", date(2027, 4, 30), 40_00),
)


@dataclass(frozen=True, slots=True)
class Year:
    """Everybody of the story, her at a phone of her own."""

    neighbours: Neighbours
    day: Day
    support: Support
    her: Visitor
    card: str

    def it_is(self, now: datetime) -> None:
        """People sign in again, she by her card and number."""
        self.neighbours.wait_until(now)
        self.her.open(self.card)
        self.her.send("进入", {"您的 6 位数字": PIN})


@pytest.fixture
def year(app: Flask) -> Year:
    app.extensions["clock"] = lambda: factories.NOW
    with app.app_context(), unit_of_work() as work:
        day = make_day(work)
        made = enterprise_of(work, day.community, day.cast.social_worker, day.weaver)
        support = Support(
            community=day.community,
            cast=day.cast,
            fund=day.enterprise,
            safe=day.custodian,
            made=made,
        )
        # Cash to pay from: what tills bring is not all in the safe at once.
        lay_money(work, replace(support, fund=day.wishes), 2_000_00, day.wishes)
    neighbours = neighbours_of(app, day.community, day.cast)
    return Year(neighbours, day, support, Visitor(app.test_client()), f"/mine/card/{made.token}")


def test_a_year_with_a_plan_a_course_a_mentor_and_six_markets(app: Flask, year: Year) -> None:
    with app.app_context():
        with unit_of_work() as work:
            plan = [one.id for one in agreed_plan(work, year.support, PLAN)]
        learn_to_take_pictures(year)
        sales: list[UUID] = []
        for place, (on, pieces) in enumerate(MARKETS, start=1):
            with unit_of_work() as work:
                sales.append(hold_market(work, year.day, on, pieces))
            if place == 2:
                release(year, plan[0], PLAN[0].amount_minor, evening(on))
            if place == 3:
                a_scarf_comes_back(year, sales[2], evening(on))
            if place == 4:
                release(year, plan[1], PLAN[1].amount_minor, evening(on))
            if place < len(MARKETS):
                pay_all(year, evening(on) + timedelta(days=2))
    year.it_is(evening(MARKETS[-1][0]))
    what_she_reads_is_what_the_books_say(app, year)
    everybody_sees_what_she_shows(year)
    year.neighbours.check_ledger()


def learn_to_take_pictures(year: Year) -> None:
    """A volunteer gives a course, she comes; the two go on working together."""
    worker, teacher = year.neighbours.social_worker, year.neighbours.volunteer
    desk, start = year.neighbours.desk, factories.NOW
    teacher.open(f"{desk}/teaching")
    teacher.send("保存", {"拍照和写介绍": True})
    teacher.open(f"{desk}/courses/new")
    course = {"讲什么": "把围巾拍好看", "属于哪一类": "拍照", "谁来讲": "宝妈甲"}
    teacher.send(
        "排上", {**course, "哪一天": "2026-11-28", "几点开始": "14:00", "在哪里": "社工站"}
    )
    address = teacher.page.address
    year.it_is(start)
    year.her.open("/mine/learning")
    year.her.send("保存", {"拍照和写介绍": True})
    year.her.send("报名“把围巾拍好看”")
    worker.open(f"{desk}/mentoring")
    assert "宝妈甲" in worker.page.words.partition("谁想学、谁会教")[2]
    worker.send("请这位志愿者辅导", {"哪个创业项目": "青禾手作", "哪位志愿者": "宝妈甲"})
    pair = worker.page.address
    year.it_is(datetime(2026, 11, 29, 2, tzinfo=UTC))
    teacher.open(address)
    teacher.send("点好名了", {year.day.weaver.name: True})
    for words in ("一起拍了三张", "写了一段介绍"):
        teacher.open(pair)
        teacher.send("记下来", {"做了什么": words, "只给你们俩看的": "她说还怕开口"})
    year.her.open("/mine/learning")
    for told in ("来了", "一起拍了三张", "写了一段介绍", "她说还怕开口"):
        assert told in year.her.page.words
    worker.open(f"{desk}/courses")
    assert "3.5 小时" in worker.page.words, "90 minutes taught, twice 60 with her"


def hold_market(session: Session, day: Day, on: date, pieces: int) -> UUID:
    """A market of one till that sells her scarves and soap; two close it in the evening."""
    opened = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
    market = factories.make_market_day(
        session, day.community, day.cast.social_worker, held_on=on, name=f"{on.month} 月市集"
    )
    factories.make_legal_basis(session, market, day.holder)
    factories.make_policy(session, market, (day.wishes, 70), (day.enterprise, 30))
    stall = factories.make_stall(session, market)
    soap = factories.make_listing(session, stall)
    terms = {"consignor_id": day.weaver.id, "share_bp": 8000}
    scarf = factories.make_listing(session, stall, name="围巾", price_minor=60_00, **terms)
    factories.make_opening(session, market, day.cast.social_worker)
    till = factories.make_till(
        session,
        market,
        [stall],
        day.cast.volunteer,
        safe_holder_id=day.custodian.id,
        now=opened,
    )
    device = factories.make_device(session, market, day.cast.volunteer)
    lines = (
        factories.make_line(1, scarf, quantity=pieces),
        factories.make_line(2, soap, quantity=4),
    )
    sale = factories.make_sale(
        till.id, device.id, lines=lines, phone_at=opened + timedelta(hours=1)
    )
    record_sales(session, till.id, [sale], received_at=sale.phone_at, by_id=day.cast.volunteer.id)
    counted = CountTill(
        community_id=day.community.id,
        till_id=till.id,
        pieces=CashCount.fewest(
            expected_minor(session, day.community.id, till.id, box_minor=0)
        ).pieces,
        first_name="宝妈甲",
        second_name="宝妈乙",
        signed=True,
    )
    count_till(session, counted, by_id=day.cast.volunteer.id, now=evening(on))
    session.flush()
    closing = CloseTill(
        community_id=day.community.id, till_id=till.id, phones_reason="手机当场看过，都传上来了"
    )
    close_till(session, closing, by_id=day.cast.treasurer.id, now=evening(on))
    return sale.id


def evening(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


def release(year: Year, tranche_id: int, amount_minor: int, now: datetime) -> None:
    """She says how she got there, one looks, two let the money go and see what it was spent on."""
    here, by, second = year.day.community.id, year.support.by, year.support.second
    with unit_of_work() as work:
        tell = TellReached(community_id=here, tranche_id=tranche_id, words="社工来看过")
        told = tell_reached(work, tell, by_id=year.support.made.person_id, now=now)
        yes = DecideEvidence(community_id=here, evidence_id=told.id, accepted=True)
        decide_evidence(work, yes, by_id=by, now=now)
        wanted = ProposeAllocations(
            community_id=here,
            fund_id=year.day.enterprise.id,
            rule=AllocationRule.BY_HAND,
            items=(ProposedItem(tranche_id=tranche_id, amount_minor=amount_minor),),
        )
        proposal = propose_allocations(work, wanted, by_id=by, now=now)
        approval = ApproveProposal(community_id=here, proposal_id=proposal.id)
        approve_proposal(work, approval, by_id=second, now=now)
    with unit_of_work() as work:
        spending = ProposeSpending(
            community_id=here,
            tranche_id=tranche_id,
            amount_minor=amount_minor,
            paid_from=safe(year.day),
            evidence=f"线店小票 {now:%m}",
            note="线和针",
        )
        spent = propose_spending(work, spending, by_id=by, now=now)
        let_go = DecideSpending(community_id=here, move_id=spent.id, approved=True)
        decide_spending(work, let_go, by_id=second, now=now)


def a_scarf_comes_back(year: Year, sale_id: UUID, now: datetime) -> None:
    with unit_of_work() as work:
        command = asking(work, year.day, sale_id, of_line(1, 1, 60_00), reason="颜色不合适")
        asked = propose_refund(work, command, by_id=year.day.cast.treasurer.id, now=now)
        assert asked.refund is not None


def pay_all(year: Year, now: datetime) -> None:
    """All that is owed, in cash, signed for; proposed by one and let go by another."""
    day = year.day
    with unit_of_work() as work:
        owed = -balance_of_hers(work, day)
        command = ProposeMove(
            community_id=day.community.id,
            kind=MoveKind.PAYOUT,
            amount_minor=owed,
            note=f"货款 {now:%Y-%m}",
            party_id=day.weaver.id,
            source=safe(day),
        )
        move = propose_move(work, command, by_id=day.cast.treasurer.id, now=now)
        signed = SignPayout(community_id=day.community.id, move_id=move.id, slip=f"收条 {now:%m}")
        sign_payout(work, signed, by_id=day.cast.treasurer.id, now=now)
        yes = DecideMove(community_id=day.community.id, move_id=move.id, approved=True)
        decide_move(work, yes, by_id=day.cast.reviewer.id, now=now)


def balance_of_hers(session: Session, day: Day) -> int:
    return session.scalars(
        select(Account.balance_minor).where(
            Account.community_id == day.community.id, Account.party_id == day.weaver.id
        )
    ).one()


def what_she_reads_is_what_the_books_say(app: Flask, year: Year) -> None:
    """Every figure on her pages, out of the postings by questions of this test's own."""
    her, weaver = year.her, year.day.weaver.id
    with app.app_context(), Session(db.engine) as session:
        hers = select(Posting.amount_minor, Posting.voucher_id).join(
            Account, Account.id == Posting.account_id
        )
        hers_rows = hers.where(Account.party_id == weaver).subquery()
        owed = -(session.scalar(select(func.sum(hers_rows.c.amount_minor))) or 0)
        moved = session.scalars(
            select(hers_rows.c.amount_minor).order_by(hers_rows.c.voucher_id.desc())
        ).all()
        by_month: dict[str, int] = dict(
            session.execute(
                select(Voucher.month, -func.sum(hers_rows.c.amount_minor))
                .join(hers_rows, hers_rows.c.voucher_id == Voucher.id)
                .where(Voucher.kind.in_(["closure", "refund"]))
                .group_by(Voucher.month)
            ).all()
        )
        by_market = markets_earned(session, weaver)
    assert owed == MARKETS[-1][1] * HERS_MINOR
    assert sum(by_market.values()) == (sum(pieces for _, pieces in MARKETS) - 1) * HERS_MINOR
    her.open("/mine/money")
    assert f"您还有 {money_text(owed)} 没结，周二到账。" in her.page.words
    days, movements = her.page.root.all("table")
    assert cells(days, "您应得") == {name: money_text(sum_) for name, sum_ in by_market.items()}
    assert sum(map(minor, cells(days, "还没结").values())) == owed
    shown = [minor(cell.words) for cell in movements.all("td") if cell.get("data-label") == "金额"]
    assert shown == [-amount for amount in moved]
    for link in [one.get("href") for one in days.all("a")]:
        her.open(link)
        [foot] = her.page.root.all("table")[0].all("tfoot")
        earned = minor(next(c.words for c in foot.all("td") if c.get("data-label") == "应得"))
        back = sum(minor(c.words) for c in her.page.root.all("td") if c.get("data-label") == "少得")
        assert earned - back // 2 == by_market[her.page.heading]
    her.open("/mine/income")
    [table] = her.page.root.all("table")
    shown_months = cells(table, "市集上的")
    with app.test_request_context("/", headers={"Accept-Language": "zh"}):
        assert shown_months == {month_text(one): money_text(sum_) for one, sum_ in by_month.items()}
    amounts = [by_month[one] for one in sorted(by_month)]
    assert amounts == sorted(amounts), "her income grows"
    assert f"一共收入 {money_text(sum(amounts))}" in her.page.words
    assert len(her.page.root.all("rect")) == 2 * len(MARKETS)


def markets_earned(session: Session, party_id: int) -> dict[str, int]:
    """What each market's closings owe her, less what its refunds took back."""
    found: dict[str, int] = {}
    for link in (
        select(Closure.voucher_id, Till.market_day_id).join(Till, Till.id == Closure.till_id),
        select(Refund.voucher_id, Till.market_day_id)
        .join(SalePosition, SalePosition.sale_id == Refund.sale_id)
        .join(Closure, Closure.id == SalePosition.closure_id)
        .join(Till, Till.id == Closure.till_id),
    ):
        vouchers = link.subquery()
        for name, amount in session.execute(
            select(MarketDay.name, -func.sum(Posting.amount_minor))
            .join(vouchers, vouchers.c.market_day_id == MarketDay.id)
            .join(Posting, Posting.voucher_id == vouchers.c.voucher_id)
            .join(Account, Account.id == Posting.account_id)
            .where(Account.party_id == party_id)
            .group_by(MarketDay.name)
        ):
            found[name] = found.get(name, 0) + int(amount)
    return found


def everybody_sees_what_she_shows(year: Year) -> None:
    """Her page says what she makes and which markets paid for her plan: both tranches, to the fen."""
    year.her.open("/mine/page")
    shown = {"让大家看到做什么": True, "让大家看到哪几场": True, "公开这一页": True}
    year.her.send("保存", {"做什么、卖什么": "手织围巾", **shown})
    buyer = year.neighbours.buyer
    buyer.open(f"/enterprises/{year.support.made.enterprise.code}")
    assert "手织围巾" in buyer.page.words
    [table] = buyer.page.root.all("table")
    given = [minor(cell.words) for row in table.all("tbody") for cell in row.all("td")]
    assert sum(given) == sum(step.amount_minor for step in PLAN)
    with year.neighbours.app.app_context(), Session(db.engine) as session:
        funded = session.scalar(select(func.sum(Tranche.funded_minor)))
    assert funded == sum(given)


def cells(table: Node, label: str) -> dict[str, str]:
    """What stands below a head, by the name of the row; without the row of totals."""
    [body] = table.all("tbody")
    return {
        row.all("th")[0].words: next(
            cell.words for cell in row.all("td") if cell.get("data-label") == label
        )
        for row in body.all("tr")
    }


def minor(words: str) -> int:
    """'−¥1,234.50' as minor units."""
    found = re.search(r"([−+]?)¥([\d,]+)(?:\.(\d\d))?", words)
    assert found, words
    sign, yuan, fen = found.groups()
    amount = int(yuan.replace(",", "")) * 100 + int(fen or 0)
    return -amount if sign == "−" else amount
