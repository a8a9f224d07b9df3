"""Race as often as asked for, and say how often too much was given away.

    python -m tests.race --trials 1000 --database sqlite
    python -m tests.race --trials 1000 --database postgresql

The command makes a database of its own, and fails unless it finds 0 over-allocations.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.postgres import folder_in_memory, postgres_server
from tests.race import RUNNERS, Goal, track


def main() -> int:
    """1 if anything was given away twice."""
    parser = argparse.ArgumentParser(prog="python -m tests.race", description=__doc__)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    goals = list(Goal)
    found = nobody = 0
    with _databases(asked.database) as databases, track(databases.fresh()) as on:
        began = time.monotonic()
        for number in range(asked.trials):
            outcome = on.trial(goals[number % len(goals)])
            found += outcome.got > 1 or outcome.over_minor > 0
            nobody += outcome.got == 0
        seconds = time.monotonic() - began
    said = f"{asked.database}: {asked.trials} trials of {RUNNERS} processes in {seconds:.0f} s"
    sys.stdout.write(f"{said}: {found} over-allocations, {nobody} trials that nobody won\n")
    return 1 if found else 0


@contextmanager
def _databases(kind: str) -> Iterator[Databases]:
    if kind == "postgresql":
        with postgres_server() as server:
            yield PostgresDatabases(server)
    else:
        with TemporaryDirectory(prefix="market-race-", dir=folder_in_memory()) as folder:
            yield SqliteDatabases(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
