"""The commands of Flask-Migrate, imported when somebody migrates."""

from __future__ import annotations

from flask_migrate.cli import db

__all__ = ["db"]
