"""The journal: vouchers with their postings, filtered and paged; an account's postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.errors import N_, Missing
from market.domain.ledger.entry import EntryKind
from market.models.ledger import MonthLock, Posting, Voucher
from market.models.people import Person
from market.queries.ledger.balances import AccountNow, accounts_of

PAGE_SIZE = 40


class NoSuchVoucher(Missing):
    """No voucher of this community has this id."""

    sentence = N_("没有找到这张凭证，请回到日记账重新选择。")


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show: a month ('2026-11'), a kind of voucher, an account, a voucher; None for all."""

    month: str | None = None
    kind: str | None = None
    account_id: int | None = None
    voucher_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """A voucher in a list; `amount_minor` is its total, or what it does to the account asked for."""

    id: int
    month: str
    number: int
    kind: EntryKind
    booked_on: date
    memo: str
    by: str
    second: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Journal:
    """A page of vouchers, the newest first, with the totals of all that the filter finds."""

    vouchers: tuple[VoucherRow, ...]
    found: int
    total_minor: int
    older: int | None


@dataclass(frozen=True, slots=True)
class PostingRow:
    account: AccountNow
    amount_minor: int


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One posting with its voucher, as a list of all of them has it."""

    voucher: VoucherRow
    account: AccountNow
    amount_minor: int

    @property
    def debit_minor(self) -> int | None:
        return self.amount_minor if self.amount_minor > 0 else None

    @property
    def credit_minor(self) -> int | None:
        return -self.amount_minor if self.amount_minor < 0 else None


@dataclass(frozen=True, slots=True)
class VoucherPage:
    """One voucher, line by line; `reversed_by` is the voucher that undid it."""

    voucher: VoucherRow
    at: datetime
    postings: tuple[PostingRow, ...]
    reverses: VoucherRow | None
    reversed_by: VoucherRow | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    month: str
    vouchers: int
    locked: bool


_by = aliased(Person)
_second = aliased(Person)


def journal(
    session: Session, community_id: int, chosen: Filter, *, before: int | None = None
) -> Journal:
    """Vouchers older than the one with id `before`, at most PAGE_SIZE of them."""
    amount = _amount(chosen)
    found = [Voucher.community_id == community_id, *_conditions(chosen)]
    count, total = session.execute(
        select(func.count(Voucher.id.distinct()), func.coalesce(func.sum(amount), 0))
        .select_from(Voucher)
        .join(Posting, Posting.voucher_id == Voucher.id)
        .where(*found)
    ).one()
    if before is not None:
        found.append(Voucher.id < before)
    rows = session.execute(
        _vouchers(amount).where(*found).order_by(Voucher.id.desc()).limit(PAGE_SIZE + 1)
    ).all()
    shown = [_row(row) for row in rows[:PAGE_SIZE]]
    older = shown[-1].id if len(rows) > PAGE_SIZE else None
    return Journal(tuple(shown), count, total, older)


def journal_lines(
    session: Session, community_id: int, chosen: Filter, most: int
) -> list[JournalLine]:
    """The postings of all vouchers that a filter finds, in order, `most` at most.

    Of one account, if the filter names one.
    """
    conditions = [Voucher.community_id == community_id, *_conditions(chosen)]
    if chosen.account_id is not None:
        conditions.append(Posting.account_id == chosen.account_id)
    accounts = {account.id: account for account in accounts_of(session, community_id)}
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.month,
            Voucher.number,
            Voucher.kind,
            Voucher.booked_on,
            Voucher.memo,
            _by.name.label("by"),
            _second.name.label("second"),
            Posting.account_id,
            Posting.amount_minor,
        )
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(_by, _by.id == Voucher.by_id)
        .outerjoin(_second, _second.id == Voucher.second_id)
        .where(*conditions)
        .order_by(Voucher.month, Voucher.number, Posting.id)
        .limit(most)
    )
    return [JournalLine(_row(row), accounts[row.account_id], row.amount_minor) for row in rows]


def voucher_page(session: Session, community_id: int, voucher_id: int) -> VoucherPage:
    """One voucher; raises NoSuchVoucher."""
    whole = _amount(Filter())
    near = session.execute(
        _vouchers(whole)
        .add_columns(Voucher.at, Voucher.reverses_id)
        .where(
            Voucher.community_id == community_id,
            (Voucher.id == voucher_id)
            | (Voucher.reverses_id == voucher_id)
            | (
                Voucher.id
                == select(Voucher.reverses_id).where(Voucher.id == voucher_id).scalar_subquery()
            ),
        )
    ).all()
    by_id = {row.id: row for row in near}
    own = by_id.get(voucher_id)
    if own is None:
        raise NoSuchVoucher
    accounts = {account.id: account for account in accounts_of(session, community_id)}
    postings = session.execute(
        select(Posting.account_id, Posting.amount_minor)
        .where(Posting.voucher_id == voucher_id)
        .order_by(Posting.id)
    )
    undone = next((row for row in near if row.reverses_id == voucher_id), None)
    undoes = by_id.get(own.reverses_id)
    return VoucherPage(
        voucher=_row(own),
        at=own.at,
        postings=tuple(PostingRow(accounts[id_], amount) for id_, amount in postings),
        reverses=_row(undoes) if undoes else None,
        reversed_by=_row(undone) if undone else None,
    )


def months_of(session: Session, community_id: int) -> list[MonthRow]:
    """Months with vouchers in them, the newest first, and whether each is locked."""
    locked = func.count(MonthLock.confirmed_at) > 0
    rows = session.execute(
        select(Voucher.month, func.count(Voucher.id), locked)
        .outerjoin(
            MonthLock,
            (MonthLock.community_id == Voucher.community_id) & (MonthLock.month == Voucher.month),
        )
        .where(Voucher.community_id == community_id)
        .group_by(Voucher.month)
        .order_by(Voucher.month.desc())
    )
    return [MonthRow(month, count, bool(is_locked)) for month, count, is_locked in rows]


def _vouchers(amount: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Voucher.id,
            Voucher.month,
            Voucher.number,
            Voucher.kind,
            Voucher.booked_on,
            Voucher.memo,
            _by.name.label("by"),
            _second.name.label("second"),
            func.sum(amount).label("amount_minor"),
        )
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(_by, _by.id == Voucher.by_id)
        .outerjoin(_second, _second.id == Voucher.second_id)
        .group_by(Voucher.id, _by.name, _second.name)
    )


def _amount(chosen: Filter) -> ColumnElement[int]:
    """What a voucher counts for: its debits, or what it does to the one account asked for."""
    if chosen.account_id is not None:
        return case((Posting.account_id == chosen.account_id, Posting.amount_minor), else_=0)
    return case((Posting.amount_minor > 0, Posting.amount_minor), else_=0)


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if chosen.month:
        found.append(Voucher.month == chosen.month)
    if chosen.kind:
        found.append(Voucher.kind == chosen.kind)
    if chosen.voucher_id is not None:
        found.append(Voucher.id == chosen.voucher_id)
    if chosen.account_id is not None:
        touched = select(Posting.voucher_id).where(Posting.account_id == chosen.account_id)
        found.append(Voucher.id.in_(touched))
    return found


def _row(row: Row[*tuple[Any, ...]]) -> VoucherRow:
    return VoucherRow(
        id=row.id,
        month=row.month,
        number=row.number,
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        memo=row.memo,
        by=row.by,
        second=row.second,
        amount_minor=row.amount_minor,
    )
