"""Whether beancount takes a text for a ledger, and what it makes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from beancount import loader
from beancount.core.data import Transaction


@dataclass(frozen=True, slots=True)
class Accepted:
    """What beancount read; balances in minor units by account."""

    vouchers: int
    postings: int
    balances: dict[str, int]


def accepted(text: str) -> Accepted:
    """The ledger, its own balance assertions held; raises ValueError with what is wrong."""
    entries, errors, _ = loader.load_string(text)
    if errors:
        raise ValueError("; ".join(str(error.message) for error in errors))
    balances: Counter[str] = Counter()
    vouchers = [entry for entry in entries if isinstance(entry, Transaction)]
    postings = [posting for entry in vouchers for posting in entry.postings]
    for posting in postings:
        assert posting.units is not None
        assert posting.units.number is not None
        balances[posting.account] += int(posting.units.number.scaleb(2))
    return Accepted(len(vouchers), len(postings), dict(balances))
