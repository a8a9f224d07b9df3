"""What the bench found: ratios with what must hold and what is aimed at, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ratio on one kind of database. `beside` holds what it was made of, units in the names.

    Without `must` it is only told. `at_most`: the smaller, the better.
    """

    what: str
    kind: str
    ratio: float
    must: float | None = None
    aim: float | None = None
    at_most: bool = False
    beside: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Whether it is what was aimed at, what must hold, or missed; nothing without limits."""
        if self.must is None or self.aim is None:
            return ""
        if self._reaches(self.aim):
            return "aim"
        return "holds" if self._reaches(self.must) else "MISSED"

    def _reaches(self, limit: float) -> bool:
        return self.ratio <= limit if self.at_most else self.ratio >= limit


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def quantile(values: Sequence[float], part: float) -> float:
    """The value that `part` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure."""
    rows: list[tuple[str, ...]] = [("what", "database", "figure", "must", "aim", "", "beside")]
    for one in figures:
        sign = "≤" if one.at_most else "≥"
        limits = [f"{sign} {limit:g}" if limit is not None else "" for limit in (one.must, one.aim)]
        beside = ", ".join(f"{name} {value:,.4g}" for name, value in one.beside.items())
        rows.append((one.what, one.kind, f"{one.ratio:.3g}", *limits, one.verdict, beside))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(
            (*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[6])
        ).rstrip()
        for row in rows
    )


def write(path: Path, figures: Sequence[Figure], told: Mapping[str, object]) -> None:
    """The same as JSON, with what it was measured on."""
    machine = {
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }
    found = [asdict(one) | {"verdict": one.verdict} for one in figures]
    text = json.dumps({"machine": machine, **told, "figures": found}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
