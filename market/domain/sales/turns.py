"""Turns at a service: the three ways of taking one, and how a turn goes from taken to served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum

from market.domain.errors import N_, Invalid, Refused

MOST_PROVIDER = 40
MOST_VOLUNTEER = 40
FEW = 5
"""Fewer people than this are not said as a figure outside the desk."""

_TAG_FROM, _TAG_MANY = 100, 900


class Way(StrEnum):
    """The one way of taking turns that a service has."""

    NUMBER = "number"
    SLOT = "slot"
    LEFT = "left"

    @property
    def label(self) -> str:
        """What it is called on a page, for translation."""
        return _WAYS[self]


class TurnState(StrEnum):
    """How far a turn is. What is left is waiting, then done, then collected."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    DONE = "done"
    COLLECTED = "collected"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def served(self) -> bool:
        """Whether the neighbour got what the turn was for."""
        return self in SERVED


SERVED = (TurnState.DONE, TurnState.COLLECTED)

_WAYS = {Way.NUMBER: N_("现场取号"), Way.SLOT: N_("预约时段"), Way.LEFT: N_("留件取件")}
_ARRIVAL = (TurnState.ARRIVED, TurnState.MISSED)
_NEXT: Mapping[Way, Mapping[TurnState, tuple[TurnState, ...]]] = {
    Way.NUMBER: {
        TurnState.WAITING: _ARRIVAL,
        TurnState.MISSED: (TurnState.ARRIVED,),
        TurnState.ARRIVED: (TurnState.DONE,),
    },
    Way.SLOT: {
        TurnState.WAITING: (*_ARRIVAL, TurnState.CANCELLED),
        TurnState.MISSED: (TurnState.ARRIVED,),
        TurnState.ARRIVED: (TurnState.DONE,),
    },
    Way.LEFT: {
        TurnState.WAITING: (TurnState.DONE, TurnState.CANCELLED),
        TurnState.DONE: (TurnState.COLLECTED,),
    },
}
_BACK = {
    TurnState.ARRIVED: TurnState.WAITING,
    TurnState.MISSED: TurnState.WAITING,
    TurnState.DONE: TurnState.ARRIVED,
    TurnState.COLLECTED: TurnState.DONE,
}


class StepOutOfOrder(Refused):
    """A step that does not follow from where the turn is."""

    sentence = N_("%(label)s 现在走不到这一步，请刷新页面再看一下。")


class GuardianNotHere(Invalid):
    """Childcare is only on site: whoever brings the child stays at the market."""

    sentence = N_("托管只在市集现场：请确认监护人在市集里、不离开，再接下孩子。")


class TwoVolunteersNeeded(Invalid):
    """A child is never with one volunteer alone, nor is one believed without a tag."""

    sentence = N_("这一步要有两位志愿者，请写上两个不同的名字。")


class TagDiffers(Invalid):
    """The half that was shown does not belong to the half that was kept."""

    sentence = N_("取件牌对不上：请看取件人手里那一半的后三位。对不上就先不要交，找社工核对。")


class CareIsNotLeft(Invalid):
    """A child is not left like a coat: the guardian stays."""

    sentence = N_("托管孩子不能用“留件取件”，请选“现场取号”或“预约时段”。")


def next_states(way: Way, state: TurnState) -> tuple[TurnState, ...]:
    """Where a turn may go from here; the usual step first."""
    return _NEXT[way].get(state, ())


def state_before(way: Way, state: TurnState, *, care: bool) -> TurnState | None:
    """Where a slip of the finger is taken back to; None where it stays.

    What was cancelled is free for others, and a child's coming and going is no slip.
    """
    if care and state in {TurnState.ARRIVED, TurnState.DONE}:
        return None
    if way is Way.LEFT and state is TurnState.DONE:
        return TurnState.WAITING
    return _BACK.get(state)


def number_label(letter: str, number: int) -> str:
    """What is called out: the letter of the device that gave the number, and the number."""
    return f"{letter}{number}"


def slot_label(at: time) -> str:
    """What a booked turn is called: its time."""
    return f"{at:%H:%M}"


def new_tag(random_bytes: Callable[[int], bytes]) -> str:
    """The part of a two-part tag that only its owner's half shows: three digits."""
    return str(_TAG_FROM + int.from_bytes(random_bytes(4), "big") % _TAG_MANY)


def two_volunteers(first: str, second: str) -> tuple[str, str]:
    """The names of two people who take a child in; raises TwoVolunteersNeeded."""
    names = (" ".join(first.split()), " ".join(second.split()))
    if not all(names) or names[0] == names[1] or max(map(len, names)) > MOST_VOLUNTEER:
        raise TwoVolunteersNeeded(field="second_name" if names[0] else "first_name")
    return names
