"""The replica's letters: deterministic, consistent with themselves, and marked as generated."""

from __future__ import annotations

import io
import re
from importlib.resources import files

import pypdf
import pytest

from ombudsman_crawler.replica import Replica, ReplicaLetter
from ombudsman_crawler.replica.catalogue import letter_pdf

PANELS = {
    "uphold_rate", "uphold_rate_similar", "upheld_decisions", "detailed_investigations",
    "compliance_rate", "compliance_rate_similar", "compliance_outcomes",
    "satisfactory_remedy_rate", "satisfactory_remedy_rate_similar",
    "satisfactory_remedy_decisions", "satisfactory_remedy_base",
}  # fmt: skip
POPULATION = {"upheld_per_100k", "upheld_per_100k_similar"}
OVERVIEW = {"complaints_dealt_with", "not_for_us", "assessed_and_closed"}
PROSE = {"late_compliance", "public_reports", "training_courses"}
ABSENCES = {"no_base", "not_compared", "not_due", "not_in_text"}


@pytest.fixture(scope="module")
def many() -> list[ReplicaLetter]:
    """Return the letters of a replica with every kind of council."""
    return Replica(councils=60, years=(2019, 2026)).letters()


def text_of(pdf: bytes) -> list[str]:
    """Return each page's text with its line breaks as spaces."""
    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def number(letter: ReplicaLetter, metric: str) -> float:
    value = letter.figures[metric]
    assert not isinstance(value, tuple), (letter.path, metric)
    return value


def test_two_replicas_draw_equal_letters() -> None:
    one = Replica().letters()
    drawn = [letter.pdf() for letter in one]
    letter_pdf.cache_clear()
    assert [letter.pdf() for letter in Replica().letters()] == drawn
    assert Replica().letters() == one


def test_the_sample_letters_are_served_for_their_councils() -> None:
    samples = files("ombudsman_crawler.replica") / "samples"
    replica = Replica()
    for slug in ("kent-county-council", "dartford-borough-council"):
        letter = replica.letter(slug, 2021)
        assert letter.pdf() == (samples / f"2021-{slug}.pdf").read_bytes()
        assert letter.layout == "sample"
    assert replica.letter("dartford-borough-council", 2021).figures == {
        "uphold_rate": 75, "uphold_rate_similar": 53, "upheld_decisions": 3,
        "detailed_investigations": 4, "compliance_rate": 100, "compliance_rate_similar": 100,
        "compliance_outcomes": 3, "satisfactory_remedy_rate": 0,
        "satisfactory_remedy_rate_similar": 16, "satisfactory_remedy_decisions": 0,
        "satisfactory_remedy_base": 4, "late_compliance": 2, "training_courses": 3,
    }  # fmt: skip
    assert replica.letter("kent-county-council", 2021).figures == {
        "uphold_rate": 74, "uphold_rate_similar": 71, "upheld_decisions": 40,
        "detailed_investigations": 54, "compliance_rate": 100, "compliance_rate_similar": 100,
        "compliance_outcomes": 33, "satisfactory_remedy_rate": 13,
        "satisfactory_remedy_rate_similar": 8,
        "satisfactory_remedy_decisions": (None, "not_in_text"), "satisfactory_remedy_base": 54,
        "public_reports": 1,
    }  # fmt: skip


def test_published_figures_are_used_where_they_are_known() -> None:
    kent = Replica().letter("kent-county-council", 2024).figures
    assert (kent["uphold_rate"], kent["upheld_decisions"], kent["detailed_investigations"]) == (
        81, 76, 94,
    )  # fmt: skip
    assert kent["compliance_rate"] == 98
    assert (kent["upheld_per_100k"], kent["upheld_per_100k_similar"]) == (4.8, 4.5)
    overview = Replica().letter("kent-county-council", 2025).figures
    assert [overview[metric] for metric in sorted(OVERVIEW)] == [128, 291, 87]


def test_each_form_has_its_metrics_and_no_others(many: list[ReplicaLetter]) -> None:
    for letter in many:
        expected = set(PANELS)
        if letter.year_ending >= 2024:
            expected |= POPULATION
        if letter.form == "complaint_overview":
            expected |= OVERVIEW
        assert set(letter.figures) - PROSE == expected, letter.path
        assert letter.form == (
            "complaint_overview" if letter.year_ending >= 2025 else "three_panels"
        )


def test_rates_agree_with_their_counts(many: list[ReplicaLetter]) -> None:
    for letter in many:
        rate = letter.figures["uphold_rate"]
        investigated = number(letter, "detailed_investigations")
        if isinstance(rate, tuple):
            assert rate == (None, "no_base")
            assert investigated == 0
        else:
            assert abs(rate - 100 * number(letter, "upheld_decisions") / investigated) <= 0.5
        base = number(letter, "satisfactory_remedy_base")
        upheld = number(letter, "upheld_decisions")
        assert base == (investigated if letter.year_ending <= 2021 else upheld)
        remedies = letter.figures["satisfactory_remedy_decisions"]
        remedy_rate = letter.figures["satisfactory_remedy_rate"]
        if isinstance(remedy_rate, tuple):
            assert remedy_rate == (None, "no_base")
            assert upheld == 0
        elif not isinstance(remedies, tuple):
            assert abs(remedy_rate - 100 * remedies / upheld) <= 0.5
        if letter.form == "complaint_overview":
            parts = number(letter, "not_for_us") + number(letter, "assessed_and_closed")
            assert number(letter, "complaints_dealt_with") == parts + investigated


def test_averages_depend_on_kind_and_year_only(many: list[ReplicaLetter]) -> None:
    seen: dict[tuple[str, int, str], object] = {}
    for letter in many:
        for metric, value in letter.figures.items():
            if metric.endswith("_similar") and value != (None, "not_due"):
                key = (letter.kind, letter.year_ending, metric)
                assert seen.setdefault(key, value) == value, key
                assert (value == (None, "not_compared")) == (letter.kind == "other")


def test_every_state_that_is_no_number_occurs(many: list[ReplicaLetter]) -> None:
    found = {
        value[1] for letter in many for value in letter.figures.values() if isinstance(value, tuple)
    }
    assert found == ABSENCES
    assert {metric for letter in many for metric in letter.figures} >= PROSE
    assert {letter.layout for letter in many} == {"positioned", "flow", "sample"}
    assert {len(letter.address) for letter in many} == {1, 3}
    assert {letter.name_on_statistics for letter in many} == {True, False}
    assert {letter.signatory for letter in many} == {
        "Michael King", "Paul Najsarek", "Nigel Ellis", "Amerdeep Somal",
    }  # fmt: skip


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023, 2024, 2025])
def test_a_letter_says_what_the_truth_says(year: int, many: list[ReplicaLetter]) -> None:
    for letter in [found for found in many if found.year_ending == year][:12]:
        pages = text_of(letter.pdf())
        whole = " ".join(pages)
        assert letter.title in whole
        assert letter.signatory in whole
        for line in letter.address:
            assert line.replace("'", "’") in whole or letter.layout == "sample"
        statistics = pages[-1]
        for metric, value in letter.figures.items():
            if metric in PROSE or isinstance(value, tuple):
                continue
            printed = f"{value:g}" if metric in POPULATION else f"{value:,}"
            assert re.search(rf"(?<![\d.,]){re.escape(printed)}(?![\d.,]\d)", statistics), metric
        if letter.layout != "sample":
            assert letter.letter_date.strftime("%Y") in whole


def test_every_page_of_a_generated_letter_says_that_it_is_generated(
    many: list[ReplicaLetter],
) -> None:
    for letter in [found for found in many if found.layout != "sample"][:40]:
        for page in text_of(letter.pdf()):
            assert "Generated by the ombudsman replica for testing" in page
            assert "not a letter of the Ombudsman" in page
            published = "as published where known" in page
            assert published == letter.published


def test_no_letter_outside_the_life_of_its_council() -> None:
    replica = Replica()
    years = {letter.slug: [] for letter in replica.letters()}  # type: dict[str, list[int]]
    for letter in replica.letters():
        years[letter.slug].append(letter.year_ending)
    assert years["West-Northamptonshire-Council"] == [2025, 2024, 2023, 2022]
    assert years["daventry-district-council"] == [2021, 2020, 2019]
    assert years["kent-county-council"] == list(range(2025, 2018, -1))
    assert "daventry-district-council" not in replica.slugs


def test_a_reissued_letter_has_other_words_and_figures() -> None:
    replica = Replica()
    before = replica.letter("essex-county-council", 2023)
    after = replica.reissue(before.path)
    assert number(after, "upheld_decisions") == number(before, "upheld_decisions") + 1
    assert after.etag != before.etag
    assert replica.letter("essex-county-council", 2023) == after
    assert "replaces the one we sent you earlier" in " ".join(text_of(after.pdf()))


def test_a_repacked_letter_is_another_file_with_the_same_words() -> None:
    replica = Replica()
    letter = replica.letter("kent-county-council", 2021)
    repacked = replica.repack(letter.path)
    assert repacked != letter.pdf()
    assert text_of(repacked) == text_of(letter.pdf())


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"years": (2004, 2021)}, "years"),
        ({"years": (2021, 2020)}, "years"),
        ({"years": (2030, 2040)}, "years"),
        ({"councils": 1000}, "councils"),
        ({"councils": -1}, "councils"),
        ({"map_style": "round"}, "map_style"),
        ({"layout": "v3"}, "layout"),
        ({"council_pages": "none"}, "council_pages"),
    ],
)
def test_arguments_that_cannot_be_served_are_named(
    arguments: dict[str, object], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}:"):
        Replica(**arguments)  # type: ignore[arg-type]


def test_a_whole_country_for_eighteen_years() -> None:
    letters = Replica(councils=320, years=(2019, 2036)).letters()
    assert len(letters) > 5_000
    assert len({letter.path.lower() for letter in letters}) == len(letters)
    assert letters[0].pdf().startswith(b"%PDF-")
