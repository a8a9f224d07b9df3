"""What in a text for everybody could lead to a child: found, placed, and how to mend it."""

from __future__ import annotations

from market.domain.proceeds.linter_facts import facts_in
from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_latin import latin_in
from market.domain.proceeds.linter_names import names_in
from market.domain.proceeds.linter_numbers import numbers_in
from market.domain.proceeds.linter_places import places_in
from market.domain.proceeds.linter_reading import Reading, read

__all__ = ["Finding", "Rule", "lint", "refuses"]

_LOOK_FOR = (numbers_in, names_in, places_in, latin_in, facts_in)


def lint(text: str) -> tuple[Finding, ...]:
    """All findings by their place, none within another; places count the signs of `text`.

    It knows words, not people: what it lets pass is still read by a second person.
    """
    reading = read(text)
    found = [one for look in _LOOK_FOR for one in look(reading)]
    return tuple(_placed(one, reading, text) for one in _outermost(found))


def refuses(findings: tuple[Finding, ...]) -> bool:
    """Whether one of them may not stand whatever reason is given."""
    return any(one.hard for one in findings)


def _outermost(found: list[Finding]) -> list[Finding]:
    """Hard ones first, then the longer: what lies within a kept one says nothing new.

    What is rare together spans the others and stands beside them.
    """
    kept = [one for one in found if one.rule is Rule.RARE]
    for one in sorted(found, key=lambda one: (not one.hard, one.start - one.end, one.start)):
        if not any(_overlap(one, other) for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.start, one.end))


def _overlap(one: Finding, other: Finding) -> bool:
    if other.rule is Rule.RARE:
        return one is other
    return one.start < other.end and other.start < one.end


def _placed(one: Finding, reading: Reading, text: str) -> Finding:
    start, end = reading.place(one.start, one.end)
    return Finding(one.rule, start, end, text[start:end])
