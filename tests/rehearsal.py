"""A till's whole history, driven through the house: imported, closed day by day, given away, checked.

    python -m tests.rehearsal --till sales.csv --prices prices.csv --database sqlite
    python -m tests.rehearsal --till sales.csv --prices prices.csv --database postgresql

Every day is closed by two; all that the funds have is allocated to wishes, some of them are bought
for less than was raised, one receipt in a hundred is refunded. Then the ledger is checked, taken to
beancount and to the stranger's verifier, every receipt's trace is summed, and each step's time is
printed. Fails where a figure is off.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.actions.ledger.move_kinds import ProposeMove
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.funds import CreateFund, create_fund
from market.actions.proceeds.proposals import (
    ProposeAllocations,
    ProposedItem,
    propose_allocations,
)
from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.sales.closing import CloseTill, close_till
from market.actions.sales.counting import CountTill, count_till
from market.actions.sales.listings import Offer, offer
from market.actions.sales.market_days import SetPolicy, open_market, set_policy
from market.actions.sales.refunding import ProposeRefund, propose_refund
from market.actions.sales.stalls import SetUpStall, set_up_stall
from market.app import create_app
from market.cli.demo.markets import plan_demo_market
from market.cli.demo.neighbourhood import Neighbourhood, found_neighbourhood, move
from market.cli.demo.wishes import enter_demo_wishes
from market.domain.ledger.account import AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import AllocationRule, WaitingWish, oldest_first
from market.domain.proceeds.wish import Theme, WishKind
from market.domain.public.books import beancount_text
from market.domain.public.bundle import bundle_files, zipped
from market.domain.sales.refund import PaidFrom, Refund, RefundedLine
from market.domain.sales.till import CashCount
from market.extensions import db, unit_of_work
from market.models.ledger import Fund, RefundSettlement
from market.models.people import Community
from market.models.proceeds import Wish
from market.models.sales import MarketDay, Sale, SaleLine, SalePosition, Till
from market.queries.public.books import OpenCommunity, public_books
from market.queries.public.trace import places_of_sale
from market.queries.sales.closings import expected_minor
from market.web.moments import one_moment
from tests.accepting import Accepted, accepted
from tests.databases import Databases, PostgresDatabases, SqliteDatabases, settings_for
from tests.postgres import postgres_server

ROOT = Path(__file__).parents[1]
SEED = 20161030
WISH_MINOR = 300_00
ONE_IN = 100
_WISH = (WishKind.GOODS, Theme.READING, "想要一套书", "A set of books", (("书", WISH_MINOR),))


class FigureOff(AssertionError):
    """Something that must hold does not."""


@dataclass(slots=True)
class Rehearsal:
    """What was done, and how long each step took (seconds)."""

    receipts: int = 0
    days: int = 0
    allocations: int = 0
    lit: int = 0
    bought: int = 0
    refunds: int = 0
    refunds_settled: int = 0
    traced: int = 0
    net_minor: int = 0
    exported: Accepted | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0) + time.perf_counter() - begun


def rehearse(app: Flask, till: Path, prices: Path | None, *, one_in: int = ONE_IN) -> Rehearsal:
    """Drive the file through a fresh database of `app`; one receipt in `one_in` is refunded.

    Raises FigureOff.
    """
    done = Rehearsal()
    rng = random.Random(SEED)  # noqa: S311 - the same rehearsal each time
    with app.app_context():
        with unit_of_work() as session:
            place = _founded(session)
        arguments = [str(till), "--ignore", "Adjustment"]
        arguments += ["--prices", str(prices)] if prices else []
        with done.timed("import"):
            _command(app, ["import-sales", *arguments])
        days = _days(place)
        done.days = len(days)
        for till_id, ends_at in days:
            with done.timed("close"), unit_of_work() as session:
                _close(session, place, till_id, now=ends_at)
            with done.timed("allocate"):
                lit = _allocate(place, rng, done, now=ends_at + timedelta(hours=1))
            with done.timed("buy"):
                _buy_some(place, rng, lit, done, now=ends_at + timedelta(hours=2))
            with done.timed("refund"):
                _refund_some(place, rng, till_id, one_in, done, now=ends_at + timedelta(hours=3))
        with done.timed("check-ledger"):
            _command(app, ["check-ledger"])
        with done.timed("export, accept, verify"):
            done.exported = exported(place.community_id)
        with done.timed("trace every receipt"):
            _trace_all(done)
        with Session(db.engine) as session:
            done.receipts = _count(session, Sale.id)
            done.refunds_settled = _count(session, RefundSettlement.refund_id)
    return done


def _founded(session: Session) -> Neighbourhood:
    """A community with two funds for wishes, cash for refunds, and a market to set others by."""
    before = datetime(2016, 1, 2, 2, tzinfo=UTC)
    place = found_neighbourhood(session, now=before)
    by_id = place.id_of("zhima")
    lend = ProposeMove(
        community_id=place.community_id,
        kind=MoveKind.CASH_ADVANCED,
        amount_minor=100_000_00,
        note="退款备用金",
        party_id=place.lender_id,
        target=AccountRef.cash_safe(place.custodian_id),
    )
    move(session, place, lend, now=before)
    other = create_fund(
        session,
        CreateFund(
            community_id=place.community_id, purpose=FundPurpose.WISHES, name="假期心愿专款"
        ),
        by_id=by_id,
        now=before,
    )
    day_id = plan_demo_market(session, place, "样板市集", on=before.date(), now=before)
    shares = [(place.funds[FundPurpose.WISHES], 7), (other.id, 3)]
    set_policy(
        session,
        SetPolicy(community_id=place.community_id, market_day_id=day_id, shares=shares),
        by_id=by_id,
        now=before,
    )
    stall = set_up_stall(
        session,
        SetUpStall(community_id=place.community_id, market_day_id=day_id, number="1", name="样板"),
        by_id=by_id,
        now=before,
    )
    offer(
        session,
        Offer(community_id=place.community_id, stall_id=stall.id, kind="goods", name="样板"),
        by_id=by_id,
        now=before,
    )
    open_market(session, place.community_id, day_id, by_id=by_id, now=before)
    return place


def _days(place: Neighbourhood) -> list[tuple[int, datetime]]:
    """Each imported till and when its day ends, in order."""
    with Session(db.engine) as session:
        rows = session.execute(
            select(Till.id, func.max(Sale.recorded_at))
            .join(Sale, Sale.till_id == Till.id)
            .join(MarketDay, MarketDay.id == Till.market_day_id)
            .where(MarketDay.community_id == place.community_id)
            .group_by(Till.id)
            .order_by(func.max(Sale.recorded_at))
        )
        return [(till_id, _aware(at) + timedelta(minutes=30)) for till_id, at in rows]


def _close(session: Session, place: Neighbourhood, till_id: int, *, now: datetime) -> None:
    by_id = place.id_of("qingning")
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
        by_id=by_id,
        now=now,
    )
    wanted = CloseTill(community_id=place.community_id, till_id=till_id)
    close_till(session, wanted, by_id=by_id, now=now)


def _allocate(
    place: Neighbourhood, rng: random.Random, done: Rehearsal, *, now: datetime
) -> list[int]:
    """Give away all that every fund has; new wishes are entered where there are too few."""
    lit: list[int] = []
    for fund_id, free in _free(place):
        if free:
            with unit_of_work() as session:
                asked = sum(wish.missing_minor for wish in _waiting(session, place))
                missing = -(-(free - asked) // WISH_MINOR)
                if missing > 0:
                    enter_demo_wishes(
                        session, place, rng, (_WISH,) * missing, now=now - timedelta(days=9)
                    )
            with unit_of_work() as session:
                lit += _give(session, place, fund_id, free, done, now=now)
    for fund_id, free in _free(place):
        if free:
            message = f"fund {fund_id} has {free} left after everything was allocated"
            raise FigureOff(message)
    return lit


def _give(
    session: Session,
    place: Neighbourhood,
    fund_id: int,
    free_minor: int,
    done: Rehearsal,
    *,
    now: datetime,
) -> list[int]:
    chosen = oldest_first(free_minor, _waiting(session, place))
    proposal = propose_allocations(
        session,
        ProposeAllocations(
            community_id=place.community_id,
            fund_id=fund_id,
            rule=AllocationRule.OLDEST_FIRST,
            items=tuple(
                ProposedItem(amount_minor=one.amount_minor, wish_id=one.wish_id) for one in chosen
            ),
        ),
        by_id=place.id_of("zhima"),
        now=now,
    )
    approved = approve_proposal(
        session,
        ApproveProposal(community_id=place.community_id, proposal_id=proposal.id),
        by_id=place.id_of("doubao"),
        now=now,
    )
    done.allocations += len(chosen)
    done.lit += len(approved.lit)
    return list(approved.lit)


def _buy_some(
    place: Neighbourhood,
    rng: random.Random,
    lit: Sequence[int],
    done: Rehearsal,
    *,
    now: datetime,
) -> None:
    """One lit wish in three is bought, for a little less than it was given."""
    for wish_id in lit:
        if rng.randrange(3):
            continue
        with unit_of_work() as session:
            spent = WISH_MINOR - rng.randrange(20_00)
            bought = propose_purchase(
                session,
                ProposePurchase(
                    community_id=place.community_id,
                    wish_id=wish_id,
                    amount_minor=spent,
                    paid_from=AccountRef.payable(place.lender_id),
                    evidence=f"小票-{wish_id}",
                    note="采购",
                ),
                by_id=place.id_of("zhima"),
                now=now,
            )
            decide_purchase(
                session,
                DecidePurchase(community_id=place.community_id, move_id=bought.id, approved=True),
                by_id=place.id_of("doubao"),
                now=now,
            )
        done.bought += 1


def _refund_some(
    place: Neighbourhood,
    rng: random.Random,
    till_id: int,
    one_in: int,
    done: Rehearsal,
    *,
    now: datetime,
) -> None:
    """One receipt in so many brings its first line back."""
    with Session(db.engine) as session:
        ids = session.scalars(select(Sale.id).where(Sale.till_id == till_id)).all()
    for sale_id in sorted(ids):
        if not rng.randrange(one_in):
            with unit_of_work() as session:
                _refund(session, place, sale_id, now=now)
            done.refunds += 1


def _refund(session: Session, place: Neighbourhood, sale_id: UUID, *, now: datetime) -> None:
    line = session.execute(
        select(SaleLine.quantity, SaleLine.unit_price_minor).where(
            SaleLine.sale_id == sale_id, SaleLine.number == 1
        )
    ).one()
    back = RefundedLine(
        number=1, quantity=line.quantity, amount_minor=line.quantity * line.unit_price_minor
    )
    propose_refund(
        session,
        ProposeRefund(
            community_id=place.community_id,
            sale_id=sale_id,
            refund=Refund(lines=(back,)),
            paid_from=PaidFrom.SAFE,
            safe_holder_id=place.custodian_id,
            reason="退回",
            known_requests=0,
        ),
        by_id=place.id_of("qingning"),
        now=now,
    )


def exported(community_id: int) -> Accepted:
    """What beancount makes of the public ledger: the balances that our accounts keep, to the fen.

    And the verifier finds the bundle sound. Raises FigureOff, ValueError.
    """
    with one_moment() as session:
        here = session.get_one(Community, community_id)
        books = public_books(
            session,
            OpenCommunity(here.id, here.slug, here.name, here.currency, here.time_zone),
        )
    ledger = beancount_text(books.vouchers, books.balances, title=here.name, currency=here.currency)
    found = accepted(ledger)
    kept = {name: minor for name, minor in books.balances.items() if minor}
    if {name: minor for name, minor in found.balances.items() if minor} != kept:
        message = f"beancount comes to {found.balances}, our accounts to {kept}"
        raise FigureOff(message)
    verifier = ROOT / "market" / "static" / "verify.py"
    files = bundle_files(books.links, books.heads, books.balances, ledger, verifier.read_bytes())
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle.zip"
        bundle.write_bytes(zipped(here.slug, files))
        subprocess.run([sys.executable, "-I", "-S", str(verifier), str(bundle)], check=True)
    return found


def _trace_all(done: Rehearsal) -> None:
    with Session(db.engine) as session:
        rows = session.execute(
            select(SalePosition.sale_id, SalePosition.end_minor - SalePosition.start_minor)
        ).all()
        for sale_id, net_minor in rows:
            traced = sum(place.amount_minor for place in places_of_sale(session, sale_id))
            if traced != net_minor:
                message = f"receipt {sale_id} traces to {traced} of {net_minor}"
                raise FigureOff(message)
            done.traced += 1
            done.net_minor += net_minor


def _free(place: Neighbourhood) -> list[tuple[int, int]]:
    with Session(db.engine) as session:
        rows = session.execute(
            select(Fund.id, Fund.laid_minor - Fund.taken_minor)
            .where(Fund.community_id == place.community_id, Fund.purpose == "wishes")
            .order_by(Fund.id)
        )
        return [(fund_id, free) for fund_id, free in rows]


def _waiting(session: Session, place: Neighbourhood) -> list[WaitingWish]:
    rows = session.execute(
        select(Wish.id, Wish.opened_at, Wish.cost_minor - Wish.funded_minor).where(
            Wish.community_id == place.community_id, Wish.state == "open"
        )
    )
    return [WaitingWish(row[0], _aware(row[1]), row[2]) for row in rows if row[1]]


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _count(session: Session, column: object) -> int:
    return session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


def _command(app: Flask, arguments: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=arguments)
    sys.stdout.write(result.output)
    if result.exit_code:
        message = f"{arguments[0]} failed: {result.exception!r}"
        raise FigureOff(message)


@contextmanager
def _databases(kind: str) -> Iterator[Databases]:
    if kind == "postgresql":
        with postgres_server() as server:
            yield PostgresDatabases(server)
    else:
        with TemporaryDirectory() as folder:
            yield SqliteDatabases(Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--till", type=Path, required=True)
    parser.add_argument("--prices", type=Path)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    with _databases(given.database) as databases:
        url = databases.fresh()
        done = rehearse(create_app(settings_for(url)), given.till, given.prices)
    _say(done)


def _say(done: Rehearsal) -> None:
    out = sys.stdout.write
    out(f"{done.receipts} receipts on {done.days} days; {done.allocations} allocations")
    out(f" lit {done.lit} wishes; {done.bought} bought; {done.refunds} refunds,")
    out(f" {done.refunds_settled} of them settled\n")
    if done.exported:
        out(f"beancount accepts {done.exported.vouchers} vouchers, {done.exported.postings}")
        out(f" postings; {len(done.exported.balances)} accounts come to ours\n")
    out(f"{done.traced} receipts trace to their net, {done.net_minor} minor units in all\n")
    for step, seconds in done.seconds.items():
        out(f"  {step:<22} {seconds:8.1f} s\n")


if __name__ == "__main__":
    main()
