"""Why values are doubtful, in words, for the cells they stand in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ombudsman_crawler import findings
from ombudsman_crawler.database.analysts import Analysts

# Notes are for reading: a long list of messages is cut.
_LONGEST = 1_000

_Key = tuple[str, int, str, str]


class Doubts:
    """The open findings that make figures doubtful, by authority, year, metric and source; the
    metric is empty where it is all of them."""

    def __init__(self, analysts: Analysts) -> None:
        self._messages: dict[_Key, dict[str, str]] = {}
        query = (
            "SELECT authority, year_ending, COALESCE(metric, ''), source, code, message"
            " FROM findings WHERE severity IN ('warning', 'error')"
            " AND acknowledged IS NOT 'right' ORDER BY code, message"
        )
        for *key, code, message in analysts.connection.execute(query):
            named = self._messages.setdefault((key[0], key[1], key[2], key[3]), {})
            named[code] = f"{named[code]}; {message}" if code in named else message

    def of(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the place of each row with doubtful values, and their notes by column."""
        named = {"annual_summary": "doubtful", "figures": "doubts"}.get(table)
        if named is None:
            return
        index = columns.index(named)
        for place, row in enumerate(rows):
            if row[index]:
                found = dict(zip(columns, row, strict=True))
                yield (
                    place,
                    self._summary(found) if table == "annual_summary" else self._figure(found),
                )

    def _summary(self, row: dict[str, Any]) -> dict[str, str]:
        sources = json.loads(row["sources"])
        return {
            metric: self._note(
                (row["authority"], row["year_ending"], metric, sources.get(metric, "letter"))
            )
            for metric in row["doubtful"].split(",")
            if metric in row
        }

    def _figure(self, row: dict[str, Any]) -> dict[str, str]:
        key = (row["authority"], row["year_ending"], row["metric"], row["source"])
        return {"value": self._note(key, row["doubts"].split(","))}

    def _note(self, key: _Key, codes: Sequence[str] | None = None) -> str:
        authority, year, _, source = key
        # Those without a metric are about the whole letter, page or row.
        whole = self._messages.get((authority, year, "", source), {})
        known = {**whole, **self._messages.get(key, {})}
        meanings = findings.load()
        said = [known.get(code) or meanings.get(code, code) for code in (codes if codes else known)]
        text = "Doubtful: " + ("; ".join(said) or "see the sheet findings")
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
