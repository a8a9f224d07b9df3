"""`flask check-ledger`: look at every identity of the books, and say what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.cli.choosing import chosen_community
from market.domain.money import Money
from market.models.ledger import AuditEvent, Voucher
from market.models.people import Community
from market.models.sales import MarketDay, Sale, Till
from market.queries.ledger.check import Verdict, check_community
from market.web.moments import one_moment


@click.command("check-ledger")
@click.option("--community", help="Only this community; all of them if not said.")
@with_appcontext
def check_ledger(community: str | None) -> None:
    """Recompute what the books keep, and compare: one line for each property.

    Exit status 1 if one does not hold. Nothing is written, and people may go on working.
    """
    wrong = 0
    with one_moment() as session:
        for place in _communities(session, community):
            click.echo(f"{place.slug}:")
            for found in _watched(session, place):
                wrong += not found.holds
                _say(found)
    if wrong:
        click.echo(f"{wrong} properties do not hold.")
        sys.exit(1)


def _communities(session: Session, slug: str | None) -> list[Community]:
    if slug is not None:
        return [session.get_one(Community, chosen_community(slug).id)]
    return list(session.scalars(select(Community).order_by(Community.id)))


def _watched(session: Session, place: Community) -> Iterator[Verdict]:
    """The verdicts, with a bar on stderr that tells how far the check is."""
    with click.progressbar(
        length=_rows_to_look_at(session, place.id), file=sys.stderr, label=place.slug
    ) as bar:
        verdicts = list(check_community(session, place.id, _ticker(bar.update)))
    yield from verdicts


def _ticker(update: Callable[[int], None]) -> Callable[[int], None]:
    """Tell the bar now and then: drawing it for each row would take longer than looking at it."""
    waiting = 0

    def tick(rows: int) -> None:
        nonlocal waiting
        waiting += rows
        if waiting >= 1_000:  # noqa: PLR2004 - rows
            update(waiting)
            waiting = 0

    return tick


def _rows_to_look_at(session: Session, community_id: int) -> int:
    """What the walks go along, roughly: sales, events and vouchers."""
    sales = session.scalar(
        select(func.count())
        .select_from(Sale)
        .join(Till, Till.id == Sale.till_id)
        .join(MarketDay, MarketDay.id == Till.market_day_id)
        .where(MarketDay.community_id == community_id)
    )
    counts = [
        session.scalar(
            select(func.count()).select_from(table).where(table.community_id == community_id)
        )
        for table in (AuditEvent, Voucher)
    ]
    return (sales or 0) + sum(count or 0 for count in counts)


def _say(found: Verdict) -> None:
    figures = ", ".join(
        f"{name} {value if isinstance(value, Money) else f'{value:,}'}"
        for name, value in found.figures
    )
    click.echo(
        f"  {'ok   ' if found.holds else 'WRONG'}  {found.name}: {found.sentence} ({figures})"
    )
    for row in found.wrong:
        click.echo(f"         {row}")
    if found.more_wrong:
        click.echo(f"         and {found.more_wrong:,} more")
