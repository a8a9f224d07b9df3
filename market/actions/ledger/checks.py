"""Checking the books at the desk: who asked for it, and what was found, kept with its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Busy
from market.domain.money import Money
from market.models.ledger import LedgerCheck
from market.models.people import Community
from market.queries.ledger.check.verdict import Verdict

LONGEST = timedelta(minutes=2)
"""After which one that never came to an end is in nobody's way."""


class CheckRunning(Busy):
    """One at a time: each of them looks at everything."""

    sentence = N_("刚才有人开始了一次自检，还没有查完。请过一分钟再看结果。")


def start_check(session: Session, community_id: int, *, by_id: int, now: datetime) -> LedgerCheck:
    """Note that the books are being looked at; raises CheckRunning."""
    session.scalars(
        select(Community.id).where(Community.id == community_id).with_for_update(key_share=True)
    ).one()
    running = session.scalar(
        select(LedgerCheck.id).where(
            LedgerCheck.community_id == community_id,
            LedgerCheck.finished_at.is_(None),
            LedgerCheck.started_at > now - LONGEST,
        )
    )
    if running is not None:
        raise CheckRunning
    check = LedgerCheck(
        community_id=community_id,
        started_by_id=by_id,
        started_at=now,
        whole=False,
        verdicts=[],
    )
    session.add(check)
    session.flush()
    return check


def finish_check(
    session: Session, check_id: int, verdicts: Sequence[Verdict], *, whole: bool, now: datetime
) -> None:
    """Keep what was found. Written once: a check that has ended stays as it is."""
    check = session.get_one(LedgerCheck, check_id)
    if check.finished_at is not None:
        return
    check.finished_at = now
    check.whole = whole
    check.verdicts = [_kept(verdict) for verdict in verdicts]


def _kept(verdict: Verdict) -> dict[str, object]:
    return {
        "name": verdict.name,
        "figures": [
            [name, value.minor if isinstance(value, Money) else value]
            for name, value in verdict.figures
        ],
        "wrong": list(verdict.wrong),
        "more_wrong": verdict.more_wrong,
    }
