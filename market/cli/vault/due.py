"""`flask vault-erase-due`: files and documents whose time is over go for good."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.identity import set_age_bands, stop_showing
from market.cli.vault.opened import the_vault
from market.domain.identity.reading import VaultClosed
from market.extensions import unit_of_work
from market.models.people import Community


@click.command("vault-erase-due")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
@with_appcontext
def vault_erase_due(*, yes: bool) -> None:
    """Erase the files, and remove the documents, whose retention date is past."""
    now = datetime.now(UTC)
    try:
        with unit_of_work() as session:
            due = [
                (place.id, one)
                for place in session.scalars(select(Community).order_by(Community.id)).all()
                for one in _due(session, place.id, now)
            ]
        for _community_id, one in due:
            click.echo(f"  {one.label}: kept until {one.keep_until}")
        if due and not yes:
            click.confirm(f"Erase these {len(due)} files for good?", abort=True)
        for community_id, one in due:
            _erase(community_id, one, now)
        with the_vault().working() as opened:
            gone = vault.documents.remove_due_documents(opened, now.date())
    except VaultClosed as closed:
        raise click.ClickException(str(closed)) from None
    click.echo(f"Erased {len(due)} files; removed {gone} documents.")


def _due(session: Session, community_id: int, now: datetime) -> list[vault.files.FileHere]:
    with the_vault().reading() as opened:
        return vault.files.files_due(opened, community_id, local_day(session, community_id, now))


def _erase(community_id: int, one: vault.files.FileHere, now: datetime) -> None:
    with unit_of_work() as session, the_vault().working() as opened:
        codes = vault.wishes.codes_under_key(opened, one.id)
        stop_showing(session, community_id, codes, by_id=None, now=now)
        vault.files.erase_file(opened, one.id, community_id=community_id, now=now)
        today = local_day(session, community_id, now)
        bands = vault.ages.bands_of_wishes(opened, community_id, today)
        set_age_bands(session, community_id, bands, now=now)
        note(session, "vault_file_erased", community_id=community_id, now=now, file=one.label, by=0)
