"""Front matter, year, authority and the facts told in prose."""

from dataclasses import replace
from datetime import date

import pytest
from letter_pdfs import Ink, Statistics, Style, front_page, letter, make_pdf, statistics_page

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Expectation, Letter, Status
from ombudsman_crawler.letters.read import read_document


def read(data: bytes, expectation: Expectation | None = None) -> Letter:
    (only,) = read_document(data, expectation, witnessed=False).letters
    return only


def with_prose(prose: str) -> dict[str, float | None]:
    one = read(letter(Statistics(), prose=prose))
    told = ("late_compliance", "public_reports", "training_courses")
    return {f.metric: f.value for f in one.figures if f.metric in told}


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("This year, we issued one public report about your Council.", {"public_reports": 1}),
        ("We issued three public reports about your authority.", {"public_reports": 3}),
        ("we published a joint public report about your organisation", {"public_reports": 1}),
        (
            "However, it is disappointing that in two of these cases, remedies were not completed"
            " within the agreed timescales.",
            {"late_compliance": 2},
        ),
        (
            "In 4 cases the recommendations were not implemented within the agreed timescales.",
            {"late_compliance": 4},
        ),
        (
            "We were pleased to deliver three online complaint handling courses to your staff.",
            {"training_courses": 3},
        ),
        (
            "In 2020 we delivered one complaint handling workshop to your staff.",
            {"training_courses": 1},
        ),
        ("We provided 79 online workshops during the year, reaching more than 1,100 people.", {}),
        ("We recommended it conduct an audit of 50 similar cases and pay £1,000 each.", {}),
        ("Nationally, in 18 cases remedies were not completed within the agreed timescales.", {}),
        ("You can find public reports we have issued about your Council.", {}),
        ("There were no reports.", {}),
        ("We would be happy to deliver two courses to your staff.", {}),
        ("We can deliver three courses to your staff.", {}),
        ("We hope to deliver 2 courses to your staff.", {}),
        ("We were asked to deliver three courses to your staff but could not.", {}),
        ("We were unable to deliver two courses to your staff.", {}),
        ("We were able to deliver two courses to your staff.", {"training_courses": 2}),
        ("We issued one public report about the Council of a neighbouring area.", {}),
        ("We issued twenty-one public reports about your Council.", {"public_reports": 21}),
        ("We issued Thirty public reports about your Council.", {"public_reports": 30}),
        (
            "Remedies were not completed within the agreed timescales in forty two cases.",
            {"late_compliance": 42},
        ),
        ("We issued one hundred and two public reports about your Council.", {}),
        ("We issued two hundred public reports about your Council.", {}),
        ("In one in four cases remedies were not completed within the agreed timescales.", {}),
        ("We issued one public report about the Council's predecessor.", {}),
        ("We issued two public reports about your Council in 2021/22.", {}),
        ("We issued two public reports about your Council in 2020/21.", {"public_reports": 2}),
    ],
)
def test_facts_in_prose(prose: str, expected: dict[str, float]) -> None:
    assert with_prose(prose) == expected


def test_a_fact_told_twice_and_differently_is_doubtful() -> None:
    again = "In two of these cases, remedies were not completed within the agreed timescales."
    other = "In three cases recommendations were not implemented within the agreed timescales."
    one = read(letter(Statistics(), prose=f"{again} We wrote to you. {other}"))
    assert {f.metric: f.value for f in one.figures}["late_compliance"] == 2
    assert [(f.code, f.metric) for f in one.findings] == [
        ("repeated_number_disagrees", "late_compliance")
    ]
    assert one.status is Status.SUSPECT
    # The same number twice is one fact.
    assert read(letter(Statistics(), prose=f"{again} {again}")).findings == ()


@pytest.mark.parametrize(
    ("prose", "metric"),
    [
        (
            "We issued one public report about your Council and 3 further public reports about"
            " your Council's housing service.",
            "public_reports",
        ),
        (
            "We issued one public report about your Council and a further two public reports.",
            "public_reports",
        ),
        (
            "We issued two public reports about your Council. We later issued another public"
            " report about your Council.",
            "public_reports",
        ),
        ("We issued fewer than two public reports about your Council.", "public_reports"),
        ("We issued 2\u00b9 public reports about your Council.", "public_reports"),
        (
            "We issued one public report about Kent County Council and two public reports about"
            " your Council.",
            "public_reports",
        ),
        (
            "We issued 2 public reports about your Council, compared with 4 public reports last"
            " year.",
            "public_reports",
        ),
        (
            "In two cases recommendations were not implemented within agreed timescales and in a"
            " further three cases remedies were not completed within the agreed timescales.",
            "late_compliance",
        ),
        (
            "In one in four cases remedies were not completed within the agreed timescales.",
            "late_compliance",
        ),
        (
            "We delivered two courses to your staff and one workshop to your officers.",
            "training_courses",
        ),
    ],
)
def test_a_number_in_words_that_are_not_read_is_no_silence(prose: str, metric: str) -> None:
    one = read(letter(Statistics(), prose=prose))
    assert {(f.code, f.metric) for f in one.findings} == {("told_otherwise", metric)}
    assert one.status is Status.SUSPECT


@pytest.mark.parametrize(
    "prose",
    [
        "Last year we issued two public reports about your Council.",
        "We have not issued one public report about your Council.",
        "Nationally we published 31 public reports, one public report about the Council of a city.",
        "We would be happy to deliver two courses to your staff.",
        "We issued no public reports about your Council.",
        "In three of the seven cases remedies were not completed within the agreed timescales.",
    ],
)
def test_what_is_read_or_no_fact_leaves_no_doubt(prose: str) -> None:
    assert read(letter(Statistics(), prose=prose)).findings == ()


def test_a_fact_over_a_page_break_has_the_place_of_its_number() -> None:
    pages = [
        front_page(Statistics()),
        [
            Ink(60, 60, "Service improvement"),
            Ink(60, 73, "In"),
            Ink(60, 86, "the year we issued"),
            Ink(290, 820, "2"),
        ],
        [Ink(60, 60, "two public reports about your Council.")],
        statistics_page(Statistics(), Style()),
    ]
    (report,) = [f for f in read(make_pdf(pages)).figures if f.metric == "public_reports"]
    assert (report.value, report.page, report.value_text) == (2, 3, "two")
    assert report.text == "In the year we issued two public reports about your Council."
    assert report.box is not None
    assert report.box[0] == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            ("Ms Jane Smith", "Chief Executive", "Kent County Council"),
            ("Ms Jane Smith", "Chief Executive", "Kent County Council"),
        ),
        (
            ("Ms Smith Interim Chief Executive Kent County Council",),
            ("Ms Smith", "Interim Chief Executive", "Kent County Council"),
        ),
        (
            (
                "Ms Jane Smith",
                "Chief Executive and",
                "Head of Paid Service",
                "Kent County Council",
                "Maidstone",
            ),
            ("Ms Jane Smith", "Chief Executive and Head of Paid Service", "Kent County Council"),
        ),
        (
            ("Jane Smith Chief Executive London Borough of Croydon",),
            ("Jane Smith", "Chief Executive", "London Borough of Croydon"),
        ),
        (
            ("Ms Smith", "Chief Executive", "Exmoor National Park Authority"),
            ("Ms Smith", "Chief Executive", "Exmoor National Park Authority"),
        ),
    ],
)
def test_address_blocks(address: tuple[str, ...], expected: tuple[str, str, str]) -> None:
    page = front_page(Statistics(), address=address)
    one = read(make_pdf([page]))
    assert (one.addressee, one.post, one.authority_as_printed) == expected
    assert one.letter_date == date(2021, 7, 21)


def test_a_caption_is_no_signatory() -> None:
    page = [ink for ink in front_page(Statistics()) if ink.text != "Michael King"]
    y = max(ink.y for ink in page)
    page = [replace(ink, y=ink.y + 80) if ink.y == y else ink for ink in page]
    page += [
        Ink(60, y, "A handwritten signature in black ink, appearing to read 'M King',"),
        Ink(60, y + 15, "with a stylized flourish at the end."),
        Ink(60, y + 40, "Paul Najsarek"),
        Ink(60, y + 60, "Interim Local Government and Social Care Ombudsman"),
    ]
    assert read(make_pdf([page])).signatory == "Paul Najsarek"


def codes(one: Letter) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in one.findings}


def test_words_win_over_the_link() -> None:
    one = read(letter(Statistics()), Expectation("Dartford Borough Council", 2020))
    assert (one.authority, one.year_ending) == ("Kent County Council", 2021)
    assert codes(one) == {
        "authority_differs_from_link": Severity.WARNING,
        "year_differs_from_link": Severity.WARNING,
    }
    assert one.status is Status.SUSPECT
    same = read(letter(Statistics()), Expectation("Kent County Council", 2021))
    assert same.status is Status.OK


def test_the_link_speaks_where_the_letter_is_silent() -> None:
    page = [
        ink
        for ink in statistics_page(Statistics(), Style())
        if ink.y > 90
        and "period" not in ink.text
        and "March" not in ink.text
        and ink.text != "2021"
    ]
    one = read(make_pdf([page]), Expectation("Kent County Council", 2021))
    assert (one.authority, one.authority_as_printed) == ("Kent County Council", None)
    assert one.year_ending == 2021
    assert codes(one) == {
        "authority_from_link": Severity.NOTE,
        "year_from_link": Severity.NOTE,
    }
    silent = read(make_pdf([page]))
    assert (silent.year_ending, silent.figures, silent.status) == (None, (), Status.SUSPECT)


def test_years_that_disagree() -> None:
    one = read(letter(Statistics(), title="Annual Review letter 2019-20"))
    assert one.year_ending == 2021
    assert codes(one) == {"year_disagrees": Severity.WARNING}


def test_the_year_comes_from_the_next_best_source() -> None:
    page = statistics_page(Statistics(), Style())
    assert read(make_pdf([page])).year_ending == 2021
    without_label = [ink for ink in page if "ending" not in ink.text]
    assert read(make_pdf([without_label]), Expectation(authority="Kent")).year_ending == 2021


@pytest.mark.parametrize(
    "prose",
    [
        "In my letter last year I noted that we issued two public reports about your Council.",
        "Last year, in three cases, remedies were not completed within the agreed timescales.",
        "In 2018-19 we issued three public reports about your Council.",
        "Since 2017 we have published four public reports about your Council.",
        "We offered to deliver four complaint handling courses to your staff but you declined.",
    ],
)
def test_other_years_and_what_was_not_done_are_no_facts(prose: str) -> None:
    assert with_prose(prose) == {}
