"""Posting an entry: numbered in its month, added to its accounts, sealed by the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Missing, Refused
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.entry import Entry, EntryKind
from market.domain.ledger.entry import Posting as EntryLine
from market.domain.ledger.months import booking_date, month_of
from market.domain.ledger.seal import VoucherFacts, voucher_hash
from market.domain.money import Money
from market.models.ledger import Account, MonthLock, Posting, Voucher
from market.models.people import Community

_NEVER_IN_CREDIT = frozenset(
    {
        AccountKind.CASH_SAFE,
        AccountKind.BANK,
        AccountKind.COSTS_TO_SETTLE,
        AccountKind.REFUNDS_TO_SETTLE,
    }
)
_NEVER_IN_DEBIT = frozenset({AccountKind.FUND_UNALLOCATED, AccountKind.FUND_COMMITTED})
_OWNER_COLUMN = {
    AccountKind.CASH_TILL: "till_id",
    AccountKind.OVER_SHORT: "till_id",
    AccountKind.CASH_SAFE: "holder_id",
    AccountKind.BANK: "holder_id",
    AccountKind.TENDER: "holder_id",
    AccountKind.PAYABLE: "party_id",
    AccountKind.FUND_UNALLOCATED: "fund_id",
    AccountKind.FUND_COMMITTED: "fund_id",
}

# One statement takes the next number and the month's lock; both databases know it.
_NEXT_NUMBER = text(
    "INSERT INTO period (community_id, month, last_number) VALUES (:community_id, :month, 1)"
    " ON CONFLICT (community_id, month) DO UPDATE SET last_number = period.last_number + 1"
    " RETURNING last_number"
)
_MAKE_ACCOUNT = text(
    "INSERT INTO account (community_id, code, kind, holder_id, party_id, till_id, fund_id,"
    " balance_minor) VALUES (:community_id, :code, :kind, :holder_id, :party_id, :till_id,"
    " :fund_id, 0) ON CONFLICT (community_id, code) DO NOTHING"
)


class NotEnoughMoney(Refused):
    """An account would go below zero."""

    sentence = N_("“%(account)s”里只有 %(have)s，不够付 %(want)s。请改金额，或换一个付款账户。")


class NoSuchVoucher(Missing):
    """No voucher of this community has this id."""

    sentence = N_("没有找到这张凭证。")


@dataclass(frozen=True, slots=True)
class Posted:
    """What posting gave: the voucher's id, its month and number (记字 2026-11-003)."""

    voucher_id: int
    month: str
    number: int


def post(
    session: Session,
    entry: Entry,
    *,
    community_id: int,
    by_id: int,
    now: datetime,
    second_id: int | None = None,
    reverses_id: int | None = None,
) -> Posted:
    """Post `entry` on the community's day, or in its first open month.

    Locks the month, then the accounts in the order of their codes. Raises NotEnoughMoney.
    """
    booked_on, number = _take_number(session, community_id, now)
    accounts = _lock_accounts(session, community_id, entry)
    voucher_id = _next_voucher_id(session)
    facts = VoucherFacts(
        id=voucher_id,
        community_id=community_id,
        month=month_of(booked_on),
        number=number,
        kind=str(entry.kind),
        booked_on=booked_on,
        at=now,
        memo=entry.memo,
        by_id=by_id,
        second_id=second_id,
        reverses_id=reverses_id,
        postings=[(accounts[line.account.code], line.amount_minor) for line in entry.postings],
    )
    _insert(session, facts)
    note(
        session,
        "voucher",
        community_id=community_id,
        now=now,
        voucher=voucher_id,
        hash=voucher_hash(facts),
    )
    return Posted(voucher_id, month_of(booked_on), number)


def reverse(
    session: Session, voucher_id: int, memo: str, *, by_id: int, second_id: int, now: datetime
) -> Posted:
    """Post the opposite of a voucher; once, which the database keeps. Raises NoSuchVoucher."""
    original = posted_entry(session, voucher_id)
    return post(
        session,
        original.reversed(memo),
        community_id=session.scalars(
            select(Voucher.community_id).where(Voucher.id == voucher_id)
        ).one(),
        by_id=by_id,
        second_id=second_id,
        now=now,
        reverses_id=voucher_id,
    )


def posted_entry(session: Session, voucher_id: int) -> Entry:
    """The entry of a voucher, read back from its postings. Raises NoSuchVoucher."""
    voucher = session.get(Voucher, voucher_id)
    if voucher is None:
        raise NoSuchVoucher
    rows = session.execute(
        select(Account.code, Posting.amount_minor)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.voucher_id == voucher_id)
    )
    return Entry(
        EntryKind(voucher.kind),
        voucher.memo,
        tuple(EntryLine(AccountRef.parse(code), amount) for code, amount in rows),
    )


def local_day(session: Session, community_id: int, now: datetime) -> date:
    """Today on the community's clock."""
    zone = session.scalar(select(Community.time_zone).where(Community.id == community_id))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def account_id(session: Session, community_id: int, account: AccountRef) -> int:
    """The row of an account, made when it is first named."""
    _make_accounts(session, community_id, [account])
    return session.scalars(
        select(Account.id).where(Account.community_id == community_id, Account.code == account.code)
    ).one()


def _insert(session: Session, facts: VoucherFacts) -> None:
    """The postings and then their voucher, which seals them."""
    session.execute(
        insert(Posting),
        [
            {"voucher_id": facts.id, "account_id": account, "amount_minor": amount_minor}
            for account, amount_minor in facts.postings
        ],
    )
    session.execute(
        insert(Voucher).values(
            id=facts.id,
            community_id=facts.community_id,
            month=facts.month,
            number=facts.number,
            kind=facts.kind,
            booked_on=facts.booked_on,
            at=facts.at,
            memo=facts.memo,
            by_id=facts.by_id,
            second_id=facts.second_id,
            reverses_id=facts.reverses_id,
        )
    )


def _take_number(session: Session, community_id: int, now: datetime) -> tuple[date, int]:
    """The booking date and voucher number; the month's row stays locked until the end.

    A month may be locked between looking and locking, so it is looked at again.
    """
    today = local_day(session, community_id, now)
    while True:
        booked_on = booking_date(today, _locked_months(session, community_id))
        month = month_of(booked_on)
        number = session.execute(
            _NEXT_NUMBER, {"community_id": community_id, "month": month}
        ).scalar_one()
        if month not in _locked_months(session, community_id):
            return booked_on, number


def _locked_months(session: Session, community_id: int) -> frozenset[str]:
    return frozenset(
        session.scalars(
            select(MonthLock.month).where(
                MonthLock.community_id == community_id, MonthLock.confirmed_at.is_not(None)
            )
        )
    )


def _make_accounts(session: Session, community_id: int, accounts: list[AccountRef]) -> None:
    session.execute(
        _MAKE_ACCOUNT,
        [
            {
                "community_id": community_id,
                "code": account.code,
                "kind": str(account.kind),
                **dict.fromkeys(("holder_id", "party_id", "till_id", "fund_id")),
                **_owner(account),
            }
            for account in accounts
        ],
    )


def _owner(account: AccountRef) -> dict[str, int | None]:
    column = _OWNER_COLUMN.get(account.kind)
    return {column: account.holder_id} if column else {}


def _lock_accounts(session: Session, community_id: int, entry: Entry) -> dict[str, int]:
    """Add each posting to its account's balance; gives the accounts' ids by code."""
    amounts = {line.account.code: line.amount_minor for line in entry.postings}
    session.flush()
    rows = _locked_rows(session, community_id, amounts)
    if len(rows) < len(amounts):
        known = {row.code for row in rows}
        _make_accounts(
            session,
            community_id,
            [line.account for line in entry.postings if line.account.code not in known],
        )
        rows = _locked_rows(session, community_id, amounts)
    for row in rows:
        _check_side(row.code, row.kind, row.balance_minor, amounts[row.code])
    session.connection().execute(
        update(Account)
        .where(Account.id == bindparam("row_id"))
        .values(balance_minor=Account.balance_minor + bindparam("change")),
        [{"row_id": row.id, "change": amounts[row.code]} for row in rows],
    )
    return {row.code: row.id for row in rows}


def _locked_rows(
    session: Session, community_id: int, codes: Iterable[str]
) -> Sequence[Row[int, str, str, int]]:
    return session.execute(
        select(Account.id, Account.code, Account.kind, Account.balance_minor)
        .where(Account.community_id == community_id, Account.code.in_(list(codes)))
        .order_by(Account.code)
        .with_for_update()
    ).all()


def _check_side(code: str, kind: str, balance_minor: int, change_minor: int) -> None:
    after = balance_minor + change_minor
    turned = (kind in _NEVER_IN_CREDIT and after < 0) or (kind in _NEVER_IN_DEBIT and after > 0)
    if turned:
        raise NotEnoughMoney(
            account=AccountRef.parse(code).kind.label,
            have=Money(abs(balance_minor)),
            want=Money(abs(change_minor)),
        )


def _next_voucher_id(session: Session) -> int:
    """The id must be known before the row is there: postings go in first, the voucher seals."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(text("SELECT nextval('voucher_id_seq')")).scalar_one())
    # SQLite has no sequences and one writer at a time.
    return int(session.execute(select(func.coalesce(func.max(Voucher.id), 0) + 1)).scalar_one())
