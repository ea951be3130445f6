"""The replica's letters of 2005 to 2018: every form, consistent truth, words that carry it."""

from __future__ import annotations

import http.client
import io
import re
import time
from itertools import pairwise

import pypdf
import pypdfium2
import pytest

from ombudsman_crawler.replica import Replica, ReplicaLetter
from ombudsman_crawler.replica.catalogue import letter_pdf
from ombudsman_crawler.replica.older import counts
from ombudsman_crawler.replica.older.letter import older_letter

FORMS = {
    **dict.fromkeys(range(2005, 2009), "annual_letter_tables"),
    **dict.fromkeys(range(2009, 2013), "advice_team_tables"),
    2013: "single_total",
    **dict.fromkeys(range(2014, 2019), "local_authority_report"),
}
BATH = "bath-and-north-east-somerset-council"
RECEIVED_BY_CATEGORY = set(counts.CATEGORIES)


@pytest.fixture(scope="module")
def older() -> list[ReplicaLetter]:
    """Return the older letters of a replica with every kind of council."""
    return Replica(councils=90, years=(2005, 2018)).letters()


def text_of(pdf: bytes) -> list[str]:
    """Return each page's text with its line breaks as spaces."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def counted(letter: ReplicaLetter, year: int | None = None) -> dict[str, float | None]:
    """Return a year's figures in the order of the columns; None where nothing is printed."""
    found = letter.figures
    if year not in (None, letter.year_ending):
        found = {metric: truth for (of, metric), truth in letter.restated.items() if of == year}
    return {m: None if isinstance(truth, tuple) else truth for m, truth in found.items()}


def part(figures: dict[str, float | None], prefix: str, *without: str) -> float:
    return sum(
        value or 0
        for metric, value in figures.items()
        if metric.startswith(prefix) and metric not in without and "total" not in metric
    )


def test_each_year_has_its_form(older: list[ReplicaLetter]) -> None:
    assert {letter.year_ending for letter in older} == set(FORMS)
    for letter in older:
        assert letter.form == FORMS[letter.year_ending], letter.path
        assert letter.letter_date.year == letter.year_ending
        assert letter.letter_date.month in (6, 7)
        assert letter.figures


def test_two_replicas_draw_equal_letters() -> None:
    letters = Replica(years=(2005, 2018)).letters()
    drawn = [letter.pdf() for letter in letters]
    letter_pdf.cache_clear()
    older_letter.cache_clear()
    again = Replica(years=(2005, 2018)).letters()
    assert again == letters
    assert [letter.pdf() for letter in again] == drawn


def test_default_years_have_no_older_letters() -> None:
    assert min(letter.year_ending for letter in Replica().letters()) == 2019


def test_the_site_has_fewer_letters_of_early_years() -> None:
    letters = Replica(councils=200, years=(2005, 2019)).letters()
    of_year = {year: sum(1 for x in letters if x.year_ending == year) for year in range(2005, 2020)}
    assert of_year[2005] < 0.45 * of_year[2019]
    assert of_year[2009] < of_year[2011] < of_year[2015] < of_year[2019]
    for letter in letters:
        if letter.year_ending == 2006:
            # Who has an early letter has the later ones too.
            assert sum(1 for other in letters if other.slug == letter.slug) >= 12


def test_published_figures_of_three_years() -> None:
    letter = Replica(years=(2005, 2018)).letter(BATH, 2008)
    figures = letter.figures
    assert letter.published
    assert (figures["received_total"], figures["decided_total"]) == (35, 34)
    assert figures["avg_response_days"] == 32.6
    assert letter.restated[2007, "received_planning_and_building_control"] == 17
    assert letter.restated[2006, "decided_total_excl_premature"] == 30
    assert {year for year, _ in letter.restated} == {2006, 2007}
    assert {metric for _, metric in letter.restated} == set(figures)
    of_2010 = Replica(years=(2005, 2018)).letter(BATH, 2010).figures
    assert (of_2010["received_total"], of_2010["advice_team_forwarded"]) == (27, 18)


def test_tables_up_to_2012_add_up(older: list[ReplicaLetter]) -> None:
    for letter in [found for found in older if found.year_ending <= 2012]:
        years = {letter.year_ending, *(year for year, _ in letter.restated)}
        assert len(years) == (3 if letter.year_ending <= 2008 else 1)
        for year in years:
            figures = counted(letter, year)
            assert part(figures, "received_") == figures["received_total"], letter.path
            if letter.year_ending <= 2008:
                excluding = part(
                    figures, "decided_", "decided_premature", "decided_total_excl_premature"
                )
                assert excluding == figures["decided_total_excl_premature"]
                assert excluding + (figures["decided_premature"] or 0) == figures["decided_total"]
            else:
                assert part(figures, "advice_team_") == figures["received_total"]
                assert part(figures, "decided_") == figures["decided_total"]
            assert figures["first_enquiries"] is not None
            assert (figures["avg_response_days"] is None) == (figures["first_enquiries"] == 0)


def test_what_was_forwarded_is_named_as_it_is_printed(older: list[ReplicaLetter]) -> None:
    apart = {"advice_team_forwarded_resubmitted", "advice_team_forwarded_new"}
    for letter in [found for found in older if found.form == "advice_team_tables"]:
        forwarded = {metric for metric in letter.figures if "forwarded" in metric}
        assert forwarded == (apart if letter.year_ending == 2009 else {"advice_team_forwarded"})
        assert not letter.restated
    with_upheld = [found for found in older if "upheld_decisions" in found.figures]
    assert {found.year_ending for found in with_upheld} == set(range(2014, 2019))


def test_local_authority_reports_add_up(older: list[ReplicaLetter]) -> None:
    for letter in [found for found in older if found.form == "local_authority_report"]:
        figures = counted(letter)
        assert part(figures, "received_") == figures["received_total"]
        upheld = figures["upheld_decisions"] or 0
        detailed = upheld + (figures["not_upheld_decisions"] or 0)
        assert part(figures, "decided_") + detailed == figures["decided_total"]
        assert ("uphold_rate" in figures) == (letter.year_ending >= 2016)
        if letter.year_ending < 2016:
            continue
        assert (figures["remedied_by_lgo"] or 0) + (figures["remedied_by_authority"] or 0) <= upheld
        rate = letter.figures["uphold_rate"]
        if isinstance(rate, tuple):
            assert (rate, detailed) == ((None, "no_base"), 0)
        else:
            assert abs(rate - 100 * upheld / detailed) <= 0.5


def test_an_early_letter_and_a_later_one_tell_the_same_of_a_year() -> None:
    differing = 0
    for first, second in pairwise(
        sorted(
            (x for x in Replica(councils=200, years=(2005, 2008)).letters()),
            key=lambda letter: (letter.slug, letter.year_ending),
        )
    ):
        if first.slug == second.slug and second.year_ending == first.year_ending + 1:
            now = {m: t for (y, m), t in second.restated.items() if y == first.year_ending}
            assert now["decided_total"] == first.figures["decided_total"]
            before = first.figures["received_total"]
            assert not isinstance(before, tuple)
            assert now["received_total"] in (before, before + 1)
            differing += now["received_total"] != before
    # Some were counted again in between.
    assert differing


def test_every_state_and_every_layout_occurs(older: list[ReplicaLetter]) -> None:
    states = {
        truth[1]
        for letter in older
        for truth in (*letter.figures.values(), *letter.restated.values())
        if isinstance(truth, tuple)
    }
    assert states == {"blank", "no_base"}
    for form in sorted({"annual_letter_tables", "advice_team_tables", "local_authority_report"}):
        of_form = [letter for letter in older if letter.form == form]
        assert {letter.layout for letter in of_form} == {"positioned", "flow"}
        traits = frozenset().union(*(letter.traits for letter in of_form))
        assert traits >= {
            "blank_zeros", "whole_rows", "landscape", "turned", "upright_headings", "split",
            "ruled",
        }, form  # fmt: skip
    assert any("bare" in letter.traits for letter in older)
    assert any("received_social_services" in letter.figures for letter in older)
    assert any("public_reports" in letter.figures for letter in older)
    assert any(
        letter.form == "local_authority_report" and "received_other" not in letter.figures
        for letter in older
    )
    assert {len(letter.address) for letter in older} == {0, 1, 3}
    assert {letter.signatory for letter in older} == {
        "J R White", "Anne Seex", "Tony Redmond", "Jane Martin", "Dr Jane Martin", "Michael King",
    }  # fmt: skip


WORDING = {
    2005: ("Annual Letter 2004/05", "Complaints received by subject area", "Our ref:"),
    2007: ("LOCAL AUTHORITY REPORT - ", "For the period ending 31/03/2007", "National Park"),
    2008: ("The Local Government Ombudsman’s Annual Letter", "for the year ended 31 March 2008"),
    2009: ("Formal/informal premature", "resubmitted prematures", "since 1 April 2008"),
    2010: ("Annual Review", "LGO Advice Team", "Appendix 2: Local authority report 2009/10"),
    2011: ("Communicating decisions", "Extended powers", "Investigative Team"),
    2012: ("Not enough evidence of fault", "Investigation not justified &", "Not investigated"),
    2013: ("In 2012/13 we received ", "about your local authority. This compares to", "County"),
    2014: ("Detailed Investigations Carried Out", "for the period ending - 31/03/2014"),
    2016: ("Local Authority Report: ", "For the Period Ending: 31/03/2016", "Complaints Remedied"),
    2018: ("Local Government and Social Care Ombudsman", "by LGO", "year ended 31 March 2018"),
}


@pytest.mark.parametrize("year", WORDING)
def test_wording_of_the_time(year: int, older: list[ReplicaLetter]) -> None:
    plain = [
        letter
        for letter in older
        if letter.year_ending == year
        and letter.layout == "flow"
        and not {"upright_headings", "split"} & letter.traits
        and letter.address
    ]
    for letter in plain[:4]:
        whole = " ".join(text_of(letter.pdf()))
        for words in (*WORDING[year], letter.title, letter.signatory):
            assert words in whole, (letter.path, words)
        if year != 2008:
            assert f"Dear {letter.addressee}" in whole
    assert plain


def printed(metric: str, value: float | None) -> str | None:
    if value is None:
        return None
    return f"{value:.1f}" if metric == "avg_response_days" else f"{value:,.0f}"


def test_rows_stand_on_the_page_as_the_truth_has_them(older: list[ReplicaLetter]) -> None:
    """Where rows are drawn in their order, their numbers follow one another in the text."""
    seen = 0
    for letter in older[::3]:
        in_order = letter.layout == "flow" or "whole_rows" in letter.traits
        if not in_order or letter.form == "single_total":
            continue
        text = " ".join(text_of(letter.pdf()))
        text = " ".join(re.findall(r"\d[\d,.]*\d|\d", text.replace("%", "")))
        for year in {letter.year_ending, *(year for year, _ in letter.restated)}:
            figures = counted(letter, year)
            for prefix in ("received_", "decided_"):
                row = [
                    shown
                    for metric, value in figures.items()
                    if metric.startswith(prefix)
                    or (prefix == "decided_" and metric in ("not_upheld_decisions",
                        "upheld_decisions", "uphold_rate"))
                    if (shown := printed(metric, value))
                ]  # fmt: skip
                if figures.get("uphold_rate", 1) is None and prefix == "decided_":
                    continue
                assert " ".join(row) in text, (letter.path, year, prefix, row)
                seen += 1
    assert seen > 200


def test_every_number_stands_on_a_page_of_statistics(older: list[ReplicaLetter]) -> None:
    for letter in older[::5]:
        document = pypdfium2.PdfDocument(letter.pdf())
        words = " ".join(page.get_textpage().get_text_range() for page in document)
        for metric, value in counted(letter).items():
            if value is not None and metric != "public_reports":
                shown = printed(metric, value)
                assert shown
                pattern = rf"(?<![\d.,]){re.escape(shown)}(?![\d]|[.,]\d)"
                assert re.search(pattern, words), (letter.path, metric, shown)


def test_prose_repeats_the_numbers_in_words() -> None:
    whole = " ".join(text_of(Replica(years=(2005, 2018)).letter(BATH, 2008).pdf()))
    assert "We received 35 complaints against your authority" in whole
    assert "one fewer than the year before" in whole
    assert "Two were about adult care services" in whole
    assert "15 about planning & building control" in whole
    assert "We issued three reports" in whole
    assert "Four complaints were settled locally" in whole


def test_a_new_council_is_told_of_those_before_it() -> None:
    letter = Replica(councils=320, years=(2005, 2018)).letter("cheshire-west-chester-council", 2009)
    whole = " ".join(text_of(letter.pdf()))
    assert "successor authority to the former Chester City Council" in whole


def test_every_page_says_that_it_is_generated(older: list[ReplicaLetter]) -> None:
    for letter in older[::7]:
        for page in text_of(letter.pdf()):
            assert "Generated by the ombudsman replica for testing" in page
            assert "not a letter of the Ombudsman" in page
    bath = Replica(years=(2005, 2018)).letter(BATH, 2007)
    assert all("as published where known" in page for page in text_of(bath.pdf()))


@pytest.mark.parametrize("year", [2007, 2011, 2013, 2016])
def test_a_reissued_letter_has_other_words_and_figures(year: int) -> None:
    replica = Replica(years=(2005, 2018))
    before = replica.letter(BATH, year)
    after = replica.reissue(before.path)
    assert counted(after)["received_total"] == (counted(before)["received_total"] or 0) + 1
    assert part(counted(after), "received_") in (0, counted(after)["received_total"])
    assert "replaces the one we sent you earlier" in " ".join(text_of(after.pdf()))
    assert not after.published


def test_turned_pages_are_wide_as_they_are_shown(older: list[ReplicaLetter]) -> None:
    turned = next(letter for letter in older if "turned" in letter.traits)
    document = pypdfium2.PdfDocument(turned.pdf())
    page = document[len(document) - 1]
    assert page.get_rotation() == 90
    assert page.get_width() > page.get_height()


def test_drawing_is_fast(older: list[ReplicaLetter]) -> None:
    letter_pdf.cache_clear()
    some = older[::20]
    began = time.process_time()
    for letter in some:
        letter.pdf()
    # About 6 ms each; the bound is wide for slow machines.
    assert (time.process_time() - began) / len(some) < 0.06


def test_all_forms_over_http() -> None:
    with Replica(councils=12, years=(2005, 2025)) as replica:
        connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)

        def get(path: str) -> bytes:
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200, path
            return response.read()

        letters = [letter for letter in replica.letters() if letter.slug == BATH]
        assert {letter.form for letter in letters} == {
            *FORMS.values(), "three_panels", "complaint_overview",
        }  # fmt: skip
        assert [letter.year_ending for letter in letters] == list(range(2025, 2004, -1))
        for letter in letters:
            assert get(letter.path) == letter.pdf()
        old = get("/information-centre/councils-performance/B").decode()
        for letter in letters:
            year = letter.year_ending
            assert f'href="{letter.path}">{year - 1}/{year % 100:02d}<' in old
        page = get(f"/your-councils-performance/{BATH}/statistics").decode()
        address = re.search(r'href="([^"]+)">View annual letters<', page)
        assert address
        listed = get(address[1]).decode()
        for label in (
            "Annual letter 2006/07",
            "Annual review 2009/10",
            "Annual review letter 2016",
        ):
            assert f">{label}<" in listed


def test_a_replica_of_early_years_only() -> None:
    with Replica(councils=12, years=(2006, 2010)) as replica:
        connection = http.client.HTTPConnection(replica.url.removeprefix("http://"), timeout=10)
        for slug in replica.slugs:
            connection.request("GET", f"/your-councils-performance/{slug}/statistics")
            response = connection.getresponse()
            assert response.status == 200
            response.read()
        assert replica.letters()
