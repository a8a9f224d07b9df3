"""Age bands: the only thing about a child that ever leaves the vault, and then without the child.

Counting decrypts birth dates inside the vault; what comes out is a number, or for each wish a band
that at least five children of the community share ('' otherwise). The main database keeps that
band with the wish and nothing else.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from market.domain.identity.age_bands import band_of, shown_bands
from market.domain.identity.files import FileKind
from market.vault.files import field_place
from market.vault.keys import key_of
from market.vault.models import FileField, IdentityFile
from market.vault.sealing import unseal
from market.vault.store import OpenVault
from market.vault.wishes import codes_under_key


def children_in_band(vault: OpenVault, community_id: int, band: str, today: date) -> int:
    """How many children of the community are of this band now."""
    births = _births(vault, community_id).values()
    return sum(band_of(born_on, today) == band for born_on in births)


def bands_of_wishes(vault: OpenVault, community_id: int, today: date) -> dict[str, str]:
    """For each linked wish's code the band that may be shown with it, or ''."""
    births = _births(vault, community_id)
    shown = shown_bands(births.values(), today)
    bands = {}
    for file_id, born_on in births.items():
        band = band_of(born_on, today)
        for code in codes_under_key(vault, file_id):
            bands[code] = band if band in shown else ""
    return bands


def _births(vault: OpenVault, community_id: int) -> dict[str, date]:
    rows = vault.files.execute(
        select(FileField.file_id, FileField.sealed)
        .join(IdentityFile, IdentityFile.id == FileField.file_id)
        .where(
            IdentityFile.community_id == community_id,
            IdentityFile.kind == str(FileKind.CHILD),
            FileField.name == "born_on",
        )
    )
    return {
        file_id: date.fromisoformat(
            unseal(key_of(vault, file_id), sealed, field_place(file_id, "born_on")).decode()
        )
        for file_id, sealed in rows
    }
