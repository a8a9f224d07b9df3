"""Accounts can be written in a word and read back, and say which side they grow on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.ledger.account import AccountKind, AccountRef, Side, UnknownAccount

ids = st.integers(1, 10**15)
refs = st.one_of(
    ids.map(AccountRef.cash_till),
    ids.map(AccountRef.cash_safe),
    ids.map(AccountRef.bank),
    st.builds(AccountRef.tender, ids, st.sampled_from(["wechat", "alipay", "other"])),
    ids.map(AccountRef.over_short),
    st.just(AccountRef.costs()),
    st.just(AccountRef.refunds()),
    ids.map(AccountRef.payable),
    ids.map(AccountRef.unallocated),
    ids.map(AccountRef.committed),
)


@given(refs)
def test_a_code_names_exactly_one_account(ref: AccountRef) -> None:
    assert AccountRef.parse(ref.code) == ref


@given(refs, refs)
def test_two_accounts_never_share_a_code(one: AccountRef, other: AccountRef) -> None:
    assert (one.code == other.code) == (one == other)


@pytest.mark.parametrize(
    ("ref", "code", "holder_id"),
    [
        (AccountRef.cash_till(12), "cash_till:12", 12),
        (AccountRef.tender(3, "wechat"), "tender:3:wechat", 3),
        (AccountRef.costs(), "costs_to_settle", None),
        (AccountRef.committed(7), "fund_committed:7", 7),
    ],
)
def test_codes_read_as_the_books_write_them(
    ref: AccountRef, code: str, holder_id: int | None
) -> None:
    assert (ref.code, ref.holder_id) == (code, holder_id)


@pytest.mark.parametrize(
    "code",
    [
        "cash",
        "cash_till",
        "cash_till:",
        "cash_till:0",
        "cash_till:-1",
        "cash_till:01",
        "cash_till:1:wechat",
        "cash_till:a",
        "cash_till:１",
        "tender:3",
        "tender:3:cash",
        "tender:3:",
        "tender:wechat",
        "costs_to_settle:1",
        "tender:3:WeChat",
    ],
)
def test_a_key_that_does_not_fit_its_kind_is_refused(code: str) -> None:
    with pytest.raises(UnknownAccount):
        AccountRef.parse(code)


@pytest.mark.parametrize("code", ["", "bank:1\n", " bank:1", "bank: 1"])
def test_blanks_do_not_name_an_account(code: str) -> None:
    with pytest.raises(UnknownAccount):
        AccountRef.parse(code)


def test_only_payables_and_funds_grow_by_credits() -> None:
    assert {kind for kind in AccountKind if kind.side is Side.LIABILITY} == {
        AccountKind.PAYABLE,
        AccountKind.FUND_UNALLOCATED,
        AccountKind.FUND_COMMITTED,
    }


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.label for kind in AccountKind}) == len(AccountKind)
