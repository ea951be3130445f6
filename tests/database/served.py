"""A storage whose site serves what a test tells it to, without a crawl around it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from ombudsman_crawler.archive.documents import PDF, Stored
from ombudsman_crawler.database import session
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.figures.figure import Figure
from ombudsman_crawler.items import LetterItem, Outcome, PageItem
from ombudsman_crawler.letters.letter import DocumentReading, Letter, Status
from ombudsman_crawler.site.statistics_page import StatisticsPage

KENT = "Kent County Council"
DARTFORD = "Dartford Borough Council"


class Archive:
    """A storage with a clock of its own, a run, and documents that come as told."""

    def __init__(self, storage: Path) -> None:
        self.now = datetime(2026, 6, 1, tzinfo=UTC)
        self.engine = session.open_for_writing(storage)
        self.writer = Writer(self.engine, clock=lambda: self.now)
        self.writer.claim("replica")
        self.run_id = self.new_run()

    def new_run(self) -> int:
        self.now += timedelta(days=1)
        self.run_id = self.writer.start_run(
            command="test",
            arguments={},
            site="replica",
            versions={},
            note=None,
            whole=True,
            collections=("letters",),
        )
        return self.run_id

    def serve(
        self,
        body: str,
        reading: DocumentReading | None,
        address: str = "/kent.pdf",
        authority: str | None = KENT,
        year: int | None = 2021,
    ) -> LetterItem:
        """Have the site serve a body at an address, read as told, and store it."""
        item = LetterItem(
            address=address,
            url=f"http://x{address}",
            label="2021",
            listed_year=year,
            authority=authority,
            found_on="/list",
        )
        state = self.writer.saw_link(item)
        item.link_id, item.previous_document_id = state.link_id, state.document_id
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        captured = self.writer.record_capture(
            self.run_id,
            address=address,
            url=item.url,
            status=200,
            stored=Stored(sha256, len(body), PDF, f"letters/{sha256}.pdf"),
        )
        item.capture_id, item.document_id = captured.capture_id, captured.document_id
        same = state.document_id == item.document_id
        item.outcome = Outcome.UNCHANGED if same else Outcome.ARCHIVED
        item.reading = reading
        self.writer.store_letter(self.run_id, item, 2021)
        self.now += timedelta(seconds=1)
        return item

    def serve_page(
        self, body: str, reading: StatisticsPage | None, authority: str = KENT
    ) -> PageItem:
        """Have the site show a council's page, read as told or as it was before (None)."""
        sha256 = hashlib.sha256(body.encode()).hexdigest()
        captured = self.writer.record_capture(
            self.run_id,
            address=f"/{authority}",
            url=f"http://x/{authority}",
            status=200,
            stored=Stored(sha256, len(body), "text/html", f"pages/{sha256}.html"),
        )
        assert captured.document_id is not None
        item = PageItem(
            authority=authority,
            url=f"http://x/{authority}",
            text=body,
            capture_id=captured.capture_id,
            document_id=captured.document_id,
            reading=reading,
        )
        self.now += timedelta(seconds=1)
        self.writer.store_page(item)
        return item

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


def a_letter(value: float = 74, **said: Any) -> Letter:
    figure = Figure(2021, "uphold_rate", value, value_text=f"{value}%", page=3, text="…")
    usual = {"authority": KENT, "year_ending": 2021, "form": "three_panels", "figures": (figure,)}
    return Letter(
        **{"part": 1, "first_page": 1, "last_page": 3, "status": Status.OK, **usual, **said}
    )


def read_as(*letters: Letter, words: str | None = "words") -> DocumentReading:
    return DocumentReading("1", "pdfium 1", 3, "Word", (), words, letters)


UNREADABLE = read_as(a_letter(status=Status.UNREADABLE, figures=(), form=None), words=None)


def opened(folder: Path) -> Iterator[Archive]:
    """Yield an archive in a folder and close it: the body of a fixture."""
    archive = Archive(folder)
    yield archive
    archive.engine.dispose()
