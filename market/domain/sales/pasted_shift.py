"""Who helps when and where, out of a pasted list: '小明妈妈 9:00-10:30 手作摊'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from market.domain.errors import N_, Invalid
from market.domain.pasted_list import Cells, Column, Layout, read_cell
from market.domain.text import clean_text

MOST_NAME = 40
MOST_STALL = 60
_CLOCK_WORDS = r"\d{1,2}(?:[:：.](?:[0-5]\d)(?::00)?|[点时](?:半|[0-5]?\d分?)?)?"
_SPAN = re.compile(rf"(?P<starts>{_CLOCK_WORDS})\s*(?:[-–—~～到至]+)\s*(?P<ends>{_CLOCK_WORDS})")
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:：.点时](?P<minute>半|\d{1,2})?(?:分|:00)?)?")
_GAP = re.compile(r"[\s,，、;；|（）()]+")


class ClockUnreadable(Invalid):
    """No time of day."""

    sentence = N_("没看懂几点，请写成 9:00 这样。")


class EndsTooEarly(Invalid):
    """A shift that is over before it begins."""

    sentence = N_("结束要晚于开始，请检查。")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedShift:
    """A row that was understood, on the community's clock; `stall` '' is wherever needed."""

    name: str
    stall: str
    starts_at: time
    ends_at: time

    def overlaps(self, other: PastedShift) -> bool:
        """Whether one person would have to be in two places."""
        return (
            self.name == other.name
            and self.starts_at < other.ends_at
            and other.starts_at < self.ends_at
        )


def read_shift(cells: Cells) -> PastedShift:
    """What the cells of a row mean; '9:00-10:30' may stand in the first of the two times.

    Raises ClockUnreadable, EndsTooEarly, and what texts raise, each with its column as `field`.
    """
    span = _SPAN.fullmatch(cells.get("starts", "").strip())
    if span and not cells.get("ends"):
        cells = {**cells, "starts": span["starts"], "ends": span["ends"]}
    shift = PastedShift(
        name=read_cell(cells, "name", lambda typed: clean_text(typed, most=MOST_NAME)),
        stall=read_cell(cells, "stall", lambda typed: clean_text(typed, most=MOST_STALL, least=0)),
        starts_at=read_cell(cells, "starts", _clock),
        ends_at=read_cell(cells, "ends", _clock),
    )
    if shift.ends_at <= shift.starts_at:
        raise EndsTooEarly(field="ends")
    return shift


def _words_of(body: str, group: str) -> Sequence[Cells]:
    span = _SPAN.search(body)
    rest = (body[: span.start()] + " " + body[span.end() :]) if span else body
    name, *stall = [word for word in _GAP.split(rest) if word] or [""]
    return [
        {
            "name": name,
            "starts": span["starts"] if span else "",
            "ends": span["ends"] if span else "",
            "stall": " ".join(stall) or group,
        }
    ]


SHIFTS = Layout(
    columns=(
        Column(
            "name", N_("谁"), frozenset(["谁", "姓名", "名字", "志愿者", "称呼", "昵称", "name"])
        ),
        Column(
            "starts",
            N_("几点开始"),
            frozenset(["开始", "几点开始", "时间", "时段", "班次", "start"]),
        ),
        Column("ends", N_("几点结束"), frozenset(["结束", "几点结束", "end"])),
        Column(
            "stall",
            N_("在哪个摊位"),
            frozenset(["摊位", "岗位", "在哪", "地点", "摊位名称", "stall"]),
        ),
    ),
    carried=("stall",),
    by_hand=_words_of,
)


def _clock(typed: str) -> time:
    found = _CLOCK.fullmatch(typed.strip())
    if found is None:
        raise ClockUnreadable
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    try:
        return time(int(found["hour"]), minute)
    except ValueError:
        raise ClockUnreadable from None
