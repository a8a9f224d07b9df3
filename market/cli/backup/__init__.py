"""`flask backup` and `flask restore`: the whole database in one file, and back."""

from market.cli.backup.commands import backup, restore

__all__ = ["backup", "restore"]
