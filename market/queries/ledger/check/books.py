"""Properties of the books: entries balance, balances are replays, every sum is kept twice."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, case, func, select
from sqlalchemy.orm import Session

from market.domain.ledger.account import AccountKind
from market.domain.money import Money
from market.models.ledger import (
    Account,
    Fund,
    MoneyMove,
    MoneyMoveDecision,
    Posting,
    RefundSettlement,
    Voucher,
)
from market.models.proceeds import Allocation, Proposal, ProposalDecision
from market.models.sales import MarketDay, Refund, RefundDecision, RefundRequest, Sale, Till
from market.queries.ledger.check.verdict import Verdict, verdict

_ASSETS = [
    str(kind)
    for kind in (
        AccountKind.CASH_TILL,
        AccountKind.CASH_SAFE,
        AccountKind.BANK,
        AccountKind.TENDER,
    )
]
_WAITING = [str(AccountKind.COSTS_TO_SETTLE), str(AccountKind.REFUNDS_TO_SETTLE)]
_FUNDS = [str(AccountKind.FUND_UNALLOCATED), str(AccountKind.FUND_COMMITTED)]


def vouchers_balance(session: Session, community_id: int) -> Verdict:
    """Each voucher has postings, they sum to zero, and they are on this community's accounts."""
    rows = session.execute(
        select(
            Voucher.id,
            func.count(Posting.id),
            func.coalesce(func.sum(Posting.amount_minor), 0),
            func.coalesce(func.sum(func.abs(Posting.amount_minor)), 0),
            func.count(Posting.id).filter(Account.community_id != community_id),
        )
        .outerjoin(Posting, Posting.voucher_id == Voucher.id)
        .outerjoin(Account, Account.id == Posting.account_id)
        .where(Voucher.community_id == community_id)
        .group_by(Voucher.id)
        .order_by(Voucher.id)
    ).all()
    return verdict(
        "vouchers_balance",
        "each voucher balances",
        (
            f"voucher {voucher_id}"
            for voucher_id, lines, balance, _, strange in rows
            if not lines or balance or strange
        ),
        ("vouchers", len(rows)),
        ("debits", Money(sum(int(row[3]) for row in rows) // 2)),
    )


def postings_have_vouchers(session: Session, community_id: int) -> Verdict:
    """No posting stands alone, and vouchers are numbered without a hole in each month."""
    alone = session.scalars(
        select(Posting.id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(Voucher, Voucher.id == Posting.voucher_id)
        .where(Account.community_id == community_id, Voucher.id.is_(None))
        .order_by(Posting.id)
    ).all()
    months = session.execute(
        select(Voucher.month, func.count(), func.min(Voucher.number), func.max(Voucher.number))
        .where(Voucher.community_id == community_id)
        .group_by(Voucher.month)
        .order_by(Voucher.month)
    ).all()
    holes = [month for month, count, first, last in months if (first, last) != (1, count)]
    return verdict(
        "vouchers_numbered",
        "vouchers are numbered without a hole, and no posting is without one",
        [*(f"posting {number}" for number in alone), *(f"month {month}" for month in holes)],
        ("months", len(months)),
    )


def balances_are_replays(session: Session, community_id: int) -> Verdict:
    """Each account's kept balance is the sum of its postings."""
    replay = func.coalesce(func.sum(Posting.amount_minor), 0)
    rows = session.execute(
        select(Account.code, Account.balance_minor, replay)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .where(Account.community_id == community_id)
        .group_by(Account.id, Account.code, Account.balance_minor)
        .order_by(Account.code)
    ).all()
    return verdict(
        "balances_replayed",
        "each account's balance is the sum of its postings",
        (f"account {code}" for code, kept, replayed in rows if kept != int(replayed)),
        ("accounts", len(rows)),
    )


def both_sides_agree(session: Session, community_id: int) -> Verdict:
    """Assets, open shorts and what waits to be settled are what is owed, free, promised and over."""
    balance = Account.balance_minor
    over_short = Account.kind == str(AccountKind.OVER_SHORT)
    row = session.execute(
        select(
            _sum(Account.kind.in_(_ASSETS), balance),
            _sum(over_short & (balance > 0), balance),
            _sum(Account.kind.in_(_WAITING), balance),
            _sum(Account.kind == str(AccountKind.PAYABLE), -balance),
            _sum(Account.kind.in_(_FUNDS), -balance),
            _sum(over_short & (balance < 0), -balance),
        ).where(Account.community_id == community_id)
    ).one()
    assets, shorts, waits, owed, funds, overs = (int(sum_minor) for sum_minor in row)
    left, right = assets + shorts + waits, owed + funds + overs
    return verdict(
        "both_sides_agree",
        "what is held, short or waiting is what is owed, free, promised or over",
        [] if left == right else [f"{Money(left)} ≠ {Money(right)}"],
        ("assets", Money(assets)),
        ("shorts", Money(shorts)),
        ("to settle", Money(waits)),
        ("payables", Money(owed)),
        ("funds", Money(funds)),
        ("overs", Money(overs)),
    )


def funds_match_the_line(session: Session, community_id: int) -> Verdict:
    """What a fund's accounts say is free and promised is what its line and allocations say."""
    promised = (
        select(
            func.coalesce(
                func.sum(
                    Allocation.amount_minor - Allocation.spent_minor - Allocation.returned_minor
                ),
                0,
            )
        )
        .where(Allocation.fund_id == Fund.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Fund.code,
            Fund.laid_minor - Fund.taken_minor,
            _balance_of(AccountKind.FUND_UNALLOCATED),
            promised,
            _balance_of(AccountKind.FUND_COMMITTED),
        )
        .where(Fund.community_id == community_id)
        .order_by(Fund.id)
    ).all()
    return verdict(
        "funds_match_the_line",
        "unallocated is laid - taken, committed is allocated - spent - returned",
        (
            f"fund {code}"
            for code, free, unallocated, committed, promised_balance in rows
            if free != -int(unallocated) or int(committed) != -int(promised_balance)
        ),
        ("unallocated", Money(sum(row[1] for row in rows))),
        ("committed", Money(sum(int(row[3]) for row in rows))),
    )


def refunds_wait_in_the_books(session: Session, community_id: int) -> Verdict:
    """What stands on refunds to settle is the net of the refunds that no line has given back."""
    waiting = session.execute(
        select(func.count(), func.coalesce(func.sum(Refund.end_minor - Refund.start_minor), 0))
        .join(Sale, Sale.id == Refund.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .outerjoin(RefundSettlement, RefundSettlement.refund_id == Refund.id)
        .where(MarketDay.community_id == community_id, RefundSettlement.refund_id.is_(None))
    ).one()
    balance = session.scalar(
        select(func.coalesce(func.sum(Account.balance_minor), 0)).where(
            Account.community_id == community_id,
            Account.kind == str(AccountKind.REFUNDS_TO_SETTLE),
        )
    )
    same = int(waiting[1]) == int(balance or 0)
    return verdict(
        "refunds_to_settle",
        "refunds to settle are those the lines have not given back",
        [] if same else [f"{Money(int(waiting[1]))} ≠ {Money(int(balance or 0))}"],
        ("refunds", waiting[0]),
        ("amount", Money(int(waiting[1]))),
    )


def two_people_each_time(session: Session, community_id: int) -> Verdict:
    """Nobody has approved what they proposed themselves."""
    moves = session.scalars(
        select(MoneyMove.id)
        .join(MoneyMoveDecision, MoneyMoveDecision.move_id == MoneyMove.id)
        .where(
            MoneyMove.community_id == community_id,
            MoneyMoveDecision.approved,
            MoneyMoveDecision.decided_by_id == MoneyMove.proposed_by_id,
        )
    ).all()
    proposals = session.scalars(
        select(Proposal.id)
        .join(ProposalDecision, ProposalDecision.proposal_id == Proposal.id)
        .where(
            Proposal.community_id == community_id,
            ProposalDecision.approved,
            ProposalDecision.decided_by_id == Proposal.proposed_by_id,
        )
    ).all()
    refunds = session.scalars(
        select(RefundRequest.id)
        .join(RefundDecision, RefundDecision.request_id == RefundRequest.id)
        .join(Sale, Sale.id == RefundRequest.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(
            MarketDay.community_id == community_id,
            RefundDecision.decided_by_id == RefundRequest.proposed_by_id,
        )
    ).all()
    decided = session.scalar(
        select(func.count())
        .select_from(MoneyMoveDecision)
        .join(MoneyMove, MoneyMove.id == MoneyMoveDecision.move_id)
        .where(MoneyMove.community_id == community_id)
    )
    return verdict(
        "two_people",
        "nobody approved what they proposed",
        [
            *(f"money_move {number}" for number in moves),
            *(f"proposal {number}" for number in proposals),
            *(f"refund_request {number}" for number in refunds),
        ],
        ("money moves", decided or 0),
    )


def _sum(condition: ColumnElement[bool], amount: SQLColumnExpression[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, amount), else_=0)), 0)


def _balance_of(kind: AccountKind) -> ScalarSelect[int]:
    """The balance of a fund's account of this kind, 0 where it was never named."""
    return (
        select(func.coalesce(func.sum(Account.balance_minor), 0))
        .where(Account.fund_id == Fund.id, Account.kind == str(kind))
        .scalar_subquery()
    )
