"""From starting the server on a migrated database to its first good answer, beside one import."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.bench.figures import Figure, median
from tests.bench.houses import House
from tests.bench.server import ROOT, serving

BESIDE = "import flask_sqlalchemy"


def measure(house: House, *, rounds: int) -> list[Figure]:
    """Rounds of both, turn about, after one of each so that what is read from disk is in memory."""
    url = house.url()
    ready: list[float] = []
    imported: list[float] = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", BESIDE], cwd=ROOT, check=True)
        imported.append(time.perf_counter() - begun)
        with serving(url) as server:
            ready.append(server.seconds_to_ready)
    return [
        Figure(
            what=f"start to ready / {BESIDE}",
            kind=house.kind,
            ratio=median(own / other for own, other in zip(ready[1:], imported[1:], strict=True)),
            must=4,
            aim=2,
            at_most=True,
            beside={"ready s": median(ready[1:]), "import s": median(imported[1:])},
        )
    ]
