"""Authorities as rows. Every function works inside its caller's transaction."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler import authorities
from ombudsman_crawler.database.tables import AUTHORITY, AUTHORITY_NAME, AUTHORITY_SUCCESSOR

# What a newer register may tell otherwise of an authority that is entered already.
_MAY_CHANGE = ("kind", "gss_code", "first_day", "last_day")


def fill(connection: Connection) -> None:
    """Enter the register's authorities, their other names and successors, where missing."""
    entry = upsert(AUTHORITY)
    connection.execute(
        entry.on_conflict_do_update(
            index_elements=["name"],
            set_={name: entry.excluded[name] for name in _MAY_CHANGE},
        ),
        [
            {
                "key": authorities.key(authority.name),
                "name": authority.name,
                "kind": authority.kind,
                "gss_code": authority.gss_code or None,
                "first_day": authority.start.isoformat() if authority.start else None,
                "last_day": authority.end.isoformat() if authority.end else None,
            }
            for authority in authorities.load()
        ],
    )
    ids = {row.name: row.id for row in connection.execute(select(AUTHORITY.c.name, AUTHORITY.c.id))}
    by_code = {authority.code: ids[authority.name] for authority in authorities.load()}
    connection.execute(
        upsert(AUTHORITY_NAME).on_conflict_do_nothing(),
        [
            {"authority_id": by_code[authority.code], "name": name, "source": "register"}
            for authority in authorities.load()
            for name in authority.other_names
        ],
    )
    connection.execute(
        upsert(AUTHORITY_SUCCESSOR).on_conflict_do_nothing(),
        [
            {
                "predecessor_id": by_code[authority.code],
                "successor_id": by_code[code],
                "date": _day_after(authority.end),
                "source": "register",
            }
            for authority in authorities.load()
            for code in authority.replaced_by
        ],
    )


def authority_id(connection: Connection, name: str) -> int:
    """Return an authority's row by its name; one that is new becomes of kind `other`."""
    found = connection.scalar(select(AUTHORITY.c.id).where(AUTHORITY.c.name == name))
    if found is None:
        found = connection.execute(
            insert(AUTHORITY)
            .values(name=name, key=authorities.key(name), kind="other")
            .returning(AUTHORITY.c.id)
        ).scalar_one()
    return int(found)


def add_name(connection: Connection, authority: int, name: str, source: str) -> None:
    """Note another name of an authority, and where it was met."""
    connection.execute(
        upsert(AUTHORITY_NAME)
        .values(authority_id=authority, name=name, source=source)
        .on_conflict_do_nothing()
    )


def _day_after(day: date | None) -> str | None:
    return (day + timedelta(days=1)).isoformat() if day else None
