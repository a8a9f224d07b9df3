"""A wish's words, costs, steps and codes."""

from __future__ import annotations

import itertools
import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.domain.errors import Invalid
from market.domain.money import AmountNegative, AmountNotWhole, AmountTooLarge, AmountTooSmall
from market.domain.proceeds.consent import (
    TOLD_OTHERS,
    ChildSaidNo,
    ConsentNotYetGiven,
    ConsentOver,
    ConsentTerms,
    ConsentTooLong,
    Purpose,
    state_after_withdrawal,
)
from market.domain.proceeds.wish import (
    MENDABLE,
    PUBLISHED,
    StepNotAllowed,
    Theme,
    UnknownReference,
    WishKind,
    WishState,
    check_step,
    due_on,
    mint_reference,
    mint_wish_code,
    parse_reference,
)
from market.domain.proceeds.wish_content import (
    CompanyCostsNothing,
    CostItem,
    CostsMissing,
    NumberCouldIdentify,
    TooManyCosts,
    WishContent,
    WishTooDear,
)
from market.domain.text import TextMissing, TextTooLong

TODAY = date(2026, 11, 21)
THE_ROAD = [
    WishState.DRAFT,
    WishState.REVIEWED,
    WishState.OPEN,
    WishState.LIT,
    WishState.BOUGHT,
    WishState.DELIVERED,
    WishState.FOLLOWED_UP,
]


def make_content(**overrides: Any) -> WishContent:
    given = {
        "kind": WishKind.GOODS,
        "theme": Theme.SPORT,
        "text": "想要一个足球",
        "costs": (CostItem("足球", 59_00),),
    }
    return WishContent(**{**given, **overrides})


def make_terms(**overrides: Any) -> ConsentTerms:
    given = {
        "purposes": frozenset({Purpose.PROCESS}),
        "notice_version": "2026-1",
        "child_agreed": True,
        "given_on": TODAY,
        "expires_on": TODAY + timedelta(days=1),
    }
    return ConsentTerms(**{**given, **overrides})


def test_a_wish_goes_the_road_step_by_step() -> None:
    for now, then in itertools.pairwise(THE_ROAD):
        check_step(WishKind.GOODS, now, then)


def test_no_step_is_left_out() -> None:
    allowed = {
        (now, then)
        for now in THE_ROAD
        for then in THE_ROAD
        if THE_ROAD.index(then) > THE_ROAD.index(now) and _may(WishKind.GOODS, now, then)
    }
    assert allowed == set(itertools.pairwise(THE_ROAD))


def test_company_is_delivered_without_being_bought() -> None:
    assert _may(WishKind.COMPANY, WishState.LIT, WishState.DELIVERED)
    assert not _may(WishKind.COMPANY, WishState.LIT, WishState.BOUGHT)
    assert not _may(WishKind.GOODS, WishState.LIT, WishState.DELIVERED)


def test_a_wish_is_delivered_once() -> None:
    with pytest.raises(StepNotAllowed):
        check_step(WishKind.GOODS, WishState.DELIVERED, WishState.DELIVERED)


def test_what_is_bought_is_neither_mended_nor_ended() -> None:
    bought = [WishState.BOUGHT, WishState.DELIVERED, WishState.FOLLOWED_UP]
    assert not MENDABLE & set(bought)
    for state in bought:
        assert not _may(WishKind.GOODS, state, WishState.WITHDRAWN)
        assert not _may(WishKind.GOODS, state, WishState.DRAFT)


def test_every_state_that_may_be_mended_may_become_a_draft() -> None:
    for state in MENDABLE - {WishState.DRAFT}:
        check_step(WishKind.GOODS, state, WishState.DRAFT)


def test_a_draft_and_what_has_ended_are_not_published() -> None:
    unseen = {WishState.DRAFT, WishState.REVIEWED, WishState.WITHDRAWN, WishState.EXPIRED}
    assert not PUBLISHED & unseen


def test_waiting_has_no_deadline_and_buying_has() -> None:
    assert due_on(WishState.OPEN, TODAY) is None
    assert due_on(WishState.LIT, TODAY) == date(2026, 12, 5)


def test_texts_are_cleaned() -> None:
    assert make_content(text="  想要一个足球 ").text == "想要一个足球"


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"text": " "}, TextMissing),
        ({"text": "心" * 121}, TextTooLong),
        ({"text": "请打 13912345678"}, NumberCouldIdentify),
        ({"text": "请打 １３９-１２３４-５６７８"}, NumberCouldIdentify),
        ({"text_en": "Call 139 1234 5678"}, NumberCouldIdentify),
        ({"costs": ()}, CostsMissing),
        ({"kind": WishKind.COMPANY}, CompanyCostsNothing),
        ({"costs": tuple(CostItem("书", 1) for _ in range(11))}, TooManyCosts),
        ({"costs": (CostItem("甲", 100_000_000), CostItem("乙", 1))}, AmountTooLarge),
    ],
)
def test_content_that_cannot_stand_is_refused(
    overrides: dict[str, object], error: type[Invalid]
) -> None:
    with pytest.raises(error):
        make_content(**overrides)


@pytest.mark.parametrize(
    ("amount", "error"),
    [(0, AmountTooSmall), (-1, AmountNegative), (1.5, AmountNotWhole), (True, AmountNotWhole)],
)
def test_an_item_costs_a_whole_amount_above_nothing(amount: Any, error: type[Invalid]) -> None:
    with pytest.raises(error):
        CostItem("足球", amount)


def test_a_wish_may_cost_the_ceiling_and_no_more() -> None:
    make_content().check_ceiling(59_00)
    with pytest.raises(WishTooDear):
        make_content().check_ceiling(58_99)


def test_the_hash_is_of_everything_that_is_shown() -> None:
    hashes = {
        make_content().hash("2026-11"),
        make_content().hash("2026-12"),
        make_content(text="想要一个篮球").hash("2026-11"),
        make_content(text_en="A football").hash("2026-11"),
        make_content(theme=Theme.DAILY).hash("2026-11"),
        make_content(kind=WishKind.LEARNING).hash("2026-11"),
        make_content(costs=(CostItem("足球", 59_01),)).hash("2026-11"),
        make_content(costs=(CostItem("球", 59_00),)).hash("2026-11"),
    }
    assert len(hashes) == 8
    assert {len(one) for one in hashes} == {32}


def test_the_same_content_has_the_same_hash() -> None:
    assert make_content().hash("2026-11") == make_content(text="想要一个足球 ").hash("2026-11")


@given(st.binary(min_size=16, max_size=16))
def test_codes_are_short_and_without_look_alikes(chance: bytes) -> None:
    code = mint_wish_code(lambda _: chance)
    assert len(code) == len("W-7K3P")
    assert code.startswith("W-")
    assert not set(code[2:]) & set("01ILO")


def test_codes_are_spread_over_all_there_are() -> None:
    assert len({mint_wish_code(secrets.token_bytes) for _ in range(200)}) > 190


@given(st.binary(min_size=16, max_size=16))
def test_a_reference_is_read_back_however_it_is_typed(chance: bytes) -> None:
    reference = mint_reference(lambda _: chance)
    bare = reference.replace("-", "")
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in bare)
    for typed in (reference, reference.lower(), f" {bare} ", bare[1:], full_width):
        assert parse_reference(typed) == reference


@pytest.mark.parametrize(
    "typed", ["", "张三", "T-7K3P", "T-7K3P-9QXO", "王小明的同意书", "13912345678"]
)
def test_nothing_but_a_reference_fits_in_its_place(typed: str) -> None:
    with pytest.raises(UnknownReference):
        parse_reference(typed)


@pytest.mark.parametrize(
    ("overrides", "error"),
    [
        ({"expires_on": TODAY}, ConsentOver),
        ({"expires_on": TODAY + timedelta(days=1099)}, ConsentTooLong),
        ({"notice_version": ""}, TextMissing),
        (
            {"purposes": frozenset({Purpose.PUBLISH_TEXT}), "child_agreed": False},
            ChildSaidNo,
        ),
    ],
)
def test_consents_that_cannot_stand_are_refused(
    overrides: dict[str, object], error: type[Invalid]
) -> None:
    with pytest.raises(error):
        make_terms(**overrides)


def test_consent_to_be_helped_stands_without_the_child_s_word() -> None:
    assert make_terms(child_agreed=False).purposes == {Purpose.PROCESS}


def test_a_consent_is_recorded_from_the_day_it_is_given_to_the_day_before_it_is_over() -> None:
    make_terms().check_day(TODAY)
    with pytest.raises(ConsentNotYetGiven):
        make_terms().check_day(TODAY - timedelta(days=1))
    with pytest.raises(ConsentOver):
        make_terms().check_day(TODAY + timedelta(days=1))


UNBOUGHT = [WishState.DRAFT, WishState.REVIEWED, WishState.OPEN, WishState.LIT]


@pytest.mark.parametrize("state", UNBOUGHT)
def test_what_is_not_bought_ends_when_we_may_not_handle_it_any_more(state: WishState) -> None:
    assert state_after_withdrawal(state, [Purpose.PROCESS]) is WishState.WITHDRAWN


@pytest.mark.parametrize("state", UNBOUGHT)
def test_refusing_publication_costs_nothing(state: WishState) -> None:
    assert state_after_withdrawal(state, TOLD_OTHERS) is state


def test_what_is_bought_is_still_delivered() -> None:
    assert state_after_withdrawal(WishState.BOUGHT, list(Purpose)) is WishState.BOUGHT


def test_taking_back_a_picture_leaves_the_words() -> None:
    assert state_after_withdrawal(WishState.OPEN, [Purpose.PUBLISH_PICTURE]) is WishState.OPEN


def _may(kind: WishKind, now: WishState, then: WishState) -> bool:
    try:
        check_step(kind, now, then)
    except StepNotAllowed:
        return False
    return True
