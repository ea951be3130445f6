"""Whether an archive is what its database says: rows, files and WARC records, each against the
others. Changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ombudsman_crawler.archive import lock, records, tombstones, warc
from ombudsman_crawler.archive.documents import Documents
from ombudsman_crawler.database import session
from ombudsman_crawler.database.reader import KeptExchange, Reader
from ombudsman_crawler.exceptions import BrokenWarc

#: Told after each file: what is looked at, how many are done, of how many.
Progress = Callable[[str, int, int], None]

_RESTORE = "restore it from a backup"
_RESTORE_DOCUMENT = (
    "restore it from a backup; while the site still serves it, `ombudsman crawl --refetch all` "
    "fetches it again"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something missing or corrupt: what kind of trouble, with what, in words, what to do."""

    kind: str
    subject: str
    message: str
    advice: str


@dataclass(slots=True)
class Verified:
    """What was compared, what is wrong, and what is worth a note."""

    documents: int = 0
    warc_files: int = 0
    records: int = 0
    captures: int = 0
    erased: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Body:
    """A body as a record holds it: its payload digest, and the hash of what it unpacks to."""

    payload_digest: str
    sha256: str | None


def verify(storage: Path, progress: Progress) -> Verified:
    """Compare everything a storage holds. Raises WrongStorage where there is none."""
    engine = session.open_for_reading(storage)
    try:
        reader = Reader(engine)
        running = lock.is_held(storage)
        # Rows first: what they point to was there before them.
        problems = reader.database_problems()
        documents = reader.documents()
        exchanges = reader.exchanges()
        unended = reader.unended_runs()
        erasures = reader.erasures()
    finally:
        engine.dispose()
    erased = {row["sha256"] for row in erasures}
    documents = [row for row in documents if row[1] not in erased]
    found = Verified(
        documents=len(documents),
        captures=sum(len(rows) for rows in exchanges.values()),
        erased=len(erased),
    )
    if running:
        found.notes.append("a crawl is under way: what it is writing now may show up here")
    found.problems += [
        Problem("database", session.DATABASE, problem, _RESTORE) for problem in problems
    ]
    _documents(storage, documents, {row["path"] for row in erasures}, found, progress)
    _erasures(storage, erasures, found)
    torn_is_news = {path for run in unended for path in warc.of_run(storage, run)}
    _warcs(storage, exchanges, torn_is_news, erased, found, progress)
    return found


def _documents(
    storage: Path,
    rows: list[tuple[str, str]],
    erased: set[str],
    found: Verified,
    progress: Progress,
) -> None:
    archive = Documents(storage)
    for number, (path, sha256) in enumerate(rows, 1):
        trouble = archive.trouble(path, sha256)
        if trouble == "missing":
            found.problems.append(
                Problem(trouble, path, "the document's file is gone", _RESTORE_DOCUMENT)
            )
        elif trouble:
            said = "the document no longer has the bytes it is named by"
            found.problems.append(Problem(trouble, path, said, _RESTORE_DOCUMENT))
        progress("documents", number, len(rows))
    for path, stored in archive.orphans({path for path, _ in rows} | erased):
        if stored is None:
            found.notes.append(f"{path} has no row, and not the hash it is named by: look at it")
        else:
            found.notes.append(
                f"{path} has no row, as a kill can leave it; the next crawl adopts it"
            )


def _erasures(storage: Path, rows: list[dict[str, Any]], found: Verified) -> None:
    for row in rows:
        if row["finished"] is None:
            said = f"its erasing was begun on {row['time'][:10]} and isn't finished"
            found.problems.append(_unerased("unfinished", row["path"], said, row["sha256"]))
        elif (storage / row["path"]).exists():
            said = "the document was erased, and its file is there"
            found.problems.append(_unerased("erased", row["path"], said, row["sha256"]))


def _unerased(kind: str, subject: str, message: str, sha256: str) -> Problem:
    return Problem(kind, subject, message, f"run `ombudsman erase {sha256[:16]}` again")


def _warcs(
    storage: Path,
    exchanges: dict[str, list[KeptExchange]],
    unended: set[Path],
    erased: set[str],
    found: Verified,
    progress: Progress,
) -> None:
    paths = warc.files(storage)
    names = {path.relative_to(storage).as_posix(): path for path in paths}
    for name in sorted(set(exchanges) - set(names)):
        message = f"the WARC is gone; {len(exchanges[name])} captures point into it"
        found.problems.append(Problem("missing", name, message, _RESTORE))
    bodies: dict[str, _Body] = {}
    graves: set[str] = set()
    for number, (name, path) in enumerate(names.items(), 1):
        at = {}
        for part in records.walk(path):
            if isinstance(part, records.Damage):
                _damaged(name, part, path in unended, found)
                continue
            found.records += 1
            problem = _own_digests(part)
            if problem:
                found.problems.append(
                    Problem("corrupt", f"{name}:{part.offset}", problem, _RESTORE)
                )
            if part.kind == records.RESPONSE:
                body = bodies[part.record_id] = _body(part)
                if body.sha256 in erased:
                    said = f"the document of {part.url} was erased, and this record has it"
                    where = f"{name}:{part.offset}"
                    found.problems.append(_unerased("erased", where, said, body.sha256 or ""))
            elif tombstones.of(part):
                graves.add(part.record_id)
            if part.kind in (records.RESPONSE, records.REVISIT) or part.record_id in graves:
                at[part.offset] = part
        rows = exchanges.get(name, [])
        for row in rows:
            record = at.pop(row.offset, None)
            differ = (
                _at_grave(row, erased)
                if record is not None and record.record_id in graves
                else _mismatches(row, record, bodies, graves)
            )
            for message in differ:
                subject = f"{name}:{row.offset}"
                said = f"capture {row.capture_id} of {row.url}: {message}"
                kind = "missing" if record is None else "corrupt"
                found.problems.append(Problem(kind, subject, said, _RESTORE))
        if at:
            found.notes.append(
                f"{name} holds {len(at)} answers without a capture, as a kill can leave them"
            )
        found.warc_files += 1
        progress("WARCs", number, len(paths))


def _damaged(name: str, damage: records.Damage, unended: bool, found: Verified) -> None:
    size = damage.end - damage.offset
    if damage.torn and unended:
        found.notes.append(
            f"{name} is torn: its last {size} bytes are no whole record, as a kill can leave them; "
            "the next crawl moves them aside"
        )
        return
    where = "ends in" if damage.torn else f"has at {damage.offset}"
    message = f"the WARC {where} {size} bytes that are no whole record"
    found.problems.append(Problem("corrupt", name, message, _RESTORE))


def _own_digests(record: records.Record) -> str | None:
    """Return what is wrong with a record by its own digests."""
    written = record.header.get("warc-block-digest")
    if written and records.same_digest(record.block, written) is False:
        return f"the record of {record.url} no longer has its block digest"
    written = record.header.get("warc-payload-digest")
    if (
        written
        and record.kind == records.RESPONSE
        and records.same_digest(record.payload, written) is False
    ):
        return f"the record of {record.url} no longer has its payload digest"
    return None


def _body(record: records.Record) -> _Body:
    try:
        plain = record.answer().decoded()
    except BrokenWarc:
        plain = None
    return _Body(
        record.header.get("warc-payload-digest", ""),
        hashlib.sha256(plain).hexdigest() if plain is not None else None,
    )


def _at_grave(row: KeptExchange, erased: set[str]) -> Iterator[str]:
    """Yield why a tombstone doesn't belong where a capture's record was."""
    # What was cut off on its way has a record, and no document.
    if row.sha256 is not None and row.sha256 not in erased:
        yield "its record was erased, and its document wasn't"


def _mismatches(
    row: KeptExchange,
    record: records.Record | None,
    bodies: dict[str, _Body],
    graves: set[str],
) -> Iterator[str]:
    """Yield in what a capture and its record differ."""
    if record is None:
        yield "its record isn't there"
        return
    if record.url != row.url:
        yield f"its record is of {record.url}"
    if record.date != row.time:
        yield f"its record is of {record.date}, it is of {row.time}"
    try:
        status = record.answer().status
    except BrokenWarc:
        yield "its record holds no HTTP answer"
        return
    if row.status is not None and status != row.status:
        yield f"its record has status {status}, it has {row.status}"
    if record.kind == records.RESPONSE and status == HTTPStatus.NOT_MODIFIED:
        return  # what it says is unchanged came without a WARC: no record has the body
    body = bodies.get(record.record_id)
    if record.kind == records.REVISIT:
        origin = record.header.get("warc-refers-to", "")
        body = bodies.get(origin)
        if body is None and origin in graves:
            return
        if body is None:
            yield f"its record refers to {origin}, which no WARC here holds"
            return
        if body.payload_digest != record.header.get("warc-payload-digest"):
            yield "its record and the one it refers to have different payload digests"
    if row.sha256 and body and body.sha256 and body.sha256 != row.sha256:
        yield "its record's body isn't the document"
