"""The two sample letters, each in two renderings, give exactly their figures."""

from datetime import date
from pathlib import Path

import pytest

from ombudsman_crawler.letters.letter import Status
from ombudsman_crawler.letters.packed_words import pack, unpack
from ombudsman_crawler.letters.read import read_document, read_words

FIXTURES = Path(__file__).parent / "fixtures"

DARTFORD = {
    "uphold_rate": 75,
    "uphold_rate_similar": 53,
    "upheld_decisions": 3,
    "detailed_investigations": 4,
    "compliance_rate": 100,
    "compliance_rate_similar": 100,
    "compliance_outcomes": 3,
    "satisfactory_remedy_rate": 0,
    "satisfactory_remedy_rate_similar": 16,
    "satisfactory_remedy_decisions": 0,
    "satisfactory_remedy_base": 4,
    "late_compliance": 2,
    "training_courses": 3,
}
KENT = {
    "uphold_rate": 74,
    "uphold_rate_similar": 71,
    "upheld_decisions": 40,
    "detailed_investigations": 54,
    "compliance_rate": 100,
    "compliance_rate_similar": 100,
    "compliance_outcomes": 33,
    "satisfactory_remedy_rate": 13,
    "satisfactory_remedy_rate_similar": 8,
    "satisfactory_remedy_decisions": "not_in_text",
    "satisfactory_remedy_base": 54,
    "public_reports": 1,
}


@pytest.mark.parametrize("rendering", ["word", "positioned"])
@pytest.mark.parametrize(
    ("name", "figures", "front"),
    [
        (
            "2021-dartford-borough-council",
            DARTFORD,
            (
                "Mrs Martin",
                "Director of Corporate Services and Chief Officer",
                "Dartford Borough Council",
            ),
        ),
        (
            "2021-kent-county-council",
            KENT,
            ("Mr Cockburn", "Head of Paid Service", "Kent County Council"),
        ),
    ],
)
def test_sample_letters(
    name: str, rendering: str, figures: dict[str, object], front: tuple[str, str, str]
) -> None:
    reading = read_document((FIXTURES / f"{name}.{rendering}.pdf").read_bytes())
    (letter,) = reading.letters
    found = {
        figure.metric: figure.absence if figure.value is None else figure.value
        for figure in letter.figures
    }
    assert found == figures
    assert len(letter.figures) == len(figures)
    assert letter.status is Status.OK
    assert (letter.addressee, letter.post, letter.authority) == front
    assert letter.authority_as_printed == front[2]
    assert letter.letter_date == date(2021, 7, 21)
    assert letter.title == "Annual Review letter 2021"
    assert letter.signatory == "Michael King"
    assert (letter.year_ending, letter.form, letter.kind) == (2021, "three_panels", "annual")
    assert (letter.period_start, letter.period_end) == (date(2020, 4, 1), date(2021, 3, 31))
    assert all(figure.page and figure.box and figure.text for figure in letter.figures)
    again = read_words(unpack(pack(reading.pages)))
    assert again.letters == reading.letters
    assert again.text_sha256 == reading.text_sha256
