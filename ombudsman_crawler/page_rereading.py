"""Reading archived council pages again, without any network: quick enough for this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scrapy.http import HtmlResponse
from sqlalchemy import Connection

from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database import comparison, stored_pages
from ombudsman_crawler.database.comparison import Change
from ombudsman_crawler.database.pages import Served, content_sha256
from ombudsman_crawler.database.stored_pages import ArchivedPage
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.site import council_page, statistics_page
from ombudsman_crawler.site.statistics_page import StatisticsPage


@dataclass
class Pages:
    """Pages as they are read now, those that aren't a council's left out; and the files that are
    gone or no longer have their bytes, and why."""

    read: list[tuple[ArchivedPage, StatisticsPage]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def brought(self) -> list[tuple[Served, StatisticsPage]]:
        return [(archived.page, reading) for archived, reading in self.read]


def read(storage: Path, pages: Sequence[ArchivedPage]) -> Pages:
    """Read archived pages."""
    documents = Documents(storage)
    done = Pages()
    for page in pages:
        try:
            body = documents.read(page.path, page.sha256)
        except (FileNotFoundError, CorruptDocument) as error:
            done.lost.append(f"{page.path}: {error}")
            continue
        headers = {"Content-Type": page.content_type} if page.content_type else {}
        # Decoded as it was in the crawl.
        text = HtmlResponse(page.url, body=body, headers=headers).text
        if council_page.read(text, page.url).recognised:
            done.read.append((page, statistics_page.read(text, page.url)))
    return done


def changes(connection: Connection, pages: Pages) -> Iterator[Change]:
    """Yield what pages are read as otherwise than before, figure by figure."""
    for archived, reading in pages.read:
        content = content_sha256(reading)
        if content in stored_pages.contents(connection, archived.page.authority_id):
            continue
        before = stored_pages.stored(connection, archived.page)
        now = comparison.of_page(reading, archived.authority)
        yield from comparison.compare(archived.path, before, now, what="page")
