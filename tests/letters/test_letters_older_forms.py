"""The forms of the years ending 2004 to 2018: whatever consistent figures a letter has and however
it is drawn, they are read back exactly; what is odd is told."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from letter_pdfs import Ink, make_pdf
from table_letters import (
    DECISIONS_2012,
    DECISIONS_NEW,
    DECISIONS_OLD,
    SUBJECTS_NEW,
    SUBJECTS_OLD,
    Document,
    Drawing,
    Expected,
    annual_letter,
    annual_review,
    drawn,
    flowing,
    one_total,
    report,
)

from ombudsman_crawler.figures import checks
from ombudsman_crawler.figures.figure import Figure, Severity
from ombudsman_crawler.figures.totals import sums_of
from ombudsman_crawler.letters import packed_words, witness, words
from ombudsman_crawler.letters.letter import Expectation, Letter, Page, Status, Word
from ombudsman_crawler.letters.read import read_document, read_words

COUNCILS = ["Leeds City Council", "Kent County Council", "London Borough of Croydon"]
counts = st.integers(0, 60) | st.integers(0, 2500)
drawings = st.builds(
    Drawing,
    align=st.sampled_from(["left", "centre", "right"]),
    one_object=st.booleans(),
    ruled=st.booleans(),
    seed=st.none() | st.integers(0, 99),
    sideways=st.booleans(),
    split=st.sampled_from([None, None, 0, 1]),
    label_width=st.sampled_from([70.0, 90.0, 110.0, 150.0, 190.0]),
    beside=st.sampled_from(["first", "middle", "last"]),
    parted=st.sampled_from([None, None, 1, 2]),
    repeated=st.booleans(),
).map(lambda how: replace(how, parted=None) if how.split == 0 else how)
cells = st.integers(0, 60) | st.integers(0, 2500) | st.just("")
quickly = settings(
    max_examples=int(os.environ.get("LETTERS_EXAMPLES", "25")),
    deadline=None,
    phases=(Phase.generate,),  # shrinking a whole letter takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)


def values(letter: Letter) -> dict[tuple[int, str], float | str | None]:
    return {
        (figure.year_ending, figure.metric): (
            figure.absence if figure.value is None else figure.value
        )
        for figure in letter.figures
    }


def read(document: Document, how: Drawing | None) -> Letter:
    data = flowing(document) if how is None else drawn(document, how)
    reading = read_document(data)
    (letter,) = reading.letters
    (again,) = read_words(packed_words.unpack(packed_words.pack(reading.pages))).letters
    assert again.figures == letter.figures
    return letter


def all_is_well(letter: Letter, how: Drawing | None) -> bool:
    """Whether nothing is doubted, but what pypdf can't see: it may run the cells of a row together
    that is one text object."""
    unseen = how is not None and how.one_object
    doubts = {f.code for f in letter.findings if f.severity is not Severity.NOTE}
    return not doubts or (unseen and doubts == {"not_witnessed"})


def outcome_of(names: dict[str, str]) -> st.SearchStrategy[dict[str, int | str]]:
    return st.fixed_dictionaries(dict.fromkeys(names, counts))


def cells_of(
    names: dict[str, str] | list[str], how: Drawing | None
) -> st.SearchStrategy[dict[str, int | str]]:
    """Counts, some of which are left out as blank cells; or nothing but blank cells, where no page
    ends among the rows: whether such a row is one of the table can't be told there."""
    some = st.fixed_dictionaries(dict.fromkeys(names, cells))
    if how is not None and how.parted is not None:
        return some.filter(lambda values: any(value != "" for value in values.values()))
    return some | st.just(dict.fromkeys(names, ""))


def days_of(data: st.DataObject, enquiries: int) -> float:
    """Days to respond: none where there was no enquiry."""
    return data.draw(st.integers(0, 999)) / 10 if enquiries else 0.0


@quickly
@given(st.data(), st.none() | drawings, st.integers(2006, 2008), st.sampled_from(COUNCILS))
def test_annual_letters(data: st.DataObject, how: Drawing | None, year: int, council: str) -> None:
    subjects = data.draw(
        st.lists(st.sampled_from(list(SUBJECTS_OLD)), unique=True, min_size=3, max_size=9)
    )
    three = (year, year - 1, year - 2)
    document, expected = annual_letter(
        council,
        year,
        {own: data.draw(cells_of(subjects, how)) for own in three},
        {own: data.draw(cells_of(DECISIONS_OLD, how)) for own in three},
        {own: data.draw(counts) for own in three},
        {own: (number := data.draw(counts), days_of(data, number)) for own in three},
    )
    letter = read(document, how)
    assert values(letter) == expected
    assert (letter.form, letter.year_ending) == ("annual_letter_tables", year)
    assert letter.authority == council
    assert all_is_well(letter, how), letter.findings
    assert letter.title == f"Annual Letter {year - 1}/{year % 100:02d}"
    assert letter.signatory == "J R White"


@quickly
@given(st.data(), st.none() | drawings, st.integers(2009, 2012), st.booleans())
def test_annual_reviews(data: st.DataObject, how: Drawing | None, year: int, booklet: bool) -> None:
    labels = ("Premature complaints", "Advice given")
    forwarded = ["Forwarded to investigative team (resubmitted premature and new)"]
    if year == 2009:
        labels = ("Formal/informal premature complaints", "Advice given")
        forwarded = [
            "Forwarded to investigative team (resubmitted prematures)",
            "Forwarded to investigative team (new)",
        ]
    names = DECISIONS_2012 if year == 2012 else DECISIONS_OLD
    document, expected = annual_review(
        "Leeds City Council",
        year,
        {label: data.draw(cells_of(SUBJECTS_OLD, how)) for label in (*labels, *forwarded)},
        data.draw(cells_of(names, how)),
        (number := data.draw(counts), days_of(data, number)),
        booklet=booklet,
    )
    letter = read(document, how)
    assert values(letter) == expected
    assert (letter.form, letter.year_ending) == ("advice_team_tables", year)
    assert letter.authority == "Leeds City Council"
    assert all_is_well(letter, how), letter.findings
    assert letter.signatory == "Anne Seex"


@quickly
@given(st.integers(0, 5000), st.none() | drawings, st.sampled_from(COUNCILS))
def test_single_totals(number: int, how: Drawing | None, council: str) -> None:
    document, expected = one_total(council, f"{number:,}", number)
    letter = read(document, how)
    assert values(letter) == expected
    assert (letter.status, letter.form) == (Status.OK, "single_total")


@quickly
@given(st.data(), st.none() | drawings, st.integers(2014, 2018), st.sampled_from(COUNCILS))
def test_local_authority_reports(
    data: st.DataObject, how: Drawing | None, year: int, council: str
) -> None:
    decided = data.draw(outcome_of(DECISIONS_NEW))
    upheld, not_upheld = (
        int(decided[name]) for name in ("upheld_decisions", "not_upheld_decisions")
    )
    more: dict[str, object] = {}
    if year >= 2016:
        by_lgo = data.draw(st.integers(0, upheld))
        more["remedied"] = (by_lgo, data.draw(st.integers(0, upheld - by_lgo)))
        if upheld + not_upheld:
            rate = int(100 * upheld / (upheld + not_upheld) + 0.5)
            more |= {"rate": f"{rate}%", "rate_expected": rate}
        else:
            more |= {
                "rate": data.draw(st.sampled_from(["0%", "N/A", "", "-"])),
                "rate_expected": "no_base",
            }
    document, expected = report(
        council,
        year,
        data.draw(outcome_of(SUBJECTS_NEW)),
        decided,
        order=data.draw(st.permutations(list(DECISIONS_NEW))) if year < 2016 else None,
        **more,  # type: ignore[arg-type]
    )
    letter = read(document, how)
    assert values(letter) == expected
    assert (letter.form, letter.year_ending) == ("local_authority_report", year)
    assert letter.authority == council
    assert all_is_well(letter, how), letter.findings


def a_report(**change: object) -> tuple[Document, Expected]:
    how: dict[str, object] = {
        "rate": "60%",
        "rate_expected": 60,
        "remedied": (31, 6),
        **change,
    }
    received = dict(zip(SUBJECTS_NEW, (51, 97, 18, 49, 93, 29, 102, 13, 3), strict=True))
    decided = dict(zip(DECISIONS_NEW, (21, 34, 221, 93, 29, 43), strict=True))
    return report("Leeds City Council", 2018, received, decided, **how)  # type: ignore[arg-type]


def codes(letter: Letter, metric: str | None = None) -> set[str]:
    return {f.code for f in letter.findings if metric is None or f.metric == metric}


def test_a_rate_that_its_counts_contradict() -> None:
    letter = read(a_report(rate="61%")[0], Drawing())
    assert "rate_contradicts_counts" in codes(letter, "uphold_rate")
    assert letter.status is Status.SUSPECT


def test_more_remedied_than_upheld() -> None:
    letter = read(a_report(remedied=(40, 6))[0], Drawing())
    assert "more_than_possible" in codes(letter, "remedied_by_lgo")


def without(document: Document, number: int, column: int) -> Document:
    table = document.tables[number]
    cut = replace(
        table,
        headings=table.headings[:column] + table.headings[column + 1 :],
        rows=tuple((label, row[:column] + row[column + 1 :]) for label, row in table.rows),
        span=None,
    )
    return replace(
        document,
        tables=(*document.tables[:number], cut, *document.tables[number + 1 :]),
    )


def test_a_column_that_isnt_there_is_told() -> None:
    document, _ = a_report()
    letter = read(without(document, 1, 0), Drawing())
    found = values(letter)
    assert found[2018, "decided_incomplete_or_invalid"] == "not_in_text"
    assert "column_not_found" in codes(letter, "decided_incomplete_or_invalid")
    assert "total_does_not_add_up" in codes(letter, "upheld_decisions")


def test_a_table_that_isnt_there_is_told() -> None:
    document, _ = a_report()
    letter = read(replace(document, tables=document.tables[:2]), Drawing())
    assert "table_not_found" in codes(letter)
    assert letter.status is Status.SUSPECT
    found = values(letter)
    assert found[2018, "remedied_by_lgo"] == found[2018, "remedied_by_authority"] == "not_in_text"


def a_letter_of_2008(*years: int) -> Document:
    """An annual letter whose table of decisions has rows of `years` only."""
    three = (2008, 2007, 2006)
    document, _ = annual_letter(
        "Leeds City Council",
        2008,
        {own: dict.fromkeys(SUBJECTS_OLD, 3) for own in three},
        {own: dict.fromkeys(DECISIONS_OLD, 2) for own in three},
        dict.fromkeys(three, 5),
        dict.fromkeys(three, (4, 20.0)),
    )
    table = document.tables[1]
    rows = tuple(row for own, row in zip(three, table.rows, strict=True) if own in years)
    tables = (document.tables[0], replace(table, rows=rows), *document.tables[2:])
    return replace(document, tables=tables)


def doubtful_years(letter: Letter) -> set[tuple[int | None, str | None]]:
    return {(f.year_ending, f.metric) for f in letter.findings if f.severity is not Severity.NOTE}


def test_a_row_that_isnt_there_is_told_of_its_year() -> None:
    letter = read(a_letter_of_2008(2008, 2006), Drawing())
    assert codes(letter) == {"row_not_found"}
    assert doubtful_years(letter) == {(2007, None)}
    assert values(letter)[2007, "decided_total"] == "not_in_text"
    assert values(letter)[2008, "decided_total"] == 19


def test_a_table_of_three_years_that_isnt_there_is_told() -> None:
    letter = read(a_letter_of_2008(), Drawing())
    assert "table_not_found" in codes(letter)
    assert (2008, None) in doubtful_years(letter)
    assert values(letter)[2008, "decided_local_settlement"] == "not_in_text"


def test_remedies_without_a_number() -> None:
    letter = read(a_report(remedied=("", ""))[0], Drawing())
    assert values(letter)[2018, "remedied_by_lgo"] == "blank"
    # 43 complaints were upheld: that none was remedied isn't said by an empty table.
    assert codes(letter, "remedied_by_lgo") == {"table_without_numbers"}


def test_an_average_of_nothing() -> None:
    document = a_letter_of_2008(2008, 2007, 2006)
    table = replace(
        document.tables[2],
        rows=(
            ("01/04/07 - 31/03/08", ("0", "N/A")),
            ("2006/07", ("0", "21.0")),
            ("2005/06", ("3", "20.0")),
        ),
    )
    letter = read(
        replace(document, tables=(*document.tables[:2], table, document.tables[3])), Drawing()
    )
    found = {f.year_ending: f for f in letter.figures if f.metric == "avg_response_days"}
    assert [(found[year].value, found[year].absence) for year in (2008, 2007, 2006)] == [
        (None, "no_base"),
        (None, "no_base"),
        (20.0, None),
    ]
    assert [found[year].value_text for year in (2008, 2007)] == ["N/A", "21.0"]
    assert codes(letter, "avg_response_days") == {"contradicts_itself"}


def test_a_heading_that_isnt_known_is_told() -> None:
    document, _ = a_report()
    table = document.tables[0]
    renamed = replace(table, headings=("Dogs", *table.headings[1:]))
    renamed = replace(renamed, headings=(*renamed.headings[:3], "Cats", *renamed.headings[4:]))
    letter = read(replace(document, tables=(renamed, *document.tables[1:])), Drawing())
    assert codes(letter, "received_total") & {"total_does_not_add_up", "column_not_known"}
    assert letter.status is Status.SUSPECT


def test_words_in_prose_never_override_a_table() -> None:
    document, expected = a_report(
        paragraphs=("We upheld ninety complaints; 7 were not upheld. Housing: twelve.",)
    )
    assert values(read(document, Drawing(seed=1))) == expected


FURTHER = (
    "Further to my annual review letter of 21 May 2025, I write to thank your Council.",
    "I wrote in May. This letter follows up our Annual Review letter 2024-25.",
    "In addition to the annual review letter I sent you, I want to share a concern.",
)


@pytest.mark.parametrize("text", FURTHER)
def test_a_further_letter(text: str) -> None:
    lines = (
        "18 July 2025",
        "Mr A Harding",
        "Chief Executive",
        "Leeds City Council",
        "Dear Mr Harding",
        text,
        "Yours sincerely",
        "Amerdeep Somal",
        "Local Government and Social Care Ombudsman",
    )
    data = make_pdf([[Ink(60, 60 + 22 * i, line, 8) for i, line in enumerate(lines)]])
    (letter,) = read_document(data, Expectation("Leeds City Council", 2025)).letters
    assert (letter.kind, letter.status, letter.figures) == ("follow_up", Status.OK, ())
    assert (letter.authority, letter.year_ending) == ("Leeds City Council", 2025)
    assert letter.letter_date == date(2025, 7, 18)


@pytest.mark.parametrize(
    "text",
    [
        "Since my last annual review letter much has changed.",
        "Further to my annual review letter, our annual summary of statistics is below.",
        "Further to my annual review letter, 80% of complaints were upheld.",
    ],
)
def test_no_further_letter(text: str) -> None:
    lines = ("Dear Mr Harding", "Annual Review letter 2027", text, "The Ombudsman")
    data = make_pdf([[Ink(60, 60 + 22 * i, line, 8) for i, line in enumerate(lines)]])
    (letter,) = read_document(data).letters
    assert letter.kind == "annual"
    assert letter.status is Status.UNKNOWN_FORM


def test_a_box_that_spells_something_else() -> None:
    page = Page(1, 595, 842, (Word("1240", 100, 100, 140, 112),))
    figure = Figure(2018, "housing", 24, value_text="24", page=1, box=(110, 100, 130, 112))
    assert witness.box_findings([figure], [page]) == ()
    (finding,) = witness.box_findings([replace(figure, value_text="25", value=25)], [page])
    assert finding.code == "box_disagrees"
    (finding,) = witness.box_findings([replace(figure, box=None)], [page])
    assert finding.code == "box_disagrees"


def test_sums() -> None:
    old = {
        "decided_mi_reports": 1.0,
        "decided_local_settlement": 2.0,
        "decided_premature": 4.0,
        "decided_total_excl_premature": 3.0,
        "decided_total": 7.0,
    }
    assert {
        code
        for result in checks.run_all(checks.Facts(2007, old))
        if result.verdict is checks.Verdict.FAILS
        for code in [result.check.code]
    } == set()
    assert len(sums_of(old, 2007)) == 2
    wrong = checks.run_all(checks.Facts(2007, {**old, "decided_mi_reports": 2.0}))
    (failed,) = [result for result in wrong if result.verdict is checks.Verdict.FAILS]
    assert failed.check.code == "total_does_not_add_up"


def test_a_long_pack_is_searched_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    read_pages: list[int] = []
    read_page = words._read_page

    def counted(document: object, number: int) -> Page:
        read_pages.append(number)
        return read_page(document, number)

    monkeypatch.setattr(words, "_read_page", counted)
    document, expected = a_report()
    pack = tuple((f"Item {number}", "Other business") for number in range(480))
    letter = read(replace(document, before=pack), Drawing())
    assert values(letter) == expected
    assert letter.first_page == 481
    assert len(read_pages) < words.MAX_PAGES


def test_turned_words_are_packed_and_hashed() -> None:
    document, _ = a_report()
    pages = words.extract(drawn(document, Drawing(turned=90)))
    assert pages[1].rising
    assert packed_words.unpack(packed_words.pack(pages)) == pages
    less = (pages[0], replace(pages[1], rising=()))
    assert words.text_sha256(less) != words.text_sha256(pages)


def _with_enquiries(printed: str) -> Letter:
    """Return a letter of 2008 whose own year's first enquiries are printed so."""
    received: dict[int, dict[str, int | str]] = {2008: {"benefits": 3, "housing": 4}}
    decided: dict[int, dict[str, int | str]] = {2008: dict.fromkeys(DECISIONS_OLD, 2)}
    document, _ = annual_letter(
        "Kent County Council", 2008, received, decided, {2008: 5}, {2008: (17, 20.5)}
    )
    tables = list(document.tables)
    ((label, (_, days)),) = tables[2].rows
    tables[2] = replace(tables[2], rows=((label, (printed, days)),))
    return read(replace(document, tables=tuple(tables)), Drawing())


def test_nil_is_zero() -> None:
    one = _with_enquiries("nil")
    found = values(one)
    assert found[2008, "first_enquiries"] == 0
    assert found[2008, "avg_response_days"] == "no_base"


def test_a_count_with_a_percent_sign_is_doubtful() -> None:
    one = _with_enquiries("17%")
    assert [(f.code, f.metric) for f in one.findings if f.severity is not Severity.NOTE] == [
        ("stray_percent", "first_enquiries")
    ]
