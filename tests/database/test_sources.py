"""Three sources of one figure: which is shown, where they differ, and what casts doubt on each."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served import DARTFORD, KENT, Archive, a_letter, opened, read_as
from sqlalchemy import insert, select, text

from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.database import review
from ombudsman_crawler.database.tables import (
    AUTHORITY,
    FIGURE,
    FINDING,
    LINK,
    NATIONAL_TABLE,
    PAGE_READING,
    TABLE_ROW,
)
from ombudsman_crawler.letters.letter import Figure

Values = dict[str, float | tuple[None, str]]

_rows = itertools.count(1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    yield from opened(tmp_path)


def letter(archive: Archive, values: Values) -> None:
    """Have the site serve Kent's letter of 2021 with some figures."""
    found = tuple(
        Figure(
            2021,
            metric,
            None if isinstance(value, tuple) else value,
            absence=value[1] if isinstance(value, tuple) else None,
            value_text="–" if isinstance(value, tuple) else f"{value:g}",
            page=3,
            text=f"the letter's words about {metric}",
        )
        for metric, value in values.items()
    )
    archive.serve("a letter", read_as(a_letter(figures=found)))


def captured(archive: Archive, address: str, body: str) -> tuple[int, int]:
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    stored = Stored(sha256, len(body), "text/html", f"pages/{sha256}.html")
    recorded = archive.writer.record_capture(
        archive.run_id, address=address, url=f"http://x{address}", status=200, stored=stored
    )
    assert recorded.document_id is not None
    return recorded.capture_id, recorded.document_id


def stamp(archive: Archive) -> str:
    return archive.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def figures(values: Values, **common: Any) -> list[dict[str, Any]]:
    return [
        {
            "metric": metric,
            "value": None if isinstance(value, tuple) else value,
            "absence": value[1] if isinstance(value, tuple) else None,
            "value_text": "–" if isinstance(value, tuple) else f"{value:g}",
            "restated": False,
            "text": f"the words about {metric}",
            **common,
        }
        for metric, value in values.items()
    ]


def page(archive: Archive, values: Values, authority: str = KENT, year: int = 2021) -> int:
    """Have a council's page say something; returns its capture."""
    capture, document = captured(archive, f"/{authority}/statistics", repr((values, archive.now)))
    with archive.engine.begin() as connection:
        who = connection.scalar(select(AUTHORITY.c.id).where(AUTHORITY.c.name == authority))
        connection.execute(
            insert(PAGE_READING).values(
                capture_id=capture, authority_id=who, document_id=document, time=stamp(archive),
                reader="1", layout="annual_statistics", state="figures", status="ok",
                year_ending=year, content_sha256=str(capture),
                first_seen=stamp(archive), last_seen=stamp(archive),
            )
        )  # fmt: skip
        connection.execute(
            insert(FIGURE),
            figures(
                values,
                capture_id=capture,
                authority_id=who,
                year_ending=year,
                source="council_page",
            ),
        )
    return capture


def table(
    archive: Archive, rows: dict[str, Values], year: int = 2021, subject: str = "decided"
) -> None:
    """Have the site serve a national table with some rows."""
    capture, document = captured(archive, f"/{subject}-{year}.csv", repr((rows, archive.now)))
    with archive.engine.begin() as connection:
        link = connection.scalar(
            insert(LINK)
            .values(
                kind="table", address=f"/{capture}.csv", url="http://x", found_on="/", label="",
                first_seen=stamp(archive), last_seen=stamp(archive),
            )
            .returning(LINK.c.id)
        )  # fmt: skip
        number = connection.scalar(
            insert(NATIONAL_TABLE)
            .values(
                link_id=link, capture_id=capture, document_id=document, sheet="", subject=subject,
                year_ending=year, status="ok", reader="1", time=stamp(archive),
                first_seen=stamp(archive), last_seen=stamp(archive),
            )
            .returning(NATIONAL_TABLE.c.id)
        )  # fmt: skip
        for authority, values in rows.items():
            who = connection.scalar(select(AUTHORITY.c.id).where(AUTHORITY.c.name == authority))
            row = connection.scalar(
                insert(TABLE_ROW)
                .values(
                    table_id=number, number=next(_rows), cells=[authority], name=authority,
                    authority_id=who, matched_by="exact",
                )
                .returning(TABLE_ROW.c.id)
            )  # fmt: skip
            connection.execute(
                insert(FIGURE),
                figures(
                    values, capture_id=capture, table_row_id=row, authority_id=who,
                    year_ending=year, source="national_table",
                ),
            )  # fmt: skip


def rows(archive: Archive, query: str) -> list[dict[str, Any]]:
    with archive.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def summary(archive: Archive, authority: str = KENT) -> dict[str, Any]:
    (row,) = rows(archive, f"SELECT * FROM annual_summary WHERE authority = '{authority}'")
    return {**row, "sources": json.loads(row["sources"])}


def test_the_letter_comes_before_the_page_and_the_page_before_the_table(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74})
    page(archive, {"uphold_rate": 75, "upheld_decisions": 40})
    table(archive, {KENT: {"uphold_rate": 76, "upheld_decisions": 41, "compliance_rate": 99}})
    shown = summary(archive)
    assert (shown["uphold_rate"], shown["upheld_decisions"], shown["compliance_rate"]) == (
        74,
        40,
        99,
    )
    assert shown["sources"] == {
        "uphold_rate": "letter",
        "upheld_decisions": "council_page",
        "compliance_rate": "national_table",
    }


def test_a_number_lost_in_the_letter_is_taken_from_the_page_and_no_base_is_not(
    archive: Archive,
) -> None:
    letter(
        archive,
        {"satisfactory_remedy_decisions": (None, "not_in_text"), "uphold_rate": (None, "no_base")},
    )
    page(archive, {"satisfactory_remedy_decisions": 3, "uphold_rate": 0})
    shown = summary(archive)
    assert shown["satisfactory_remedy_decisions"] == 3
    assert shown["sources"]["satisfactory_remedy_decisions"] == "council_page"
    assert shown["uphold_rate"] is None
    assert shown["sources"]["uphold_rate"] == "letter"


def test_an_authority_without_a_letter_has_a_row_from_the_other_sources(archive: Archive) -> None:
    table(archive, {DARTFORD: {"uphold_rate": 50}})
    shown = summary(archive, DARTFORD)
    assert (shown["uphold_rate"], shown["form"], shown["status"]) == (50, None, None)


def test_sources_that_agree_are_no_disagreement(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74, "upheld_decisions": 40})
    page(archive, {"uphold_rate": 74, "upheld_decisions": 40})
    table(archive, {KENT: {"uphold_rate": 74.1, "upheld_decisions": 40}})
    assert rows(archive, "SELECT * FROM disagreement") == []


def test_sources_that_differ_stand_side_by_side_with_their_words(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74, "upheld_decisions": 40})
    table(archive, {KENT: {"uphold_rate": 75.6, "upheld_decisions": 41}})
    upheld, rate = rows(archive, "SELECT * FROM disagreement ORDER BY metric")
    assert (rate["letter"], rate["council_page"], rate["national_table"]) == (74, None, 75.6)
    assert rate["difference"] == pytest.approx(1.6)
    assert (upheld["metric"], upheld["difference"]) == ("upheld_decisions", 1)
    assert upheld["national_table_text"] == "the words about upheld_decisions"
    assert upheld["letter_text"]
    assert rate["reason"] is upheld["reason"] is None


def test_a_mislabelled_base_is_said_to_be_one(archive: Archive) -> None:
    letter(
        archive,
        {
            "detailed_investigations": 54,
            "upheld_decisions": 40,
            "satisfactory_remedy_base": 54,
        },
    )
    page(archive, {"satisfactory_remedy_base": 40})
    (row,) = rows(archive, "SELECT metric, reason FROM disagreement")
    assert row == {"metric": "satisfactory_remedy_base", "reason": "base_mislabelled"}


def test_a_source_that_was_revised_is_said_to_be(archive: Archive) -> None:
    letter(archive, {"upheld_decisions": 40})
    page(archive, {"upheld_decisions": 40})
    archive.new_run()
    page(archive, {"upheld_decisions": 42})
    (row,) = rows(archive, "SELECT letter, council_page, reason FROM disagreement")
    assert row == {"letter": 40, "council_page": 42, "reason": "revised_later"}


def test_only_what_a_page_said_last_of_a_year_is_current(archive: Archive) -> None:
    page(archive, {"upheld_decisions": 40})
    archive.new_run()
    page(archive, {"upheld_decisions": 42})
    page(archive, {"upheld_decisions": 50}, year=2022)
    found = rows(archive, "SELECT year_ending, value FROM figures ORDER BY 1")
    assert found == [{"year_ending": 2021, "value": 42}, {"year_ending": 2022, "value": 50}]


def test_a_doubt_about_a_page_is_its_own_and_can_be_settled(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74})
    capture = page(archive, {"uphold_rate": 75, "upheld_decisions": 40})
    with archive.engine.begin() as connection:
        connection.execute(
            insert(FINDING).values(
                capture_id=capture, origin="reading", code="rate_disagrees", severity="warning",
                metric="uphold_rate", year_ending=2021, message="75% beside 40 of 54",
            )
        )  # fmt: skip
    doubtful = "SELECT source, metric FROM figures WHERE doubts IS NOT NULL"
    assert rows(archive, doubtful) == [{"source": "council_page", "metric": "uphold_rate"}]
    from ombudsman_crawler.database.reader import Reader

    (open_,) = Reader(archive.engine).acknowledgements()["open"]
    assert open_["subject"] == (
        "finding:rate_disagrees:kent-county-council:2021:uphold_rate:council_page"
    )
    archive.new_run()
    archive.writer.acknowledge([open_["subject"]], who="A", verdict="right", note="looked")
    assert rows(archive, doubtful) == []
    assert Reader(archive.engine).acknowledgements()["open"] == []


def test_coverage_speaks_of_every_collection(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74})
    page(archive, {"uphold_rate": 74})
    table(archive, {KENT: {"uphold_rate": 74}})
    table(archive, {KENT: {"compliance_rate": 100}}, subject="compliance")
    (row,) = rows(archive, "SELECT * FROM coverage WHERE authority = 'Kent County Council'")
    assert row["state"] == "archived"
    assert row["council_page"] == "archived"
    assert sorted(row["national_tables"].split(",")) == ["compliance", "decided"]
    assert (row["decisions"], row["public_reports"], row["service_improvements"]) == (0, 0, 0)


def test_current_tables_that_differ_are_doubtful_until_they_agree(archive: Archive) -> None:
    def doubtful() -> list[dict[str, Any]]:
        review.run(archive.engine)
        return rows(archive, "SELECT metric, doubts FROM figures WHERE doubts IS NOT NULL")

    table(archive, {KENT: {"upheld_decisions": 12, "compliance_rate": 99}}, subject="compliance")
    table(archive, {KENT: {"upheld_decisions": 16}}, subject="decided")
    assert doubtful() == [{"metric": "upheld_decisions", "doubts": "tables_differ"}]
    archive.new_run()
    table(archive, {KENT: {"upheld_decisions": 16, "compliance_rate": 99}}, subject="compliance")
    assert doubtful() == []


def test_of_two_tables_the_one_of_the_figures_own_subject_is_shown(archive: Archive) -> None:
    table(archive, {KENT: {"upheld_decisions": 12, "compliance_rate": 99}}, subject="compliance")
    archive.new_run()
    table(archive, {KENT: {"upheld_decisions": 16, "compliance_rate": 98}}, subject="decided")
    shown = summary(archive)
    assert (shown["upheld_decisions"], shown["compliance_rate"]) == (16, 99)
    identifiers = [row["figure_id"] for row in rows(archive, "SELECT figure_id FROM figures")]
    assert len(identifiers) == len(set(identifiers)) == 2


def test_a_year_far_ahead_opens_no_years_of_coverage(archive: Archive) -> None:
    letter(archive, {"uphold_rate": 74})
    page(archive, {"uphold_rate": 74}, year=2035)
    found = rows(archive, "SELECT DISTINCT year_ending FROM coverage")
    assert found == [{"year_ending": 2021}]
