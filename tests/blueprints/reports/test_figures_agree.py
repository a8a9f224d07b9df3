"""After a random market, board, live screen, 战报, public page, report, files and ledger say the same."""

from __future__ import annotations

import csv
import io
import random
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.domain.money import parse_amount
from market.domain.sales.sale import Tender
from market.extensions import unit_of_work
from market.models.ledger import Account, Posting, Voucher
from market.models.proceeds import Allocation, LightingOutcome
from market.models.sales import Sale, SaleVoid
from tests.books import money, void
from tests.lighting import agree, wish_of
from tests.market_day import Day, close, count, make_day
from tests.people import sign_in
from tests.refunds import ask, close_late, recorded_sale, stage_of, whole
from tests.wishes import allocate, make_open_wish

_ROW = re.compile(
    r'<th scope="row">(?:<a href="[^"]*">)?([^<]+)(?:</a>)?</th><td>'
    r'<span class="money[^"]*">([^<]+)</span></td>'
)

_STAT = re.compile(
    r'<p class="stat-label">(?:<a href="[^"]*">)?([^<]+)(?:</a>)?</p>\s*<p class="stat-value">([^<]+)</p>'
)


def random_market(session: Session, seed: int) -> Day:
    """A plan, sales of all sorts, voids, a wrong count, box income, late sales, wishes lit, refunds."""
    dice = random.Random(seed)  # noqa: S311 - a market that is the same each time
    day = make_day(session, basis="B")
    costs = [*(dice.randint(3_00, 9_00) for _ in range(dice.randint(1, 4))), 300_00]
    agree(session, day, *((wish_of(session, day, cost), cost) for cost in costs))
    offers = [day.soap, day.repair, day.scarf, day.fan]
    sales = [
        recorded_sale(
            session,
            day,
            *dice.choices(offers, k=dice.randint(1, 3)),
            tender=dice.choice([Tender.CASH, Tender.CASH, Tender.WECHAT]),
            gift_minor=dice.choice([0, 0, 37, 2_00]),
        )
        for _ in range(dice.randint(12, 20))
    ]
    for undone in dice.sample(sales, 2):
        void(session, day, undone)
        sales.remove(undone)
    count(session, day, counted_minor=1_000_00 + dice.randint(0, 99), box_minor=5_01)
    session.flush()
    close(session, day, reason="找零时多付了")
    session.expire_all()
    stage = stage_of(day)
    most = min(9_00, (day.wishes.laid_minor - day.wishes.taken_minor) // 3)
    wishes = [make_open_wish(session, stage, dice.randint(most // 2, most)) for _ in range(3)]
    allocate(session, stage, *((wish, wish.cost_minor) for wish in wishes))
    money(session, day)
    for back in dice.sample(sales, 2):
        ask(session, day, back.id, whole(session, day, back.id))
    for _ in range(dice.randint(1, 3)):
        recorded_sale(session, day, dice.choice(offers), gift_minor=dice.choice([0, 11]))
    close_late(session, day)
    for row in (day.community, day.day, day.wishes, day.cast.treasurer):
        session.refresh(row)
    return day


@pytest.mark.parametrize("seed", range(3))
def test_every_place_says_the_same_figures(app: Flask, client: FlaskClient, seed: int) -> None:
    with app.app_context(), unit_of_work() as work:
        day = random_market(work, seed)
    sign_in(client, day.cast.treasurer)
    desk = f"/desk/{day.community.slug}"
    market = f"{desk}/markets/{day.day.id}"
    report = figures_of(client.get(f"{market}/report").text)
    public = figures_of(client.get(f"/markets/{day.day.slug}").text)
    sold = column(client, f"{market}/sales?format=csv", "实收")
    net = column(client, f"{market}/sales?format=csv", "净额")
    lines = f"{desk}/journal?format=csv"
    live = client.get(f"/markets/{day.day.slug}/live.json").json or {}
    bulletin = client.get(f"/markets/{day.day.slug}/bulletin").text
    plans = stats_of(client.get(f"{desk}/market-days/{day.day.id}/lighting").text)
    board = stats_of(client.get(f"{market}/board").text)
    with app.app_context(), unit_of_work() as session:
        kept = kept_figures(session, day)

    # The public page and the report: every figure of the one stands in the other.
    assert public.items() <= report.items()
    # The sales: rows, file, board and report.
    assert sum(sold) == kept["sold"]
    assert written(kept["sold"]) in client.get(market).text
    assert (board["义卖收入"], board["笔数"]) == (written(kept["sold"]), str(len(sold)))
    assert f"{len(sold)} 笔有效的义卖记录" in report
    assert report[f"{len(sold)} 笔有效的义卖记录"] == kept["sold"]
    # The live screen and what is sent into groups: the board's figures, and the plan as it was carried out.
    assert (live["income"], live["receipts"]) == (board["义卖收入"], board["笔数"])
    assert f"义卖收入 {live['income']}，{live['receipts']} 笔。" in bulletin
    assert live["lit"] == plans["已点亮"] == str(kept["lit"])
    assert [lamp["state"] for lamp in live["lamps"]].count("lit") == kept["lit"] > 0
    assert f"已经点亮 {kept['lit']} 个心愿。" in bulletin
    assert live["expected"] == plans["预计点亮"]
    # The closures: report and ledger.
    assert report["收入"] == kept["income"] == kept["sold"] + report["其中无明细收入"]
    assert report["成本：寄售人应得"] == kept["consigned"]
    assert report["净额"] == kept["net"] == sum(net) + report["其中无明细收入"]
    assert report["微心愿专款"] + report["助残创业专款"] == kept["net"]
    # Where it went: what is used and what is left is the net, and what the ledger says of it.
    assert report["去向"] + report["结余，等待安排"] == report["净额"]
    assert report["结余，等待安排"] == kept["free"]
    allocated = f"{desk}/reports/allocations?format=csv"
    assert sum(column(client, allocated, "安排")) == kept["allocated"] >= report["安排给心愿"]
    assert kept["allocated"] == kept["committed"]
    # The books: the files are the ledger.
    assert (
        sum(column(client, lines, "借方")) == sum(column(client, lines, "贷方")) == kept["debits"]
    )
    assert sum(column(client, f"{desk}/accounts?format=csv", "余额")) == 0
    paid_back = column(client, f"{desk}/refunds?market={day.day.id}&format=csv", "已退款")
    assert sum(paid_back) == kept["paid_back"]


def figures_of(page: str) -> dict[str, int]:
    """The tables of figures on a page: label to minor units."""
    return {label.strip(): minor(amount) for label, amount in _ROW.findall(page)}


def stats_of(page: str) -> dict[str, str]:
    """The large figures on a page of the desk, as they are written."""
    return dict(_STAT.findall(page))


def minor(amount: str) -> int:
    sign = -1 if amount.startswith("−") else 1
    return sign * parse_amount(amount.lstrip("−¥").replace(",", "")).minor


def written(amount_minor: int) -> str:
    yuan, fen = divmod(amount_minor, 100)
    return f"¥{yuan:,}.{fen:02d}" if fen else f"¥{yuan:,}"


def column(client: FlaskClient, address: str, name: str) -> list[int]:
    """One column of money of a file, in minor units."""
    content = client.get(address).data.decode("utf-8-sig")
    values = [row[name] for row in csv.DictReader(io.StringIO(content))]
    return [minor(value.replace("-", "−")) for value in values if value]


def kept_figures(session: Session, day: Day) -> dict[str, int]:
    """The same figures, asked of the rows themselves."""

    def posted(kinds: tuple[str, ...], account: str, *, side: int) -> int:
        question = (
            select(func.coalesce(func.sum(Posting.amount_minor), 0))
            .join(Voucher, Voucher.id == Posting.voucher_id)
            .join(Account, Account.id == Posting.account_id)
            .where(
                Voucher.community_id == day.community.id,
                Voucher.kind.in_(kinds),
                Account.kind.like(account),
                Posting.amount_minor * side > 0,
            )
        )
        return side * int(session.scalar(question) or 0)

    closures = ("closure", "late_closure")
    sold = session.scalar(
        select(func.sum(Sale.lines_minor + Sale.gift_minor))
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(SaleVoid.sale_id.is_(None))
    )
    allocated = session.scalar(select(func.sum(Allocation.amount_minor)))
    free = session.scalar(
        select(func.sum(Account.balance_minor)).where(Account.kind == "fund_unallocated")
    )
    lit = select(func.count()).where(LightingOutcome.fate == "lit")
    return {
        "sold": int(sold or 0),
        "lit": session.scalar(lit) or 0,
        "income": posted(closures, "%", side=1),
        "consigned": posted(closures, "payable", side=-1),
        "net": posted(closures, "fund_unallocated", side=-1),
        "allocated": int(allocated or 0),
        "committed": posted(("allocation",), "fund_committed", side=-1),
        "free": -int(free or 0),
        "debits": posted(tuple(session.scalars(select(Voucher.kind).distinct())), "%", side=1),
        "paid_back": posted(("refund",), "%", side=1),
    }
