"""Runs the migrations of one of the vault's databases; `market.vault.migrating` says which."""

from alembic import context

from market.vault.store import about_to_write


def run():
    given = context.config.attributes
    with about_to_write(), given["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=given["metadata"],
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
