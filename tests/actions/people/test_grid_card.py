"""A card of cells: what stands in them, which are asked for, and what counts as an answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from market.actions.people.grid_card import card_of, cells_asked, is_answer, signs_of
from market.domain.identifiers import READABLE

SALT = b"s" * 32


def test_a_card_has_eighty_cells_of_two_signs_without_look_alikes() -> None:
    card = card_of("key", 1, SALT)
    assert len(card) == 80
    assert {len(value) for value in card.values()} == {2}
    assert set("".join(card.values())) <= set(READABLE)
    assert len(set(card.values())) > 60


def test_a_card_depends_on_the_key_the_person_and_the_salt() -> None:
    cards = [
        card_of(key, person, salt)
        for key, person, salt in [
            ("key", 1, SALT),
            ("other", 1, SALT),
            ("key", 2, SALT),
            ("key", 1, b"t" * 32),
        ]
    ]
    assert all(one != other for at, one in enumerate(cards) for other in cards[:at])


@given(question=st.integers(1, 10**9))
def test_a_question_is_about_three_cells_and_stays_about_them(question: int) -> None:
    asked = cells_asked("key", 1, SALT, question)
    assert len(set(asked)) == 3
    assert asked == cells_asked("key", 1, SALT, question)


@given(question=st.integers(1, 10**9), between=st.sampled_from(["", " ", "-", "、", " O ", "　"]))
def test_only_what_stands_in_the_asked_cells_answers(question: int, between: str) -> None:
    card = card_of("key", 1, SALT)
    signs = [card[cell] for cell in cells_asked("key", 1, SALT, question)]
    assert is_answer("key", 1, SALT, question, between.join(signs).lower())
    assert not is_answer("key", 1, SALT, question, "".join(signs)[:-1])
    assert not is_answer("key", 1, SALT, question, "")
    assert not is_answer("key", 2, SALT, question, "".join(signs))


def test_questions_reach_every_cell() -> None:
    reached = {cell for question in range(500) for cell in cells_asked("key", 1, SALT, question)}
    assert len(reached) == 80


def test_full_width_letters_are_read() -> None:
    assert signs_of("ｋ７ m2，Ｘ9") == "K7M2X9"
