"""Publishing what a market day came to: once, and again with an explanation, never over the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.audit import note
from market.domain.errors import N_, Invalid, Refused
from market.domain.public.disclosure import MOST_WHY, read_figures
from market.domain.text import clean_text
from market.models.public import Disclosure
from market.models.sales import LegalBasis, MarketDay
from market.queries.public.disclosures import figures_now, last_published
from market.queries.public.markets import market_page
from market.queries.sales.tills import NoSuchMarketDay


class NotClosedYet(Refused):
    """Some of its money is not counted, so its sums are not its sums yet."""

    sentence = N_("还有收银班次没有收摊结账，等全部收摊再公示。")


class NothingNew(Refused):
    """What is published is what the books say."""

    sentence = N_("账上的数和上一份公示一样，不用再公示。")


class FiguresMoved(Refused):
    """The books went on between the page and the button."""

    sentence = N_("就在刚才，账上的数又变了。下面是现在的数，请看一遍再公示。")


class WhyIsMissing(Invalid):
    """A second state without a word about what is other."""

    sentence = N_("请写清楚和上一份比，什么变了、为什么。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """`seen` is the hash of the figures that whoever publishes looked at."""

    community_id: int
    market_day_id: int
    seen: bytes
    why: str = ""


def publish(session: Session, command: Publish, *, by_id: int, now: datetime) -> Disclosure:
    """Publish the sums as they are now, behind what was published before.

    Raises NoSuchMarketDay, NotClosedYet, FiguresMoved, NothingNew, WhyIsMissing, FiguresDoNotAdd,
    and what `clean_text` raises.
    """
    # Two who publish at once take turns at the day's row, so that numbers count without a hole.
    day = session.scalars(
        select(MarketDay)
        .join(LegalBasis, LegalBasis.market_day_id == MarketDay.id)
        .where(
            MarketDay.id == command.market_day_id, MarketDay.community_id == command.community_id
        )
        .with_for_update(of=MarketDay)
    ).one_or_none()
    found = market_page(session, day.slug) if day else None
    if day is None or found is None:
        raise NoSuchMarketDay
    if found.market.stage != "closed":
        raise NotClosedYet
    figures, before = figures_now(found), last_published(session, day.id)
    if figures.hash != command.seen:
        raise FiguresMoved
    if before is not None and read_figures(before.figures) == figures:
        raise NothingNew
    if before is not None and not command.why.strip():
        raise WhyIsMissing(field="why")
    made = Disclosure(
        community_id=command.community_id,
        market_day_id=day.id,
        number=before.number + 1 if before else 1,
        figures=figures.written(),
        hash=figures.hash,
        why=clean_text(command.why, most=MOST_WHY, lines=True) if before else "",
        published_by_id=by_id,
        published_at=now,
    )
    session.add(made)
    session.flush()
    note(
        session,
        "disclosure_published",
        community_id=command.community_id,
        now=now,
        disclosure=made.id,
        market_day=day.id,
        number=made.number,
        figures=figures.hash.hex(),
        by=by_id,
    )
    return made
