"""A Frictionless data package: `datapackage.json` describes the CSV files beside it.

Types, meanings, closed lists, bounds of years, keys within tables and between them are declared
where they hold. What is narrowed down in one table and not in another has no key between them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ombudsman_crawler import credits as whose
from ombudsman_crawler import metrics
from ombudsman_crawler.authorities import KINDS
from ombudsman_crawler.database.analysts import Table
from ombudsman_crawler.export import csv_files
from ombudsman_crawler.export.contents import Contents, meaning, table_meaning
from ombudsman_crawler.years import FIRST_YEAR, LAST_YEAR

NAME = "datapackage.json"

_TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string"}
_YEARS = {"minimum": FIRST_YEAR, "maximum": LAST_YEAR}

#: Columns by name, or `table.column`, whose values are of a closed list or within bounds.
_CONSTRAINTS: dict[str, dict[str, Any]] = {
    "kind": {"enum": list(KINDS)},
    "comparability_break.kind": {"enum": list(metrics.BREAKS)},
    "absence": {"enum": list(metrics.ABSENCES)},
    "absences.absence": {"enum": [*metrics.ABSENCES, *metrics.SILENCES]},
    "severity": {"enum": ["note", "warning", "error"]},
    "form": {"enum": list(metrics.FORMS)},
    "source": {"enum": ["letter", "council_page", "national_table"]},
    "authority_names.source": {"enum": ["register", "site"]},
    "successors.source": {"enum": ["register", "site"]},
    "letter_kind": {"enum": ["annual", "follow_up"]},
    "year_ending": _YEARS,
    "first_year": _YEARS,
    "last_year": _YEARS,
    "restated": {"enum": [0, 1]},
    "copy": {"enum": [0, 1]},
    "withheld": {"enum": [0, 1]},
}

_KEYS = {
    "annual_summary": ["authority", "year_ending"],
    "figures": ["figure_id"],
    "absences": ["authority", "year_ending", "metric"],
    "coverage": ["authority", "year_ending"],
    "disagreement": ["authority", "year_ending", "metric"],
    "letters": ["letter"],
    "letter_versions": ["letter", "version"],
    "decisions": ["decision_id"],
    "decision_count": ["authority", "year_ending"],
    "authorities": ["authority"],
    "authority_names": ["authority", "name", "source"],
    "successors": ["predecessor", "successor"],
    "metric": ["metric"],
    "comparability_break": ["metric", "first_year", "kind"],
    "runs": ["run_id"],
    "run_checks": ["run_id", "check"],
}

# The sentences of a licence that has no name of its own.
_LICENCES = [
    {"name": "lgsco-terms", "path": "https://www.lgo.org.uk/copyright",
     "title": "Terms of the Local Government and Social Care Ombudsman"},
    {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/",
     "title": "Register of councils: Creative Commons Attribution 4.0"},
]  # fmt: skip
_SOURCES = [
    {"title": "Local Government and Social Care Ombudsman", "path": "https://www.lgo.org.uk"},
    {"title": 'mySociety, "UK Local Authorities (including future)"',
     "path": "https://pages.mysociety.org/uk_local_authority_names_and_codes/"},
]  # fmt: skip


class DataPackage:
    """Writes the description once the CSV files are whole."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self._folder = folder
        self._contents = contents

    def begin(self, table: Table) -> None:
        """The CSV files are written elsewhere."""

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """The CSV files are written elsewhere."""

    def end(self) -> None:
        """The CSV files are written elsewhere."""

    def finish(self) -> None:
        text = json.dumps(_described(self._folder, self._contents), indent=2, ensure_ascii=False)
        (self._folder / NAME).write_text(f"{text}\n", encoding="utf-8")

    def abandon(self) -> None:
        """Nothing is open."""


def _described(folder: Path, contents: Contents) -> dict[str, Any]:
    about = contents.about
    said = [
        *([about["warning"]] if contents.is_replica else []),
        about["terms"],
        about["register"],
        about["caution"],
        f"Checks of the crawls: {contents.checks}",
        f"How to cite: {whose.citation(about)}",
        *(["Narrowed down to " + "; ".join(contents.narrowed())] if contents.narrowed() else []),
        "In columns of text, what a spreadsheet would run as a formula has an apostrophe before "
        "it; see README.txt.",
    ]
    return {
        "profile": "tabular-data-package",
        "name": "ombudsman-annual-reviews" + ("-test-data" if contents.is_replica else ""),
        "title": about["title"],
        "description": "\n\n".join(said),
        "created": contents.data_until,
        "licenses": _LICENCES,
        "sources": _SOURCES,
        "resources": [_resource(folder, table, contents) for table in contents.tables.values()],
    }


def _resource(folder: Path, table: Table, contents: Contents) -> dict[str, Any]:
    path = f"{csv_files.FOLDER}/{table.name}.csv"
    size, sha256 = csv_files.size_and_hash(folder / path)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path,
        "title": table.name.replace("_", " ").capitalize(),
        "description": table_meaning(table.name),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True},
        "schema": _schema(table, contents),
    }


def _schema(table: Table, contents: Contents) -> dict[str, Any]:
    key = _KEYS.get(table.name, [])
    between = _foreign_keys(table, contents)
    return {
        "fields": [_field(table.name, name, kind, key) for name, kind in table.columns.items()],
        "missingValues": [""],
        **({"primaryKey": key} if key else {}),
        **({"foreignKeys": between} if between else {}),
    }


def _field(table: str, column: str, kind: str, key: Sequence[str]) -> dict[str, Any]:
    constraints = {
        **(_CONSTRAINTS.get(f"{table}.{column}") or _CONSTRAINTS.get(column, {})),
        **({"required": True} if column in key else {}),
        **({"unique": True} if key == [column] else {}),
    }
    metric = metrics.load().get(column) if table == "annual_summary" else None
    return {
        "name": column,
        "type": _TYPES[kind],
        "description": meaning(table, column),
        **({"unit": metric.unit} if metric else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def _foreign_keys(table: Table, contents: Contents) -> list[dict[str, Any]]:
    wanted, columns = contents.wanted, table.columns
    found = []
    # Bodies are narrowed down by council and kind; what has no such column isn't.
    narrowed_alike = "kind" in columns or wanted.kinds is None
    if table.name != "authorities" and "authority" in columns and narrowed_alike:
        found.append(("authority", "authorities", "authority"))
    if table.name == "successors" and wanted.councils is None and wanted.kinds is None:
        found.append(("predecessor", "authorities", "authority"))
        found.append(("successor", "authorities", "authority"))
    if table.name != "metric" and "metric" in columns:
        found.append(("metric", "metric", "metric"))
    if table.name == "letter_versions":
        found.append(("letter", "letters", "letter"))
    # The year of a figure needn't be that of its letter.
    if table.name == "version_figures" and wanted.years is None:
        found.append(("letter", "letters", "letter"))
    if table.name == "run_checks":
        found.append(("run_id", "runs", "run_id"))
    return [
        {"fields": [own], "reference": {"resource": resource, "fields": [other]}}
        for own, resource, other in found
    ]
