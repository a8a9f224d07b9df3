"""How well the linter tells texts that lead to a child from ordinary wishes, by a corpus."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from market.domain.proceeds.linter import lint

VECTORS = Path(__file__).parent / "vectors"
ORDINARY = "-"


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, and the rule that must speak of it; ORDINARY for none."""

    rule: str
    text: str


@dataclass(slots=True)
class Measured:
    """What was found in a corpus. `said` counts, per rule, texts of it that this very rule found."""

    refused_rightly: int = 0
    refused_wrongly: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    passed_rightly: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of all that was refused, what should be."""
        return self.refused_rightly / (self.refused_rightly + len(self.refused_wrongly))

    @property
    def recall(self) -> float:
        """Of all that should be refused, what was."""
        return self.refused_rightly / (self.refused_rightly + len(self.missed))

    def table(self, name: str) -> str:
        """The figures in a few lines."""
        number = self.refused_rightly + len(self.missed)
        ordinary = self.passed_rightly + len(self.refused_wrongly)
        lines = [
            f"{name}: {number + ordinary} texts, {number} to be refused, {ordinary} ordinary",
            f"  precision {self.precision:.3f}  recall {self.recall:.3f}",
            *(f"  {rule:<13}{self.said[rule]:>4} of {self.texts[rule]}" for rule in self.texts),
            *(f"  missed: {text}" for text in self.missed),
            *(f"  refused wrongly: {text}" for text in self.refused_wrongly),
        ]
        return "\n".join(lines)


def corpus(name: str) -> list[Sample]:
    """The samples of `vectors/<name>.tsv`."""
    lines = (VECTORS / f"{name}.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if line and not line.startswith("#")]
    return [Sample(rule, text) for rule, text in pairs]


def measure(samples: list[Sample]) -> Measured:
    """Run the linter over all of them."""
    measured = Measured()
    for sample in samples:
        found = lint(sample.text)
        if sample.rule == ORDINARY:
            if found:
                rules = ", ".join(f"{one.rule} {one.found}" for one in found)
                measured.refused_wrongly.append(f"{sample.text} ({rules})")
            else:
                measured.passed_rightly += 1
            continue
        measured.texts[sample.rule] += 1
        measured.said[sample.rule] += any(one.rule == sample.rule for one in found)
        if found:
            measured.refused_rightly += 1
        else:
            measured.missed.append(f"{sample.text} ({sample.rule})")
    return measured


if __name__ == "__main__":
    for one in ("linter_corpus", "linter_heldout"):
        print(measure(corpus(one)).table(one))  # noqa: T201 - the table is what was asked for
