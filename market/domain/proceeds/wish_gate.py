"""The gate in front of the second reader: what the linter finds must be mended or have a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from market.domain.errors import N_, Invalid
from market.domain.proceeds.linter import Finding, lint
from market.domain.proceeds.wish_content import WishContent
from market.domain.text import clean_text

MOST_REASON = 200


class CouldIdentify(Invalid):
    """A name, a number, a door: no reason stands for it."""

    sentence = N_("“%(found)s”是%(rule)s。%(mend)s")


class ReasonNeeded(Invalid):
    """Something that may lead to a child, and nobody said why it must stand."""

    sentence = N_("“%(found)s”是%(rule)s。%(mend)s非留不可，就在“为什么要这样写”里写一句。")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text for the public: the field it was typed in, and what was found in it."""

    field: str
    text: str
    findings: tuple[Finding, ...]


def passages(texts: Mapping[str, str]) -> tuple[Passage, ...]:
    """Each text (by its field) with what was found in it; those without a finding too."""
    return tuple(Passage(field, text, lint(text)) for field, text in texts.items() if text)


def texts_of(content: WishContent) -> dict[str, str]:
    """All the words of a wish that the public reads."""
    costs = "；".join(item.name for item in content.costs)
    return {"text": content.text, "text_en": content.text_en, "costs": costs}


def check_texts(texts: Mapping[str, str], reason: str) -> str:
    """Require that nothing hard is in them, and a reason where anything soft is; give the reason.

    The reason is read by colleagues only, yet no name belongs into it either.
    Raises CouldIdentify, ReasonNeeded, and what `clean_text` raises.
    """
    clean = clean_text(reason, most=MOST_REASON, least=0)
    refuse_hard({**texts, "reason": clean})
    soft = next(_findings(texts, hard=False), None)
    if soft is not None and not clean:
        raise ReasonNeeded(field=soft[0], **_said(soft[1]))
    return clean if soft is not None else ""


def refuse_hard(texts: Mapping[str, str]) -> None:
    """Require that nothing is found that may not stand whatever the reason. Raises CouldIdentify."""
    for field, finding in _findings(texts, hard=True):
        raise CouldIdentify(field=field, **_said(finding))


def _findings(texts: Mapping[str, str], *, hard: bool) -> Iterator[tuple[str, Finding]]:
    for passage in passages(texts):
        for one in passage.findings:
            if one.hard is hard:
                yield passage.field, one


def _said(finding: Finding) -> dict[str, str]:
    return {"found": finding.found, "rule": finding.rule.label, "mend": finding.rule.mend}
