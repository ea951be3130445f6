"""How the national tables of each year look: no two years are laid out alike."""

from __future__ import annotations

from dataclasses import dataclass

#: Workbooks until then, a file of comma-separated values for each subject since.
FIRST_YEAR_OF_CSV = 2023


@dataclass(frozen=True, slots=True)
class Style:
    """The form of one year's tables."""

    above: int = 0
    """How many rows stand above the headings: a title, notes and blank rows."""
    blank_column: bool = False
    """The first column is empty."""
    grouped: bool = False
    """Two rows of headings: groups, whose cells are merged, over the columns."""
    renamed: bool = False
    """Columns have other names, and stand in another order."""
    kind_column: bool = False
    """The second column says what kind of authority it is."""
    by_kind: bool = False
    """Rows are sorted by kind, under a row with the kind's name."""
    short_names: bool = False
    plain_percents: bool = False
    """A rate is 74, not 74%."""
    text_numbers: bool = False
    """Numbers are stored as text (workbooks)."""
    thousands: bool = False
    """A number has a comma after its thousands."""
    zero: str = "0"
    """What a count of zero is printed as: "0", "-" or nothing."""
    none: str = ""
    """What stands where there can be no number."""
    totals: bool = False
    """A total row and averages by kind stand at the end."""
    footnotes: bool = False
    formulas: bool = False
    """Totals are formulas (workbooks)."""
    one_not_calculated: bool = False
    """One of the formulas has no calculated value."""
    hidden_sheet: bool = False
    wide: bool = False
    """A cell without a value lies far out, so that the sheet seems enormous."""
    broken_headings: bool = False
    """Headings are broken over lines within their cells."""
    encoding: str = "utf-8"
    content_type: str = "text/csv; charset=utf-8"


_STYLES = {
    2014: Style(short_names=True),
    2015: Style(above=3, blank_column=True, zero=""),
    2016: Style(above=2, grouped=True, totals=True, none="N/A"),
    2017: Style(
        by_kind=True, short_names=True, text_numbers=True, hidden_sheet=True, footnotes=True,
        none="N/A",
    ),
    2018: Style(above=1, renamed=True, formulas=True, totals=True, none="-"),
    2019: Style(above=4, blank_column=True, grouped=True, footnotes=True, none="N/A"),
    2020: Style(wide=True, short_names=True, plain_percents=True, zero="-"),
    2021: Style(
        above=3, renamed=True, kind_column=True, totals=True, footnotes=True, thousands=True,
        none="-",
    ),
    2022: Style(
        above=1, grouped=True, formulas=True, one_not_calculated=True, hidden_sheet=True,
        broken_headings=True, none="N/A",
    ),
    2023: Style(
        above=5, footnotes=True, none="N/A", encoding="cp1252", content_type="text/csv",
    ),
    2024: Style(
        blank_column=True, broken_headings=True, thousands=True, totals=True, zero="",
        encoding="utf-8-sig", content_type="application/octet-stream",
    ),
    2025: Style(
        above=4, renamed=True, kind_column=True, totals=True, footnotes=True, thousands=True,
        none="-",
    ),
    2026: Style(short_names=True, plain_percents=True, above=2),
}  # fmt: skip


def style_of(year_ending: int) -> Style:
    """Return the style of a year; years to come repeat those of 2023 to 2026."""
    last = max(_STYLES)
    if year_ending > last:
        year_ending = FIRST_YEAR_OF_CSV + (year_ending - FIRST_YEAR_OF_CSV) % (
            last - FIRST_YEAR_OF_CSV + 1
        )
    return _STYLES[year_ending]
