"""Values of the program as SQL."""

from __future__ import annotations

from collections.abc import Iterable


def values(columns: tuple[str, ...], rows: Iterable[tuple[str | int | None, ...]]) -> str:
    """Return a query of rows that stand in the program: the vocabulary, for those who only have the
    database."""
    names = ", ".join(f"column{place} AS {name}" for place, name in enumerate(columns, 1))
    return f"SELECT {names} FROM (VALUES {', '.join(f'({texts(row)})' for row in rows)})"


def texts(values: Iterable[str | int | None]) -> str:
    """Return values as a list of SQL literals."""
    return ", ".join(_literal(value) for value in values)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
