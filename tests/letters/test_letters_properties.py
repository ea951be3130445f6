"""Whatever consistent figures a letter has and however it is drawn, they are read back exactly;
whatever digit is changed, the reading follows it or a check objects."""

from dataclasses import fields, replace
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from letter_pdfs import Statistics, Style, letter

from ombudsman_crawler.letters import packed_words
from ombudsman_crawler.letters.letter import Status
from ombudsman_crawler.letters.read import read_document, read_words


def rounded(part: int, whole: int) -> str:
    return f"{int(100 * part / whole + 0.5)}%"


@st.composite
def letters(draw: st.DrawFn) -> tuple[Statistics, Style, dict[str, float | str]]:
    year = draw(st.integers(2019, 2025))
    investigations = draw(st.integers(1, 2500))
    upheld = draw(st.integers(1, investigations))
    remedied = draw(st.integers(0, upheld))
    outcomes = draw(st.integers(1, 400))
    complied = draw(st.integers(0, outcomes))
    averages = [f"{draw(st.integers(0, 100))}%" for _ in range(3)]
    base = investigations if year <= 2021 else upheld
    stats = Statistics(
        council=draw(
            st.sampled_from(
                ["Kent County Council", "Leeds City Council", "London Borough of Croydon"]
            )
        ),
        year=year,
        uphold_rate=rounded(upheld, investigations),
        uphold_similar=averages[0],
        upheld=f"{upheld:,}",
        investigations=f"{investigations:,}",
        compliance_rate=rounded(complied, outcomes),
        compliance_similar=averages[1],
        outcomes=f"{outcomes:,}",
        remedy_rate=rounded(remedied, upheld),
        remedy_similar=averages[2],
        remedied=f"{remedied:,}",
        remedy_base=f"{base:,}",
    )
    expected: dict[str, float | str] = {
        "uphold_rate": int((stats.uphold_rate or "")[:-1]),
        "uphold_rate_similar": int(averages[0][:-1]),
        "upheld_decisions": upheld,
        "detailed_investigations": investigations,
        "compliance_rate": int((stats.compliance_rate or "")[:-1]),
        "compliance_rate_similar": int(averages[1][:-1]),
        "compliance_outcomes": outcomes,
        "satisfactory_remedy_rate": int((stats.remedy_rate or "")[:-1]),
        "satisfactory_remedy_rate_similar": int(averages[2][:-1]),
        "satisfactory_remedy_decisions": remedied,
        "satisfactory_remedy_base": base,
    }
    if year >= 2024:
        own, similar = draw(st.integers(0, 99)), draw(st.integers(0, 99))
        stats = replace(stats, per_100k=f"{own / 10:g}", per_100k_similar=f"{similar / 10:g}")
        expected |= {"upheld_per_100k": own / 10, "upheld_per_100k_similar": similar / 10}
    if year >= 2025:
        not_for_us, closed = draw(st.integers(0, 900)), draw(st.integers(0, 900))
        stats = replace(
            stats,
            dealt_with=f"{not_for_us + closed + investigations:,}",
            not_for_us=f"{not_for_us:,}",
            closed=f"{closed:,}",
        )
        expected |= {
            "complaints_dealt_with": not_for_us + closed + investigations,
            "not_for_us": not_for_us,
            "assessed_and_closed": closed,
        }
    order = draw(st.sampled_from(list(permutations(("uphold", "compliance", "remedy")))))
    style = Style(
        body=draw(st.sampled_from(["authority", "organisation", "Council"])),
        similar=draw(st.sampled_from(["authorities", "organisations", "councils"])),
        investigations=draw(st.sampled_from(["detailed investigations", "investigations"])),
        remedy_base="upheld decisions" if year >= 2024 else "detailed investigations",
        order=order,
        headings=frozenset(draw(st.sets(st.sampled_from(order)))),
        glyphs=draw(st.booleans()),
        graphics=draw(st.booleans()),
        count_apart=draw(st.booleans()),
        side_by_side=year < 2024 and draw(st.booleans()),
        count_column=draw(st.sampled_from([378, 395, 410])),
        seed=draw(st.none() | st.integers(0, 999)),
    )
    return stats, style, expected


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(letters())
def test_figures_are_read_back(case: tuple[Statistics, Style, dict[str, float | str]]) -> None:
    stats, style, expected = case
    reading = read_document(letter(stats, style))
    (one,) = reading.letters
    found = {f.metric: f.absence if f.value is None else f.value for f in one.figures}
    assert found == expected
    assert one.status is Status.OK, one.findings
    assert (one.authority, one.year_ending) == (stats.council, stats.year)
    for figure in one.figures:
        assert figure.value_text is not None
        assert figure.value_text in figure.text
    assert (
        read_words(packed_words.unpack(packed_words.pack(reading.pages))).letters == reading.letters
    )


def test_every_digit_is_followed_or_objected_to() -> None:
    start = Statistics()
    metric_of = {
        "uphold_rate": "uphold_rate",
        "uphold_similar": "uphold_rate_similar",
        "upheld": "upheld_decisions",
        "investigations": "detailed_investigations",
        "compliance_rate": "compliance_rate",
        "compliance_similar": "compliance_rate_similar",
        "outcomes": "compliance_outcomes",
        "remedy_rate": "satisfactory_remedy_rate",
        "remedy_similar": "satisfactory_remedy_rate_similar",
        "remedied": "satisfactory_remedy_decisions",
        "remedy_base": "satisfactory_remedy_base",
    }
    changed = 0
    for name in (field.name for field in fields(start) if field.name in metric_of):
        printed = getattr(start, name)
        for index, digit in enumerate(printed):
            if not digit.isdigit():
                continue
            other = str((int(digit) + 3) % 10)
            stats = replace(start, **{name: printed[:index] + other + printed[index + 1 :]})
            (one,) = read_document(letter(stats, Style(seed=11)), witnessed=False).letters
            figure = {f.metric: f for f in one.figures}[metric_of[name]]
            doubted = any(
                f.metric == figure.metric and f.severity.value != "note" for f in one.findings
            )
            followed = figure.value == float(getattr(stats, name).rstrip("%"))
            assert followed or doubted, (name, stats)
            changed += 1
    assert changed >= 18
