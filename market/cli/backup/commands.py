"""The two commands: take a copy while people work, and put one back and look at it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from market.actions.people.after_restore import end_what_was_open
from market.actions.sales.bookings import erase_old_contacts
from market.actions.sales.devices import erase_old_holders
from market.actions.sales.rota import erase_old_orders
from market.cli.backup.copies import HEADS, Copies, Head, heads_of, whole_or_not_at_all
from market.cli.backup.postgresql import PostgresqlCopies
from market.cli.backup.sqlite import SqliteCopies
from market.cli.backup.vault import load_vault, save_vault
from market.cli.bookings import erase_now
from market.cli.ledger import check_ledger
from market.config import Settings, database_url
from market.extensions import db, let_go_of_the_database, reading, unit_of_work
from market.models.ledger import AuditEvent
from market.models.people import Community, Person

MAGIC = {b"SQLite format 3\0": "SQLite", b"PGDMP": "PostgreSQL"}


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the whole database into FILE while people go on working.

    What bookings say of people is erased first where it is old (`erase-bookings`). FILE appears, or
    takes the place of an older one, only once the copy is whole. The secret key
    (SECRET_KEY, or instance/secret_key) is not in it: keep that somewhere else. The vault's files
    go into FILE.vault, its key store into vault-keys.latest beside it, of which there is only one.
    """
    copies = _copies()
    if copies.is_in(file):
        message = f"{file} is the database itself"
        raise click.ClickException(message)
    try:
        erase_now()
        with whole_or_not_at_all(file) as unfinished:
            heads = copies.save(unfinished)
    except SQLAlchemyError as error:
        message = f"the database cannot be read: {getattr(error, 'orig', error)}"
        raise click.ClickException(message) from None
    click.echo(f"Copied into {file} ({file.stat().st_size:,} bytes).")
    _say(heads)
    save_vault(file)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where the database is not empty.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing.")
@click.pass_context
@with_appcontext
def restore(context: click.Context, file: Path, *, replace: bool, yes: bool) -> None:
    """Put the copy in FILE into the database, bring it up to date and check the ledger.

    Stop the server first. A database that is not empty is only replaced with --replace. Everybody
    has to sign in again. The secret key is not in the copy and stays as it is. With FILE.vault the
    vault comes back, too; what was erased or withdrawn since is replayed first. Exit status 1 if
    anything fails, or if a property of the ledger does not hold.
    """
    version = _version_in(file)
    if not _is_empty():
        if not replace:
            message = "this database is not empty; give --replace to lose what is in it"
            raise click.ClickException(message)
        if not yes:
            click.confirm("Everything in this database will be replaced. Go on?", abort=True)
    reading().close()
    let_go_of_the_database()
    _copies().load(file)
    click.echo(f"Restored {file}, at migration {version}.")
    upgrade()
    now = datetime.now(UTC)
    with unit_of_work() as session:
        end_what_was_open(session, now=now)
        # What was erased since the copy was taken does not come back with it.
        erase_old_contacts(session, now=now)
        erase_old_orders(session, now=now)
        erase_old_holders(session, now=now)
    load_vault(file)
    _say(heads_of(reading().execute(text(HEADS))))
    _say_what_is_missing()
    reading().close()
    context.invoke(check_ledger, community=None)


def _copies() -> Copies:
    """How this installation's database is copied."""
    settings: Settings = current_app.extensions["settings"]
    if settings.on_sqlite:
        return SqliteCopies(Path(make_url(settings.database_url).database or ""))
    owner = os.environ.get("MIGRATION_DATABASE_URL", "")
    return PostgresqlCopies(make_url(database_url(owner or settings.database_url)))


def _version_in(file: Path) -> str:
    """The copy's migration, if it is a copy that this program can put into this database."""
    settings: Settings = current_app.extensions["settings"]
    wanted = "SQLite" if settings.on_sqlite else "PostgreSQL"
    with file.open("rb") as opened:
        begins = opened.read(max(map(len, MAGIC)))
    kind = next((kind for magic, kind in MAGIC.items() if begins.startswith(magic)), "neither")
    if kind != wanted:
        message = f"{file.name} is no copy of a {wanted} database, but this one is ({kind})"
        raise click.ClickException(message)
    version = _copies().version_in(file)
    known = ScriptDirectory(current_app.extensions["migrate"].migrate.directory)
    if version not in {one.revision for one in known.walk_revisions()}:
        message = f"{file.name} was made by a newer program (migration {version}); update this one"
        raise click.ClickException(message)
    return version


def _is_empty() -> bool:
    """Whether nothing is there to lose: no tables at all, or none of them with people in it."""
    tables = inspect(db.engine).get_table_names()
    if Community.__tablename__ not in tables:
        return not tables
    known = select(select(Community.id).exists() | select(Person.id).exists())
    return not reading().scalar(known)


def _say(heads: list[Head]) -> None:
    for head in heads:
        click.echo(f"  {head}")


def _say_what_is_missing() -> None:
    last = reading().scalar(select(func.max(AuditEvent.at)))
    if last is not None:
        click.echo(
            f"The last act in it is of {last.isoformat(timespec='seconds')}. What was done later,"
            " a withdrawn consent above all, has to be done again."
        )
