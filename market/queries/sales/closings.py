"""Closing a till: what went through its box, what was counted, what its closures say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import EntryKind
from market.domain.sales.merkle import leaf_content
from market.domain.sales.sale import Tender
from market.domain.sales.till import CashMoves, expected_cash
from market.models.ledger import Account, Posting, Voucher
from market.models.people import Person
from market.models.sales import (
    CashCount,
    Closure,
    CountConfirmation,
    Device,
    QuarantinedSale,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
)
from market.queries.sales.set_aside import still_waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """Sales of a till that no closure holds yet. Voided ones count in `records` alone."""

    records: int
    sales: int
    net_minor: int
    due_by_tender: Mapping[str, int]
    sales_by_tender: Mapping[str, int]
    owed_by_consignor: Mapping[int, int]

    @property
    def cash_minor(self) -> int:
        return self.due_by_tender.get(Tender.CASH, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountNow:
    """The count of a till and, once it has been given, the second person's word."""

    pieces: Mapping[int, int]
    counted_minor: int
    box_minor: int
    counted_by_id: int
    first_name: str
    second_name: str
    counted_at: datetime
    confirmed_by: str | None
    confirmed_by_id: int | None
    confirmed_at: datetime | None
    strokes: str

    @property
    def confirmed(self) -> bool:
        """Whether nobody is waited for: an empty box is counted by one."""
        return self.confirmed_at is not None or not self.second_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRow:
    """One closure of a till as its page shows it."""

    id: int
    number: int
    sales: int
    net_minor: int
    box_minor: int
    expected_minor: int | None
    counted_minor: int | None
    variance_minor: int | None
    reason: str
    merkle_root: bytes
    voucher: str | None
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A record that somebody has to look at."""

    id: int
    reason: str
    letter: str | None
    received_at: datetime


def cash_moves(session: Session, community_id: int, till_id: int) -> CashMoves:
    """What the books say went into and out of a till's box, apart from sales."""
    rows = session.execute(
        select(Voucher.kind, func.sum(Posting.amount_minor))
        .join(Posting, Posting.voucher_id == Voucher.id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Account.community_id == community_id,
            Account.code == AccountRef.cash_till(till_id).code,
        )
        .group_by(Voucher.kind)
    )
    sums = {kind: int(minor) for kind, minor in rows}
    return CashMoves(
        float_minor=sums.get(EntryKind.OPENING_FLOAT, 0),
        pay_ins_minor=sums.get(EntryKind.PAY_IN, 0),
        pay_outs_minor=-sums.get(EntryKind.PAY_OUT, 0),
        refunds_minor=-sums.get(EntryKind.REFUND, 0),
    )


def box_then(moves: CashMoves, takings: Takings, *, box_minor: int) -> CashMoves:
    """The same with the cash sales and the box income that a closure is about to post."""
    return CashMoves(
        float_minor=moves.float_minor,
        cash_sales_minor=takings.cash_minor,
        box_income_minor=box_minor,
        pay_ins_minor=moves.pay_ins_minor,
        pay_outs_minor=moves.pay_outs_minor,
        refunds_minor=moves.refunds_minor,
    )


def expected_minor(session: Session, community_id: int, till_id: int, *, box_minor: int) -> int:
    """What should be in the box of a till that has not closed, in minor units."""
    moves = cash_moves(session, community_id, till_id)
    return expected_cash(box_then(moves, waiting_takings(session, till_id), box_minor=box_minor))


def waiting_takings(session: Session, till_id: int) -> Takings:
    """The sums of the sales that no closure holds yet: one question for them, one for the owed."""
    kept = SaleVoid.sale_id.is_(None)
    rows = session.execute(
        select(
            Sale.tender,
            func.count(),
            func.count().filter(kept),
            func.coalesce(func.sum(Sale.lines_minor + Sale.gift_minor).filter(kept), 0),
            func.coalesce(func.sum(Sale.net_minor).filter(kept), 0),
        )
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(Sale.till_id == till_id, SalePosition.sale_id.is_(None))
        .group_by(Sale.tender)
    ).all()
    return Takings(
        records=sum(row[1] for row in rows),
        sales=sum(row[2] for row in rows),
        net_minor=sum(int(row[4]) for row in rows),
        due_by_tender={row[0]: int(row[3]) for row in rows},
        sales_by_tender={row[0]: row[2] for row in rows},
        owed_by_consignor=_owed(session, till_id),
    )


def waiting_leaves(session: Session, till_id: int) -> Iterator[bytes]:
    """The Merkle leaves of the sales that no closure holds yet, in their order on the line."""
    rows = session.execute(
        select(Sale.hash, SaleVoid.hash)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(SalePosition, SalePosition.sale_id == Sale.id)
        .where(Sale.till_id == till_id, SalePosition.sale_id.is_(None))
        .order_by(Sale.recorded_at, Sale.id),
        execution_options={"yield_per": 5_000},
    )
    for sale_hash, void_hash in rows:
        yield leaf_content(sale_hash, void_hash)


def count_of(session: Session, till_id: int) -> CountNow | None:
    """The count of a till, if it has been counted."""
    row = session.execute(
        select(
            CashCount,
            Person.name,
            CountConfirmation.signature,
            CountConfirmation.person_id,
            CountConfirmation.confirmed_at,
            CountConfirmation.strokes,
        )
        .outerjoin(CountConfirmation, CountConfirmation.till_id == CashCount.till_id)
        .outerjoin(Person, Person.id == CountConfirmation.person_id)
        .where(CashCount.till_id == till_id)
    ).one_or_none()
    if row is None:
        return None
    count, name, signature, person_id, confirmed_at, strokes = row
    return CountNow(
        pieces={int(unit_minor): pieces for unit_minor, pieces in count.pieces.items()},
        counted_minor=count.counted_minor,
        box_minor=count.box_minor,
        counted_by_id=count.counted_by_id,
        first_name=count.first_name,
        second_name=count.second_name,
        counted_at=count.counted_at,
        confirmed_by=name or signature,
        confirmed_by_id=person_id,
        confirmed_at=confirmed_at,
        strokes=strokes or "",
    )


def closures_of(session: Session, till_id: int) -> list[ClosureRow]:
    """The closures of a till in the order of their numbers."""
    rows = session.execute(
        select(Closure, Voucher.month, Voucher.number, Person.name)
        .join(Person, Person.id == Closure.closed_by_id)
        .outerjoin(Voucher, Voucher.id == Closure.voucher_id)
        .where(Closure.till_id == till_id)
        .order_by(Closure.number)
    )
    return [
        ClosureRow(
            id=closure.id,
            number=closure.number,
            sales=closure.sales,
            net_minor=closure.net_minor,
            box_minor=closure.box_minor,
            expected_minor=closure.expected_minor,
            counted_minor=closure.counted_minor,
            variance_minor=closure.variance_minor,
            reason=closure.reason,
            merkle_root=closure.merkle_root,
            voucher=None if closure.voucher_id is None else f"{month}-{number:03d}",
            closed_by=name,
            closed_at=closure.closed_at,
        )
        for closure, month, number, name in rows
    ]


def closed_takings(session: Session, closure_id: int) -> Mapping[str, tuple[int, int]]:
    """What a closure holds by tender: sales and minor units paid; voided ones left out."""
    rows = session.execute(
        select(Sale.tender, func.count(), func.sum(Sale.lines_minor + Sale.gift_minor))
        .join(SalePosition, SalePosition.sale_id == Sale.id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .where(SalePosition.closure_id == closure_id, SaleVoid.sale_id.is_(None))
        .group_by(Sale.tender)
    )
    return {row[0]: (row[1], int(row[2])) for row in rows}


def set_aside_of(session: Session, till_id: int) -> list[SetAside]:
    """Records of a till that were set aside and wait to be looked at, in the order they came."""
    rows = session.execute(
        select(
            QuarantinedSale.id,
            QuarantinedSale.reason,
            Device.letter,
            QuarantinedSale.received_at,
        )
        .outerjoin(Device, Device.id == QuarantinedSale.device_id)
        .where(QuarantinedSale.till_id == till_id, still_waits())
        .order_by(QuarantinedSale.id)
    )
    return [SetAside(id=r[0], reason=r[1], letter=r[2], received_at=r[3]) for r in rows]


def _owed(session: Session, till_id: int) -> dict[int, int]:
    position = aliased(SalePosition)
    rows = session.execute(
        select(SaleLine.consignor_id, func.sum(SaleLine.consignor_minor))
        .join(Sale, Sale.id == SaleLine.sale_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == Sale.id)
        .outerjoin(position, position.sale_id == Sale.id)
        .where(
            and_(
                Sale.till_id == till_id,
                SaleLine.consignor_id.is_not(None),
                SaleVoid.sale_id.is_(None),
                position.sale_id.is_(None),
            )
        )
        .group_by(SaleLine.consignor_id)
    )
    return {consignor: int(minor) for consignor, minor in rows if consignor is not None}
