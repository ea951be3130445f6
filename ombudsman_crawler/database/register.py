"""Authorities as rows. Every function works inside its caller's transaction."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler import authorities
from ombudsman_crawler.database.tables import AUTHORITY, AUTHORITY_NAME, AUTHORITY_SUCCESSOR


def fill(connection: Connection) -> None:
    """Enter the register's authorities, their other names and successors, where missing."""
    by_code: dict[str, int] = {}
    for authority in authorities.load():
        values = {
            "kind": authority.kind,
            "gss_code": authority.gss_code or None,
            "first_day": authority.start.isoformat() if authority.start else None,
            "last_day": authority.end.isoformat() if authority.end else None,
        }
        by_code[authority.code] = connection.execute(
            upsert(AUTHORITY)
            .values(key=authorities.key(authority.name), name=authority.name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
            .returning(AUTHORITY.c.id)
        ).scalar_one()
        for name in authority.other_names:
            add_name(connection, by_code[authority.code], name, "register")
    for authority in authorities.load():
        for code in authority.replaced_by:
            connection.execute(
                upsert(AUTHORITY_SUCCESSOR)
                .values(
                    predecessor_id=by_code[authority.code],
                    successor_id=by_code[code],
                    date=_day_after(authority.end),
                    source="register",
                )
                .on_conflict_do_nothing()
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
