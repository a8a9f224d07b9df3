"""Lighthouse on the wall, a wish, a receipt and a market, as a phone sees them: at least 95 in all four.

    scripts/lighthouse             all of them
    scripts/lighthouse wish        one

The program is handed in by LIGHTHOUSE, the browser is Debian's Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db
from market.models.proceeds import Wish
from market.models.sales import Closure, MarketDay, Till
from tests.bench.houses import houses, inside
from tests.bench.pages import demo, receipt_that_lit_a_wish
from tests.bench.server import serving

LEAST = 95
PARTS = ("performance", "accessibility", "best-practices", "seo")
UNLISTED = {"receipt": ("is-crawlable",)}
"""A receipt's page asks to be left out of search engines, which that audit holds against it."""
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic"


def main() -> None:
    asked = sys.argv[1:]
    low = []
    with houses(["sqlite"]) as [house]:
        url = house.url()
        with inside(url) as app:
            demo(app)
            pages = _pages()
        with serving(url) as server:
            for name, path in pages.items():
                if asked and name not in asked:
                    continue
                scores = _scores(name, f"http://127.0.0.1:{server.port}{path}")
                said = ", ".join(f"{part} {score}" for part, score in scores.items())
                sys.stdout.write(f"{name:8} {said}\n")
                sys.stdout.flush()
                low += [f"{name}: {part}" for part, score in scores.items() if score < LEAST]
    if low:
        sys.exit(f"below {LEAST}: {', '.join(low)}")


def _pages() -> dict[str, str]:
    with Session(db.engine) as session:
        wish = session.scalars(
            select(Wish.code).where(Wish.state.in_(("delivered", "followed_up"))).limit(1)
        ).one()
        slug = session.scalars(
            select(MarketDay.slug)
            .join(Till, Till.market_day_id == MarketDay.id)
            .join(Closure, Closure.till_id == Till.id)
            .limit(1)
        ).one()
    return {
        "wall": "/",
        "wish": f"/wishes/{wish}",
        "receipt": f"/r/{receipt_that_lit_a_wish()}",
        "market": f"/markets/{slug}",
    }


def _scores(name: str, address: str) -> dict[str, int]:
    """Out of a hundred; what is below it is told with what it is about."""
    program = os.environ.get("LIGHTHOUSE", "lighthouse")
    with tempfile.TemporaryDirectory(prefix="market-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = [program, address, "--quiet", "--output=json", f"--output-path={report}"]
        command += [f"--chrome-flags={FLAGS} --user-data-dir={folder}/browser"]
        command += [f"--only-categories={','.join(PARTS)}"]
        command += [f"--skip-audits={','.join(UNLISTED[name])}"] if name in UNLISTED else []
        browser = shutil.which("chromium") or "chromium"
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": browser})
        found = json.loads(report.read_text())
    for audit in found["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            sys.stderr.write(f"  {name}: {audit['title']} {audit.get('displayValue', '')}\n")
    return {part: round(100 * (found["categories"][part]["score"] or 0)) for part in PARTS}


if __name__ == "__main__":
    main()
