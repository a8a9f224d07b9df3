"""The bench still runs, from the first part to the last, on as little as can be measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.figures import Figure, table, write
from tests.bench.history import SALES_A_DAY
from tests.bench.houses import House
from tests.databases import Databases

LEAST = bench.Plan(
    rounds=1,
    sales_a_round=16,
    batch=20,
    uploads_a_round=1,
    pages_a_round=32,
    wishes=3,
    sizes=(SALES_A_DAY,),
)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_part_measures_something(databases: Databases, tmp_path: Path) -> None:
    told: list[str] = []
    figures = bench.measure([House("sqlite", databases)], LEAST, told.append)
    assert [line.partition(",")[0] for line in told] == list(bench.PARTS)
    failures = [one for one in figures if one.must == 0 or "failed" in one.what]
    assert failures
    assert not [one for one in failures if one.ratio]
    assert all(one.ratio > 0 for one in figures if one not in failures)
    write(tmp_path / "bench.json", figures, {"seconds": 1})
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [one["what"] for one in kept["figures"]] == [one.what for one in figures]


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(0.6, "aim"), (0.5, "aim"), (0.3, "holds"), (0.19, "MISSED")]
)
def test_a_figure_says_whether_it_holds(ratio: float, verdict: str) -> None:
    more = Figure(what="sales", kind="sqlite", ratio=ratio, must=0.2, aim=0.5)
    assert more.verdict == verdict
    assert verdict in table([more])
    less = Figure(what="time", kind="sqlite", ratio=1 / ratio, must=5, aim=2, at_most=True)
    assert less.verdict == verdict
    assert Figure(what="told", kind="sqlite", ratio=ratio).verdict == ""
