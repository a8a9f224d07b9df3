"""A disclosure's figures come to one another, and what is other than before is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from market.domain.public.disclosure import (
    Figures,
    FiguresDoNotAdd,
    FundFigures,
    changes_between,
    due_on,
    read_figures,
)
from market.domain.sales.legal_basis import BasisKind

WISHES = FundFigures(
    name="微心愿专款",
    name_en="Wishes",
    purpose="wishes",
    laid_minor=70_00,
    wishes_minor=50_00,
    support_minor=0,
    costs_minor=0,
    refunded_minor=5_00,
    waiting_minor=15_00,
)
FIGURES = Figures(
    receipts=9,
    income_minor=100_00,
    box_minor=1_00,
    consigned_minor=30_00,
    net_minor=70_00,
    funds=(WISHES,),
    wishes=2,
    refunds=1,
    refunds_minor=5_00,
    late_sales=0,
    late_minor=0,
)
HELD_ON = date(2026, 11, 21)


@pytest.mark.parametrize(
    "wrong",
    [
        {"net_minor": 70_01},
        {"consigned_minor": 29_99},
        {"funds": ()},
        {"funds": (replace(WISHES, waiting_minor=14_99),)},
    ],
)
def test_figures_that_do_not_come_to_one_another_are_no_disclosure(wrong: dict[str, int]) -> None:
    with pytest.raises(FiguresDoNotAdd):
        replace(FIGURES, **wrong)  # type: ignore[arg-type]


def test_what_is_written_reads_back_with_the_same_hash() -> None:
    again = read_figures(FIGURES.written())
    assert again == FIGURES
    assert again.hash == FIGURES.hash != replace(FIGURES, receipts=10).hash


def test_each_figure_that_changed_is_told_once_and_no_other() -> None:
    moved = replace(WISHES, wishes_minor=60_00, waiting_minor=5_00)
    told = changes_between(FIGURES, replace(FIGURES, wishes=3, funds=(moved,)))
    assert [(one.figure, one.fund, one.before, one.after) for one in told] == [
        ("wishes", "", 2, 3),
        ("wishes_minor", "微心愿专款", 50_00, 60_00),
        ("waiting_minor", "微心愿专款", 15_00, 5_00),
    ]
    assert changes_between(FIGURES, FIGURES) == []


def test_a_pledge_is_disclosed_by_its_handover_and_a_charity_has_three_months() -> None:
    handover = date(2026, 12, 5)
    assert due_on(BasisKind.CHARITY, HELD_ON, None) == date(2027, 2, 19)
    assert due_on(BasisKind.PLEDGE, HELD_ON, handover) == handover
    assert due_on(BasisKind.MUTUAL_AID, HELD_ON, handover) == date(2026, 12, 21)
