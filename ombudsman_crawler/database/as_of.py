"""The storage as it stood at the end of a day, and without what is withheld.

SQLite looks a name up among temporary tables and views first. So a temporary view with a table's
name, holding what was there on that day, and temporary copies of the views, give every view's
answer of that day. Which wording of a letter, page, table or decision was current is what the site
had served by then. What a document says is today's reader's word, and so are the findings; people's
verdicts are today's. When a report, an improvement or a council was last listed isn't kept for each
day: what was listed later too has the end of the day for it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from ombudsman_crawler.database import tables, views

_KEPT_BACK = "(SELECT document_id FROM main.withheld WHERE document_id IS NOT NULL)"
_REFERENCES_KEPT_BACK = "(SELECT reference FROM main.withheld WHERE reference IS NOT NULL)"

#: What of a table isn't withheld.
_SHOWN = {
    **dict.fromkeys(
        ("reading", "page_reading", "national_table", "decision_version"),
        f"every.document_id NOT IN {_KEPT_BACK}",
    ),
    "public_report": f"(every.document_id IS NULL OR every.document_id NOT IN {_KEPT_BACK})",
    "decision": f"(every.reference IS NULL OR every.reference NOT IN {_REFERENCES_KEPT_BACK})",
}

# When a document was last served by the end of the day.
_SERVED = """(SELECT MAX(attempt.time) FROM main.attempt
    WHERE attempt.document_id = every.document_id AND attempt.time <= '{end}')"""
_SERVED_VERSION = """(SELECT MAX(attempt.{column}) FROM main.version_document AS carries
    JOIN main.attempt ON attempt.document_id = carries.document_id
    WHERE carries.version_id = {version}.id AND attempt.time <= '{end}')"""

# The versions of a letter in the order in which they count: see `versions`.
_CURRENT_VERSION = f"""(
    SELECT version.id FROM main.letter_version AS version
    JOIN main.reading ON reading.id = (
        SELECT MAX(newest.id) FROM main.reading AS newest WHERE newest.version_id = version.id)
    WHERE version.letter_id = every.id AND version.first_seen <= '{{end}}'
    ORDER BY reading.status IN ('ok', 'suspect') DESC, version.copy,
        {_SERVED_VERSION.format(column="id", version="version", end="{end}")} DESC LIMIT 1)"""
_CURRENT_DECISION = """(
    SELECT version.id FROM main.decision_version AS version
    WHERE version.decision_id = every.id AND version.first_seen <= '{end}'
    ORDER BY version.status = 'ok' DESC,
        (SELECT MAX(attempt.time) FROM main.attempt
         WHERE attempt.document_id = version.document_id AND attempt.time <= '{end}') DESC
    LIMIT 1)"""

# Other bytes with the same content aren't kept apart: of what was seen later too its first document
# tells when it was seen before.
_SEEN = {
    "last_seen": "CASE WHEN every.last_seen <= '{end}' THEN every.last_seen"
    f" ELSE COALESCE({_SERVED}, every.first_seen) END"
}
_LISTED = {
    "last_seen": "MIN(every.last_seen, '{end}')",
    "unlisted_since": "CASE WHEN every.unlisted_since <= '{end}' THEN every.unlisted_since END",
}
_FIRST_SEEN = "every.first_seen <= '{end}'"
_BY_RUN = "every.{run} IN (SELECT run.id FROM main.run WHERE run.started <= '{{end}}')"

#: What of each table was there at the end of a day, and the columns that said something else.
_THEN: dict[str, tuple[str, dict[str, str]]] = {
    "authority": (
        "1",
        {
            "map_first_seen": "CASE WHEN every.map_first_seen <= '{end}'"
            " THEN every.map_first_seen END",
            "map_last_seen": "CASE WHEN every.map_first_seen <= '{end}'"
            " THEN MIN(every.map_last_seen, '{end}') END",
        },
    ),
    "run": ("every.started <= '{end}'", {}),
    "run_check": (_BY_RUN.format(run="run_id"), {}),
    "outcome": (_BY_RUN.format(run="run_id"), {}),
    "attempt": ("every.time <= '{end}'", {}),
    "link": (
        _FIRST_SEEN,
        {
            "last_seen": "MIN(every.last_seen, '{end}')",
            "gone_since": "CASE WHEN every.gone_since <= '{end}' THEN every.gone_since END",
        },
    ),
    "letter": (
        f"{_CURRENT_VERSION} IS NOT NULL",
        {"current_version_id": _CURRENT_VERSION},
    ),
    "letter_version": (
        _FIRST_SEEN,
        {
            "last_seen": "COALESCE("
            + _SERVED_VERSION.format(column="time", version="every", end="{end}")
            + ", every.first_seen)"
        },
    ),
    "page_reading": (_FIRST_SEEN, _SEEN),
    "national_table": (_FIRST_SEEN, _SEEN),
    "decision": (
        "every.link_id IN (SELECT link.id FROM main.link WHERE link.first_seen <= '{end}')",
        {"current_version_id": _CURRENT_DECISION},
    ),
    "decision_version": (_FIRST_SEEN, _SEEN),
    "decision_window": ("every.asked <= '{end}'", {}),
    "public_report": (
        _FIRST_SEEN,
        {**_LISTED, "document_id": f"CASE WHEN {_SERVED} IS NOT NULL THEN every.document_id END"},
    ),
    "service_improvement": (_FIRST_SEEN, _LISTED),
}


def shadow(connection: Connection, day: date | None, *, withheld: bool) -> None:
    """Have every view of this connection answer as of the end of a day (None: of now), and as if
    what is withheld had never been read, unless `withheld` is wanted too.

    Replaces what an earlier call has set. Nothing is written to the database.
    """
    lift(connection)
    bodies = {}
    for name in {*(_THEN if day else ()), *(() if withheld else _SHOWN)}:
        there, otherwise = _THEN.get(name, ("1", {})) if day else ("1", {})
        shown = "1" if withheld else _SHOWN.get(name, "1")
        bodies[name] = _body(name, f"{there} AND {shown}", otherwise, day)
    if not bodies:
        return
    for name, body in (*bodies.items(), *views.definitions().items()):
        if name == "withheld":
            continue  # what is withheld is always today's word
        connection.exec_driver_sql(f"CREATE TEMP VIEW {name} AS {body}")


def _body(name: str, where: str, otherwise: dict[str, str], day: date | None) -> str:
    columns = ", ".join(
        f"{otherwise[column.name]} AS {column.name}"
        if column.name in otherwise
        else f'every."{column.name}"'
        for column in tables.NAMED[name].columns
    )
    body = f"SELECT {columns} FROM main.{name} AS every WHERE {where}"
    return body.replace("{end}", f"{day}T23:59:59.999Z")


def lift(connection: Connection) -> None:
    """Have the views answer as they are again."""
    names = connection.scalars(text("SELECT name FROM temp.sqlite_master WHERE type = 'view'"))
    for name in names.all():
        connection.exec_driver_sql(f'DROP VIEW temp."{name}"')
