"""What the linter found, as a page marks it: the words before, the place, the words behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from market.domain.proceeds.linter import Finding
from market.domain.proceeds.wish_gate import passages


class _Cost(Protocol):
    @property
    def name(self) -> str: ...


class Written(Protocol):
    """A wish's words for the public, whichever row they stand in."""

    @property
    def text(self) -> str: ...
    @property
    def text_en(self) -> str: ...
    @property
    def costs(self) -> Sequence[_Cost]: ...


@dataclass(frozen=True, slots=True)
class Marked:
    """One finding within its text; `label` and `mend` are sentences for translation."""

    before: str
    found: str
    after: str
    label: str
    mend: str
    hard: bool


def marked(texts: Mapping[str, str]) -> dict[str, tuple[Marked, ...]]:
    """What is found in each text, by its field; fields without a finding too."""
    found = {passage.field: passage for passage in passages(texts)}
    return {
        field: tuple(_marked(text, one) for one in found[field].findings) if field in found else ()
        for field, text in texts.items()
    }


def findings_of(wish: Written) -> tuple[Marked, ...]:
    """All that is found in a wish's words and costs."""
    costs = "；".join(cost.name for cost in wish.costs)
    found = marked({"text": wish.text, "text_en": wish.text_en, "costs": costs})
    return tuple(one for rows in found.values() for one in rows)


def _marked(text: str, one: Finding) -> Marked:
    return Marked(
        before=text[: one.start],
        found=one.found,
        after=text[one.end :],
        label=one.rule.label,
        mend=one.rule.mend,
        hard=one.hard,
    )
