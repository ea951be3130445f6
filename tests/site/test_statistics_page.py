"""What is on a page and what isn't; what makes its figures doubtful; hostile markup."""

from __future__ import annotations

import re
import time
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman_crawler import authorities
from ombudsman_crawler.site import statistics_page
from ombudsman_crawler.site.statistics_page import State, StatisticsPage, Status

KENT = "https://www.lgo.org.uk/your-councils-performance/kent-county-council/statistics"

V1 = """
<h1>Kent County Council</h1><h2>Annual statistics</h2>
<h3>Complaints upheld</h3>
<p>80% of complaints we investigated were upheld.</p>
<p>This compares to an average of 77% in similar authorities.</p>
<p>64 upheld decisions</p>
<p>Statistics are based on a total of 80 investigations for the period between 1 April 2023 to \
31 March 2024</p>
<h3>Compliance with Ombudsman recommendations</h3>
<p>98% of cases we were satisfied the Council had successfully implemented our recommendations.</p>
<p>This compares to an average of 99% in similar authorities.</p>
<p>Statistics are based on a total of 58 compliance outcomes for the period between 1 April 2023 \
to 31 March 2024</p>
<h3>Satisfactory remedies provided by the Council</h3>
<p>In 5% of upheld cases we found the Council had provided a satisfactory remedy before the \
complaint reached the Ombudsman.</p>
<p>This compares to an average of 11% in similar authorities.</p>
<p>3 satisfactory remedy decisions</p>
<p>Statistics are based on a total of 64 upheld decisions for the period between 1 April 2023 to \
31 March 2024</p>
<h2>Annual letters</h2>
"""

V2 = """
<h1>Kent County Council</h1><h2>Complaint overview</h2>
<p>Between 1 April 2024 to 31 March 2025, we dealt with 291 complaints. Of these, 87 were not for \
us or not ready for us to investigate. We assessed and closed 128 complaints. We investigated 76 \
complaints.</p>
<h3>Complaints upheld</h3>
<p>We investigated 76 complaints and upheld 63.</p>
<p>83% of complaints we investigated were upheld.</p>
<p>This compares to an average of 89% in similar authorities.</p>
<h3>Compliance with Ombudsman recommendations</h3>
<p>100% of cases we were satisfied the Council had successfully implemented our recommendations.</p>
<p>This compares to an average of 99% in similar authorities.</p>
<h3>Satisfactory remedies provided by the Council</h3>
<p>In 10% of upheld cases we found the Council had provided a satisfactory remedy.</p>
<p>This compares to an average of 8% in similar authorities.</p>
<h2>Annual letters</h2>
"""


def read(page: str, url: str = KENT) -> StatisticsPage:
    return statistics_page.read(page, url)


def values(page: StatisticsPage) -> dict[str, float | str | None]:
    return {one.metric: one.absence if one.value is None else one.value for one in page.figures}


def doubts(page: StatisticsPage) -> set[tuple[str, str | None]]:
    return {(one.code, one.metric) for one in page.findings if one.severity.value != "note"}


@pytest.mark.parametrize("page", [V1, V2])
def test_the_pages_these_tests_change_are_whole(page: str) -> None:
    assert (read(page).status, read(page).state) == (Status.OK, State.FIGURES)
    assert read(page).findings == ()


def changed(page: str, old: str, new: str) -> StatisticsPage:
    assert page.count(old) == 1, old
    return read(page.replace(old, new))


@pytest.mark.parametrize(
    ("page", "old", "new", "doubt"),
    [
        (V1, "80% of", "81% of", ("rate_contradicts_counts", "uphold_rate")),
        (V1, "<p>64 upheld", "<p>94 upheld", ("more_than_possible", "upheld_decisions")),
        (V1, "<p>3 sat", "<p>65 sat", ("rate_contradicts_counts", "satisfactory_remedy_decisions")),
        (V1, "of 64 upheld", "of 46 upheld", ("base_unexpected", "satisfactory_remedy_base")),
        (V1, "98% of cases", "980% of cases", ("out_of_range", "compliance_rate")),
        (V2, "with 291", "with 292", ("overview_does_not_add_up", "complaints_dealt_with")),
        (V2, "upheld 63.", "upheld 36.", ("rate_contradicts_counts", "uphold_rate")),
        (
            V2,
            "investigated 76 complaints and",
            "investigated 77 complaints and",
            ("repeated_number_disagrees", "detailed_investigations"),
        ),
    ],
)
def test_numbers_that_contradict_each_other_are_doubtful(
    page: str, old: str, new: str, doubt: tuple[str, str]
) -> None:
    found = changed(page, old, new)
    assert doubt in doubts(found)
    assert found.status is Status.SUSPECT


@pytest.mark.parametrize("layout", [V1, V2])
@pytest.mark.parametrize(
    ("caption", "metric"),
    [
        ("{}% Complaints upheld by Kent County Council", "uphold_rate"),
        ("{}% of cases were successfully implemented by Kent County Council", "compliance_rate"),
        (
            "{}% Complaints with satisfactory remedy provided by Kent County Council",
            "satisfactory_remedy_rate",
        ),
    ],
)
def test_a_caption_confirms_its_sentence_or_makes_it_doubtful(
    layout: str, caption: str, metric: str
) -> None:
    said = values(read(layout))[metric]
    right = changed(
        layout, "<h2>Annual letters", f"<p>{caption.format(said)}</p><h2>Annual letters"
    )
    assert right.findings == ()
    wrong = changed(layout, "<h2>Annual letters", f"<p>{caption.format(1)}</p><h2>Annual letters")
    assert doubts(wrong) == {("graphic_disagrees", metric)}
    assert values(wrong)[metric] == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("80% of", "Nationally, 80% of"),
        ("80% of", "In 2022-23, 80% of"),
        ("80% of", "Fewer than 80% of"),
        ("80% of", "7 80% of"),
        ("80% of", "80<sup>1</sup>% of"),
        ("80% of", "eighty% of"),
        ("80% of", "80 of"),
        ("80% of", "% of"),
        ("80% of complaints", "80% of the issues"),
        ("<p>80%", '<p style="display:none">80%'),
        ("<p>80%", "<p hidden>80%"),
        ("80% of complaints we investigated were upheld.", "<script>80% of complaints</script>"),
        ("80%", "<del>80%</del>"),
    ],
)
def test_what_is_no_plain_sentence_of_this_council_gives_no_number(old: str, new: str) -> None:
    found = changed(V1, old, new)
    assert values(found)["uphold_rate"] == "not_in_text"
    assert {metric for _, metric in doubts(found)} >= {"uphold_rate"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("were upheld.", "were upheld, 8% more than last year.", "sentence_goes_on"),
        ("were upheld.", "were upheld nationally.", "sentence_goes_on"),
        ("were upheld.", "were upheld 8% more often.", "sentence_goes_on"),
        ("<p>80% of", "<p>fewer than</p><p>80% of", "number_qualified"),
        ("<p>80% of", "<p>7</p><p>8% of", "number_qualified"),
        (
            "<p>80% of",
            "<p>70% of complaints we investigated were upheld.</p><p>80% of",
            "repeated_number_disagrees",
        ),
    ],
)
def test_a_sentence_with_more_to_it_is_doubtful(old: str, new: str, code: str) -> None:
    assert (code, "uphold_rate") in doubts(changed(V1, old, new))


def test_a_rate_of_nothing_has_no_value_whatever_is_printed() -> None:
    page = V1.replace("of 80 inv", "of 0 inv").replace("64 upheld", "0 upheld")
    found = read(page.replace("<p>3 sat", "<p>0 sat"))
    assert values(found)["uphold_rate"] == "no_base"
    assert ("contradicts_itself", "uphold_rate") in doubts(found)
    assert ("contradicts_itself", "satisfactory_remedy_rate") in doubts(found)


def test_nothing_was_due_and_yet_there_is_a_number() -> None:
    found = changed(V1, "<p>98% of", "<p>No recommendations were due for compliance.</p><p>98% of")
    assert values(found)["compliance_rate"] == "not_due"
    assert ("contradicts_itself", "compliance_rate") in doubts(found)


def test_an_average_that_is_missing_is_told_of() -> None:
    found = changed(V1, "<p>This compares to an average of 77% in similar authorities.</p>", "")
    assert values(found)["uphold_rate_similar"] == "not_in_text"
    assert ("average_not_found", "uphold_rate_similar") in doubts(found)


def test_numbers_beside_a_lost_part_are_doubtful() -> None:
    found = changed(V1, "98% of cases we were satisfied the Council had", "98%: the Council has")
    assert values(found)["compliance_rate"] == "not_in_text"
    assert ("place_ambiguous", "compliance_rate_similar") in doubts(found)


def test_numbers_under_the_heading_of_another_part_are_doubtful() -> None:
    first = "<p>80% of complaints we investigated were upheld.</p>"
    (second,) = re.findall("<p>98% of cases.*</p>", V1)
    found = read(V1.replace(first, "@").replace(second, first).replace("@", second))
    for metric in ("uphold_rate_similar", "compliance_rate_similar"):
        assert ("place_ambiguous", metric) in doubts(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<h2>Annual statistics</h2>", ""),
        ("<h3>Complaints upheld</h3>", "<h3>Upheld</h3>"),
        ("<h3>Compliance with Ombudsman recommendations</h3>", ""),
        ("<h1>", "<ul><li><a href='#1'>Complaints upheld</a><li><a href='#2'>Reports</a></ul><h1>"),
        ("<h2>Annual statistics</h2>", "<h2>Annual statistics</h2><a href='#r'>Reports</a>"),
        ("<h2>Annual letters</h2>", "<h2>Reports</h2><p>70% of complaints we investigated were"
         " upheld.</p>"),
        ("<h1>Kent County Council</h1>", "<h1>KENT COUNTY COUNCIL</h1>"),
        ("were upheld.</p>", "were upheld</p>"),
        ("<p>64 upheld decisions</p>", "<p>64 upheld decisions<p>View upheld decisions"),
        ("<p>64 upheld decisions</p>", "<span>64 upheld decisions</span><a>View upheld"
         " decisions</a><span>This is text</span>"),
        ("<p>80% of", "<p>80%</p><p>80% of"),
        ("<p>80% of", "<p>64</p><p>80% of"),
        ("<p>64 upheld", "<p>64</p><p>64 upheld"),
        ("80% of", "80\u00ad\u200b% of"),
        ("80%", "&#56;&#x30;&percnt;"),
        ("In 5%", "in\n 5 %"),
    ],
)  # fmt: skip
def test_what_makes_no_difference(old: str, new: str) -> None:
    found = changed(V1, old, new)
    assert values(found) == values(read(V1))
    assert found.status is Status.OK


def misled(page: str, truth: dict[str, float | str | None]) -> dict[str, float | str | None]:
    """Return the values of a page that nothing casts doubt on and that aren't true."""
    found = read(page)
    doubted = {metric for _, metric in doubts(found)}
    return {
        metric: value
        for metric, value in values(found).items()
        if not isinstance(value, str) and value != truth[metric] and not doubted & {metric, None}
    }


@pytest.mark.parametrize("page", [V1, V2])
def test_whatever_is_lost_moved_or_repeated_misleads_nobody(page: str) -> None:
    truth = values(read(page))
    lines = page.strip().split("\n")
    for one in range(len(lines)):
        rest = [line for number, line in enumerate(lines) if number != one]
        assert misled("\n".join(rest), truth) == {}, lines[one]
        for other in range(one % 3, len(lines), 3):
            again = [*lines[:other], lines[one], *lines[other:]]
            assert misled("\n".join(again), truth) == {}, (lines[one], other)
            moved = [*rest[:other], lines[one], *rest[other:]]
            assert misled("\n".join(moved), truth) == {}, (lines[one], other)


@pytest.mark.parametrize("page", [V1, V2])
def test_whatever_stands_beside_a_number_misleads_nobody(page: str) -> None:
    truth = values(read(page))
    before = ("over ", "fewer than ", "not ", "1 ", "-", "~", "£", "(", "<b>1</b> ", "#")
    after = (" to 99", " or so", "*", "+", " (1)", " 1", "/7", "-9", " 000", " million", "½", "²")
    for number in list(re.finditer(r"\d+", page))[::3]:
        begin, end = number.span()
        for said in before:
            assert misled(page[:begin] + said + page[begin:], truth) == {}, (said, page[begin:])
        for said in (*after, "<sup>2</sup>"):
            assert misled(page[:end] + said + page[end:], truth) == {}, (page[:end], said)


def test_periods_that_differ_are_doubtful() -> None:
    page = V1.replace("2023", "2022", 1).replace("2024", "2023", 1)
    assert ("year_disagrees", None) in doubts(read(page))
    assert read(page).year_ending == 2024


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("1 April", "1 May", "period_unexpected"),
        ("20", "19", "year_implausible"),
    ],
)
def test_a_period_that_is_no_year_of_the_site_is_doubtful(old: str, new: str, code: str) -> None:
    page = re.sub(rf"{old}(?= 2023|2[34])", new, V1)
    assert (code, None) in doubts(read(page))


def test_statistics_without_a_year_have_no_figures() -> None:
    found = read(re.sub(r" for the period between .*?2024", "", V1))
    assert found.status is Status.UNKNOWN_FORM
    assert ("year_not_found", None) in doubts(found)
    assert found.figures == ()


def test_a_page_that_speaks_of_another_council_is_doubtful() -> None:
    line = "<p>Adjusted for Essex County Council's population, this is 3 upheld decisions per"
    found = changed(V1, "<p>64 upheld", f"{line} 100,000 residents.</p><p>64 upheld")
    assert ("authority_disagrees", None) in doubts(found)
    found = read(V1, KENT.replace("kent", "essex"))
    assert ("authority_differs_from_link", None) in doubts(found)
    assert found.authority == "Kent County Council"


def test_zeros_are_data_while_a_council_lives() -> None:
    zeros = re.sub(r"\b(?:291|87|128|76|63|83|89|100|99|10|8)(?= com|%| were|\.)", "0", V2)
    assert read(zeros).state is State.FIGURES
    assert values(read(zeros))["uphold_rate"] == "no_base"
    ended = zeros.replace("Kent County", "Cumbria County")
    found = read(ended, KENT.replace("kent", "cumbria"))
    assert (found.state, found.figures, found.year_ending) == (State.NO_DATA, (), 2025)


def test_numbers_of_an_ended_council_are_data() -> None:
    found = read(V2.replace("Kent County", "Cumbria County"), KENT.replace("kent", "cumbria"))
    assert found.state is State.FIGURES


@pytest.mark.parametrize(
    ("page", "state", "status"),
    [
        ("", State.NO_STATISTICS, Status.OK),
        ("<h1>Kent County Council</h1><p>Choose a year.</p>", State.NO_STATISTICS, Status.OK),
        (
            "<h1>Kent County Council</h1><h2>Annual statistics</h2>"
            "<p>There are no annual statistics for this council.</p>",
            State.NO_STATISTICS,
            Status.OK,
        ),
        ("<h2>Annual statistics</h2><div id='chart'></div>", State.FIGURES, Status.UNKNOWN_FORM),
        ("<h3>Complaints upheld</h3><img src='chart.png'>", State.FIGURES, Status.UNKNOWN_FORM),
        ("<p>The Council had 64 complaints upheld.</p>", State.FIGURES, Status.UNKNOWN_FORM),
        ("<p>Complaints: 300. Upheld: 64.</p>", State.FIGURES, Status.UNKNOWN_FORM),
        (
            "<table><tr><th>Complaints received</th><td>300</td></tr></table>",
            State.FIGURES,
            Status.UNKNOWN_FORM,
        ),
        ("<p>Decisions of 2024-25, such as 24 001 234.</p>", State.NO_STATISTICS, Status.OK),
    ],
)
def test_pages_without_figures(page: str, state: State, status: Status) -> None:
    found = read(page)
    assert (found.state, found.status, found.figures) == (state, status, ())


@pytest.mark.parametrize(
    "page",
    ["\0", "<", "<p", "<!--" * 999, "&#0;" * 9, "<p>" * 5000 + "80% of complaints", "<b>" * 60_000],
)
def test_broken_markup_is_read_to_its_end(page: str) -> None:
    assert read(page).figures == ()


@pytest.mark.parametrize(
    "piece",
    [
        "<p>80% of complaints we investigated were upheld.</p>",
        "<b>1</b>",
        "of cases we were satisfied ",
        "adjusted for ",
        "9,",
        "1 upheld decision ",
        "statistics are based on a total of ",
        "<sup>1</sup>",
        "between 1 April 2024 to ",
        "83% Complaints upheld by ",
    ],
)
def test_a_page_of_one_thing_over_and_over_is_read_in_time(piece: str) -> None:
    begins = time.process_time()
    read(V1.replace("<h2>Annual letters", piece * (100_000 // len(piece)) + "<h2>Annual letters"))
    assert time.process_time() - begins < 5


def test_a_page_without_end_has_no_figures() -> None:
    begins = time.process_time()
    found = read("<p>80% of complaints we investigated were upheld.</p>" * 100_000)
    assert (found.status, found.figures) == (Status.UNKNOWN_FORM, ())
    assert doubts(found) == {("page_too_long", None)}
    assert time.process_time() - begins < 20


def percentage(part: int, whole: int) -> int:
    return int(100 * part / whole + 0.5)


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, float]:
    investigated = draw(st.integers(1, 5000))
    upheld = draw(st.integers(1, investigated))
    remedied = draw(st.integers(0, upheld))
    outcomes = draw(st.integers(1, 2000))
    closed, not_for_us = draw(st.integers(0, 3000)), draw(st.integers(0, 3000))
    return {
        "complaints_dealt_with": investigated + closed + not_for_us,
        "not_for_us": not_for_us,
        "assessed_and_closed": closed,
        "detailed_investigations": investigated,
        "upheld_decisions": upheld,
        "uphold_rate": percentage(upheld, investigated),
        "uphold_rate_similar": draw(st.integers(0, 100)),
        "upheld_per_100k": draw(st.integers(0, 999)) / 10,
        "upheld_per_100k_similar": draw(st.integers(0, 999)) / 10,
        "compliance_rate": percentage(draw(st.integers(0, outcomes)), outcomes),
        "compliance_rate_similar": draw(st.integers(0, 100)),
        "compliance_outcomes": outcomes,
        "satisfactory_remedy_rate": percentage(remedied, upheld),
        "satisfactory_remedy_rate_similar": draw(st.integers(0, 100)),
        "satisfactory_remedy_decisions": remedied,
        "satisfactory_remedy_base": upheld,
    }


COUNCILS = [one.name for one in authorities.load() if one.kind != "other" and one.end is None]


@settings(max_examples=150)
@given(
    figures=numbers(),
    council=st.sampled_from(COUNCILS),
    year=st.integers(2023, 2040),
    overview=st.booleans(),
    data=st.data(),
)
def test_numbers_and_names_put_into_sentences_come_back(
    figures: dict[str, float], council: str, year: int, overview: bool, data: st.DataObject
) -> None:
    mark = data.draw(
        st.sampled_from(["{}", "<b>{}</b>", "<span><em>{}</em></span>", "<!-- 1 -->{}"])
    )
    end = data.draw(st.sampled_from([".", " .", ""]))
    stray = data.draw(st.sampled_from(["", "%"]))
    shown = {
        name: mark.format(f"{value:,g}" if value < 1e4 else f"{value:,.0f}")
        for name, value in figures.items()
    }
    name = council.replace("'", data.draw(st.sampled_from(["'", "’"])))
    period = f"1 April {year - 1} to 31 March {year}"
    top = (
        "<h2>Complaint overview</h2><p>Between {period}, we dealt with {complaints_dealt_with}"
        " complaints. Of these, {not_for_us} were not for us or not ready for us to investigate. We"
        " assessed and closed {assessed_and_closed} complaints. We investigated"
        " {detailed_investigations} complaints.</p><h3>Complaints upheld</h3><p>We investigated"
        " {detailed_investigations} complaints and upheld {upheld_decisions}.</p>"
        if overview
        else "<h2>Annual statistics</h2><h3>Complaints upheld</h3><p>{upheld_decisions} upheld"
        " decisions</p><p>Statistics are based on a total of {detailed_investigations}"
        " investigations for the period between {period}</p>"
    )
    page = "<h1>{name}</h1>" + top + (
        "<p>{uphold_rate}% of complaints we investigated were upheld{end}</p>"
        "<p>This compares to an average of {uphold_rate_similar}% in similar authorities{end}</p>"
        "<p><a href='/x'>View upheld decisions</a>Adjusted for {name}'s population, this is"
        " {upheld_per_100k}{stray} upheld decisions per 100,000 residents{end}</p><p>The average"
        " for authorities of this type is {upheld_per_100k_similar} upheld decisions per 100,000"
        " residents{end}</p><h3>Compliance with Ombudsman recommendations</h3><p>{compliance_rate}%"
        " of cases we were satisfied the Council had successfully implemented our recommendations"
        "{end}</p><p>This compares to an average of {compliance_rate_similar}% in similar"
        " authorities{end}</p><p>Statistics are based on a total of {compliance_outcomes}"
        " compliance outcomes for the period between {period}</p><h3>Satisfactory remedies provided"
        " by the Council</h3><p>In {satisfactory_remedy_rate}% of upheld cases we found the Council"
        " had provided a satisfactory remedy before the complaint reached the Ombudsman{end}</p>"
        "<p>This compares to an average of {satisfactory_remedy_rate_similar}% in similar"
        " authorities{end}</p><p>{satisfactory_remedy_decisions} satisfactory remedy decisions</p>"
        "<p>Statistics are based on a total of {satisfactory_remedy_base} upheld decisions for the"
        " period between {period}</p><h2>Annual letters</h2>"
    )  # fmt: skip
    found = read(
        page.format(name=escape(name), period=period, end=end, stray=stray, **shown),
        KENT.replace("kent-county-council", authorities.key(council)),
    )
    expected = {
        metric: value
        for metric, value in figures.items()
        if overview or metric not in ("complaints_dealt_with", "not_for_us", "assessed_and_closed")
    }
    assert values(found) == expected
    assert (found.authority, found.name_as_printed) == (council, name)
    assert found.year_ending == year
    assert doubts(found) == set()
