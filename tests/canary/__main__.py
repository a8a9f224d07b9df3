"""`python -m tests.canary`: the walk of tests/canary over all receipts too; exit 1 where anything is told."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import FileSystemBytecodeCache

from tests.canary.marks import Watch
from tests.canary.places import desk_answers, kept_in, logged, missing, public_answers
from tests.canary.story import tell
from tests.databases import SqliteDatabases
from tests.vaults import SqliteVaults
from tests.walking import demo_in


def main() -> int:
    with TemporaryDirectory() as folder:
        databases, vaults = SqliteDatabases(Path(folder)), SqliteVaults(Path(folder))
        with demo_in(databases, vaults, FileSystemBytecodeCache(folder)) as app, logged(app) as log:
            story = tell(app)
            watch = Watch(story.marks)
            public = public_answers(app, watch, most_alike=None)
            desk = desk_answers(app, watch, most=4)
            told = [*story.heads, ("the log", log.getvalue().encode()), *kept_in(app)]
            left_out = missing(app, public)
    leaks = {one.address: list(one.found) for one in (*public, *desk) if one.found}
    leaks |= {where: found for where, one in told if (found := watch.found_in(one))}
    size = sum(one.size for one in (*public, *desk)) / 1e6
    said = [
        f"{len(story.marks)} marks, {len(public)} public answers, {len(desk)} of the desk, {size:.1f} MB",
        *(f"not reached: {name}" for name in left_out),
        *(f"told at {where}: {', '.join(found)}" for where, found in leaks.items()),
    ]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if leaks or left_out else 0


if __name__ == "__main__":
    sys.exit(main())
