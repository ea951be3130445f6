"""Reading what is archived again, from the stored words, without any network.

Batch by batch: read in the workers, compared with what is stored, told, and then stored in one
transaction. Interrupted anywhere, what was told is stored or will be told again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from ombudsman_crawler import page_rereading
from ombudsman_crawler.database import erasures, review, stored_pages, stored_readings
from ombudsman_crawler.database.comparison import Change, compare, kind_of, of_letter
from ombudsman_crawler.database.stored_readings import Archived, Stored
from ombudsman_crawler.database.versions import Brought, content_sha256
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.exceptions import CorruptDocument
from ombudsman_crawler.letters import ocr, read
from ombudsman_crawler.reading_workers import Kept, Read, ReadingWorkers
from ombudsman_crawler.site import statistics_page
from ombudsman_crawler.years import YearRange

# Documents that are read, told and stored together.
_BATCH = 100


@dataclass
class Reread:
    """What a re-reading came to."""

    documents: int = 0
    changed: int = 0
    #: Council pages, and those that are read otherwise.
    pages: int = 0
    pages_changed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    #: Documents whose file is gone or no longer has its bytes, and why.
    lost: list[str] = field(default_factory=list)
    #: Documents that were erased and can't be read again.
    erased: int = 0
    review: review.Review | None = None


def run(
    engine: Engine,
    storage: Path,
    workers: ReadingWorkers,
    tell: Callable[[Sequence[Change]], None],
    *,
    years: YearRange | None = None,
    only: str = "outdated",
    extract: bool = False,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Reread:
    """Read archived letters again; tell what changes, batch by batch, and store it.

    `extract`: take the words out of the PDFs anew instead of using the stored ones. `dry_run`: only
    tell. `engine` must be one that writes unless `dry_run`.
    """
    writer = Writer(engine)
    done = Reread()
    with engine.connect() as connection:
        ids = stored_readings.document_ids(connection, reader=read.READER, years=years, only=only)
        done.erased = len(erasures.tombstones(connection))
    started = (_submit(engine, storage, workers, batch, extract=extract) for batch in _batches(ids))
    for jobs in _one_ahead(started):
        read_again, lost = _results(workers, jobs)
        changes = _changes(engine, read_again)
        tell(changes)
        if not dry_run:
            writer.store_rereadings([brought for _, brought in read_again])
        done.documents += len(read_again)
        done.lost += lost
        done.changed += len({change.path for change in changes})
        done.kinds.update(kind_of(change) for change in changes)
        if progress is not None:
            progress(done.documents + len(done.lost), len(ids))
    _pages(engine, storage, tell, done, years=years, only=only, dry_run=dry_run)
    if not dry_run:
        done.review = review.run(engine)
    return done


def _pages(
    engine: Engine,
    storage: Path,
    tell: Callable[[Sequence[Change]], None],
    done: Reread,
    *,
    years: YearRange | None,
    only: str,
    dry_run: bool,
) -> None:
    """Read archived council pages again, batch by batch like letters."""
    with engine.connect() as connection:
        archived = stored_pages.archived(
            connection, reader=statistics_page.READER, years=years, only=only
        )
    for start in range(0, len(archived), _BATCH):
        pages = page_rereading.read(storage, archived[start : start + _BATCH])
        with engine.connect() as connection:
            changes = list(page_rereading.changes(connection, pages))
        tell(changes)
        if not dry_run:
            Writer(engine).store_page_rereadings(pages.brought)
        done.pages += len(pages.read)
        done.lost += pages.lost
        done.pages_changed += len({change.path for change in changes})
        done.kinds.update(kind_of(change) for change in changes)


def _batches(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, _BATCH)):
        yield batch


_Jobs = list[tuple[Archived, Future[Read]]]


def _one_ahead(batches: Iterator[_Jobs]) -> Iterator[_Jobs]:
    """Yield each batch when the next one has been started: the workers needn't wait for us."""
    current = next(batches, None)
    while current is not None:
        following = next(batches, None)
        yield current
        current = following


def _submit(
    engine: Engine, storage: Path, workers: ReadingWorkers, ids: Sequence[int], *, extract: bool
) -> _Jobs:
    with engine.connect() as connection:
        documents = stored_readings.archived(connection, ids)
    return [(document, _job(storage, workers, document, extract=extract)) for document in documents]


def _job(
    storage: Path, workers: ReadingWorkers, document: Archived, *, extract: bool
) -> Future[Read]:
    """Have a document read again: from its file where it has no words yet or they are wanted anew;
    but what took OCR isn't taken back where there is none."""
    path, words = storage / document.path, document.packed_words
    if words is None or (extract and (workers.ocr or not ocr.took_part(document.extractor or ""))):
        return workers.submit(path, document.sha256, document.expectation)
    kept = Kept(
        path,
        document.sha256,
        words,
        document.extractor or "",
        document.packed_texts,
        document.witness,
    )
    return workers.submit_kept(kept, document.expectation)


def _results(
    workers: ReadingWorkers, jobs: _Jobs
) -> tuple[list[tuple[Archived, Brought]], list[str]]:
    found, lost = [], []
    for document, job in jobs:
        error = job.exception()
        if isinstance(error, FileNotFoundError | CorruptDocument):
            lost.append(f"{document.path}: {error}")
            continue
        if error is None:
            done = job.result()
            brought = Brought(
                document.document_id,
                document.expectation,
                done.reading,
                done.packed_words,
                done.packed_texts,
                done.milliseconds,
            )
        else:
            reading = read.unreadable(*workers.failure(error), document.expectation)
            brought = Brought(document.document_id, document.expectation, reading)
        found.append((document, brought))
    return found, lost


# ---- what changes


def _changes(engine: Engine, brought: Sequence[tuple[Archived, Brought]]) -> list[Change]:
    ids = [document.document_id for document, _ in brought]
    with engine.connect() as connection:
        before: dict[int, dict[int, str]] = defaultdict(dict)
        for (number, part), known in stored_readings.stored(connection, ids).items():
            before[number][part] = known.content_sha256
        differing = [
            (document, one)
            for document, one in brought
            if before[document.document_id]
            != {letter.part: content_sha256(letter) for letter in one.reading.letters}
        ]
        numbers = [document.document_id for document, _ in differing]
        full = stored_readings.with_figures(connection, numbers)
    return [change for document, one in differing for change in _of_document(document, one, full)]


def _of_document(
    document: Archived, brought: Brought, before: dict[tuple[int, int], Stored]
) -> Iterator[Change]:
    letters = {letter.part: letter for letter in brought.reading.letters}
    known = {part for of, part in before if of == document.document_id}
    for part in sorted(known | letters.keys()):
        letter = letters.get(part)
        yield from compare(
            document.path,
            before.get((document.document_id, part)),
            of_letter(letter) if letter is not None else None,
        )
