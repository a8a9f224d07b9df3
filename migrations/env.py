"""Runs migrations on the application's database, or as its owner by MIGRATION_DATABASE_URL."""

import os

from alembic import context
from flask import current_app
from sqlalchemy import NullPool, create_engine, make_url

from market.config import database_url
from market.extensions import about_to_write
from market.models import Base
from migrations.guards import grant_application_role


def engine():
    owner = os.environ.get("MIGRATION_DATABASE_URL", "")
    if owner:
        return create_engine(database_url(owner), poolclass=NullPool)
    return current_app.extensions["migrate"].db.engine


def render_item(type_, obj, autogen_context):
    """Write our own column types as the plain types they are kept as."""
    if type_ == "type" and type(obj).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(_context, _column, inspected, metadata_type, _rendered):
    """Our aware moments are plain timestamps to the database."""
    return False if type(metadata_type).__name__ == "UtcDateTime" else None


def run():
    chosen = engine()
    with about_to_write(), chosen.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=compare_type,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    role = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"]).username
    if chosen.dialect.name == "postgresql" and role != chosen.url.username:
        # A transaction of its own: looking at the version has begun one where nothing was to do.
        with chosen.begin() as connection:
            grant_application_role(connection, role)


run()
