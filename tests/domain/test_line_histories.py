"""Any story of the proceeds line agrees with the oracle, and a wrong line is found out."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from market.domain.ledger.line import LONGEST_MOVE, Piece, Span
from tests.domain.line_book import FundRows, LineBook
from tests.domain.line_twins import Twins, tell_a_story

HISTORIES = 3_000


class LineMachine(RuleBasedStateMachine):
    """Any story of closures, income, allocations, returns and refunds, on one to three funds."""

    @initialize(funds=st.integers(1, 3))
    def open_the_funds(self, funds: int) -> None:
        self.funds = funds
        self.twins = Twins(funds)

    @rule(
        nets=st.lists(st.integers(0, 15), max_size=5),
        box_income=st.integers(0, 3),
        data=st.data(),
    )
    def close(self, nets: list[int], box_income: int, data: st.DataObject) -> None:
        weights = st.lists(st.integers(0, 9), min_size=self.funds, max_size=self.funds).filter(any)
        self.twins.close(nets, box_income, tuple(data.draw(weights)))

    @rule(data=st.data(), amount=st.integers(1, 8))
    def lay_income(self, data: st.DataObject, amount: int) -> None:
        self.twins.lay_income(data.draw(st.integers(0, self.funds - 1)), amount)

    @rule(data=st.data())
    def allocate(self, data: st.DataObject) -> None:
        fund = data.draw(st.integers(0, self.funds - 1))
        most = self.twins.book.funds[fund].free + 1
        self.twins.allocate(fund, data.draw(st.integers(1, most)))

    @precondition(lambda self: self.twins.returnable())
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        self.twins.give_back(*_some(data, self.twins.returnable()))

    @precondition(lambda self: self.twins.refundable())
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        self.twins.refund(*_some(data, self.twins.refundable()))

    @precondition(lambda self: self.twins.waiting())
    @rule(data=st.data())
    def settle_one_that_waits(self, data: st.DataObject) -> None:
        self.twins.settle(data.draw(st.sampled_from(self.twins.waiting())))

    @invariant()
    def the_book_agrees_with_the_oracle(self) -> None:
        if hasattr(self, "twins"):
            self.twins.compare()


def _some(data: st.DataObject, choices: dict[int, int]) -> tuple[int, int]:
    number = data.draw(st.sampled_from(sorted(choices)))
    return number, data.draw(st.integers(1, choices[number]))


TestAnyStory = LineMachine.TestCase
TestAnyStory.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


def test_three_thousand_random_histories_agree_with_the_oracle() -> None:
    for seed in range(HISTORIES):
        tell_a_story(seed).compare()


def test_histories_in_yuan_agree_too_and_keep_their_rows_short() -> None:
    longest = 0
    for seed in range(12):
        story = tell_a_story(seed, scale=900, acts=20)
        story.compare()
        for fund in story.book.funds:
            longest = max([longest, *(move.length for move in fund.moves)])
    assert longest == LONGEST_MOVE


class OriginalPlacesBook(LineBook):
    """The mistake to guard against: exchanging where the money was laid, not where it is."""

    def places_to_exchange(self, _: FundRows, laid: Piece, /) -> list[Span]:
        return [laid.span]


def test_exchanging_original_instead_of_present_places_is_found_out() -> None:
    wrong = 0
    for seed in range(100):
        story = tell_a_story(seed, book=OriginalPlacesBook)
        try:
            story.compare()
        except AssertionError:
            wrong += 1
    assert wrong > 50
