"""Money moved by two people: what kinds of it there are, and which vouchers two may reverse."""

from __future__ import annotations

from enum import StrEnum

from market.domain.errors import N_
from market.domain.ledger.entry import EntryKind


class MoveKind(StrEnum):
    """What one person may propose and another let go."""

    HAND_OVER = "hand_over"
    DEPOSIT = "deposit"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"
    REIMBURSEMENT = "reimbursement"
    COST_ADVANCED = "cost_advanced"
    CASH_ADVANCED = "cash_advanced"
    COST_CLEARED = "cost_cleared"
    OVER_CLEARED = "over_cleared"
    SHORT_CLEARED = "short_cleared"
    SHORT_PAID_IN = "short_paid_in"
    MONEY_FOUND = "money_found"
    MONEY_MISSING = "money_missing"
    SPENDING = "spending"
    RETURN = "return"
    REVERSAL = "reversal"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]


class SignWay(StrEnum):
    """How a payee says that she got a payout in cash."""

    DRAWN = "drawn"
    PHONE = "phone"
    PAPER = "paper"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _WAY_LABELS[self]


_WAY_LABELS = {
    SignWay.DRAWN: N_("手写签名"),
    SignWay.PHONE: N_("本人手机确认"),
    SignWay.PAPER: N_("纸质收条"),
}
_LABELS = {
    MoveKind.HAND_OVER: N_("交接"),
    MoveKind.DEPOSIT: N_("存入银行"),
    MoveKind.SETTLEMENT: N_("平台到账"),
    MoveKind.PAYOUT: N_("寄售货款结算"),
    MoveKind.REIMBURSEMENT: N_("报销"),
    MoveKind.COST_ADVANCED: N_("垫付成本"),
    MoveKind.CASH_ADVANCED: N_("垫付备用金"),
    MoveKind.COST_CLEARED: N_("成本结算"),
    MoveKind.OVER_CLEARED: N_("长款转无明细收入"),
    MoveKind.SHORT_CLEARED: N_("短款由专款承担"),
    MoveKind.SHORT_PAID_IN: N_("短款补交"),
    MoveKind.MONEY_FOUND: N_("对账：平台多收，记长款"),
    MoveKind.MONEY_MISSING: N_("对账：平台少收，记短款"),
    MoveKind.SPENDING: N_("付款"),
    MoveKind.RETURN: N_("款项退回"),
    MoveKind.REVERSAL: N_("冲正"),
}

REVERSIBLE = frozenset(
    {
        EntryKind.HAND_OVER,
        EntryKind.DEPOSIT,
        EntryKind.SETTLEMENT,
        EntryKind.PAYOUT,
        EntryKind.REIMBURSEMENT,
        EntryKind.COST_ADVANCED,
        EntryKind.CASH_ADVANCED,
        EntryKind.SHORT_PAID_IN,
        EntryKind.RECONCILED,
    }
)
"""Vouchers that only say where money is or whom it is owed to. The others have their own ways
back: a sale is refunded, an allocation returned, a count explained."""
