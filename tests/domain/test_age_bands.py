"""Age bands: whole years, and none that fewer than five children share."""

from __future__ import annotations

from datetime import date

import pytest

from market.domain.identity.age_bands import band_of, shown_bands
from market.domain.identity.files import BirthImpossible, age_on, check_birth

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (date(2026, 11, 22), "0-2"),
        (date(2017, 11, 23), "9-11"),
        (date(2017, 11, 24), "6-8"),
        (date(2008, 11, 24), "15-17"),
        (date(2008, 11, 23), ""),
    ],
)
def test_a_birthday_moves_a_child_on(born_on: date, band: str) -> None:
    assert band_of(born_on, TODAY) == band


def test_born_on_the_leap_day() -> None:
    assert age_on(date(2020, 2, 29), date(2026, 2, 28)) == 5
    assert age_on(date(2020, 2, 29), date(2026, 3, 1)) == 6


def test_four_children_are_too_few() -> None:
    born = [date(2017, 1, day) for day in range(1, 6)]
    assert shown_bands(born, TODAY) == {"9-11"}
    assert shown_bands(born[:4], TODAY) == set()
    assert shown_bands([*born, date(2012, 1, 1)], TODAY) == {"9-11"}


@pytest.mark.parametrize("born_on", [TODAY, date(2027, 1, 1), date(2008, 11, 23), date(1990, 1, 1)])
def test_a_child_is_born_and_not_grown_up(born_on: date) -> None:
    with pytest.raises(BirthImpossible):
        check_birth(born_on, TODAY)
