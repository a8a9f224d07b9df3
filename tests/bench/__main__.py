"""Measure, print a table of ratios, and write bench.json.

scripts/bench                     all of it, less than a quarter of an hour
scripts/bench --quick             a few minutes: shorter rounds, histories up to 10⁵ sales
scripts/bench --sales 10000000    one more history, of 10⁷ sales
scripts/bench --only selling      one part of it
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import batches, disk, growth, pages, selling, starting, syncing
from tests.bench.figures import Figure, table, write
from tests.bench.houses import KINDS, House, houses

PARTS = ("starting", "batches", "selling", "syncing", "pages", "growth")
SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (10_000, 100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of what is measured."""

    parts: Sequence[str] = PARTS
    rounds: int = 5
    sales_a_round: int = 1_200
    batch: int = 1_000
    uploads_a_round: int = 30
    pages_a_round: int = 4_000
    wishes: int = 2_000
    sizes: Sequence[int] = SIZES


def measure(found: Sequence[House], plan: Plan, told: Callable[[str], None]) -> list[Figure]:
    """Every part of the plan on every kind of database."""
    rounds = plan.rounds
    parts: dict[str, Callable[[House], list[Figure]]] = {
        "starting": lambda house: starting.measure(house, rounds=rounds),
        "batches": lambda house: batches.measure(house, rounds=rounds, sales=plan.batch),
        "selling": lambda house: selling.measure(house, rounds=rounds, sales=plan.sales_a_round),
        "syncing": lambda house: syncing.measure(
            house, rounds=rounds, sales=plan.batch, uploads=plan.uploads_a_round
        ),
        "pages": lambda house: pages.measure(
            house, rounds=rounds, requests=plan.pages_a_round, wishes=plan.wishes
        ),
    }
    figures: list[Figure] = []
    for part in plan.parts:
        if part == "growth":
            told("growth")
            figures += growth.measure(
                found, sizes=plan.sizes, rounds=rounds, pages_a_round=plan.pages_a_round
            )
        else:
            for house in found:
                told(f"{part}, {house.kind}")
                figures += parts[part](house)
    return figures


def main() -> None:
    given = _arguments()
    plan = Plan(parts=given.only or PARTS)
    if given.quick:
        plan = replace(
            plan,
            rounds=3,
            sales_a_round=400,
            uploads_a_round=15,
            pages_a_round=1_600,
            sizes=QUICK_SIZES,
        )
    if given.rounds:
        plan = replace(plan, rounds=given.rounds)
    if given.sales:
        sizes = tuple(sorted({*plan.sizes, given.sales}))
        plan = replace(plan, sizes=sizes)
    begun = time.perf_counter()
    with houses(given.database or KINDS) as found:
        figures = measure(found, plan, lambda part: _say(f"{_minutes(begun)}  {part}"))
    told = {
        "seconds": round(time.perf_counter() - begun),
        "fdatasync_ms": disk.fdatasync_ms(),
        "file_system": disk.file_system(),
    }
    sys.stdout.write(table(figures) + "\n")
    write(given.json, figures, told)
    missed = [one.what for one in figures if one.verdict == "MISSED"]
    _say(f"{_minutes(begun)}  done; {given.json} written; {len(missed)} missed")
    sys.exit(1 if missed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="shorter rounds, smaller histories")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument("--database", action="append", choices=KINDS, help="only this kind")
    parser.add_argument("--rounds", type=int, help="how often each thing is measured")
    parser.add_argument("--sales", type=int, help="add a history of so many sales")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to write")
    return parser.parse_args()


def _minutes(begun: float) -> str:
    minutes, seconds = divmod(int(time.perf_counter() - begun), 60)
    return f"{minutes:2d}:{seconds:02d}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
