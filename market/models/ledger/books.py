"""The books: holders and parties, accounts, vouchers and their postings, months."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from market.models.base import POSTED, Base, Minor


class Holder(Base):
    """Where money can be: a custodian's cash, a bank account, a platform, a charity.

    `on_behalf` marks a personal payment code, whose takings are due for hand-over.
    """

    __tablename__ = "holder"
    __table_args__ = (
        UniqueConstraint("community_id", "kind", "name"),
        CheckConstraint(
            "kind IN ('custodian','bank','platform','charity','person')", name="known_kind"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    on_behalf: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]


class Party(Base):
    """Somebody the market may owe: a consignor, a volunteer who paid in advance, a supplier."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("community_id", "kind", "name"),
        CheckConstraint("kind IN ('consignor','person','supplier')", name="known_kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class Account(Base):
    """One account. `balance_minor` is debits minus credits, kept in the posting's unit of work.

    The check keeps the sides that may never turn: nobody pays from an empty safe or bank,
    and no fund gives more than it has. A till, a tender or a payable may cross zero for a
    while (change paid before the closure posts, a refund after the platform has paid out).
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        # Each till leaves two accounts behind, empty for ever.
        Index(
            "ix_account_with_money",
            "community_id",
            sqlite_where=text("balance_minor <> 0"),
            postgresql_where=text("balance_minor <> 0"),
        ),
        CheckConstraint(
            "kind NOT IN ('cash_safe','bank','costs_to_settle','refunds_to_settle')"
            " OR balance_minor >= 0",
            name="debit_side",
        ),
        CheckConstraint(
            "kind NOT IN ('fund_unallocated','fund_committed') OR balance_minor <= 0",
            name="credit_side",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"))
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    balance_minor: Mapped[int] = mapped_column(Minor, default=0)


class Period(Base):
    """One month of one community's books; its row numbers the vouchers and is locked by each."""

    __tablename__ = "period"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class MonthLock(Base):
    """A treasurer's wish to lock a month; it holds once a second person has confirmed."""

    __tablename__ = "month_lock"
    __table_args__ = (
        CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_whole"
        ),
    )
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]


class Voucher(Base):
    """A bookkeeping voucher. Inserted after its postings: the database then seals it.

    The seal checks that the postings sum to zero and lets no further posting in.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("community_id", "month", "number"),
        Index("ix_voucher_community_id_booked_on", "community_id", "booked_on"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    month: Mapped[str] = mapped_column(String(7))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    booked_on: Mapped[date]
    at: Mapped[datetime]
    memo: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"), unique=True)


class Posting(Base):
    """One line of a voucher: a debit is positive, a credit negative, zero is none."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_posting_account_id_id", "account_id", "id"),
        Index("ix_posting_voucher_id", "voucher_id"),
        POSTED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[int] = mapped_column(
        ForeignKey("voucher.id", deferrable=True, initially="DEFERRED")
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    amount_minor: Mapped[int] = mapped_column(Minor)
