"""What consignors are owed: their accounts, closing by closing, as the vouchers have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Missing
from market.domain.ledger.account import AccountKind
from market.domain.ledger.entry import EntryKind
from market.domain.ledger.holders import PartyKind
from market.domain.sales.consignor_account import ConsignorAccount, Earned, consignor_account
from market.models.ledger import Account, Party, Posting, Voucher
from market.models.people import Community
from market.models.sales import Closure, MarketDay, Refund, Sale, SalePosition, Till


class NoSuchConsignor(Missing):
    """No consignor of this community has this id."""

    sentence = N_("没有找到这位寄售人，请从“寄售结算”重新进入。")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEarned:
    """What one market day owes a consignor. `due_on` is when the first unpaid part of it is due."""

    market_day_id: int
    market_day: str
    held_on: date
    owed_minor: int
    taken_back_minor: int
    left_minor: int
    due_on: date | None

    @property
    def rest_minor(self) -> int:
        """What is hers for good."""
        return self.owed_minor - self.taken_back_minor

    def is_overdue(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignorNow:
    """A consignor with the account and its market days, the newest first."""

    party_id: int
    name: str
    closed_at: datetime | None
    account: ConsignorAccount
    days: tuple[DayEarned, ...]

    @property
    def due_on(self) -> date | None:
        """When the next payment is due, if one is."""
        due = self.account.next_due
        return due.earned.due_on if due else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of a consignor's account as the books have it: owed is positive, paid negative."""

    voucher_id: int
    number: str
    kind: EntryKind
    booked_on: date
    memo: str
    market_day: str
    day_number: str
    amount_minor: int
    owed_minor: int
    """What was owed once it was booked."""


def consignors_of(session: Session, community_id: int) -> list[ConsignorNow]:
    """Every consignor: whoever waits for money first, the one due first before the others."""
    found = _consignors(session, community_id, None)
    return sorted(found, key=lambda one: (one.due_on or date.max, one.name, one.party_id))


def consignor_now(session: Session, community_id: int, party_id: int) -> ConsignorNow:
    """One of them; raises NoSuchConsignor."""
    found = _consignors(session, community_id, party_id)
    if not found:
        raise NoSuchConsignor
    return found[0]


def movements_of(session: Session, community_id: int, party_id: int) -> list[Movement]:
    """Every posting on a consignor's account, the newest first, with what was owed after each."""
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.month,
            Voucher.number,
            Voucher.kind,
            Voucher.booked_on,
            Voucher.memo,
            func.coalesce(MarketDay.name, "").label("market_day"),
            func.coalesce(Sale.day_number, "").label("day_number"),
            (-Posting.amount_minor).label("amount_minor"),
        )
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(Closure, Closure.voucher_id == Voucher.id)
        .outerjoin(Till, Till.id == Closure.till_id)
        .outerjoin(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(Refund, Refund.voucher_id == Voucher.id)
        .outerjoin(Sale, Sale.id == Refund.sale_id)
        .where(Account.community_id == community_id, *_is_payable_to(party_id))
        .order_by(Voucher.id)
    )
    owed_minor = 0
    movements = []
    for row in rows:
        owed_minor += row.amount_minor
        movements.append(_movement(row, owed_minor))
    return movements[::-1]


def _movement(row: Row[*tuple[object, ...]], owed_minor: int) -> Movement:
    return Movement(
        voucher_id=row.id,
        number=f"{row.month}-{row.number:03d}",
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        memo=row.memo,
        market_day=row.market_day,
        day_number=row.day_number,
        amount_minor=row.amount_minor,
        owed_minor=owed_minor,
    )


def _is_payable_to(party_id: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Account.kind == str(AccountKind.PAYABLE)]
    if party_id is not None:
        conditions.append(Account.party_id == party_id)
    return conditions


def _consignors(session: Session, community_id: int, party_id: int | None) -> list[ConsignorNow]:
    parties = (
        select(Party.id, Party.name, Party.closed_at, func.sum(-Account.balance_minor))
        .outerjoin(Account, Account.party_id == Party.id)
        .where(Party.community_id == community_id, Party.kind == str(PartyKind.CONSIGNOR))
        .group_by(Party.id, Party.name, Party.closed_at)
        .order_by(Party.id)
    )
    if party_id is not None:
        parties = parties.where(Party.id == party_id)
    closings = _closings(session, community_id, party_id)
    return [
        _consignor(row[0], row[1], row[2], int(row[3] or 0), closings.get(row[0], {}))
        for row in session.execute(parties)
    ]


def _consignor(
    party_id: int,
    name: str,
    closed_at: datetime | None,
    owed_minor: int,
    closings: Mapping[int, tuple[_Day, Earned]],
) -> ConsignorNow:
    earned = [one for _, one in closings.values()]
    # The kept balance says what is owed now; what is not there any more was paid.
    paid_minor = sum(one.rest_minor for one in earned) - owed_minor
    account = consignor_account(earned, paid_minor=paid_minor)
    return ConsignorNow(
        party_id=party_id,
        name=name,
        closed_at=closed_at,
        account=account,
        days=_by_day(account, {id_: day for id_, (day, _) in closings.items()}),
    )


def _by_day(account: ConsignorAccount, days: Mapping[int, _Day]) -> tuple[DayEarned, ...]:
    found: list[DayEarned] = []
    for day in sorted(set(days.values()), key=lambda one: (one.held_on, one.id), reverse=True):
        dues = [due for due in account.dues if days[due.earned.closure_id] == day]
        unpaid = [due.earned.due_on for due in dues if due.left_minor]
        found.append(
            DayEarned(
                market_day_id=day.id,
                market_day=day.name,
                held_on=day.held_on,
                owed_minor=sum(due.earned.owed_minor for due in dues),
                taken_back_minor=sum(due.earned.taken_back_minor for due in dues),
                left_minor=sum(due.left_minor for due in dues),
                due_on=min(unpaid, default=None),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Day:
    """The market day of a closing."""

    id: int
    name: str
    held_on: date


def _closings(
    session: Session, community_id: int, party_id: int | None
) -> dict[int, dict[int, tuple[_Day, Earned]]]:
    """Party → closure → its market day and what it owes: two questions."""
    zone = _zone_of(session, community_id)
    back = _taken_back(session, community_id, party_id)
    found: dict[int, dict[int, tuple[_Day, Earned]]] = defaultdict(dict)
    rows = session.execute(
        select(
            Account.party_id,
            Closure.id,
            Closure.closed_at,
            MarketDay.id,
            MarketDay.name,
            MarketDay.held_on,
            -Posting.amount_minor,
        )
        .join(Posting, Posting.account_id == Account.id)
        .join(Closure, Closure.voucher_id == Posting.voucher_id)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(Account.community_id == community_id, *_is_payable_to(party_id))
    )
    for party, closure_id, closed_at, day_id, day, held_on, owed_minor in rows:
        if party is None:
            continue
        earned = Earned(
            closure_id=closure_id,
            closed_on=closed_at.astimezone(zone).date(),
            owed_minor=int(owed_minor),
            taken_back_minor=back.get((party, closure_id), 0),
        )
        found[party][closure_id] = (_Day(day_id, day, held_on), earned)
    return found


def _taken_back(
    session: Session, community_id: int, party_id: int | None
) -> dict[tuple[int | None, int], int]:
    """What refunds took from what a closure owed a party."""
    rows = session.execute(
        select(Account.party_id, SalePosition.closure_id, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Refund, Refund.voucher_id == Posting.voucher_id)
        .join(SalePosition, SalePosition.sale_id == Refund.sale_id)
        .where(Account.community_id == community_id, *_is_payable_to(party_id))
        .group_by(Account.party_id, SalePosition.closure_id)
    )
    return {(party, closure_id): int(minor) for party, closure_id, minor in rows}


def _zone_of(session: Session, community_id: int) -> tzinfo:
    name = session.scalar(select(Community.time_zone).where(Community.id == community_id))
    return ZoneInfo(name or "UTC")
