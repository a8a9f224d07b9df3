"""The ledger: books, the proceeds line, money moves, the audit chain."""

from market.models.ledger.audit import AuditEvent, AuditHead
from market.models.ledger.books import Account, Holder, MonthLock, Party, Period, Posting, Voucher
from market.models.ledger.line import Fund, Laying, LineMove, RefundClaim, RefundSettlement, Taking
from market.models.ledger.moves import MoneyMove, MoneyMoveDecision, PayoutSignature
from market.models.ledger.papers import AccountHeading, LedgerCheck

__all__ = [
    "Account",
    "AccountHeading",
    "AuditEvent",
    "AuditHead",
    "Fund",
    "Holder",
    "Laying",
    "LedgerCheck",
    "LineMove",
    "MoneyMove",
    "MoneyMoveDecision",
    "MonthLock",
    "Party",
    "PayoutSignature",
    "Period",
    "Posting",
    "RefundClaim",
    "RefundSettlement",
    "Taking",
    "Voucher",
]
