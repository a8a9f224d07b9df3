"""The vault's commands: its key written down and replaced, copies and what they must not bring back."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from market.actions.proceeds.consents import WithdrawConsents, withdraw_consents
from market.domain.identity.files import FileKind
from market.domain.identity.recovery import sheet_of
from market.domain.proceeds.consent import Purpose
from market.extensions import let_go_of_the_database, unit_of_work
from market.models.ledger import AuditEvent
from market.models.proceeds import ConsentWithdrawal
from market.vault.files import FileHere, erase_file, fields_of, files_of, keep_file_until
from market.vault.keyring import KeyRing, key_bytes, new_key
from market.vault.models import WrappedKey
from market.vault.store import Vault
from tests.databases import Databases
from tests.vaults import CHILD, KEY, NOW, child_in, permit_for, with_vault
from tests.wishes import Stage, make_open_wish, make_stage

ONLY_SQLITE = pytest.mark.parametrize(
    ("databases", "vaults"), [("sqlite", "sqlite")], indirect=True
)
BOTH = pytest.mark.parametrize(
    ("databases", "vaults"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)


@dataclass(frozen=True, slots=True)
class Installation:
    app: Flask
    vault: Vault
    stage: Stage
    owner_url: str

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        self.vault.dispose()
        return self.app.test_cli_runner().invoke(
            args=list(arguments), input=typed, env={"MIGRATION_DATABASE_URL": self.owner_url}
        )

    def with_key(self, written: str) -> Vault:
        """From now on VAULT_KEY says this."""
        settings = replace(self.app.extensions["settings"], vault_key=written)
        self.app.extensions["settings"] = settings
        made = Vault(settings.vault_database_url, settings.vault_keys_url, written)
        self.app.extensions["vault"] = made
        return made

    def child(self, **fields: str) -> FileHere:
        return child_in(self.vault, community_id=self.stage.community.id, **fields)


@pytest.fixture
def here(
    app: Flask, vault: Vault, databases: Databases, database_url: str
) -> Iterator[Installation]:
    with with_vault(app, vault).app_context(), unit_of_work() as work:
        stage = make_stage(work)
    yield Installation(app, vault, stage, databases.owner_url(database_url))
    with app.app_context():
        let_go_of_the_database()


@BOTH
def test_a_copy_restored_brings_nobody_back_who_was_erased_or_withdrew(
    here: Installation, tmp_path: Path
) -> None:
    gone, stays = here.child(), here.child(name="许多多")
    with here.app.app_context(), unit_of_work() as work:
        reference = make_open_wish(work, here.stage).consent_ref
    older = tmp_path / "monday.copy"
    made = here.run("backup", str(older))
    assert made.exit_code == 0, made.output
    for copy in (older.with_name("monday.copy.vault"), tmp_path / "vault-keys.latest"):
        assert copy.exists()
        assert key_bytes(KEY) not in copy.read_bytes()
        assert KEY.encode() not in copy.read_bytes()
    community_id = here.stage.community.id
    with here.vault.working() as opened:
        erase_file(opened, gone.id, community_id=community_id, now=NOW)
    with here.app.app_context(), unit_of_work() as work:
        command = WithdrawConsents(
            community_id=community_id, reference=reference, purposes=frozenset(Purpose)
        )
        withdraw_consents(work, command, by_id=None, now=datetime.now(UTC))
    assert here.run("backup", str(tmp_path / "tuesday.copy")).exit_code == 0
    back = here.run("restore", str(older), "--replace", "--yes")
    assert back.exit_code == 0, back.output
    assert "2 withdrawals were taken up again" in back.output
    with here.vault.reading() as opened:
        listed = files_of(opened, community_id, FileKind.CHILD)
        assert [one.id for one in listed] == [stays.id]
        said = fields_of(opened, permit_for(stays.id, community_id=community_id))
        assert said["name"] == "许多多"
        assert opened.keys.get(WrappedKey, gone.id) is None
    with here.app.app_context(), unit_of_work() as work:
        assert len(work.scalars(select(ConsentWithdrawal)).all()) == 2


@ONLY_SQLITE
def test_on_a_new_machine_only_the_latest_keys_come_back(
    here: Installation, tmp_path: Path
) -> None:
    gone, stays = here.child(), here.child()
    here.run("backup", str(tmp_path / "monday.copy"))
    community_id = here.stage.community.id
    with here.vault.working() as opened:
        erase_file(opened, gone.id, community_id=community_id, now=NOW)
    here.run("backup", str(tmp_path / "tuesday.copy"))
    here.vault.dispose()
    for engine in (here.vault.files_engine, here.vault.keys_engine):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{engine.url.database}{suffix}").unlink(missing_ok=True)
    back = here.run("restore", str(tmp_path / "monday.copy"), "--replace", "--yes")
    assert back.exit_code == 0, back.output
    with here.vault.reading() as opened:
        assert [one.id for one in files_of(opened, community_id, FileKind.CHILD)] == [stays.id]


@ONLY_SQLITE
def test_a_new_key_takes_over_and_the_old_one_may_go(here: Installation) -> None:
    child = here.child()
    fresh = new_key(secrets.token_bytes)
    here.with_key(f"{fresh},{KEY}")
    assert "1 files' keys are under an older key" in here.run("vault-key").output
    turned = here.run("vault-key", "rotate")
    assert (turned.exit_code, turned.output.split()[0]) == (0, "1"), turned.output
    assert here.run("vault-key", "rotate").output.startswith("0 ")
    with here.with_key(fresh).reading() as opened:
        permit = permit_for(child.id, community_id=here.stage.community.id)
        assert fields_of(opened, permit) == CHILD
    here.with_key(KEY)
    closed = here.run("vault-key")
    assert (closed.exit_code, "VaultKeyWrong" in closed.output) == (1, True)


@ONLY_SQLITE
def test_the_recovery_sheet_is_typed_back(here: Installation, tmp_path: Path) -> None:
    assert "Nobody has typed this key back" in here.run("vault-key").output
    groups = sheet_of(key_bytes(KEY))
    printed = here.run("vault-key", "sheet").output
    page = tmp_path / "sheet.html"
    here.run("vault-key", "sheet", "--page", str(page))
    assert all(group in printed and group in page.read_text() for group in groups)
    wrong = here.run("vault-key", "prove", typed=" ".join(groups[:13]))
    assert (wrong.exit_code, "14 组" in wrong.output) == (1, True)
    other = " ".join(sheet_of(secrets.token_bytes(32)))
    assert here.run("vault-key", "prove", typed=other).exit_code == 1
    assert here.run("vault-key", "prove", typed=" ".join(groups).lower()).exit_code == 0
    assert "Typed back from its recovery sheet" in here.run("vault-key").output
    assert f"VAULT_KEY={KEY}" in here.run("vault-key", "read", typed=" ".join(groups)).output
    made = here.run("vault-key", "new").output
    written = made.splitlines()[0].removeprefix("VAULT_KEY=")
    assert KeyRing.of(written).keys
    assert base64.urlsafe_b64decode(written + "=") != key_bytes(KEY)


@ONLY_SQLITE
def test_what_is_due_goes_and_the_chain_says_so(here: Installation) -> None:
    due, stays = here.child(), here.child()
    community_id = here.stage.community.id
    with here.vault.working() as opened:
        keep_file_until(opened, due.id, date(2020, 1, 1), community_id=community_id)
    asked = here.run("vault-erase-due", typed="n\n")
    assert (asked.exit_code, due.label in asked.output) == (1, True)
    done = here.run("vault-erase-due", "--yes")
    assert done.exit_code == 0, done.output
    with here.vault.reading() as opened:
        assert [one.id for one in files_of(opened, community_id, FileKind.CHILD)] == [stays.id]
    with here.app.app_context(), unit_of_work() as work:
        events = work.scalars(
            select(AuditEvent.subject).where(AuditEvent.kind == "vault_file_erased")
        ).all()
    assert events == [{"file": due.label, "by": 0}]


@ONLY_SQLITE
def test_a_vault_is_set_up_by_its_own_command(here: Installation) -> None:
    assert here.run("vault-upgrade").exit_code == 0
    here.app.extensions["settings"] = replace(
        here.app.extensions["settings"], vault_database_url=""
    )
    refused = here.run("vault-upgrade")
    assert (refused.exit_code, "VAULT_DATABASE_URL" in refused.output) == (1, True)
