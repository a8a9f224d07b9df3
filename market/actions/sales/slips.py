"""Receipt slips: codes a phone is given before it sells, so that its receipts have a QR offline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from market.domain.errors import N_, Refused
from market.domain.sales.receipt_code import mint
from market.domain.sales.upload import SLIPS
from market.models.sales import Slip

MOST_SLIPS = 6_000
"""Of one phone at one market day; more than anybody sells by hand."""


class TooManySlips(Refused):
    """A phone that asks for slips again and again and uses none."""

    sentence = N_("这部手机领的小票码已经太多了，请刷新收银页面；还不行就请社工换一部手机。")


def stock_up(
    session: Session,
    device_id: int,
    have: int,
    *,
    now: datetime,
    random_bytes: Callable[[int], bytes],
) -> list[str]:
    """New codes for a phone that has `have`, up to a full stock; raises TooManySlips."""
    codes = [mint(random_bytes) for _ in range(SLIPS - have)]
    given = session.scalar(
        select(func.count()).select_from(Slip).where(Slip.device_id == device_id)
    )
    if (given or 0) + len(codes) > MOST_SLIPS:
        raise TooManySlips
    if codes:
        rows = [{"code": code, "device_id": device_id, "minted_at": now} for code in codes]
        session.execute(insert(Slip), rows)
    return codes
