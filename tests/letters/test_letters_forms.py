"""Panels and overviews in the wordings, layouts and losses of the years ending 2019 to 2025."""

from dataclasses import replace

import pytest
from letter_pdfs import (
    OVERVIEW,
    Ink,
    Statistics,
    Style,
    front_page,
    letter,
    make_pdf,
    statistics_page,
    wrapped,
)

from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.letters.letter import Expectation, Letter, Status
from ombudsman_crawler.letters.read import read_document


def read(data: bytes, expectation: Expectation | None = None) -> Letter:
    (only,) = read_document(data, expectation).letters
    return only


def values(one: Letter) -> dict[str, float | str | None]:
    return {f.metric: f.absence if f.value is None else f.value for f in one.figures}


def doubts(one: Letter) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for finding in one.findings:
        if finding.severity is not Severity.NOTE:
            found.setdefault(finding.metric, set()).add(finding.code)
    return found


PLAIN = {
    "uphold_rate": 74,
    "uphold_rate_similar": 71,
    "upheld_decisions": 40,
    "detailed_investigations": 54,
    "compliance_rate": 100,
    "compliance_rate_similar": 99,
    "compliance_outcomes": 33,
    "satisfactory_remedy_rate": 13,
    "satisfactory_remedy_rate_similar": 8,
    "satisfactory_remedy_decisions": 5,
    "satisfactory_remedy_base": 54,
}


@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(glyphs=True, seed=3),
        Style(count_apart=True, seed=4),
        Style(order=("remedy", "uphold", "compliance"), seed=5),
        Style(headings=frozenset(), seed=6),
        Style(headings=frozenset(("uphold", "remedy")), seed=7),
        Style(side_by_side=True, seed=8),
        Style(count_column=378, seed=9),
        Style(graphics=False),
        Style(body="organisation", similar="organisations", investigations="investigations"),
        Style(body="Council", similar="councils"),
    ],
    ids=lambda style: repr(style)[6:90],
)
def test_layouts_and_wordings(style: Style) -> None:
    one = read(letter(Statistics(), style))
    assert values(one) == PLAIN
    assert one.status is Status.OK, one.findings
    assert one.authority == "Kent County Council"


def test_singulars_and_thousands() -> None:
    stats = replace(
        Statistics(),
        upheld="1",
        investigations="1",
        uphold_rate="100%",
        outcomes="1",
        remedied="1",
        remedy_rate="100%",
        remedy_base="1",
    )
    found = values(read(letter(stats)))
    assert found["upheld_decisions"] == found["detailed_investigations"] == 1
    assert found["compliance_outcomes"] == found["satisfactory_remedy_decisions"] == 1
    stats = replace(
        Statistics(), upheld="1,234", investigations="1,668", remedy_base="1,668", remedied="160"
    )
    one = read(letter(stats))
    assert values(one)["upheld_decisions"] == 1234
    assert {f.metric: f.value_text for f in one.figures}["upheld_decisions"] == "1,234"
    assert one.status is Status.OK


def test_later_wordings() -> None:
    stats = replace(
        Statistics(), year=2024, remedy_base="40", per_100k="3.9%", per_100k_similar="2"
    )
    style = Style(
        body="organisation",
        similar="organisations",
        investigations="investigations",
        remedy_base="upheld decisions",
    )
    one = read(letter(stats, style, title="Annual Review letter 2023-24"))
    assert values(one) == {
        **PLAIN,
        "satisfactory_remedy_base": 40,
        "upheld_per_100k": 3.9,
        "upheld_per_100k_similar": 2,
    }
    assert one.status is Status.OK
    assert {finding.code for finding in one.findings} == {"stray_percent"}
    assert one.year_ending == 2024


def test_nothing_due_and_nothing_upheld() -> None:
    stats = replace(
        Statistics(),
        upheld="0",
        investigations="2",
        uphold_rate="0%",
        not_due=True,
        remedy_nothing=True,
    )
    one = read(letter(stats))
    assert values(one) == {
        "uphold_rate": 0,
        "uphold_rate_similar": 71,
        "upheld_decisions": 0,
        "detailed_investigations": 2,
        "compliance_rate": "not_due",
        "compliance_rate_similar": "not_due",
        "compliance_outcomes": "not_due",
        "satisfactory_remedy_rate": "no_base",
    }
    texts = {f.metric: (f.value_text, f.text) for f in one.figures}
    assert texts["satisfactory_remedy_rate"] == ("N/A", "N/A")
    assert texts["compliance_rate"][1].startswith("No recommendations were due")
    assert one.status is Status.OK, one.findings


def test_no_investigations() -> None:
    stats = replace(Statistics(), upheld="0", investigations="0", uphold_rate="0%", not_due=True)
    one = read(letter(replace(stats, remedied="0", remedy_rate="0%", remedy_base="0")))
    found = values(one)
    assert found["uphold_rate"] == found["satisfactory_remedy_rate"] == "no_base"
    assert found["upheld_decisions"] == found["satisfactory_remedy_decisions"] == 0
    assert {f.metric: f.value_text for f in one.figures}["uphold_rate"] == "0%"
    assert one.status is Status.OK, one.findings
    omitted = read(letter(stats, Style(order=("uphold", "compliance"))))
    assert values(omitted)["satisfactory_remedy_rate"] == "no_base"
    assert omitted.status is Status.OK, omitted.findings


def test_nothing_investigated_in_words_only() -> None:
    lines = (
        "Kent County Council",
        "For the period ending: 31/03/21",
        "Complaints upheld",
        "N/A",
        "Compliance with Ombudsman recommendations",
        "No recommendations were due for compliance in this period.",
        "Satisfactory remedy provided by the authority",
        "N/A",
    )
    page = [Ink(60, 60 + 40 * index, line) for index, line in enumerate(lines)]
    one = read(make_pdf([front_page(Statistics()), page]))
    assert values(one) == {
        "uphold_rate": "no_base",
        "compliance_rate": "not_due",
        "compliance_rate_similar": "not_due",
        "compliance_outcomes": "not_due",
        "satisfactory_remedy_rate": "no_base",
    }
    assert [(f.value_text, f.page) for f in one.figures] == [
        ("N/A", 2),
        *[(None, 2)] * 3,
        ("N/A", 2),
    ]
    assert one.status is Status.OK, one.findings


@pytest.mark.parametrize("cut", range(100, 560, 20))
def test_statistics_over_two_pages_are_right_or_doubtful(cut: int) -> None:
    page = statistics_page(Statistics(), Style())
    first = [ink for ink in page if ink.y < cut]
    second = [replace(ink, y=ink.y - cut + 60) for ink in page if ink.y >= cut]
    one = read(make_pdf([front_page(Statistics()), first, second]))
    wrong = {metric for metric, value in values(one).items() if value != PLAIN[metric]}
    assert wrong <= set(doubts(one))
    assert set(values(one)) == set(PLAIN)


def test_flowing_text_without_columns() -> None:
    period = "for the period between 1 April 2020 to 31 March 2021"
    inks: list[Ink] = []
    y = 60.0
    for paragraph in (
        "Local Government and Social Care Ombudsman Kent County Council For the period ending:"
        " 31/03/21",
        "74% of complaints we investigated were upheld. This compares to an average of 71% in"
        f" similar authorities. 40 upheld decisions Statistics are based on a total of 54 detailed"
        f" investigations {period}",
        "In 100% of cases we were satisfied the authority had successfully implemented our"
        " recommendations. This compares to an average of 99% in similar authorities. Statistics"
        f" are based on a total of 33 compliance outcomes {period}",
        "Failure to comply with our recommendations is rare. An authority with a compliance rate"
        " below 100% should scrutinise those complaints where it failed to comply.",
        "In 13% of upheld cases we found the authority had provided a satisfactory remedy before"
        " the complaint reached the Ombudsman. This compares to an average of 8% in similar"
        f" authorities. 5 satisfactory remedy decisions Statistics are based on a total of 54"
        f" detailed investigations {period}",
    ):
        block, y = wrapped(paragraph, 60, y, 470)
        inks += block
        y += 15
    one = read(make_pdf([front_page(Statistics()), inks]))
    assert values(one) == PLAIN
    assert one.status is Status.OK, one.findings


def test_a_missing_panel_is_doubtful_where_it_should_be() -> None:
    one = read(letter(Statistics(), Style(order=("uphold", "compliance"))))
    assert values(one)["satisfactory_remedy_rate"] == "not_in_text"
    # The averages and bases of the others may be those of the panel that was lost.
    beside = (
        "uphold_rate_similar",
        "compliance_rate_similar",
        "detailed_investigations",
        "compliance_outcomes",
    )
    assert doubts(one) == {
        "satisfactory_remedy_rate": {"panel_not_found"},
        **{key: {"place_ambiguous"} for key in beside},
    }


def test_averages_absent() -> None:
    without = replace(
        Statistics(), uphold_similar=None, compliance_similar=None, remedy_similar=None
    )
    park = read(letter(replace(without, council="Exmoor National Park Authority")))
    assert values(park)["uphold_rate_similar"] == "not_compared"
    assert park.status is Status.OK, park.findings
    assert (park.authority, park.authority_as_printed) == (None, "Exmoor National Park Authority")
    kent = read(letter(without))
    assert values(kent)["uphold_rate_similar"] == "not_in_text"
    assert doubts(kent)["uphold_rate_similar"] == {"average_not_found"}


@pytest.mark.parametrize("seed", range(6))
def test_one_average_absent_is_never_taken_from_a_neighbour(seed: int) -> None:
    stats = replace(Statistics(), compliance_similar=None)
    one = read(letter(stats, Style(seed=seed)))
    assert values(one) == {**PLAIN, "compliance_rate_similar": "not_in_text"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("column", [395, 378])
def test_a_lost_count_stays_lost(seed: int, column: float) -> None:
    stats = replace(Statistics(), remedied=None)
    one = read(letter(stats, Style(seed=seed, count_column=column, count_apart=seed > 2)))
    assert values(one) == {**PLAIN, "satisfactory_remedy_decisions": "not_in_text"}
    assert one.status is Status.OK
    assert [finding.code for finding in one.findings] == ["not_in_text"]


@pytest.mark.parametrize(
    "printed", ["40*", "over 40", "40-50", "1 40", "4 0", "-40", "40.5", "40 (was 38)", "twelve*"]
)
def test_what_is_no_plain_number_beside_its_label_is_told(printed: str) -> None:
    style = Style(count_apart=True, graphics=False)
    one = read(letter(replace(Statistics(), upheld=printed), style))
    assert values(one)["upheld_decisions"] == "not_in_text"
    assert doubts(one) == {"upheld_decisions": {"number_qualified"}}


@pytest.mark.parametrize("printed", ["74 per cent", "seventy-four%", "most"])
def test_a_sentence_without_its_rate_is_told(printed: str) -> None:
    style = Style(graphics=False)
    one = read(letter(replace(Statistics(), uphold_rate=printed), style))
    assert values(one)["uphold_rate"] == "not_in_text"
    assert "not_in_text" in doubts(one)["uphold_rate"]


def test_a_lost_base_is_never_the_neighbours() -> None:
    one = read(letter(replace(Statistics(), investigations=None)))
    assert values(one) == {**PLAIN, "detailed_investigations": "not_in_text"}
    assert doubts(one) == {"detailed_investigations": {"place_not_found"}}


def test_a_wrong_rate_is_doubtful_and_unchanged() -> None:
    one = read(letter(replace(Statistics(), investigations="60", remedy_base="60")))
    assert values(one)["uphold_rate"] == 74
    assert one.status is Status.SUSPECT
    assert doubts(one) == {
        metric: {"rate_contradicts_counts"}
        for metric in ("uphold_rate", "upheld_decisions", "detailed_investigations")
    }


def test_the_picture_is_a_second_witness() -> None:
    style = Style(graphics=False, extra=(Ink(70, 170, "47%", 24, glyphs=True),))
    one = read(letter(Statistics(), style))
    assert values(one)["uphold_rate"] == 74
    assert doubts(one) == {"uphold_rate": {"graphic_disagrees"}}


def test_complaint_overview() -> None:
    style = Style(
        body="Council",
        order=("uphold", "remedy", "compliance"),
        remedy_base="upheld decisions",
        seed=2,
    )
    one = read(letter(OVERVIEW, style, title="Annual Review letter 2024-25"))
    assert one.form == "complaint_overview"
    assert one.status is Status.OK, one.findings
    assert values(one) == {
        "complaints_dealt_with": 291,
        "not_for_us": 128,
        "assessed_and_closed": 87,
        "detailed_investigations": 76,
        "upheld_decisions": 61,
        "uphold_rate": 80,
        "uphold_rate_similar": 83,
        "upheld_per_100k": 7.4,
        "upheld_per_100k_similar": 8,
        "compliance_rate": 100,
        "compliance_rate_similar": 99,
        "compliance_outcomes": 33,
        "satisfactory_remedy_rate": 8,
        "satisfactory_remedy_rate_similar": 8,
        "satisfactory_remedy_decisions": 5,
        "satisfactory_remedy_base": 61,
    }


def test_an_overview_that_does_not_add_up() -> None:
    one = read(letter(replace(OVERVIEW, closed="88"), Style(remedy_base="upheld decisions")))
    assert set(doubts(one)) == {
        "complaints_dealt_with",
        "not_for_us",
        "assessed_and_closed",
        "detailed_investigations",
    }


def test_a_torn_number_is_doubtful() -> None:
    label = Ink(395, 134, "upheld decisions", 9)
    page = statistics_page(replace(Statistics(), upheld=None), Style())
    torn = [Ink(60, 700, "We dealt with 7 1% of complaints we investigated were upheld."), label]
    page = [ink for ink in page if "74%" not in ink.text and ink.text != "upheld."] + torn
    one = read(make_pdf([front_page(Statistics()), page]))
    assert "number_torn" in doubts(one)["uphold_rate"]


def test_sentences_of_the_later_figures() -> None:
    one = read(letter(OVERVIEW, Style(remedy_base="upheld decisions")))
    texts = {f.metric: f.text for f in one.figures}
    assert texts["upheld_per_100k"] == (
        "Adjusted for Leeds City Council's population, this is 7.4 upheld decisions per 100,000"
        " residents ."
    )
    assert texts["upheld_per_100k_similar"] == (
        "The average for authorities of this type is 8 upheld decisions per 100,000 residents."
    )
    assert texts["upheld_decisions"] == "We investigated 76 complaints and upheld 61."
    assert texts["complaints_dealt_with"].endswith("dealt with 291 complaints.")
    assert texts["not_for_us"] == "128 were not for us or not ready for us to investigate."


def test_a_number_printed_twice_and_differently() -> None:
    extra = (Ink(60, 800, "We investigated 75 complaints."),)
    one = read(letter(OVERVIEW, Style(remedy_base="upheld decisions", extra=extra)))
    assert "repeated_number_disagrees" in doubts(one)["detailed_investigations"]


def test_two_forms_that_cannot_be_told_apart() -> None:
    extra = (
        Ink(60, 780, "We assessed and closed 12 complaints."),
        Ink(60, 800, "Of these, 7 were not for us."),
    )
    one = read(letter(Statistics(), Style(extra=extra)))
    assert one.status is Status.UNKNOWN_FORM
    assert [finding.code for finding in one.findings] == ["form_ambiguous"]
    assert one.figures == ()


def test_a_letter_without_statistics_is_of_unknown_form() -> None:
    one = read(make_pdf([front_page(Statistics())]))
    assert (one.status, one.year_ending) == (Status.UNKNOWN_FORM, 2021)
    assert one.authority == "Kent County Council"


def test_a_report_is_no_letter() -> None:
    lines = (
        "Report by the Local Government and Social Care Ombudsman",
        "Investigation into a complaint about Kent County Council",
        "We upheld the complaint. 74% of children waited. The Annual Review letter 2021 says more.",
    )
    data = make_pdf([[Ink(60, 80 + 40 * i, line) for i, line in enumerate(lines)]])
    one = read(data, Expectation("Kent County Council", 2021))
    assert (one.status, one.figures) == (Status.NOT_A_LETTER, ())


def test_two_letters_behind_a_report() -> None:
    first, second = Statistics(), replace(Statistics(), council="Dartford Borough Council")
    report = [Ink(60, 80, "Report to committee"), Ink(60, 100, "Appendix A: two letters")]
    data = make_pdf(
        [
            report,
            front_page(first),
            statistics_page(first, Style()),
            front_page(second),
            statistics_page(
                replace(second, upheld="41", uphold_rate="76%", remedy_rate="12%"), Style()
            ),
        ]
    )
    letters = read_document(data, Expectation("Kent County Council", 2021)).letters
    assert [(x.part, x.first_page, x.last_page) for x in letters] == [(1, 2, 3), (2, 4, 5)]
    assert [x.authority for x in letters] == ["Kent County Council", "Dartford Borough Council"]
    assert [values(x)["upheld_decisions"] for x in letters] == [40, 41]
    assert all(x.status is Status.OK for x in letters)


@pytest.mark.parametrize(
    "printed",
    [
        "98% 100%",
        "100%, up from 95%",
        "fewer than 5%",
        "<5%",
        "-5%",
        "almost 100%",
        "98-100%",
        "98% to 100%",
        "100.0 0%",
    ],
)
@pytest.mark.parametrize("rate", ["uphold_rate", "compliance_rate"])
def test_a_bound_or_the_second_of_two_numbers_is_no_rate(printed: str, rate: str) -> None:
    one = read(letter(replace(Statistics(), **{rate: printed}), Style(graphics=False)))
    value = values(one).get(rate)
    assert isinstance(value, str) or rate in doubts(one), (printed, value)
    assert one.status is not Status.OK or isinstance(value, str)
