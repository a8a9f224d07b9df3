"""The vault: child files and other identities, in databases of their own, each file under a key of its own.

Two databases. The *files* (`VAULT_DATABASE_URL`) hold what is encrypted. The *key store*
(`VAULT_KEYS_URL`) holds each file's key, wrapped by the key of the environment (`VAULT_KEY`), and
the tombstones: ids of what was erased or withdrawn. Of the key store only the latest copy is ever
kept, so that an older copy of the files finds no key for a child who was erased since.

Used by `market.blueprints.vault` and `market.cli` alone; knows neither Flask nor the settings.
Whoever reads shows a `Permit`, which is made once the audit event of the reading is committed.
"""
