"""What an export holds: which tables, narrowed down how, and what has to be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ombudsman_crawler.database import describe
from ombudsman_crawler.database.analysts import Table, Wanted

#: The days of archives and workbooks, which hold no earlier one than 1980, where there are no data.
NO_DAY = "2000-01-01"


@dataclass(slots=True)
class Contents:
    """What one export holds.

    `about` is what the analysts' database says of itself, `checks` whether the required checks of
    its runs hold. `rows` counts the rows of each table so
    far; it is whole when a format's files are finished.
    """

    about: Mapping[str, str]
    wanted: Wanted
    tables: dict[str, Table]
    checks: str
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def is_replica(self) -> bool:
        return self.about["replica"] == "1"

    @property
    def data_until(self) -> str:
        """When the last of the data was captured, ISO 8601; never the present time."""
        return self.about["data_until"] or f"{NO_DAY}T00:00:00.000Z"

    def narrowed(self) -> list[str]:
        """Return what the export was narrowed down to, a phrase each; none: it is whole."""
        wanted = self.wanted
        return [
            f"{name}: {', '.join(values)}"
            for name, values in (
                ("years ending", (str(wanted.years),) if wanted.years else None),
                ("councils", wanted.councils),
                ("kinds", wanted.kinds),
                ("metrics", wanted.metrics),
            )
            if values is not None
        ]


def meaning(table: str, column: str) -> str:
    """Return what a column means, as plain text."""
    return describe.meaning(table, column).replace("`", "")


def table_meaning(table: str) -> str:
    """Return what a row of a table is, as plain text."""
    return describe.table_meaning(table).replace("`", "")
