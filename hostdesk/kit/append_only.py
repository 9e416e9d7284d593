"""SQL by which a database itself refuses to change or remove rows of a table."""

from __future__ import annotations


def statements(vendor: str, table: str) -> list[str]:
    """What a migration runs so that `table` only ever grows; `vendor` is sqlite or postgresql.

    Emptying the whole table stays possible on PostgreSQL (TRUNCATE), because restoring a backup needs it.
    """
    if vendor == "postgresql":
        return [
            (
                f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
            ),
            (
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
            ),
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def undo_statements(vendor: str, table: str) -> list[str]:
    """What takes `statements` back."""
    if vendor == "postgresql":
        return [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP FUNCTION {table}_append_only()"]
    return [f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete"]
