"""Erasing documents where the law asks for it: their bytes, everywhere in the storage, and words.

The row that says so comes first, then the WARCs, the database's words, the files, the free pages of
the database, and last the word that it is done: ended anywhere, running it again does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ombudsman_crawler.archive import warc
from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.archive.erasing import Erasing
from ombudsman_crawler.database import analysts, erasures, session
from ombudsman_crawler.database.reader import Reader
from ombudsman_crawler.database.writer import Writer

#: Told after each WARC: how many are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Erased:
    """What was erased, and what a person has to see to: `unseen` couldn't be looked through,
    `copies` hold it, or may, and were left alone."""

    documents: int
    answers: int = 0
    warcs: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)


def erase(
    storage: Path, documents: Sequence[int], *, who: str, why: str, progress: Progress
) -> Erased:
    """Erase documents by their numbers. Only for whoever holds the storage's lock.

    Raises StorageBusy while another program reads the database, OSError or OperationalError where
    the disk refuses; running it again then does what is left.
    """
    engine = session.open_existing_for_writing(storage)
    try:
        writer, reader = Writer(engine), Reader(engine)
        # What a killed crawl left may hold the words too.
        Documents(storage).sweep()
        analysts.clear_leftovers()
        for run_id in reader.unended_runs():
            warc.mend(storage, run_id)
        writer.begin_erasure(documents, who=who, why=why)
        with engine.connect() as connection:
            erasing = Erasing(storage, erasures.doomed(connection, documents))
        erased = Erased(len(documents))
        count = len(warc.files(storage))
        for number, (file, answers) in enumerate(erasing.warcs(), 1):
            erased.answers += answers
            if answers:
                erased.warcs.append(file)
            progress(number, count)
        writer.forget_words(documents)
        erasing.files()
        session.rewrite(engine)
        writer.finish_erasure(documents)
        erased.unseen = erasing.unseen
        erased.copies = erasing.copies()
        return erased
    finally:
        engine.dispose()
