"""Erasing what bookings say of people, once it is not needed any more."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from market.actions.public.concerns import erase_old_words
from market.actions.sales.bookings import erase_old_contacts
from market.actions.sales.devices import erase_old_holders
from market.actions.sales.rota import erase_old_orders
from market.extensions import unit_of_work


@click.command("erase-bookings")
@with_appcontext
def erase_bookings() -> None:
    """Erase who booked, pre-ordered or sold with which phone at markets more than 30 days ago, and
    what was said about a page and answered more than 30 days ago.

    Turns and their steps stay, without anybody's name; pre-orders go. Every new booking, every backup and every
    restore does the same by itself; once a day by a timer keeps the promise where nobody books.
    """
    click.echo(f"Erased: {erase_now()}.")


def erase_now() -> int:
    """Erase what is old in a unit of work of its own; gives how many."""
    with unit_of_work() as session:
        now = datetime.now(UTC)
        return (
            erase_old_contacts(session, now=now)
            + erase_old_orders(session, now=now)
            + erase_old_holders(session, now=now)
            + erase_old_words(session, now=now)
        )
