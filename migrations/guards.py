"""What the database itself refuses, in the words of SQLite and of PostgreSQL.

Migrations name the tables; the statements here are part of history and do not change.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Connection, text

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def make_refusal() -> None:
    """The one function behind every refusing trigger (PostgreSQL only)."""
    if not on_sqlite():
        op.execute(REFUSE)


def drop_functions() -> None:
    """Remove the functions of the guards, and the triggers with them (PostgreSQL only)."""
    if on_sqlite():
        return
    names = op.get_bind().scalars(
        text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype"
        )
    )
    for name in names.all():
        op.execute(f"DROP FUNCTION {name} CASCADE")


def only_grows(table: str) -> None:
    """Refuse UPDATE, DELETE (REPLACE, TRUNCATE) on `table`."""
    if on_sqlite():
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def fixed_columns(table: str, columns: tuple[str, ...]) -> None:
    """Refuse DELETE on `table`, and UPDATE of its `columns`; the other columns are kept totals."""
    if on_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {', '.join(columns)} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {', '.join(columns)} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def fixed_too(table: str, name: str, columns: tuple[str, ...]) -> None:
    """Refuse UPDATE of further `columns` of a table that `fixed_columns` guards."""
    act = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    if on_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_fixed_{name} {act}"
            f" BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_fixed_{name} {act}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def fixed_no_more(table: str, name: str) -> None:
    """Take `fixed_too` back."""
    op.execute(f"DROP TRIGGER {table}_fixed_{name}{'' if on_sqlite() else f' ON {table}'}")


def change_check(table: str, name: str, before: str, after: str) -> None:
    """Another condition for a table's CHECK, which its rows meet already.

    SQLite has no statement for it, and a table made anew would lose its triggers: the schema's own
    words are changed, as https://sqlite.org/lang_altertable.html says for such a change.
    """
    if not on_sqlite():
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, after)
        return
    connection = op.get_bind()
    version = connection.scalar(text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    changed = connection.execute(
        text(
            "UPDATE sqlite_schema SET sql = replace(sql, :before, :after)"
            " WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
        ),
        {"table": table, "before": f"({before})", "after": f"({after})"},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        message = f"{table} has no such condition: {before}"
        raise LookupError(message)


def refuse_when(
    table: str, name: str, acts: tuple[str, ...], condition: str, sentence: str
) -> None:
    """Refuse `acts` on rows of `table` for which `condition` holds.

    `condition` speaks of NEW (OLD for DELETE, both for UPDATE) in SQL that both databases know.
    """
    if on_sqlite():
        for act in acts:
            row = condition.replace("{row}", "OLD" if act == "DELETE" else "NEW")
            op.execute(
                f"CREATE TRIGGER {table}_{name}_{act.lower()} BEFORE {act} ON {table}"
                f" WHEN {row} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
        return
    row_new = condition.replace("{row}", "NEW")
    row_old = condition.replace("{row}", "OLD")
    op.execute(
        f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' THEN"
        f" IF {row_old if 'DELETE' in acts else 'false'} THEN"
        f" RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        " RETURN OLD;"
        f" END IF;"
        f" IF {row_new} THEN"
        f" RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {' OR '.join(acts)} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
    )


def refuse_old(table: str, name: str, condition: str, sentence: str) -> None:
    """Refuse UPDATE of rows that already meet `condition`, which speaks of OLD."""
    if on_sqlite():
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE UPDATE ON {table}"
            f" WHEN {condition} BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN"
        f" RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
    )


def balanced_at_commit() -> None:
    """PostgreSQL looks at a voucher's postings once more when the transaction ends.

    The seal looks when the voucher goes in; this finds a posting that another, still open
    transaction had slipped in unseen.
    """
    if on_sqlite():
        return
    op.execute(
        "CREATE FUNCTION posting_balanced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT sum(amount_minor) FROM posting WHERE voucher_id = NEW.voucher_id) <> 0 THEN"
        " RAISE EXCEPTION 'voucher does not balance'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        " RETURN NULL; END $$"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON posting"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION posting_balanced()"
    )


def grant_application_role(connection: Connection, role: str) -> None:
    """Let the application read and add everywhere, and change only what is not posted."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    tables = connection.execute(
        text(
            "SELECT c.relname, bool_or(t.tgname = c.relname || '_only_grows') AS posted,"
            " bool_or(t.tgname = c.relname || '_no_delete') AS kept"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_trigger t ON t.tgrelid = c.oid"
            " WHERE c.relkind = 'r' AND n.nspname = current_schema() GROUP BY c.relname"
        )
    ).all()
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    for table, posted, kept in tables:
        rights = "SELECT, INSERT"
        if not posted:
            rights += ", UPDATE" if kept else ", UPDATE, DELETE"
        if table == "alembic_version":
            rights = "SELECT"
        connection.execute(text(f'REVOKE ALL ON "{table}" FROM {quoted}'))
        connection.execute(text(f'GRANT {rights} ON "{table}" TO {quoted}'))
