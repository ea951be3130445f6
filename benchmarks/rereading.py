"""Re-reads stored letters and prints how long it took, beside the target.

    python benchmarks/rereading.py             4,500 letters of all forms
    python benchmarks/rereading.py --letters 450

The letters are drawn by a replica and put into a storage without a crawl; what is timed is
`ombudsman reread --all` as a user runs it, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ombudsman_crawler.archive.documents import PDF, Documents
from ombudsman_crawler.database import session
from ombudsman_crawler.database.writer import Writer
from ombudsman_crawler.items import LetterItem, Outcome
from ombudsman_crawler.letters.letter import Expectation
from ombudsman_crawler.reading_workers import ReadingWorkers
from ombudsman_crawler.replica import Replica, ReplicaLetter

# Seconds for 4,500 letters on two cores.
_TARGET, _OF = 45.0, 4500
_BATCH = 200


def main() -> None:
    """Fill a storage, re-read it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=_OF)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ombudsman-rereading-") as folder:
        storage = Path(folder)
        letters = islice(_letters(), asked.letters)
        count = fill(storage, letters)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        command = [sys.executable, "-m", "ombudsman_crawler", "reread", "--all"]
        done = subprocess.run(
            [*command, "--storage", folder], check=True, capture_output=True, text=True
        )
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = {
        "letters": count,
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_ms_a_letter": round(1000 * cpu / count, 2),
        "target_wall_seconds": round(_TARGET * count / _OF, 1),
    }
    print(done.stdout.strip())
    print(json.dumps(figures, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(figures), encoding="utf-8")


def _letters() -> Iterator[ReplicaLetter]:
    """Letters of all years and both layouts, mixed as a backfill of all years meets them."""
    return iter(Replica(councils=330, years=(2005, 2025)).letters())


def fill(storage: Path, letters: Iterator[ReplicaLetter]) -> int:
    """Archive, read and store letters as a crawl would, and return how many."""
    engine = session.open_for_writing(storage)
    writer = Writer(engine)
    writer.claim("replica")
    documents = Documents(storage)
    run = writer.start_run(
        command="benchmark",
        arguments={},
        site="replica",
        versions={},
        note=None,
        whole=False,
        collections=("letters",),
    )
    workers = ReadingWorkers(2, 60, 2048)
    count = 0
    while batch := list(islice(letters, _BATCH)):
        jobs = []
        for letter in batch:
            stored = documents.put(letter.pdf(), PDF)
            expectation = Expectation(letter.authority, letter.year_ending)
            job = workers.submit(storage / stored.path, stored.sha256, expectation)
            jobs.append((letter, stored, job))
        for letter, stored, job in jobs:
            item = LetterItem(
                address=letter.path,
                url=f"http://localhost{letter.path}",
                label=letter.label,
                listed_year=letter.year_ending,
                authority=letter.authority,
                found_on="/",
            )
            item.link_id = writer.saw_link(item).link_id
            captured = writer.record_capture(
                run, address=item.address, url=item.url, status=200, stored=stored
            )
            item.capture_id, item.document_id = captured.capture_id, captured.document_id
            item.outcome = Outcome.ARCHIVED
            done = job.result()
            item.reading, item.reading_ms = done.reading, done.milliseconds
            item.packed_words, item.packed_texts = done.packed_words, done.packed_texts
            writer.store_letter(run, item, None)
        count += len(batch)
    workers.close()
    engine.dispose()
    return count


if __name__ == "__main__":
    main()
