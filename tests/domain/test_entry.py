"""An entry balances or cannot be built."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import (
    EmptyEntry,
    EmptyPosting,
    Entry,
    EntryKind,
    Posting,
    Unbalanced,
)
from market.domain.money import MOST_TOTAL_MINOR, AmountNotWhole, AmountTooLarge, Money
from market.domain.text import TextTooLong
from tests.domain.test_account import refs

amounts = st.integers(-(10**9), 10**9).filter(bool)
postings = st.builds(Posting, refs, amounts)


def balanced(rows: list[Posting]) -> tuple[Posting, ...]:
    """The rows and one more that makes them balance, on an account of its own."""
    rest = -sum(row.amount_minor for row in rows)
    return (*rows, Posting(AccountRef.bank(10**16), rest)) if rest else tuple(rows)


@given(st.lists(postings, min_size=1, max_size=9))
def test_rows_that_do_not_sum_to_zero_are_no_entry(rows: list[Posting]) -> None:
    difference = sum(row.amount_minor for row in rows)
    if difference:
        with pytest.raises(Unbalanced) as refusal:
            Entry(EntryKind.CLOSURE, "", tuple(rows))
        assert refusal.value.facts == {"difference": Money(abs(difference))}


@given(st.lists(postings, min_size=1, max_size=9))
def test_what_is_built_balances_and_moves_what_its_rows_move(rows: list[Posting]) -> None:
    rows = list(balanced(rows))
    moved: dict[AccountRef, int] = {}
    for row in rows:
        moved[row.account] = moved.get(row.account, 0) + row.amount_minor
    moved = {account: minor for account, minor in moved.items() if minor}
    if not moved:
        with pytest.raises(EmptyEntry):
            Entry(EntryKind.CLOSURE, "", tuple(rows))
        return
    entry = Entry(EntryKind.CLOSURE, "", tuple(rows))
    assert {row.account: row.amount_minor for row in entry.postings} == moved
    assert len(entry.postings) == len(moved)
    assert entry.total_minor == sum(row.debit_minor for row in entry.postings)
    assert entry.total_minor == sum(row.credit_minor for row in entry.postings)


@given(st.lists(postings, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_the_same_however_they_came(rows: list[Posting], chance: Any) -> None:
    whole = list(balanced(rows))
    shuffled = list(whole)
    chance.shuffle(shuffled)
    try:
        entry = Entry(EntryKind.CLOSURE, "m", tuple(whole))
    except EmptyEntry:
        return
    assert Entry(EntryKind.CLOSURE, "m", tuple(shuffled)) == entry
    assert [row.amount_minor < 0 for row in entry.postings] == sorted(
        row.amount_minor < 0 for row in entry.postings
    )


@given(st.lists(postings, min_size=1, max_size=6))
def test_an_entry_and_its_reversal_leave_nothing(rows: list[Posting]) -> None:
    try:
        entry = Entry(EntryKind.COUNT, "点钱", balanced(rows))
    except EmptyEntry:
        return
    undone = entry.reversed()
    assert undone.kind is EntryKind.REVERSAL
    assert undone.memo == "点钱"
    assert entry.reversed("更正").memo == "更正"
    with pytest.raises(EmptyEntry):
        Entry(EntryKind.REVERSAL, "", entry.postings + undone.postings)
    assert {row.account: row.amount_minor for row in undone.postings} == {
        row.account: -row.amount_minor for row in entry.postings
    }


def test_debits_come_first_and_each_side_in_account_order() -> None:
    codes = ["bank:2", "bank:10", "cash_safe:1", "tender:3:alipay", "tender:3:wechat"]
    debits = [Posting(AccountRef.parse(code), 7) for code in codes]
    taken = [Posting(AccountRef.parse(f"payable:{party}"), -7) for party in (2, 3, 10, 11, 20)]
    entry = Entry(EntryKind.CLOSURE, "", (*taken[::-1], *debits[::-1]))
    assert entry.postings == (*debits, *taken)
    assert (debits[0].debit_minor, debits[0].credit_minor) == (7, 0)
    assert (taken[0].debit_minor, taken[0].credit_minor) == (0, 7)


def test_an_entry_of_nothing_is_refused() -> None:
    with pytest.raises(EmptyEntry):
        Entry(EntryKind.CLOSURE, "", ())


def test_a_posting_is_never_zero_and_always_whole_and_in_range() -> None:
    with pytest.raises(EmptyPosting):
        Posting(AccountRef.costs(), 0)
    assert Posting(AccountRef.costs(), -MOST_TOTAL_MINOR).credit_minor == MOST_TOTAL_MINOR
    for sign in (1, -1):
        with pytest.raises(AmountTooLarge):
            Posting(AccountRef.costs(), sign * (MOST_TOTAL_MINOR + 1))
    wrong: list[Any] = [1.0, True, "1", None, float("inf")]
    for amount in wrong:
        with pytest.raises(AmountNotWhole):
            Posting(AccountRef.costs(), amount)


def test_a_memo_is_normalised_and_has_an_end() -> None:
    rows = balanced([Posting(AccountRef.costs(), 1)])
    assert Entry(EntryKind.PAY_OUT, " Cafe\u0301 ", rows).memo == "Caf\u00e9"
    with pytest.raises(TextTooLong):
        Entry(EntryKind.PAY_OUT, "字" * 201, rows)


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.label for kind in EntryKind}) == len(EntryKind)
