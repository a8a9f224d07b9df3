"""A consignor's account: what each closing owes her, by when, and what of it is still to be paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DUE_AFTER = timedelta(days=3)
"""A consignor is paid within three days of the closing that owes her."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What one closing owes a consignor for what it sold. `taken_back_minor` was refunded since."""

    closure_id: int
    closed_on: date
    owed_minor: int
    taken_back_minor: int = 0

    @property
    def rest_minor(self) -> int:
        """What the closing owes her for good."""
        return self.owed_minor - self.taken_back_minor

    @property
    def due_on(self) -> date:
        """The last day on which it is paid in time."""
        return self.closed_on + DUE_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What of one closing is not paid yet."""

    earned: Earned
    left_minor: int

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been paid before today."""
        return self.left_minor > 0 and self.earned.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignorAccount:
    """All closings of a consignor, the oldest first, and what was paid. No fen stands anywhere else.

    `other_minor` is owed for something else than a sale, `ahead_minor` was paid beyond what is owed
    by now (a buyer brought something back after it was paid): the next closings make up for it.
    """

    dues: tuple[Due, ...]
    paid_minor: int
    other_minor: int
    ahead_minor: int

    @property
    def owed_minor(self) -> int:
        """What is owed now; negative where more was paid than is owed."""
        return sum(due.left_minor for due in self.dues) + self.other_minor - self.ahead_minor

    @property
    def earned_minor(self) -> int:
        """What all closings owed her, without what came back."""
        return sum(due.earned.rest_minor for due in self.dues)

    @property
    def next_due(self) -> Due | None:
        """What has to be paid first."""
        return next((due for due in self.dues if due.left_minor), None)

    def overdue_minor(self, today: date) -> int:
        """What should have been paid before today."""
        return sum(due.left_minor for due in self.dues if due.is_overdue(today))

    def left_of(self, closure_ids: Iterable[int]) -> int:
        """What of these closings is not paid yet."""
        wanted = frozenset(closure_ids)
        return sum(due.left_minor for due in self.dues if due.earned.closure_id in wanted)


def consignor_account(earned: Iterable[Earned], *, paid_minor: int) -> ConsignorAccount:
    """The account of one consignor. A payment goes to what is due first, as long as it reaches.

    `paid_minor` is what was paid out, less what came back by reversals; a negative one is owed
    beside the closings. What is left of all closings and the rest sum to Σ earned − paid.
    """
    reach_minor = max(paid_minor, 0)
    dues = []
    for one in sorted(earned, key=lambda row: (row.closed_on, row.closure_id)):
        settled_minor = min(reach_minor, one.rest_minor)
        reach_minor -= settled_minor
        dues.append(Due(earned=one, left_minor=one.rest_minor - settled_minor))
    return ConsignorAccount(
        dues=tuple(dues),
        paid_minor=paid_minor,
        other_minor=max(-paid_minor, 0),
        ahead_minor=reach_minor,
    )
