"""What a page is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ombudsman_crawler.database.analysts import Analysts
from ombudsman_crawler.explore.answers import NotFound
from ombudsman_crawler.explore.page_images import PageImages


@dataclass(frozen=True, slots=True)
class Asked:
    """A page's address: its `parts`, and the `arguments` behind the question mark (the first of
    each name). `images` shows the documents, if they are there at all."""

    analysts: Analysts
    images: PageImages
    parts: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)

    def all(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Return every row of a query over the analysts' database."""
        return [dict(row) for row in self.analysts.connection.execute(query, values)]

    def first(self, query: str, *values: Any) -> dict[str, Any] | None:
        """Return the first row of a query, None where there is none."""
        row = self.analysts.connection.execute(query, values).fetchone()
        return None if row is None else dict(row)

    def authority(self) -> dict[str, Any]:
        """Return the authority whose key is the part `key`. Raises NotFound."""
        key = self.parts["key"]
        found = self.first("SELECT * FROM authorities WHERE key = ?", key)
        if found is None:
            raise NotFound(f"No council is called {key}.")
        return found

    def other_key(self) -> str | None:
        """Return the key of the only authority that the site calls by the part `key`, or whose key
        that is in capitals; None where it is a key itself, or nothing."""
        name = self.parts["key"]
        rows = self.all(
            "SELECT key FROM authorities WHERE lower(slug) = lower(?1) OR key = lower(?1)", name
        )
        keys = {row["key"] for row in rows}
        return None if name in keys or len(keys) != 1 else keys.pop()
