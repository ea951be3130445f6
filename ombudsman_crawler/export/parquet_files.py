"""Parquet: a file a table, typed, each column with what it means as its field's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from ombudsman_crawler import credits as whose
from ombudsman_crawler import metrics
from ombudsman_crawler.database.analysts import Table
from ombudsman_crawler.export.contents import Contents, meaning, table_meaning

#: Where the files lie in an export's folder.
FOLDER = "parquet"

_TYPES = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}


class ParquetFiles:
    """Writes a file for each table into a folder; a row group for each lot of rows."""

    def __init__(self, folder: Path, contents: Contents) -> None:
        self._folder = folder / FOLDER
        self._folder.mkdir(exist_ok=True)
        self._contents = contents
        # Arrow's own pool keeps much more than it needs.
        self._pool = pa.system_memory_pool()
        self._writer: parquet.ParquetWriter

    def begin(self, table: Table) -> None:
        self._schema = pa.schema(
            [_field(table.name, column, kind) for column, kind in table.columns.items()],
            metadata=_said(table.name, self._contents),
        )
        self._writer = parquet.ParquetWriter(
            self._folder / f"{table.name}.parquet", self._schema, compression="zstd"
        )

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        columns = [
            pa.array(column, field.type, memory_pool=self._pool)
            for field, column in zip(self._schema, zip(*rows, strict=True), strict=True)
        ]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema))

    def end(self) -> None:
        self._writer.close()

    def finish(self) -> None:
        """Nothing is left to write."""

    def abandon(self) -> None:
        """Let go of what is open."""
        if hasattr(self, "_writer"):
            self._writer.close()


def _field(table: str, column: str, kind: str) -> pa.Field:
    said = {"description": meaning(table, column)}
    if table == "annual_summary" and column in metrics.load():
        said["unit"] = metrics.load()[column].unit
    return pa.field(column, _TYPES[kind], metadata=said)


def _said(table: str, contents: Contents) -> dict[str, str]:
    """Return what the file says of itself: all of `about` that is the same each time."""
    said = {name: value for name, value in contents.about.items() if name != "made"}
    return {
        **said,
        "description": table_meaning(table),
        "citation": whose.citation(contents.about),
        "narrowed_to": "; ".join(contents.narrowed()),
    }
