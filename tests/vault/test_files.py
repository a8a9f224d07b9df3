"""Files: sealed under a key of their own, read only with a permit, gone once erased."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text, update

from market.domain.identity.files import FieldUnknown, FileKind
from market.domain.identity.reading import (
    FileMissing,
    VaultKeyWrong,
    VaultWithoutDatabase,
    VaultWithoutKey,
)
from market.vault.ages import bands_of_wishes, children_in_band
from market.vault.documents import (
    DocumentMissing,
    NewDocument,
    documents_of,
    read_document,
    store_document,
)
from market.vault.files import (
    erase_file,
    fields_of,
    file_by_label,
    files_due,
    files_of,
    put_fields,
)
from market.vault.keyring import new_key
from market.vault.migrating import differences, downgrade, upgrade
from market.vault.models import FileField, FileWish, IdentityFile, Tombstone, WrappedKey
from market.vault.store import Vault
from market.vault.wishes import WishLinked, file_of_wish, link_wish, unlink_wish, wishes_of
from tests.vaults import CHILD, NOW, TODAY, SqliteVaults, child_in, make_child, permit_for

ONLY_SQLITE = pytest.mark.parametrize("vaults", ["sqlite"], indirect=True)


def test_what_a_file_says_comes_back_only_for_its_permit(vault: Vault) -> None:
    child = child_in(vault)
    with vault.reading() as opened:
        assert fields_of(opened, permit_for(child.id)) == CHILD
        assert fields_of(opened, permit_for(child.id), only={"phone"}) == {"phone": CHILD["phone"]}
        with pytest.raises(FileMissing):
            fields_of(opened, permit_for(child.id, community_id=2))
        assert [one.label for one in files_of(opened, 1, FileKind.CHILD)] == [child.label]
        assert files_of(opened, 2, FileKind.CHILD) == []


def test_nothing_that_was_said_is_readable_in_the_rows(vault: Vault) -> None:
    child = child_in(vault)
    with vault.working() as opened:
        link_wish(opened, child.id, "WXYZ2345", community_id=1, random_bytes=secrets.token_bytes)
    kept = b"".join(_everything(vault))
    for said in (*CHILD.values(), "WXYZ2345"):
        assert said.encode() not in kept
        assert repr(said.encode())[2:-1].encode() not in kept


def test_a_field_moved_to_another_place_does_not_open(vault: Vault) -> None:
    one, other = child_in(vault), child_in(vault, name="许多多")
    with vault.working() as opened:
        sealed = opened.files.scalar(
            select(FileField.sealed).where(FileField.file_id == one.id, FileField.name == "name")
        )
        opened.files.execute(
            update(FileField)
            .where(FileField.file_id == one.id, FileField.name == "school")
            .values(sealed=sealed)
        )
        opened.files.execute(
            update(FileField).where(FileField.file_id == other.id).values(sealed=sealed)
        )
    with vault.reading() as opened:
        for moved in (one, other):
            with pytest.raises(VaultKeyWrong):
                fields_of(opened, permit_for(moved.id))


def test_a_field_left_empty_stays_as_it_was(vault: Vault) -> None:
    child = child_in(vault)
    with vault.working() as opened:
        said = {"phone": "13900139000", "school": "  "}
        put_fields(
            opened, child.id, said, community_id=1, now=NOW, random_bytes=secrets.token_bytes
        )
    with vault.reading() as opened:
        read = fields_of(opened, permit_for(child.id))
    assert (read["phone"], read["school"]) == ("13900139000", CHILD["school"])


@ONLY_SQLITE
def test_a_field_nobody_knows_is_refused_and_nothing_is_kept(vault: Vault) -> None:
    with pytest.raises(FieldUnknown), vault.working() as opened:
        make_child(opened, nickname="小满")
    with vault.reading() as opened:
        assert files_of(opened, 1, FileKind.CHILD) == []


def test_an_erased_child_cannot_be_read_from_an_older_copy(vault: Vault) -> None:
    child, stays = child_in(vault), child_in(vault, name="许多多")
    with vault.working() as opened:
        link_wish(opened, child.id, "WXYZ2345", community_id=1, random_bytes=secrets.token_bytes)
    with vault.reading() as opened:
        older = {
            table: [dict(row) for row in opened.files.execute(select(table.__table__)).mappings()]
            for table in (IdentityFile, FileField, FileWish)
        }
    with vault.working() as opened:
        erase_file(opened, child.id, community_id=1, now=NOW)
    # The older copy of the files comes back, with the very key of the environment.
    with vault.files_engine.begin() as connection:
        connection.execute(text("DELETE FROM replayed"))
        for table in (FileWish, FileField, IdentityFile):
            connection.execute(delete(table))
        for table, rows in older.items():
            connection.execute(insert(table), rows)
    with vault.reading() as opened:
        with pytest.raises(FileMissing):
            fields_of(opened, permit_for(child.id))
        assert opened.keys.get(WrappedKey, child.id) is None
        assert [one.label for one in files_of(opened, 1, FileKind.CHILD)] == [stays.label]
        assert file_of_wish(opened, 1, "WXYZ2345") is None
        assert fields_of(opened, permit_for(stays.id))["name"] == "许多多"
        assert opened.keys.scalars(select(Tombstone.reference)).all() == [child.id]


def test_a_wish_belongs_to_one_child(vault: Vault) -> None:
    one, other = child_in(vault), child_in(vault)
    with vault.working() as opened:
        for _ in range(2):
            link_wish(opened, one.id, "WXYZ2345", community_id=1, random_bytes=secrets.token_bytes)
        with pytest.raises(WishLinked):
            link_wish(
                opened, other.id, "WXYZ2345", community_id=1, random_bytes=secrets.token_bytes
            )
    with vault.working() as opened:
        assert wishes_of(opened, permit_for(one.id)) == ["WXYZ2345"]
        assert file_of_wish(opened, 1, "WXYZ2345") == one.id
        assert file_of_wish(opened, 2, "WXYZ2345") is None
        unlink_wish(opened, one.id, "WXYZ2345", community_id=1)
        assert file_of_wish(opened, 1, "WXYZ2345") is None


def test_a_document_comes_back_byte_for_byte(vault: Vault) -> None:
    child, other = child_in(vault), child_in(vault)
    content = bytes(range(256)) * 40
    with vault.working() as opened:
        document = NewDocument(
            community_id=1,
            file_id=child.id,
            kind="receipt",
            content=content,
            keep_until=TODAY,
            by_id=1,
        )
        stored = store_document(opened, document, now=NOW, random_bytes=secrets.token_bytes)
    with vault.reading() as opened:
        assert read_document(opened, permit_for(child.id), stored) == content
        assert [one.id for one in documents_of(opened, 1, child.id)] == [stored]
        with pytest.raises(DocumentMissing):
            read_document(opened, permit_for(other.id), stored)


@ONLY_SQLITE
def test_an_age_band_needs_five_children(vault: Vault) -> None:
    with vault.working() as opened:
        children = [make_child(opened, born_on=f"2017-0{month}-01") for month in range(1, 6)]
        make_child(opened, born_on="2012-01-01")
        for number, child in enumerate(children):
            link_wish(
                opened, child.id, f"WISH{number}", community_id=1, random_bytes=secrets.token_bytes
            )
    with vault.reading() as opened:
        assert children_in_band(opened, 1, "9-11", TODAY) == 5
        assert set(bands_of_wishes(opened, 1, TODAY).values()) == {"9-11"}
    with vault.working() as opened:
        erase_file(opened, children[0].id, community_id=1, now=NOW)
        assert bands_of_wishes(opened, 1, TODAY) == {f"WISH{n}": "" for n in range(1, 5)}


@ONLY_SQLITE
def test_files_whose_time_is_over_are_listed(vault: Vault) -> None:
    child = child_in(vault)
    with vault.reading() as opened:
        assert files_due(opened, 1, child.keep_until) == []
        assert files_due(opened, 1, date(2028, 11, 24)) == [replace(child)]
        assert file_by_label(opened, 1, child.label.lower()) == child


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", VaultWithoutKey),
        ("not a key", VaultWithoutKey),
        ("AAAA", VaultWithoutKey),
        (new_key(lambda length: b"k" * length), VaultKeyWrong),
    ],
)
def test_without_its_key_the_vault_says_so(vaults: SqliteVaults, key: str, reason: type) -> None:
    vault = vaults.fresh()
    child_in(vault)
    files, keys = (
        engine.url.render_as_string() for engine in (vault.files_engine, vault.keys_engine)
    )
    assert vault.closed_because() is None
    assert type(Vault(files, keys, key).closed_because()) is reason
    vaults.drop(vault)


@ONLY_SQLITE
def test_without_a_database_the_vault_says_so(vault: Vault) -> None:
    downgrade(vault)
    assert type(vault.closed_because()) is VaultWithoutDatabase
    upgrade(vault)
    assert vault.closed_because() is None


def test_the_vault_s_tables_are_those_of_its_models(vault: Vault) -> None:
    assert differences(vault) == []


def _everything(vault: Vault) -> Iterator[bytes]:
    for engine, tables in (
        (vault.files_engine, ("identity_file", "file_field", "file_wish", "file_document")),
        (vault.keys_engine, ("wrapped_key", "tombstone")),
    ):
        with engine.connect() as connection:
            for table in tables:
                for row in connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608
                    for value in row:
                        yield bytes(value) if isinstance(value, bytes) else str(value).encode()
