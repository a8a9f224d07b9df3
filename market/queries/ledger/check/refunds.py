"""Properties of refunds: within what was paid, tail after tail, and claimed where it was laid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.span import Span
from market.domain.ledger.split import part
from market.domain.money import Money
from market.domain.sales.refund import RefundFacts, refund_hash
from market.models.ledger import Laying, RefundClaim
from market.models.sales import (
    MarketDay,
    PolicyShare,
    Refund,
    RefundLine,
    RefundRequest,
    Sale,
    SaleLine,
    SalePosition,
    Till,
)
from market.queries.ledger.check.chain import Vouched
from market.queries.ledger.check.verdict import Verdict, verdict

_AT_ONCE = 2_000
Line = tuple[int, int, int, int]
Claim = tuple[int, int, int, int]
"""Fund, start, end, step."""


def refunds_are_within_sales(session: Session, community_id: int, vouched: Vouched) -> Verdict:
    """No refund exceeds its sale; each is the next tail of it, hashed, and as it was asked for."""
    wrong: list[str] = []
    count = total = 0
    lines = _lines(session, community_id)
    for _, refunds in groupby(_refunds(session, community_id), key=lambda row: row.sale_id):
        rest: _Rest | None = None
        for number, row in enumerate(refunds, start=1):
            rest = rest or _Rest(row.due_minor, row.gift_minor, row.sale_start, row.sale_end)
            own = lines[row.id]
            hashed = vouched.refunds.get(row.id) == row.hash.hex()
            if not (hashed and row.number == number and _is_next(rest, row, own)):
                wrong.append(f"refund {row.id}")
            count += 1
            total += row.amount_minor
    wrong += [
        f"sale_line {sale_id} {number}" for sale_id, number in _overdone(session, community_id)
    ]
    if count != len(vouched.refunds):
        wrong.append(f"{count} ≠ {len(vouched.refunds)}")
    return verdict(
        "refunds_within_sales",
        "refunds stay within their sales, tail after tail",
        wrong,
        ("refunds", count),
        ("amount", Money(total)),
    )


def claims_are_where_it_was_laid(session: Session, community_id: int) -> Verdict:
    """Each refund claims on each line exactly the places that its part of the sale was laid on."""
    weights, layings = _weights(session, community_id), _layings(session, community_id)
    claims = _claims(session, community_id)
    wrong: list[str] = []
    count = 0
    for row in _refunds(session, community_id):
        expected: list[Claim] = []
        shares = weights[row.market_day_id]
        for index, (fund_id, _) in enumerate(shares):
            own = part(
                Span(row.start_minor, row.end_minor), [weight for _, weight in shares], index
            )
            laid = layings.get((row.closure_id, fund_id))
            if own.length:
                start, step = laid or (-row.end_minor, 0)
                expected.append((fund_id, start + own.start, start + own.end, step))
        count += len(expected)
        if sorted(expected) != claims.get(row.id, []):
            wrong.append(f"refund {row.id}")
    return verdict(
        "refund_claims",
        "each refund claims the places its money was laid on",
        wrong,
        ("pieces", count),
    )


@dataclass(slots=True)
class _Rest:
    """What is left of a sale while its refunds are walked along."""

    due_minor: int
    gift_minor: int
    start_minor: int
    end_minor: int


def _is_next(rest: _Rest, row: Row[*tuple[Any, ...]], lines: list[Line]) -> bool:
    """Whether a refund is the next tail of its sale, as asked for and as hashed; takes it off."""
    gift_minor = row.amount_minor - sum(line[2] for line in lines)
    at_the_end = row.end_minor == rest.end_minor
    rest.due_minor -= row.amount_minor
    rest.gift_minor -= gift_minor
    rest.end_minor = row.start_minor
    return (
        at_the_end
        and rest.end_minor >= rest.start_minor
        and min(rest.due_minor, rest.gift_minor, gift_minor) >= 0
        and row.consignor_minor == sum(line[3] for line in lines)
        and row.asked_minor == row.amount_minor
        and sorted(map(list, row.asked_lines)) == [list(line[:3]) for line in lines]
        and refund_hash(_facts(row, gift_minor, lines)) == row.hash
    )


def _refunds(session: Session, community_id: int) -> Iterator[Row[*tuple[Any, ...]]]:
    """The refunds of a community, sale by sale, in their order."""
    question = _of_community(
        select(
            Refund.id,
            Refund.sale_id,
            Refund.number,
            Refund.request_id,
            Refund.voucher_id,
            Refund.paid_by_id,
            Refund.paid_at,
            Refund.amount_minor,
            Refund.consignor_minor,
            Refund.start_minor,
            Refund.end_minor,
            Refund.hash,
            RefundRequest.amount_minor.label("asked_minor"),
            RefundRequest.lines.label("asked_lines"),
            (Sale.lines_minor + Sale.gift_minor).label("due_minor"),
            Sale.gift_minor.label("gift_minor"),
            SalePosition.closure_id,
            SalePosition.start_minor.label("sale_start"),
            SalePosition.end_minor.label("sale_end"),
            Till.market_day_id,
        )
        .select_from(Refund)
        .join(RefundRequest, RefundRequest.id == Refund.request_id)
        .join(Sale, Sale.id == Refund.sale_id)
        .join(SalePosition, SalePosition.sale_id == Refund.sale_id),
        community_id,
    ).order_by(Refund.sale_id, Refund.number)
    with session.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
        yield from rows


def _lines(session: Session, community_id: int) -> dict[int, list[Line]]:
    """Refund → its lines in order: number, pieces, amount, the consignor's part."""
    found: dict[int, list[Line]] = defaultdict(list)
    for refund_id, *line in session.execute(
        _of_community(
            select(
                RefundLine.refund_id,
                RefundLine.number,
                RefundLine.quantity,
                RefundLine.amount_minor,
                RefundLine.consignor_minor,
            )
            .join(Refund, Refund.id == RefundLine.refund_id)
            .join(Sale, Sale.id == Refund.sale_id),
            community_id,
        ).order_by(RefundLine.refund_id, RefundLine.number)
    ):
        number, quantity, amount_minor, consignor_minor = line
        found[refund_id].append((number, quantity, amount_minor, consignor_minor))
    return found


def _overdone(session: Session, community_id: int) -> list[Row[*tuple[Any, ...]]]:
    """Lines of which more was paid back than was sold."""
    return list(
        session.execute(
            _of_community(
                select(Refund.sale_id, RefundLine.number)
                .select_from(RefundLine)
                .join(Refund, Refund.id == RefundLine.refund_id)
                .join(Sale, Sale.id == Refund.sale_id)
                .outerjoin(
                    SaleLine,
                    (SaleLine.sale_id == Refund.sale_id) & (SaleLine.number == RefundLine.number),
                ),
                community_id,
            )
            .group_by(
                Refund.sale_id,
                RefundLine.number,
                SaleLine.quantity,
                SaleLine.unit_price_minor,
                SaleLine.consignor_minor,
            )
            .having(
                (func.sum(RefundLine.quantity) > func.coalesce(SaleLine.quantity, 0))
                | (
                    func.sum(RefundLine.amount_minor)
                    > func.coalesce(SaleLine.quantity * SaleLine.unit_price_minor, 0)
                )
                | (
                    func.sum(RefundLine.consignor_minor)
                    > func.coalesce(SaleLine.consignor_minor, 0)
                )
            )
            .order_by(Refund.sale_id, RefundLine.number)
        )
    )


def _facts(row: Row[*tuple[Any, ...]], gift_minor: int, lines: list[Line]) -> RefundFacts:
    return RefundFacts(
        sale_id=row.sale_id,
        number=row.number,
        request_id=row.request_id,
        voucher_id=row.voucher_id,
        paid_by_id=row.paid_by_id,
        paid_at=row.paid_at,
        gift_minor=gift_minor,
        start_minor=row.start_minor,
        end_minor=row.end_minor,
        lines=lines,
    )


def _weights(session: Session, community_id: int) -> dict[int, list[tuple[int, int]]]:
    """Market day → its split: fund and weight, in order."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day_id, fund_id, weight in session.execute(
        select(PolicyShare.market_day_id, PolicyShare.fund_id, PolicyShare.weight)
        .join(MarketDay, MarketDay.id == PolicyShare.market_day_id)
        .where(MarketDay.community_id == community_id)
        .order_by(PolicyShare.market_day_id, PolicyShare.ordinal)
    ):
        found[day_id].append((fund_id, weight))
    return found


def _layings(session: Session, community_id: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Closure and fund → where its piece starts, and at which step; of closures with refunds."""
    rows = session.execute(
        _of_community(
            select(Laying.closure_id, Laying.fund_id, Laying.start_minor, Laying.step)
            .distinct()
            .select_from(Refund)
            .join(Sale, Sale.id == Refund.sale_id)
            .join(SalePosition, SalePosition.sale_id == Refund.sale_id)
            .join(Laying, Laying.closure_id == SalePosition.closure_id),
            community_id,
        )
    )
    return {
        (closure_id, fund_id): (start, step)
        for closure_id, fund_id, start, step in rows
        if closure_id is not None
    }


def _claims(session: Session, community_id: int) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = defaultdict(list)
    for refund_id, fund_id, start, end, step in session.execute(
        _of_community(
            select(
                RefundClaim.refund_id,
                RefundClaim.fund_id,
                RefundClaim.start_minor,
                RefundClaim.end_minor,
                RefundClaim.step,
            )
            .join(Refund, Refund.id == RefundClaim.refund_id)
            .join(Sale, Sale.id == Refund.sale_id),
            community_id,
        ).order_by(RefundClaim.refund_id, RefundClaim.fund_id)
    ):
        found[refund_id].append((fund_id, start, end, step))
    return found


def _of_community(
    question: Select[*tuple[Any, ...]], community_id: int
) -> Select[*tuple[Any, ...]]:
    """The question about a sale, kept to one community's."""
    return (
        question.join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
    )
