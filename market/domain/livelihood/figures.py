"""What may be said of sums to people: only where nobody can work out what one of them got."""

from __future__ import annotations

LEAST_PEOPLE = 5


def sum_may_be_shown(people: int, by_choice: int = 0) -> bool:
    """Whether the sum of what `people` got may be published.

    `by_choice` of them let their own part be seen: whoever takes those away must not be left with
    the sum of fewer than five either.
    """
    left = people - by_choice
    return people >= LEAST_PEOPLE and (left == 0 or left >= LEAST_PEOPLE)
