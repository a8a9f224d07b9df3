"""Accounts: where a community's money is, and whom or what it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from market.domain.errors import N_, Invalid

_ID = re.compile(r"^[1-9][0-9]{0,17}$")
_HOLDER_AND_METHOD = re.compile(r"^[1-9][0-9]{0,17}:(?!cash$)[a-z][a-z_]{0,19}$")


class UnknownAccount(Invalid):
    """An account whose kind and key do not fit together."""

    sentence = N_("没有这样的账户：%(code)s。")


class Side(StrEnum):
    """Which side of an entry makes the balance grow."""

    ASSET = "asset"
    LIABILITY = "liability"


class AccountKind(StrEnum):
    """Every kind of account there is; there are no income or expense accounts."""

    CASH_TILL = "cash_till"
    CASH_SAFE = "cash_safe"
    BANK = "bank"
    TENDER = "tender"
    OVER_SHORT = "over_short"
    COSTS_TO_SETTLE = "costs_to_settle"
    REFUNDS_TO_SETTLE = "refunds_to_settle"
    PAYABLE = "payable"
    FUND_UNALLOCATED = "fund_unallocated"
    FUND_COMMITTED = "fund_committed"

    @property
    def label(self) -> str:
        """The Chinese name, for translation."""
        return _LABELS[self]

    @property
    def side(self) -> Side:
        """Assets grow by debits, liabilities by credits; over and short may stand on either."""
        return Side.LIABILITY if self in _LIABILITIES else Side.ASSET


_LABELS = {
    AccountKind.CASH_TILL: N_("钱箱现金"),
    AccountKind.CASH_SAFE: N_("保管现金"),
    AccountKind.BANK: N_("银行存款"),
    AccountKind.TENDER: N_("收款平台待到账"),
    AccountKind.OVER_SHORT: N_("长短款"),
    AccountKind.COSTS_TO_SETTLE: N_("待结算成本"),
    AccountKind.REFUNDS_TO_SETTLE: N_("待结算退款"),
    AccountKind.PAYABLE: N_("应付款"),
    AccountKind.FUND_UNALLOCATED: N_("专款未安排"),
    AccountKind.FUND_COMMITTED: N_("专款已安排"),
}
_LIABILITIES = frozenset(
    {AccountKind.PAYABLE, AccountKind.FUND_UNALLOCATED, AccountKind.FUND_COMMITTED}
)
# One of each per community: they have no holder of their own.
_SINGLE = frozenset({AccountKind.COSTS_TO_SETTLE, AccountKind.REFUNDS_TO_SETTLE})


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """One account of a community: its kind and whose it is, written 'tender:3:wechat'."""

    kind: AccountKind
    key: str = ""

    def __post_init__(self) -> None:
        if not _key_fits(self.kind, self.key):
            raise UnknownAccount(code=self.code)

    @property
    def code(self) -> str:
        """The account in one word, unique in a community."""
        return f"{self.kind}:{self.key}" if self.key else str(self.kind)

    @property
    def holder_id(self) -> int | None:
        """The id the account is kept under (till, holder, party or fund), if it has one."""
        return int(self.key.partition(":")[0]) if self.key else None

    @classmethod
    def parse(cls, code: str) -> AccountRef:
        """The account of a code; raises UnknownAccount."""
        kind, _, key = code.partition(":")
        try:
            return cls(AccountKind(kind), key)
        except ValueError:
            raise UnknownAccount(code=code) from None

    @classmethod
    def cash_till(cls, till_id: int) -> AccountRef:
        """The cash box of a till."""
        return cls(AccountKind.CASH_TILL, str(till_id))

    @classmethod
    def cash_safe(cls, holder_id: int) -> AccountRef:
        """The cash a holder keeps outside the tills."""
        return cls(AccountKind.CASH_SAFE, str(holder_id))

    @classmethod
    def bank(cls, holder_id: int) -> AccountRef:
        """A holder's bank account."""
        return cls(AccountKind.BANK, str(holder_id))

    @classmethod
    def tender(cls, holder_id: int, method: str) -> AccountRef:
        """What a payment platform has taken for a holder and not yet paid out."""
        return cls(AccountKind.TENDER, f"{holder_id}:{method}")

    @classmethod
    def over_short(cls, till_id: int) -> AccountRef:
        """What was counted too much (credit) or too little (debit) in a till."""
        return cls(AccountKind.OVER_SHORT, str(till_id))

    @classmethod
    def costs(cls) -> AccountRef:
        """Costs paid and not yet charged to a fund."""
        return cls(AccountKind.COSTS_TO_SETTLE)

    @classmethod
    def refunds(cls) -> AccountRef:
        """Refunds paid and not yet taken from the funds."""
        return cls(AccountKind.REFUNDS_TO_SETTLE)

    @classmethod
    def payable(cls, party_id: int) -> AccountRef:
        """What is owed to a consignor, or to somebody who paid in advance."""
        return cls(AccountKind.PAYABLE, str(party_id))

    @classmethod
    def unallocated(cls, fund_id: int) -> AccountRef:
        """A fund's money that is free."""
        return cls(AccountKind.FUND_UNALLOCATED, str(fund_id))

    @classmethod
    def committed(cls, fund_id: int) -> AccountRef:
        """A fund's money that is promised and not yet spent."""
        return cls(AccountKind.FUND_COMMITTED, str(fund_id))


def _key_fits(kind: AccountKind, key: str) -> bool:
    if kind in _SINGLE:
        return not key
    shape = _HOLDER_AND_METHOD if kind is AccountKind.TENDER else _ID
    return shape.fullmatch(key) is not None
