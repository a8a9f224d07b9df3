"""The recovery sheet: typed back it is the key, and a slip in it is found."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.identity.recovery import SheetIncomplete, SheetWrong, key_of_sheet, sheet_of

keys = st.binary(min_size=32, max_size=32)


@given(keys)
def test_a_sheet_typed_back_is_the_key(key: bytes) -> None:
    groups = sheet_of(key)
    assert [len(group) for group in groups] == [4] * 14
    assert key_of_sheet(" ".join(groups)) == key
    assert key_of_sheet("-".join(groups).lower().replace("0", "o").replace("1", "l")) == key


@given(keys, st.integers(0, 12), st.integers(0, 3))
def test_two_groups_swapped_or_one_symbol_wrong_is_noticed(key: bytes, group: int, at: int) -> None:
    groups = sheet_of(key)
    swapped = [*groups[:group], groups[group + 1], groups[group], *groups[group + 2 :]]
    wrong = groups[group][at]
    groups[group] = groups[group].replace(wrong, "7" if wrong != "7" else "8")
    for typed in (swapped, groups):
        if typed != sheet_of(key):
            # One in a million slips fits by chance; it is never taken for the same key.
            with suppress(SheetWrong):
                assert key_of_sheet("".join(typed)) != key


def test_a_sheet_that_is_not_whole_is_refused() -> None:
    groups = sheet_of(bytes(32))
    with pytest.raises(SheetIncomplete):
        key_of_sheet(" ".join(groups[:13]))
    with pytest.raises(SheetWrong):
        key_of_sheet(" ".join([*groups[:13], "7777"]))
