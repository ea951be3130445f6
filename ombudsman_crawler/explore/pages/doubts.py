"""What is in doubt: findings by severity, each with its evidence and what people said of it; and
where sources say different things."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import quote, urlencode

from ombudsman_crawler import findings
from ombudsman_crawler.explore.answers import NotFound, Page
from ombudsman_crawler.explore.pages import figures
from ombudsman_crawler.explore.pages.asked import Asked

SEVERITIES = ("error", "warning", "note")
_ON_A_PAGE = 50


def page(asked: Asked) -> Page:
    """Return the page `/doubts`. Raises NotFound for what can't be asked."""
    chosen = {
        "severity": _one_of(asked, "severity", SEVERITIES),
        "code": _one_of(asked, "code", findings.load()),
        "source": _one_of(asked, "source", figures.SOURCES),
        "council": asked.arguments.get("council", ""),
        "open": _one_of(asked, "open", ("1", "0")) or "1",
    }
    where, values = _conditions(asked, chosen)
    count = asked.all(f"SELECT COUNT(*) AS n FROM findings WHERE {where}", *values)[0]["n"]
    number, last = _number(asked, count)
    rows = asked.all(
        f"{_FOUND} WHERE {where} ORDER BY severity = 'error' DESC, severity = 'warning' DESC,"
        f" findings.year_ending DESC, findings.authority, code, metric LIMIT {_ON_A_PAGE}"
        f" OFFSET {(number - 1) * _ON_A_PAGE}",
        *values,
    )
    asking = urlencode({name: value for name, value in chosen.items() if value})
    return Page(
        "doubts.html",
        {
            "title": "Doubts",
            "rows": [{**row, "evidence": _evidence(row), "command": _command(row)} for row in rows],
            "count": count,
            "counts": asked.all(_COUNTS),
            "codes": sorted({row["code"] for row in asked.all(_CODES)}),
            "meanings": findings.load(),
            "severities": SEVERITIES,
            "sources": figures.SOURCES,
            "councils": asked.all(_COUNCILS),
            "chosen": chosen,
            "number": number,
            "last": last,
            "asking": asking,
            "disagreements": asked.all("SELECT COUNT(*) AS n FROM disagreement")[0]["n"],
        },
    )


def disagreements(asked: Asked) -> Page:
    """Return the page `/disagreements`. Raises NotFound for a page that isn't there."""
    count = asked.all("SELECT COUNT(*) AS n FROM disagreement")[0]["n"]
    number, last = _number(asked, count)
    rows = asked.all(
        "SELECT disagreement.*, authorities.key FROM disagreement JOIN authorities"
        " USING (authority) ORDER BY year_ending DESC, authority, metric"
        f" LIMIT {_ON_A_PAGE} OFFSET {(number - 1) * _ON_A_PAGE}"
    )
    return Page(
        "disagreements.html",
        {
            "title": "Where sources differ",
            "rows": rows,
            "sources": figures.SOURCES,
            "count": count,
            "number": number,
            "last": last,
        },
    )


def _one_of(asked: Asked, name: str, allowed: Any) -> str:
    value = asked.arguments.get(name, "")
    if value and value not in allowed:
        raise NotFound(f"{name} can't be that.")
    return value


def _number(asked: Asked, count: int) -> tuple[int, int]:
    """Return the number of the page that is asked for, and of the last of so many rows."""
    last = max(1, -(-count // _ON_A_PAGE))
    written = asked.arguments.get("page", "1")
    is_number = written.isascii() and written.isdigit() and len(written) < 7
    if not (is_number and 0 < int(written) <= last):
        raise NotFound("There is no such page.")
    return int(written), last


def _conditions(asked: Asked, chosen: dict[str, str]) -> tuple[str, list[Any]]:
    conditions = ["1"]
    values: list[Any] = []
    for column in ("severity", "code", "source"):
        if chosen[column]:
            conditions.append(f"{column} = ?")
            values.append(chosen[column])
    if not chosen["severity"]:
        conditions.append("severity <> 'note'")
    if chosen["council"]:
        found = asked.first("SELECT authority FROM authorities WHERE key = ?", chosen["council"])
        if found is None:
            raise NotFound("No council is called so.")
        conditions.append("findings.authority = ?")
        values.append(found["authority"])
    if chosen["open"] == "1":
        conditions.append("acknowledged IS NULL")
    return " AND ".join(conditions), values


def _evidence(row: dict[str, Any]) -> str | None:
    """Return the address of what a finding is about, None where no page shows it."""
    if row["source"] == "national_table" and row["document_sha256"] and row["suffix"] is None:
        asked = urlencode({"document_sha256": row["document_sha256"], "_sort": "number"})
        return f"/data/national_rows?{asked}"
    if row["key"] is None or row["year_ending"] is None:
        return None
    if row["metric"] and row["suffix"] is not None:
        name = f"{row['key']}/{row['year_ending']}/{row['source']}/{row['metric']}{row['suffix']}"
        return f"/figure/{quote(name)}"
    if row["source"] == "letter" and row["letter"]:
        return f"/letter/{row['letter']}"
    return f"/council/{row['key']}"


def _command(row: dict[str, Any]) -> str | None:
    if row["subject"] is None:
        return None
    subject = shlex.quote(row["subject"])
    return f"ombudsman acknowledge {subject} --verdict right|wrong|unsure --who NAME --note WHY"


_FOUND = """
SELECT findings.*, authorities.key,
       (SELECT letter FROM letters WHERE letters.document_sha256 = findings.document_sha256
        AND letters.authority = findings.authority LIMIT 1) AS letter,
       (SELECT group_concat(DISTINCT national_rows.subject)
        FROM national_rows WHERE findings.source = 'national_table'
          AND national_rows.document_sha256 = findings.document_sha256) AS of_table,
       (SELECT substr(MIN((document.sha256 IS NOT findings.document_sha256) || figure.suffix), 2)
        FROM authority JOIN figure ON figure.authority_id = authority.id
        JOIN document ON document.id = figure.document_id
        WHERE authority.name = findings.authority
          AND figure.year_ending = findings.year_ending AND figure.metric = findings.metric
          AND figure.source = findings.source) AS suffix
FROM findings LEFT JOIN authorities ON authorities.authority = findings.authority
"""
_COUNTS = """
SELECT severity, SUM(acknowledged IS NULL) AS open, SUM(acknowledged IS NOT NULL) AS settled
FROM findings GROUP BY severity
ORDER BY severity = 'error' DESC, severity = 'warning' DESC
"""
_CODES = "SELECT DISTINCT code FROM findings"
_COUNCILS = """
SELECT key, authority FROM authorities WHERE authority IN (SELECT authority FROM findings)
ORDER BY authority
"""
