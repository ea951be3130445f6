"""Tables by geometry: headings to columns, labels to rows, numbers to cells.

Pure, and independent of the order in which anything was drawn: a column is known by its heading's
words, wherever they wrap; a cell belongs to the column it stands under. Ruling lines aren't needed.
Each heading must be one of the `Vocabulary`.

Distances are in points or, where it is said, in parts of a word's height.
"""

from ombudsman_crawler.letters.tables.reading import find_empty_table, read_tables
from ombudsman_crawler.letters.tables.table import CELL, Cell, Column, Row
from ombudsman_crawler.letters.tables.vocabulary import (
    TOTAL,
    ColumnName,
    RowName,
    Vocabulary,
    normal,
    wording,
)

__all__ = [
    "CELL",
    "TOTAL",
    "Cell",
    "Column",
    "ColumnName",
    "Row",
    "RowName",
    "Vocabulary",
    "find_empty_table",
    "normal",
    "read_tables",
    "wording",
]
