"""Tables by geometry: columns by their headings' words, cells by what they stand under."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman_crawler.letters import tables
from ombudsman_crawler.letters.forms.table_names import VOCABULARY, year_of
from ombudsman_crawler.letters.letter import Page, Word
from ombudsman_crawler.letters.tables import find_empty_table, read_tables

SIZE = 8.0
HEADINGS = {
    "adult_care_services": "Adult care services",
    "benefits": "Benefits",
    "children_and_family_services": "Children and family services",
    "housing": "Housing",
    "other": "Other",
    "planning_and_building_control": "Planning & building control",
    "public_finance": "Public finance",
    "total": "Total",
}


def word(text: str, x: float, y: float, size: float = SIZE) -> Word:
    return Word(
        text, x, round(y - 0.85 * size, 2), x + 0.5 * size * len(text), round(y + 0.25 * size, 2)
    )


@dataclass
class Grid:
    """A table as words: `width` of a column, `align` of cells and headings."""

    width: float
    align: str

    def line(self, text: str, left: float, y: float) -> list[Word]:
        own = 0.5 * SIZE * len(text)
        x = {"left": left + 2, "centre": left + (self.width - own) / 2}.get(
            self.align, left + self.width - own - 2
        )
        words = []
        for part in text.split():
            words.append(word(part, x, y))
            x += 0.5 * SIZE * (len(part) + 1)
        return words

    def wrapped(self, text: str) -> list[str]:
        lines: list[str] = []
        for part in text.split():
            if lines and 0.5 * SIZE * (len(lines[-1]) + 1 + len(part)) <= self.width - 4:
                lines[-1] += " " + part
            else:
                lines.append(part)
        return lines

    def page(
        self, headings: list[str], rows: list[tuple[str, list[str]]], top: float = 100
    ) -> list[Word]:
        words = []
        edges = [150 + self.width * index for index in range(len(headings))]
        for edge, heading in zip(edges, headings, strict=True):
            for index, line in enumerate(self.wrapped(heading)):
                words += self.line(line, edge, top + 10 * index)
        y = top + 50
        for label, cells in rows:
            words += [word(part, 40 + 30 * i, y) for i, part in enumerate(label.split())]
            for edge, cell in zip(edges, cells, strict=True):
                if cell:
                    words += self.line(cell, edge, y)
            y += 14
        return words


@st.composite
def grids(draw: st.DrawFn) -> tuple[Grid, list[str], list[tuple[str, list[str]]]]:
    keys = draw(
        st.lists(st.sampled_from(list(HEADINGS)), unique=True, min_size=3, max_size=8).filter(
            lambda keys: any(key != "total" for key in keys)
        )
    )
    numbers = st.integers(0, 1999).map(lambda n: f"{n:,}")
    rows = [("2007/08", draw(st.lists(numbers, min_size=len(keys), max_size=len(keys))))]
    for label in draw(st.sampled_from([(), ("2006/07",), ("2006/07", "2005/06")])):
        cells = st.one_of(numbers, st.just(""))
        row = draw(st.lists(cells, min_size=len(keys), max_size=len(keys)))
        if any(row):
            rows.append((label, row))
    grid = Grid(draw(st.sampled_from([45.0, 52.0, 66.0])), draw(st.sampled_from(ALIGNS)))
    return grid, keys, rows


ALIGNS = ["left", "centre", "right"]


@settings(max_examples=300, deadline=None)
@given(grids(), st.randoms())
def test_cells_are_read_under_their_headings(
    case: tuple[Grid, list[str], list[tuple[str, list[str]]]], chance: object
) -> None:
    grid, keys, rows = case
    words = grid.page([HEADINGS[key] for key in keys], rows)
    chance.shuffle(words)  # type: ignore[attr-defined]
    found = read_tables([Page(1, 842, 595, tuple(words))], VOCABULARY)
    assert [row.label_text for row in found] == [label for label, _ in rows]
    for row, (_, cells) in zip(found, rows, strict=True):
        assert [column.key for column in row.columns] == keys
        printed = [cell.printed if cell else "" for cell in row.cells]
        assert printed == cells or not row.sure
        assert {column.table for column in row.columns} == {"received"}


def read(*words: list[Word]) -> list[tables.Row]:
    everything = tuple(one for some in words for one in some)
    return list(read_tables([Page(1, 842, 595, everything)], VOCABULARY))


def test_touching_headings_are_divided_by_the_numbers_under_them() -> None:
    grid = Grid(60, "centre")
    rows = read(
        [word("Planning", 150, 100), word("&", 184, 100), word("Children", 186, 100)],
        [word("building", 150, 110), word("and", 185, 110), word("family", 200, 110)],
        [word("control", 150, 120), word("services", 184, 120)],
        grid.line("7", 140, 140) + grid.line("11", 175, 140) + [word("2007/08", 40, 140)],
    )
    # The headings may be told apart or not; they are never told wrongly in silence.
    for row in rows:
        for key, (_, cell) in row.of("received").items():
            assert cell is not None
            assert (key, cell.printed) in (
                ("planning_and_building_control", "7"),
                ("children_and_family_services", "11"),
            )


def test_an_unknown_heading_with_a_number_is_told() -> None:
    grid = Grid(60, "centre")
    (row,) = read(
        grid.page(["Housing", "Antisocial behaviour", "Total"], [("2007/08", list("123"))])
    )
    assert [(column.heading, cell.printed) for column, cell in row.strange()] == [
        ("Antisocial behaviour", "2")
    ]


def test_a_total_belongs_to_the_table_beside_it() -> None:
    grid = Grid(60, "centre")
    (row,) = read(
        grid.page(["Housing", "Total", "MI reps", "LS", "Total"], [("2007/08", list("12345"))])
    )
    assert row.tables == ("received", "decided")
    assert row.of("received")["total"][1].printed == "2"  # type: ignore[union-attr]
    assert row.of("decided")["total"][1].printed == "5"  # type: ignore[union-attr]


def test_rows_under_other_headings_arent_taken_for_more_rows() -> None:
    grid = Grid(60, "centre")
    found = read(
        grid.page(["Housing", "Other", "Total"], [("2007/08", list("123"))]),
        grid.page(["Dogs", "Cats", "Mice"], [("2007/08", list("456"))], top=200),
    )
    assert len(found) == 1


def test_a_row_of_prose_is_no_row() -> None:
    grid = Grid(60, "centre")
    words = grid.page(["Housing", "Other", "Total"], [("2007/08", list("123"))])
    words += [word(text, 40 + 40 * i, 175) for i, text in enumerate("in 2006 we had 12".split())]
    assert len(read(words)) == 1


def test_numbers_between_columns_arent_sure() -> None:
    words = [word("Housing", 100, 100), word("Other", 200, 100), word("Total", 300, 100)]
    words += [word("2007/08", 20, 120), word("5", 162, 120), word("7", 264, 120)]
    (row,) = read(words)
    assert not row.sure


def test_years_of_labels() -> None:
    assert year_of("01/04/07 - 31/03/08") == 2008
    assert year_of("01/04/2007 – 31/03/2008") == 2008
    assert year_of("2006/07") == 2007
    assert year_of("2006 / 2007") == 2007
    assert year_of("Total") is None


def test_a_table_goes_on_on_the_next_page() -> None:
    grid = Grid(60, "right")
    headings = ["Housing", "Other", "Benefits", "Total"]
    rows = [("2007/08", ["1", "2", "3", "6"]), ("2006/07", ["4", "", "5", "9"])]
    first = grid.page(headings, rows[:1], top=480)
    second = [
        one
        for one in grid.page(headings, rows[1:], top=30)
        if one.y0 > 70 or one.text not in " ".join(headings)
    ]
    head = [word(text, 150 + 60 * i, 30) for i, text in enumerate("Annual Letter 2008".split())]
    pages = [Page(1, 842, 595, tuple(first)), Page(2, 842, 595, tuple(head + second))]
    found = read_tables(pages, VOCABULARY)
    assert [(row.page, row.label_text) for row in found] == [(1, "2007/08"), (2, "2006/07")]
    assert [cell.printed if cell else "" for cell in found[1].cells] == ["4", "", "5", "9"]
    assert [column.key for column in found[1].columns] == ["housing", "other", "benefits", "total"]


def labelled(y: float, *lines: str) -> list[Word]:
    """The lines of a label from the height `y` on, in the column of the labels."""
    return [
        word(part, 40 + sum(4 * (len(other) + 1) for other in line.split()[:i]), y + 10 * number)
        for number, line in enumerate(lines)
        for i, part in enumerate(line.split())
    ]


def cells(grid: Grid, y: float, *numbers: str) -> list[Word]:
    return [
        one
        for index, number in enumerate(numbers)
        if number
        for one in grid.line(number, 150 + grid.width * index, y)
    ]


FORWARDED = ("Forwarded to", "investigative team", "(resubmitted", "premature and new)")


def printed(row: tables.Row) -> list[str]:
    return [cell.printed if cell else "" for cell in row.cells]


def test_the_end_of_a_label_is_no_heading() -> None:
    grid = Grid(60, "centre")
    found = read(
        grid.page(["Housing", "Other", "Total"], [("Advice given", list("123"))]),
        labelled(164, *FORWARDED) + cells(grid, 164, "4", "", "4"),
        labelled(210, "Total") + cells(grid, 210, "5", "2", "7"),
    )
    assert [row.label for row in found] == ["advice_given", "forwarded", "total"]
    assert [row.label_text for row in found][1] == " ".join(FORWARDED)
    assert [printed(row) for row in found][1:] == [["4", "", "4"], ["5", "2", "7"]]


def test_a_label_is_read_to_its_last_line() -> None:
    grid = Grid(60, "centre")
    found = read(
        grid.page(["Housing", "Other", "Total"], [("Advice given", list("123"))]),
        labelled(164, "Forwarded to investigative", "team (new)") + cells(grid, 164, *"404"),
        labelled(190, "Forwarded to investigative team", "(resubmitted prematures)"),
        cells(grid, 190, *"527"),
    )
    assert [row.label for row in found][1:] == ["forwarded_new", "forwarded_resubmitted"]


def test_a_label_that_begins_above_its_numbers_is_no_heading() -> None:
    grid = Grid(60, "centre")
    found = read(
        grid.page(["Housing", "Other", "Total"], []),
        labelled(145, "Formal/informal premature", "complaints") + cells(grid, 150, *"123"),
        labelled(170, "Advice given") + cells(grid, 170, *"404"),
    )
    assert [row.label for row in found] == ["premature", "advice_given"]
    assert {row.tables for row in found} == {("received",)}


def test_a_dash_at_the_end_of_a_line_is_no_cell() -> None:
    grid = Grid(60, "centre")
    (row,) = read(
        grid.page(["Housing", "Other", "Total"], []),
        labelled(150, "01/04/07 -", "31/03/08") + cells(grid, 150, "", "2", "2"),
    )
    assert (row.label, year_of(row.label_text)) == ("year", 2008)
    assert printed(row) == ["", "2", "2"]


def test_a_dash_in_a_column_is_a_cell() -> None:
    grid = Grid(60, "centre")
    (row,) = read(grid.page(["Housing", "Other", "Total"], [("2007/08", ["-", "2", "2"])]))
    assert printed(row) == ["-", "2", "2"]


def test_a_row_of_empty_cells_is_a_row() -> None:
    grid = Grid(60, "centre")
    found = read(
        grid.page(["Housing", "Other", "Total"], [("2007/08", list("123"))]),
        labelled(164, "2006/07"),
        labelled(178, "2005/06") + cells(grid, 178, *"404"),
    )
    assert [row.label_text for row in found] == ["2007/08", "2006/07", "2005/06"]
    assert printed(found[1]) == ["", "", ""]


def test_a_single_number_behind_a_label_in_two_lines() -> None:
    grid = Grid(60, "centre")
    (row,) = read(
        grid.page(["Housing", "Other", "Total"], []),
        labelled(150, "01/04/07 -", "31/03/08") + cells(grid, 160, "", "", "0"),
    )
    assert printed(row) == ["", "", "0"]
    assert year_of(row.label_text) == 2008


REMEDIES = [
    *(word("by", 60, 100), word("LGO", 76, 100)),
    *(word(text, 180 + 60 * i, 100) for i, text in enumerate(["Satisfactorily", "by"])),
    *(word(text, 180 + 60 * i, 110) for i, text in enumerate(["Authority", "before"])),
    *(word(text, 180 + 60 * i, 120) for i, text in enumerate(["LGO", "Involvement"])),
]


def test_headings_without_numbers() -> None:
    note = [word("Notes", 60, 160)]
    page = Page(1, 842, 595, tuple(REMEDIES + note))
    row = find_empty_table([page], VOCABULARY, "remedied")
    assert row is not None
    assert row.of("remedied").keys() == {"remedied_by_lgo", "remedied_by_authority"}
    assert printed(row) == ["", ""]


def test_headings_over_something_that_is_no_number() -> None:
    page = Page(1, 842, 595, (*REMEDIES, word("ask", 70, 136)))
    assert find_empty_table([page], VOCABULARY, "remedied") is None


def test_headings_in_a_sentence_are_no_table() -> None:
    text = "Remedied by LGO, satisfactorily by Authority before LGO involvement".split()
    page = Page(1, 842, 595, tuple(word(part, 40 + 70 * i, 100) for i, part in enumerate(text)))
    assert find_empty_table([page], VOCABULARY, "remedied") is None
