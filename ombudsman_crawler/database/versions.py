"""Letters, their versions and their readings as rows: whose letter it is, which wording it has,
which one is current. Every function works inside its caller's transaction."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    delete,
    func,
    insert,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler.database import register, search
from ombudsman_crawler.database.tables import (
    ATTEMPT,
    AUTHORITY,
    DOCUMENT,
    DOCUMENT_WITNESS,
    DOCUMENT_WORDS,
    FIGURE,
    FINDING,
    LETTER,
    LETTER_VERSION,
    LINK,
    OUTCOME,
    READING,
    VERSION_DOCUMENT,
)
from ombudsman_crawler.figures.figure import Finding as LetterFinding
from ombudsman_crawler.figures.figure import Severity
from ombudsman_crawler.items import LetterItem, Outcome
from ombudsman_crawler.letters.letter import DocumentReading, Expectation, Letter, Status


@dataclass(frozen=True, slots=True)
class Brought:
    """A reading of a document, with what is kept beside it: its packed words and texts (None: as
    they are stored already) and what the document's link says of it."""

    document_id: int
    expectation: Expectation
    reading: DocumentReading
    packed_words: bytes | None = None
    packed_texts: bytes | None = None
    milliseconds: int = 0


def store_reading(connection: Connection, time: str, brought: Brought) -> None:
    """Store a document's words and, for each letter in it, its version and its reading."""
    document_id, reading = brought.document_id, brought.reading
    if reading.page_count is not None:
        connection.execute(
            update(DOCUMENT)
            .where(DOCUMENT.c.id == document_id)
            .values(page_count=reading.page_count, producer=reading.producer)
        )
    if brought.packed_words is not None:
        values = {"words": brought.packed_words, "text_sha256": reading.text_sha256}
        connection.execute(
            upsert(DOCUMENT_WORDS)
            .values(document_id=document_id, extractor=reading.extractor, **values)
            .on_conflict_do_update(index_elements=["document_id", "extractor"], set_=values)
        )
    if brought.packed_texts is not None and reading.witness is not None:
        values = {"witness": reading.witness, "texts": brought.packed_texts}
        connection.execute(
            upsert(DOCUMENT_WITNESS)
            .values(document_id=document_id, **values)
            .on_conflict_do_update(index_elements=["document_id"], set_=values)
        )
    several = len(reading.letters) > 1
    for letter in reading.letters:
        text_sha256 = reading.text_sha256
        if text_sha256 is not None and several:
            text_sha256 = f"{text_sha256}#{letter.part}"
        letter_id = _letter_id(connection, brought.expectation, letter)
        version_id = _version(
            connection, time, document_id, letter, letter_id, text_sha256, reading.extractor
        )
        _store_one(connection, time, version_id, brought, letter)
    _forget_parts(connection, time, brought)


def _forget_parts(connection: Connection, time: str, brought: Brought) -> None:
    """Say of the parts that an earlier reading divided a document into, and this one doesn't, that
    they are no letters."""
    lost = connection.execute(
        select(LETTER_VERSION, VERSION_DOCUMENT.c.part.label("of_document"))
        .join(VERSION_DOCUMENT, VERSION_DOCUMENT.c.version_id == LETTER_VERSION.c.id)
        .where(
            VERSION_DOCUMENT.c.document_id == brought.document_id,
            VERSION_DOCUMENT.c.part > len(brought.reading.letters),
        )
    ).all()
    for version in lost:
        finding = LetterFinding(
            "part_not_found",
            Severity.NOTE,
            "an earlier reading found a letter here; this one finds that it belongs to another",
        )
        nothing = Letter(
            part=version.of_document,
            first_page=version.first_page,
            last_page=version.last_page,
            status=Status.NOT_A_LETTER,
            findings=(finding,),
        )
        _store_one(connection, time, version.id, brought, nothing)


def _version(
    connection: Connection,
    time: str,
    document_id: int | None,
    letter: Letter,
    letter_id: int | None,
    text_sha256: str | None,
    extractor: str,
) -> int:
    """Find or make the version a letter's words belong to."""
    version_id = connection.scalar(
        select(VERSION_DOCUMENT.c.version_id).where(
            VERSION_DOCUMENT.c.document_id == document_id,
            VERSION_DOCUMENT.c.part == letter.part,
        )
    )
    if version_id is None and text_sha256 is not None:
        version_id = connection.scalar(
            select(LETTER_VERSION.c.id).where(
                LETTER_VERSION.c.letter_id == letter_id,
                LETTER_VERSION.c.text_sha256 == text_sha256,
                LETTER_VERSION.c.extractor == extractor,
            )
        )
    if version_id is None:
        version_id = connection.execute(
            insert(LETTER_VERSION)
            .values(
                letter_id=letter_id,
                document_id=document_id,
                part=letter.part,
                first_page=letter.first_page,
                last_page=letter.last_page,
                text_sha256=text_sha256,
                extractor=extractor,
                first_seen=time,
                last_seen=time,
            )
            .returning(LETTER_VERSION.c.id)
        ).scalar_one()
    connection.execute(
        upsert(VERSION_DOCUMENT)
        .values(document_id=document_id, part=letter.part, version_id=version_id)
        .on_conflict_do_nothing()
    )
    before = connection.execute(
        select(LETTER_VERSION).where(LETTER_VERSION.c.id == version_id)
    ).one()
    better: dict[str, Any] = {}
    if before.document_id == document_id:
        better |= {"first_page": letter.first_page, "last_page": letter.last_page}
    if before.text_sha256 is None and text_sha256 is not None:
        # It couldn't be read before: only now its words are known.
        better |= {"text_sha256": text_sha256, "extractor": extractor}
    if letter_id is not None and before.letter_id != letter_id:
        # A better reading knows whose letter it is, or knows better.
        better["letter_id"] = letter_id
    if any(before._mapping[name] != value for name, value in better.items()):
        connection.execute(
            update(LETTER_VERSION).where(LETTER_VERSION.c.id == version_id).values(**better)
        )
    if "letter_id" in better and before.letter_id is not None:
        _settle_letter(connection, before.letter_id)
    return int(version_id)


def _store_one(
    connection: Connection, time: str, version_id: int, brought: Brought, letter: Letter
) -> None:
    reading = brought.reading
    content = content_sha256(letter)
    latest = connection.execute(
        select(READING.c.id, READING.c.content_sha256, READING.c.confirmed_by)
        .where(READING.c.version_id == version_id)
        .order_by(READING.c.id.desc())
        .limit(1)
    ).first()
    if latest is not None and latest.content_sha256 == content:
        if latest.confirmed_by != reading.reader:
            connection.execute(
                update(READING).where(READING.c.id == latest.id).values(confirmed_by=reading.reader)
            )
        return
    reading_id = connection.execute(
        insert(READING)
        .values(
            version_id=version_id,
            document_id=brought.document_id,
            time=time,
            reader=reading.reader,
            confirmed_by=reading.reader,
            extractor=reading.extractor,
            witness=reading.witness,
            form=letter.form,
            status=letter.status.value,
            authority_as_printed=letter.authority_as_printed,
            title=letter.title,
            letter_date=_day(letter.letter_date),
            addressee=letter.addressee,
            post=letter.post,
            signatory=letter.signatory,
            period_start=_day(letter.period_start),
            period_end=_day(letter.period_end),
            duration_ms=brought.milliseconds,
            content_sha256=content,
        )
        .returning(READING.c.id)
    ).scalar_one()
    authority_id = connection.scalar(
        select(LETTER.c.authority_id)
        .join(LETTER_VERSION, LETTER_VERSION.c.letter_id == LETTER.c.id)
        .where(LETTER_VERSION.c.id == version_id)
    )
    if letter.figures:
        connection.execute(
            insert(FIGURE),
            [
                {
                    "reading_id": reading_id,
                    "authority_id": authority_id,
                    "source": "letter",
                    **{
                        name: getattr(figure, name)
                        for name in (
                            "year_ending", "metric", "value", "absence", "value_text",
                            "restated", "page", "text",
                        )
                    },
                    "box": list(figure.box) if figure.box else None,
                }
                for figure in letter.figures
            ],
        )  # fmt: skip
    if letter.findings:
        connection.execute(
            insert(FINDING),
            [
                {
                    "reading_id": reading_id,
                    "origin": "reading",
                    "code": finding.code,
                    "severity": finding.severity.value,
                    "metric": finding.metric,
                    "year_ending": finding.year_ending,
                    "message": finding.message,
                }
                for finding in letter.findings
            ],
        )


def settle(connection: Connection, document_id: int) -> None:
    """Bring a document's versions and letters up to date with when the site served them."""
    letters = connection.execute(
        update(LETTER_VERSION)
        .where(
            LETTER_VERSION.c.id.in_(
                select(VERSION_DOCUMENT.c.version_id).where(
                    VERSION_DOCUMENT.c.document_id == document_id
                )
            )
        )
        .values(
            first_seen=_served(func.min(ATTEMPT.c.time)),
            last_seen=_served(func.max(ATTEMPT.c.time)),
            copy=and_(_kept_as("copy"), not_(_kept_as("letter"))),
        )
        .returning(LETTER_VERSION.c.letter_id)
    ).all()
    for (letter_id,) in letters:
        if letter_id is not None:
            _settle_letter(connection, letter_id)


def _served(which: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Ask for the first or last of the captures that brought or confirmed a version."""
    return (
        select(which)
        .join(VERSION_DOCUMENT, VERSION_DOCUMENT.c.document_id == ATTEMPT.c.document_id)
        .where(VERSION_DOCUMENT.c.version_id == LETTER_VERSION.c.id)
        .correlate(LETTER_VERSION)
        .scalar_subquery()
    )


def _kept_as(kind: str) -> ColumnElement[bool]:
    """Ask whether a link of a kind brought or confirmed a version."""
    return (
        select(LINK.c.id)
        .join(OUTCOME, OUTCOME.c.link_id == LINK.c.id)
        .join(ATTEMPT, ATTEMPT.c.id == OUTCOME.c.capture_id)
        .join(VERSION_DOCUMENT, VERSION_DOCUMENT.c.document_id == ATTEMPT.c.document_id)
        .where(VERSION_DOCUMENT.c.version_id == LETTER_VERSION.c.id, LINK.c.kind == kind)
        .correlate(LETTER_VERSION)
        .exists()
    )


def compare(
    connection: Connection, before: int, document_id: int | None
) -> tuple[Outcome, str | None]:
    """Say what other bytes at a known address mean, by the versions they carry."""
    versions = {
        document: set(
            connection.scalars(
                select(VERSION_DOCUMENT.c.version_id).where(
                    VERSION_DOCUMENT.c.document_id == document
                )
            )
        )
        for document in (before, document_id)
    }
    if not versions[document_id]:
        return Outcome.NEW_VERSION, "not read yet"
    if versions[document_id] == versions[before]:
        return Outcome.UNCHANGED, "other bytes, the same words"
    return Outcome.NEW_VERSION, None


def misplaced(connection: Connection, item: LetterItem) -> str | None:
    """Say so when a link's document holds another letter than the link says, None when it holds
    that one or nothing is known."""
    held = connection.execute(
        select(AUTHORITY.c.name, LETTER.c.year_ending)
        .join(LETTER, LETTER.c.authority_id == AUTHORITY.c.id)
        .join(LETTER_VERSION, LETTER_VERSION.c.letter_id == LETTER.c.id)
        .join(VERSION_DOCUMENT, VERSION_DOCUMENT.c.version_id == LETTER_VERSION.c.id)
        .where(VERSION_DOCUMENT.c.document_id == item.document_id)
    ).all()
    for name, year in held:
        if item.authority in (None, name) and item.listed_year in (None, year):
            return None
    return f"holds the letter of {held[0][0]} for {held[0][1]}" if held else None


def _settle_letter(connection: Connection, letter_id: int) -> None:
    """Choose a letter's current version: the one the site served last among those that can be
    read, or among all when none can. What only others keep comes after what the site served."""
    newest = (
        select(func.max(READING.c.id))
        .where(READING.c.version_id == LETTER_VERSION.c.id)
        .correlate(LETTER_VERSION)
        .scalar_subquery()
    )
    best = connection.execute(
        select(LETTER_VERSION.c.id.label("version"), READING)
        .join(READING, READING.c.id == newest)
        .where(LETTER_VERSION.c.letter_id == letter_id)
        .order_by(
            READING.c.status.in_((Status.OK, Status.SUSPECT)).desc(),
            LETTER_VERSION.c.copy,
            _served(func.max(ATTEMPT.c.id)).desc(),
        )
        .limit(1)
    ).first()
    if best is None:
        # Its last version was found to be another letter's: an empty shell would be a lie.
        connection.execute(delete(LETTER).where(LETTER.c.id == letter_id))
        search.index(connection, "letter", letter_id)
        return
    connection.execute(
        update(LETTER)
        .where(LETTER.c.id == letter_id)
        .values(
            current_version_id=best.version,
            title=best.title,
            letter_date=best.letter_date,
            addressee=best.addressee,
            post=best.post,
            signatory=best.signatory,
        )
    )
    search.index(connection, "letter", letter_id)


def _letter_id(connection: Connection, link: Expectation, letter: Letter) -> int | None:
    """Find or make the letter by its own words, else by its link; None when neither tell."""
    authority = letter.authority or link.authority
    year_ending = letter.year_ending or link.year_ending
    if authority is None or year_ending is None:
        return None
    identity = {
        "authority_id": register.authority_id(connection, authority),
        "year_ending": year_ending,
        "kind": letter.kind,
    }
    connection.execute(upsert(LETTER).values(**identity).on_conflict_do_nothing())
    found = connection.scalar(
        select(LETTER.c.id).where(and_(*(LETTER.c[name] == v for name, v in identity.items())))
    )
    assert found is not None
    return int(found)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def content_sha256(letter: Letter) -> str:
    """Hash what a reading says, so that the same reading isn't stored twice."""
    content = json.dumps(dataclasses.asdict(letter), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
