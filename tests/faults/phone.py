"""A phone at a stall, in Python: its outbox keeps the rules of market/static/js/till/core/outbox.js.

Its clock is handed in, so that three days pass in a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from market.domain.identifiers import uuid7
from market.domain.sales import receipt_code
from market.models.sales import Listing
from tests import passes
from tests.faults.wire import Json, Send, TooLarge, Turned, Unreachable
from tests.market_day import Day
from tests.uploads import body_of, sale_row, void_of, void_row

BATCH = 50
WAITING, SENT, ASIDE = "waiting", "sent", "aside"


@dataclass(slots=True)
class Kept:
    """A row as it was fixed, and what the server said of it."""

    wire: Json
    state: str = WAITING
    outcome: str = ""


@dataclass(slots=True)
class Phone:
    """What a phone holds: every row it ever fixed, in the order of their numbers."""

    day: Day
    joined: passes.Phone
    send: Send
    clock: Callable[[], datetime]
    random: Random
    rows: list[Kept] = field(default_factory=list)
    batch: int = BATCH
    heard: int = 0

    def sell(self, *listings: Listing) -> UUID:
        """Fix a sale, in cash; gives its id."""
        made = uuid7(self.clock(), self.random.randbytes)
        sale = self.day.sale(
            *listings,
            id=made,
            device_id=self.joined.device.id,
            sequence=len(self.rows) + 1,
            code=receipt_code.mint(self.random.randbytes),
            phone_at=self.clock(),
        )
        self.rows.append(Kept(sale_row(sale)))
        return made

    def undo(self, sale_id: UUID) -> None:
        """Fix a void of a sale of this phone."""
        made = uuid7(self.clock(), self.random.randbytes)
        void = void_of(sale_id, id=made, sequence=len(self.rows) + 1, at=self.clock())
        self.rows.append(Kept(void_row(void)))

    @property
    def waiting(self) -> list[Kept]:
        return [row for row in self.rows if row.state == WAITING]

    async def push(self, *, sign_off: bool = False) -> bool:
        """Send what waits, until nothing waits or nobody answers. Gives whether all is sent."""
        try:
            while await self._send_some(sign_off=sign_off):
                pass
        except (Unreachable, Turned):
            return False
        return True

    async def _send_some(self, *, sign_off: bool) -> bool:
        """One upload; gives whether there is more to send."""
        waiting = self.waiting
        rows = waiting[: self.batch]
        last = sign_off and len(rows) == len(waiting)
        body = body_of(
            [row.wire for row in rows],
            sent_at=self.clock(),
            unsent=len(waiting),
            sign_off=self._sign_off() if last else None,
        )
        try:
            answer = await self.send(body)
        except TooLarge:
            if not rows:
                raise
            self._smaller(rows)
            return True
        self.heard += 1
        if rows and not _settle(rows, answer.get("results", [])):
            message = "no result"
            raise Unreachable(message)
        return bool(self.waiting)

    def _sign_off(self) -> Json:
        return {"till": self.day.till.id, "last_sequence": len(self.rows)}

    def _smaller(self, rows: Sequence[Kept]) -> None:
        if len(rows) > 1:
            self.batch = max(1, len(rows) // 2)
        else:
            self.batch = BATCH
            rows[0].state, rows[0].outcome = ASIDE, "refused"


def seeded(seed: float) -> Random:
    """Chance that can be had again."""
    return Random(seed)  # noqa: S311 - nothing is to be kept secret


def _settle(rows: Sequence[Kept], results: Sequence[Json]) -> int:
    """Let go of what the server has; gives how many rows an answer settled."""
    said = {result["id"]: result for result in results}
    settled = 0
    for row in rows:
        result = said.get(row.wire["id"], {})
        outcome = result.get("outcome")
        if outcome in {"created", "exists"} and result["hash"] == row.wire["hash"]:
            row.state, row.outcome = SENT, outcome
        elif outcome in {"conflict", "rejected"}:
            row.state, row.outcome = ASIDE, outcome
        else:
            continue
        settled += 1
    return settled
