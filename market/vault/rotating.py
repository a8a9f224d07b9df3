"""A new key of the environment: every file's key is wrapped anew; what the files say is not touched."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select, update

from market.vault.models import WrappedKey
from market.vault.store import Vault

_AT_ONCE = 200


def keys_to_rewrap(vault: Vault) -> int:
    """How many keys another than the current key of the environment still wraps."""
    with vault.reading() as opened:
        return (
            opened.keys.scalar(select(func.count()).where(WrappedKey.key_id != opened.ring.current))
            or 0
        )


def rewrap(vault: Vault, random_bytes: Callable[[int], bytes]) -> int:
    """Wrap by the current key what an older one wraps; how many were done.

    Some at a time, each lot committed: whoever is interrupted goes on where they stopped, and
    whoever reads meanwhile has both keys in the ring. Raises VaultClosed.
    """
    done = 0
    while True:
        lot = _rewrap_some(vault, random_bytes)
        if not lot:
            return done
        done += lot


def _rewrap_some(vault: Vault, random_bytes: Callable[[int], bytes]) -> int:
    with vault.working() as opened:
        rows = opened.keys.scalars(
            select(WrappedKey)
            .where(WrappedKey.key_id != opened.ring.current)
            .order_by(WrappedKey.owner_id)
            .limit(_AT_ONCE)
        ).all()
        for row in rows:
            key = opened.ring.unwrap(row.owner_id, row.key_id, row.wrapped)
            key_id, wrapped = opened.ring.wrap(row.owner_id, key, random_bytes)
            # Only the row that was read: a key destroyed meanwhile does not come back.
            opened.keys.execute(
                update(WrappedKey)
                .where(WrappedKey.owner_id == row.owner_id, WrappedKey.key_id == row.key_id)
                .values(key_id=key_id, wrapped=wrapped)
                .execution_options(synchronize_session=False)
            )
        return len(rows)
