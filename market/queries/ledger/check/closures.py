"""Properties of closures: what they laid and booked is what their sales come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Row, func, select, union
from sqlalchemy.orm import Session

from market.domain.ledger.account import AccountRef
from market.domain.ledger.split import cut
from market.domain.money import Money
from market.domain.sales.sale import Tender
from market.models.ledger import Account, Laying, Posting
from market.models.sales import (
    Closure,
    LegalBasis,
    MarketDay,
    PaymentCode,
    PolicyShare,
    Sale,
    SaleLine,
    SalePosition,
    SaleVoid,
    Till,
)
from market.queries.ledger.check.verdict import Verdict, verdict

Amounts = Mapping[str, int]
"""Minor units by account code, debits positive."""


@dataclass(frozen=True, slots=True)
class _Split:
    """A market day's frozen split and who takes its electronic money."""

    fund_ids: tuple[int, ...]
    weights: tuple[int, ...]
    holders: Mapping[str, int]


@dataclass(slots=True)
class _Sold:
    """What a closure's standing sales come to: by tender, and what of it is owed to whom."""

    due: dict[str, int] = field(default_factory=dict)
    owed: dict[int, int] = field(default_factory=dict)


def closures_are_laid_and_booked(session: Session, community_id: int) -> Verdict:
    """A closure's net and box income is split by its market day's policy, laid, and booked.

    What its vouchers should say is computed again from its sales and its count.
    """
    closures = _closures(session, community_id)
    splits = _splits(session, community_id)
    laid = _laid(session, community_id)
    booked = _booked(session, community_id)
    sold = _sold(session, community_id)
    wrong: list[str] = []
    for row in closures:
        split = splits[row.market_day_id]
        parts = cut(row.net_minor + row.box_minor, split.weights)
        funds = {fund: part for fund, part in zip(split.fund_ids, parts, strict=True) if part}
        if laid.get(row.id, {}) != funds:
            wrong.append(f"closure {row.id}")
        if booked.get(row.voucher_id, {}) != _takings(row, split, funds, sold[row.id]):
            wrong.append(f"voucher {row.voucher_id}")
        if booked.get(row.count_voucher_id, {}) != _count(row):
            wrong.append(f"voucher {row.count_voucher_id}")
    return verdict(
        "closures_booked",
        "each closure's net is what it laid and what it booked",
        wrong,
        ("closures", len(closures)),
        ("net", Money(sum(row.net_minor + row.box_minor for row in closures))),
    )


def _closures(session: Session, community_id: int) -> list[Row[*tuple[object, ...]]]:
    return list(
        session.execute(
            select(
                Closure.id,
                Closure.number,
                Closure.till_id,
                Closure.net_minor,
                Closure.box_minor,
                Closure.expected_minor,
                Closure.counted_minor,
                Closure.voucher_id,
                Closure.count_voucher_id,
                Till.safe_holder_id,
                Till.market_day_id,
            )
            .join(Till, Till.id == Closure.till_id)
            .join(MarketDay, MarketDay.id == Till.market_day_id)
            .where(MarketDay.community_id == community_id)
            .order_by(Closure.id)
        )
    )


def _splits(session: Session, community_id: int) -> dict[int, _Split]:
    """By market day. Whose code took a tender; else whoever the market's takings belong to."""
    shares: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for day_id, fund_id, weight in session.execute(
        select(PolicyShare.market_day_id, PolicyShare.fund_id, PolicyShare.weight)
        .join(MarketDay, MarketDay.id == PolicyShare.market_day_id)
        .where(MarketDay.community_id == community_id)
        .order_by(PolicyShare.market_day_id, PolicyShare.ordinal)
    ):
        shares[day_id].append((fund_id, weight))
    holders: dict[int, dict[str, int]] = {
        day_id: {str(tender): holder_id for tender in Tender}
        for day_id, holder_id in session.execute(
            select(LegalBasis.market_day_id, LegalBasis.holder_id)
            .join(MarketDay, MarketDay.id == LegalBasis.market_day_id)
            .where(MarketDay.community_id == community_id)
        )
    }
    for day_id, tender, holder_id in session.execute(
        select(PaymentCode.market_day_id, PaymentCode.tender, PaymentCode.holder_id)
        .join(MarketDay, MarketDay.id == PaymentCode.market_day_id)
        .where(MarketDay.community_id == community_id)
    ):
        holders.setdefault(day_id, {})[tender] = holder_id
    return {
        day_id: _Split(
            tuple(fund_id for fund_id, _ in rows),
            tuple(weight for _, weight in rows),
            holders.get(day_id, {}),
        )
        for day_id, rows in shares.items()
    }


def _laid(session: Session, community_id: int) -> dict[int, dict[int, int]]:
    """Closure → fund → minor units."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = session.execute(
        select(Laying.closure_id, Laying.fund_id, Laying.end_minor - Laying.start_minor)
        .join(Closure, Closure.id == Laying.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
    )
    for closure_id, fund_id, minor in rows:
        if closure_id is not None:
            found[closure_id][fund_id] = found[closure_id].get(fund_id, 0) + minor
    return found


def _booked(session: Session, community_id: int) -> dict[int, dict[str, int]]:
    """Voucher → account → minor units, for the vouchers of closures and of their counts."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    vouchers = union(
        select(Closure.voucher_id).where(Closure.voucher_id.is_not(None)),
        select(Closure.count_voucher_id).where(Closure.count_voucher_id.is_not(None)),
    )
    rows = session.execute(
        select(Posting.voucher_id, Account.code, Posting.amount_minor)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.community_id == community_id, Posting.voucher_id.in_(vouchers))
    )
    for voucher_id, code, minor in rows:
        found[voucher_id][code] = minor
    return found


def _sold(session: Session, community_id: int) -> dict[int, _Sold]:
    found: dict[int, _Sold] = defaultdict(_Sold)
    standing = (
        select(SalePosition.closure_id, SalePosition.sale_id)
        .join(Closure, Closure.id == SalePosition.closure_id)
        .join(Till, Till.id == Closure.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(SaleVoid, SaleVoid.sale_id == SalePosition.sale_id)
        .where(MarketDay.community_id == community_id, SaleVoid.sale_id.is_(None))
        .subquery()
    )
    for closure_id, tender, minor in session.execute(
        select(standing.c.closure_id, Sale.tender, func.sum(Sale.lines_minor + Sale.gift_minor))
        .join(Sale, Sale.id == standing.c.sale_id)
        .group_by(standing.c.closure_id, Sale.tender)
    ):
        found[closure_id].due[tender] = int(minor)
    for closure_id, consignor_id, minor in session.execute(
        select(standing.c.closure_id, SaleLine.consignor_id, func.sum(SaleLine.consignor_minor))
        .join(SaleLine, SaleLine.sale_id == standing.c.sale_id)
        .where(SaleLine.consignor_id.is_not(None))
        .group_by(standing.c.closure_id, SaleLine.consignor_id)
    ):
        found[closure_id].owed[consignor_id] = int(minor)
    return found


def _takings(
    row: Row[*tuple[object, ...]], split: _Split, funds: Mapping[int, int], sold: _Sold
) -> dict[str, int]:
    """The postings of a closure's voucher. The cash of a late one explains an over."""
    box = AccountRef.cash_till if row.number == 1 else AccountRef.over_short
    rows = {box(row.till_id): sold.due.get(Tender.CASH, 0) + row.box_minor}
    for tender, minor in sold.due.items():
        if tender != Tender.CASH:
            rows[AccountRef.tender(split.holders[tender], tender)] = minor
    rows |= {AccountRef.payable(party): -minor for party, minor in sold.owed.items()}
    rows |= {AccountRef.unallocated(fund): -minor for fund, minor in funds.items()}
    return {account.code: minor for account, minor in rows.items() if minor}


def _count(row: Row[*tuple[object, ...]]) -> dict[str, int]:
    """The postings of the count's voucher: the cash to the safe, the difference over or short."""
    if row.counted_minor is None:
        return {}
    rows = {
        AccountRef.cash_safe(row.safe_holder_id): row.counted_minor,
        AccountRef.over_short(row.till_id): row.expected_minor - row.counted_minor,
        AccountRef.cash_till(row.till_id): -row.expected_minor,
    }
    return {account.code: minor for account, minor in rows.items() if minor}
