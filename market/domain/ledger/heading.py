"""Official headings: what accountants call our accounts, by the scheme their office works with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.ledger.account import AccountKind
from market.domain.text import clean_text

MOST_NAME = 40
_CODE = re.compile(r"[0-9]{4}[0-9.\-]{0,8}")


class HeadingCodeWrong(Invalid):
    """A code that no scheme has."""

    sentence = N_("科目编号以四位数字开头，例如 1001 或 1001-02，请检查。")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an official scheme: its code and its name. Raises HeadingCodeWrong, TextMissing."""

    code: str
    name: str

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.code) is None:
            raise HeadingCodeWrong
        if clean_text(self.name, most=MOST_NAME) != self.name:
            object.__setattr__(self, "name", clean_text(self.name, most=MOST_NAME))


Headings = Mapping[AccountKind, Heading]

PRESET: Headings = {
    AccountKind.CASH_TILL: Heading("1001", "现金"),
    AccountKind.CASH_SAFE: Heading("1001", "现金"),
    AccountKind.BANK: Heading("1002", "银行存款"),
    AccountKind.TENDER: Heading("1009", "其他货币资金"),
    AccountKind.OVER_SHORT: Heading("1122", "其他应收款"),
    AccountKind.COSTS_TO_SETTLE: Heading("1122", "其他应收款"),
    AccountKind.REFUNDS_TO_SETTLE: Heading("1122", "其他应收款"),
    AccountKind.PAYABLE: Heading("2209", "其他应付款"),
    AccountKind.FUND_UNALLOCATED: Heading("3102", "限定性净资产"),
    AccountKind.FUND_COMMITTED: Heading("3102", "限定性净资产"),
}
"""By 民间非营利组织会计制度 (财会〔2004〕7号). Money held for another body is 2601 受托代理负债 there.

Our books keep no income and no expenses: what a market brings goes to a fund's restricted net
assets at once, and what is spent leaves them; 收支明细 shows both.
"""
