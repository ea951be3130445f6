"""The storage as it stood at the end of a day, and without what is withheld.

SQLite looks a name up among temporary tables and views first. So a temporary view with a table's
name, holding what was there on that day, and temporary copies of the views, give every view's
answer of that day. Which wording of a letter, page, table or decision was current is what the site
had served by then. What a document says is today's reader's word; the checks across letters are
made anew from what is shown; people's verdicts are today's. When a report, an improvement or a
council was last listed isn't kept for each day: what was listed later too has the last capture of
the day for it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from ombudsman_crawler.database import review, tables, views
from ombudsman_crawler.database.views import readings

_KEPT_BACK = "(SELECT document_id FROM main.withheld WHERE document_id IS NOT NULL)"
# Those of decisions that are withheld, by their reference or by a document, and of public reports.
_REFERENCES_KEPT_BACK = f"""(
    SELECT reference FROM main.withheld WHERE reference IS NOT NULL
    UNION SELECT kept.reference FROM main.decision AS kept
    JOIN main.decision_document AS carries ON carries.decision_id = kept.id
    WHERE kept.reference IS NOT NULL AND carries.document_id IN {_KEPT_BACK}
    UNION SELECT kept.reference FROM main.public_report AS kept
    WHERE kept.reference IS NOT NULL AND kept.document_id IN {_KEPT_BACK})"""
_OTHER_REFERENCE = f"(every.reference IS NULL OR every.reference NOT IN {_REFERENCES_KEPT_BACK})"
_SEEN_PREFIX = "seen_"

#: What of a table isn't withheld. What is current is chosen before: what was current until then
#: doesn't take the place of what is withheld.
_SHOWN = {
    **dict.fromkeys(("reading", "decision_version"), f"every.document_id NOT IN {_KEPT_BACK}"),
    "page_reading": f"""every.document_id NOT IN {_KEPT_BACK} AND (
        SELECT newest.document_id FROM {_SEEN_PREFIX}page_reading AS newest
        WHERE newest.authority_id = every.authority_id
          AND newest.year_ending IS every.year_ending
        ORDER BY newest.last_seen DESC, newest.capture_id DESC LIMIT 1) NOT IN {_KEPT_BACK}""",
    "national_table": f"""every.document_id NOT IN {_KEPT_BACK} AND COALESCE((
        SELECT newest.document_id FROM {_SEEN_PREFIX}national_table AS newest WHERE {
        readings.CURRENT_FIRST.format(
            tables=f"{_SEEN_PREFIX}national_table",
            subject="every.subject",
            year="every.year_ending",
        )
    }), 0) NOT IN {_KEPT_BACK}""",
    "public_report": f"""(every.document_id IS NULL OR every.document_id NOT IN {_KEPT_BACK})
        AND {_OTHER_REFERENCE}""",
    # What a council agreed to after a decision tells of it.
    "service_improvement": _OTHER_REFERENCE,
    "decision": f"""{_OTHER_REFERENCE}
        AND every.id NOT IN (SELECT carries.decision_id FROM main.decision_document AS carries
                             WHERE carries.document_id IN {_KEPT_BACK})""",
}

# When a document was last served by the end of the day.
_SERVED = """(SELECT MAX(attempt.time) FROM main.attempt
    WHERE attempt.document_id = every.document_id AND attempt.time <= '{end}')"""


def _carried(carrying: str, content: str, number: str = "version_id", last: str = "time") -> str:
    """Return the SQL of the same for every document that carried a content, as the table `carrying`
    has it: the last attempt's time, or its id."""
    return f"""(SELECT MAX(attempt.{last}) FROM main.{carrying} AS carries
    JOIN main.attempt ON attempt.document_id = carries.document_id
    WHERE carries.{number} = {content} AND attempt.time <= '{{end}}')"""


# The versions of a letter in the order in which they count: see `versions`.
_CURRENT_VERSION = f"""(
    SELECT version.id FROM main.letter_version AS version
    JOIN main.reading ON reading.id = (
        SELECT MAX(newest.id) FROM main.reading AS newest WHERE newest.version_id = version.id)
    WHERE version.letter_id = every.id AND version.first_seen <= '{{end}}'
    ORDER BY reading.status IN ('ok', 'suspect') DESC, version.copy,
        {_carried("version_document", "version.id", last="id")} DESC LIMIT 1)"""
_CURRENT_DECISION = f"""(
    SELECT version.id FROM main.decision_version AS version
    WHERE version.decision_id = every.id AND version.first_seen <= '{{end}}'
    ORDER BY version.status = 'ok' DESC,
        {_carried("decision_document", "version.id")} DESC LIMIT 1)"""


def _seen(served: str) -> dict[str, str]:
    """Return the column that says when something was last served by the end of the day; `served` is
    the SQL that tells it where it was served later, too."""
    return {
        "last_seen": "CASE WHEN every.last_seen <= '{end}' THEN every.last_seen"
        f" ELSE COALESCE({served}, every.first_seen) END"
    }


# Not every listing is kept: what is listed to this day was, as far as is known, until the last
# capture of that day.
_LISTED_LAST = "MIN(every.{column}, (SELECT MAX(time) FROM main.attempt WHERE time <= '{end}'))"
_LISTED = {
    "last_seen": _LISTED_LAST.replace("{column}", "last_seen"),
    "unlisted_since": "CASE WHEN every.unlisted_since <= '{end}' THEN every.unlisted_since END",
}
# Since when an address had answered that nothing is there any more, by the end of the day: its
# first such answer after the last with its document. The table knows it only until it is back.
_GONE_THEN = """(
    SELECT MIN(attempt.time) FROM main.outcome
    JOIN main.attempt ON attempt.id = outcome.capture_id
    WHERE outcome.link_id = every.id AND outcome.outcome = 'gone' AND attempt.time <= '{end}'
      AND NOT EXISTS (
        SELECT 1 FROM main.outcome AS later
        JOIN main.attempt AS answered ON answered.id = later.capture_id
        WHERE later.link_id = every.id
          AND later.outcome IN ('archived', 'new_version', 'unchanged')
          AND answered.time > attempt.time AND answered.time <= '{end}'))"""
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
            f" THEN {_LISTED_LAST.replace('{column}', 'map_last_seen')} END",
        },
    ),
    "run": ("every.started <= '{end}'", {}),
    "run_check": (_BY_RUN.format(run="run_id"), {}),
    "outcome": (_BY_RUN.format(run="run_id"), {}),
    "attempt": ("every.time <= '{end}'", {}),
    "link": (
        _FIRST_SEEN,
        {
            "last_seen": _LISTED_LAST.replace("{column}", "last_seen"),
            "gone_since": "CASE WHEN every.gone_since <= '{end}' THEN every.gone_since"
            f" ELSE {_GONE_THEN} END",
        },
    ),
    "letter": (
        f"{_CURRENT_VERSION} IS NOT NULL",
        {"current_version_id": _CURRENT_VERSION},
    ),
    "letter_version": (
        _FIRST_SEEN,
        {"last_seen": f"COALESCE({_carried('version_document', 'every.id')}, every.first_seen)"},
    ),
    "page_reading": (
        _FIRST_SEEN,
        _seen(_carried("page_document", "every.capture_id", "capture_id")),
    ),
    "national_table": (_FIRST_SEEN, _seen(_SERVED)),
    "decision": (
        "every.link_id IN (SELECT link.id FROM main.link WHERE link.first_seen <= '{end}')",
        {"current_version_id": _CURRENT_DECISION},
    ),
    "decision_version": (_FIRST_SEEN, _seen(_carried("decision_document", "every.id"))),
    "decision_window": ("every.asked <= '{end}'", {}),
    "public_report": (
        _FIRST_SEEN,
        {**_LISTED, "document_id": f"CASE WHEN {_SERVED} IS NOT NULL THEN every.document_id END"},
    ),
    "service_improvement": (_FIRST_SEEN, _LISTED),
}


_NOTED = "noted_anew"


def shadow(connection: Connection, day: date | None, *, withheld: bool) -> None:
    """Have every view of this connection answer as of the end of a day (None: of now), and as if
    what is withheld had never been read, unless `withheld` is wanted too.

    Replaces what an earlier call has set. Nothing is written to the database.
    """
    lift(connection)
    withheld = withheld or not connection.scalar(text("SELECT EXISTS (SELECT 1 FROM withheld)"))
    if withheld and day is None:
        return
    for name in {*(_THEN if day else ()), *(() if withheld else _SHOWN)}:
        there, otherwise = _THEN.get(name, ("1", {})) if day else ("1", {})
        seen = _body(name, f"main.{name}", there, otherwise, day)
        if withheld or name not in _SHOWN:
            _view(connection, name, seen)
        else:
            _view(connection, f"{_SEEN_PREFIX}{name}", seen)
            shown = _body(name, f"{_SEEN_PREFIX}{name}", _SHOWN[name], {}, day)
            _view(connection, name, shown)
    for name, body in views.definitions().items():
        # What is withheld is always today's word.
        if name != "withheld":
            _view(connection, name, body)
    _review_anew(connection)


def _view(connection: Connection, name: str, body: str) -> None:
    connection.exec_driver_sql(f"CREATE TEMP VIEW {name} AS {body}")


def _body(name: str, of: str, where: str, otherwise: dict[str, str], day: date | None) -> str:
    columns = ", ".join(
        f"{otherwise[column.name]} AS {column.name}"
        if column.name in otherwise
        else f'every."{column.name}"'
        for column in tables.NAMED[name].columns
    )
    body = f"SELECT {columns} FROM {of} AS every WHERE {where}"
    return body.replace("{end}", f"{day}T23:59:59.999Z")


def _review_anew(connection: Connection) -> None:
    """Have the checks across letters speak of what is shown only: what they found with a later
    letter, or one that is withheld, wasn't known or isn't to be told."""
    noted, _ = review.noted(connection)
    columns = ", ".join(review.Noted._fields)
    connection.exec_driver_sql(f"CREATE TEMP TABLE {_NOTED} (id INTEGER PRIMARY KEY, {columns})")
    if noted:
        names = ", ".join(f":{name}" for name in review.Noted._fields)
        connection.execute(
            text(f"INSERT INTO {_NOTED} ({columns}) VALUES ({names})"),
            [one._asdict() for one in sorted(noted, key=str)],
        )
    every = ", ".join(f'every."{column.name}"' for column in tables.FINDING.columns)
    anew = ", ".join(
        {"id": "-anew.id", "origin": f"'{review.ORIGIN}'"}.get(column.name, f"anew.{column.name}")
        for column in tables.FINDING.columns
    )
    _view(
        connection,
        "finding",
        f"SELECT {every} FROM main.finding AS every WHERE every.origin <> '{review.ORIGIN}'"
        f" UNION ALL SELECT {anew} FROM {_NOTED} AS anew",
    )


def lift(connection: Connection) -> None:
    """Have the views answer as they are again."""
    names = connection.scalars(text("SELECT name FROM temp.sqlite_master WHERE type = 'view'"))
    for name in names.all():
        connection.exec_driver_sql(f'DROP VIEW temp."{name}"')
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS temp.{_NOTED}")
