"""Child → wishes: the link that exists nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select

from market.domain.errors import N_, Refused
from market.domain.identity.reading import Permit
from market.vault.files import require_file
from market.vault.keys import INDEX, index_key, key_of, make_key
from market.vault.models import FileWish, IdentityFile
from market.vault.sealing import blind_index, seal, unseal
from market.vault.store import OpenVault


class WishLinked(Refused):
    """This wish is another child's already."""

    sentence = N_("这个心愿已经连到另一份档案了。如果连错了，请先在那份档案里取消。")


def link_wish(
    vault: OpenVault,
    file_id: str,
    code: str,
    *,
    community_id: int,
    random_bytes: Callable[[int], bytes],
) -> None:
    """Put down that this wish is this child's; once is enough. Raises FileMissing, WishLinked."""
    require_file(vault, community_id, file_id)
    key = index_key(vault) or make_key(vault, INDEX, random_bytes)
    index = blind_index(key, code)
    known = vault.files.get(FileWish, index)
    if known is not None:
        if known.file_id != file_id:
            raise WishLinked(field="code")
        return
    sealed = seal(key_of(vault, file_id), code.encode(), _place(file_id), random_bytes)
    vault.files.add(FileWish(code_index=index, file_id=file_id, sealed=sealed))
    vault.files.flush()


def unlink_wish(vault: OpenVault, file_id: str, code: str, *, community_id: int) -> None:
    """Raises FileMissing. A wish that is not linked stays so."""
    require_file(vault, community_id, file_id)
    key = index_key(vault)
    if key is not None:
        vault.files.execute(
            delete(FileWish).where(
                FileWish.code_index == blind_index(key, code), FileWish.file_id == file_id
            )
        )


def wishes_of(vault: OpenVault, permit: Permit) -> list[str]:
    """The codes of this child's wishes. Raises FileMissing."""
    require_file(vault, permit.community_id, permit.file_id)
    return codes_under_key(vault, permit.file_id)


def file_of_wish(vault: OpenVault, community_id: int, code: str) -> str | None:
    """The id of the file of the child behind a wish; says nothing of the child."""
    key = index_key(vault)
    if key is None:
        return None
    return vault.files.scalar(
        select(FileWish.file_id)
        .join(IdentityFile, IdentityFile.id == FileWish.file_id)
        .where(
            FileWish.code_index == blind_index(key, code),
            IdentityFile.community_id == community_id,
        )
    )


def codes_under_key(vault: OpenVault, file_id: str) -> list[str]:
    """The codes linked to one file, in order; for use within the vault."""
    key = key_of(vault, file_id)
    sealed = vault.files.scalars(select(FileWish.sealed).where(FileWish.file_id == file_id))
    return sorted(unseal(key, one, _place(file_id)).decode() for one in sealed)


def _place(file_id: str) -> str:
    return f"file_wish/sealed/{file_id}"
