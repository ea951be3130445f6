"""The one who writes rows. Each method is one short transaction and may be repeated safely."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler import authorities
from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.database import migrations, models, refetch
from ombudsman_crawler.exceptions import WrongStorage
from ombudsman_crawler.items import CouncilItem, LetterItem
from ombudsman_crawler.letters.letter import DocumentReading, Letter


def _table(model: type[models.Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


STORAGE = _table(models.Storage)
AUTHORITY = _table(models.Authority)
AUTHORITY_NAME = _table(models.AuthorityName)
AUTHORITY_SUCCESSOR = _table(models.AuthoritySuccessor)
RUN = _table(models.Run)
RUN_CHECK = _table(models.RunCheck)
LINK = _table(models.Link)
OUTCOME = _table(models.Outcome)
CAPTURE = _table(models.Capture)
DOCUMENT = _table(models.Document)
DOCUMENT_WORDS = _table(models.DocumentWords)
LETTER = _table(models.Letter)
LETTER_VERSION = _table(models.LetterVersion)
VERSION_DOCUMENT = _table(models.VersionDocument)
READING = _table(models.Reading)
FIGURE = _table(models.Figure)
FINDING = _table(models.Finding)

#: Outcomes after which the site has answered for a letter, so that it needn't be asked at once.
_ANSWERED = ("archived", "new_version", "unchanged", "gone")


def utc(moment: datetime) -> str:
    """Write a time as the database keeps it: UTC, ISO 8601 with Z, to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """One named check of a run; `passed` None where it had nothing to go by."""

    name: str
    required: bool
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A capture as it was recorded. `new_document` says whether its bytes were new here."""

    capture_id: int
    document_id: int | None
    new_document: bool


class Writer:
    """All writing to one storage's database."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = now) -> None:
        self._engine = engine
        self._clock = clock

    # -- the storage and the register ------------------------------------------

    def claim(self, site: str) -> None:
        """Make the storage this site's and fill in the register of authorities.

        Raises WrongStorage when it belongs to another site.
        """
        with self._engine.begin() as connection:
            owner = connection.scalar(select(STORAGE.c.site))
            if owner is not None and owner != site:
                raise WrongStorage(
                    f"this storage belongs to {owner}, not to {site}; give another with --storage"
                )
            connection.execute(
                upsert(STORAGE)
                .values(id=1, site=site, created=self._time(), schema=migrations.head())
                .on_conflict_do_update(index_elements=["id"], set_={"schema": migrations.head()})
            )
            _fill_register(connection)

    # -- runs ------------------------------------------------------------------

    def start_run(
        self,
        *,
        command: str,
        arguments: Mapping[str, Any],
        site: str,
        versions: Mapping[str, str],
        note: str | None,
        whole: bool,
    ) -> int:
        """Open a run and return its number. Runs that never ended are called `killed`."""
        with self._engine.begin() as connection:
            connection.execute(
                update(RUN)
                .where(RUN.c.verdict.is_(None))
                .values(verdict="killed", reason="ended without a word; the next run goes on")
            )
            run_id = connection.execute(
                insert(RUN)
                .values(
                    command=command,
                    arguments=dict(arguments),
                    site=site,
                    versions=dict(versions),
                    started=self._time(),
                    note=note,
                    whole=whole,
                )
                .returning(RUN.c.id)
            ).scalar_one()
            return int(run_id)

    def finish_run(
        self,
        run_id: int,
        *,
        verdict: str,
        reason: str | None,
        counts: Mapping[str, Any],
        checks: list[Check],
    ) -> None:
        """Close a run with its verdict and its checks."""
        with self._engine.begin() as connection:
            connection.execute(
                update(RUN)
                .where(RUN.c.id == run_id)
                .values(finished=self._time(), verdict=verdict, reason=reason, counts=dict(counts))
            )
            connection.execute(delete(RUN_CHECK).where(RUN_CHECK.c.run_id == run_id))
            for check in checks:
                connection.execute(
                    insert(RUN_CHECK).values(run_id=run_id, **dataclasses.asdict(check))
                )

    # -- what the site lists ---------------------------------------------------

    def saw_council(self, council: CouncilItem) -> None:
        """Record that the site has a page for a council, and whom it names as its successor."""
        time = self._time()
        with self._engine.begin() as connection:
            authority_id = _authority_id(connection, council.authority)
            connection.execute(
                update(AUTHORITY)
                .where(AUTHORITY.c.id == authority_id, AUTHORITY.c.slug.is_(None))
                .values(slug=council.slug, page_address=council.address)
            )
            if council.on_map:
                connection.execute(
                    update(AUTHORITY)
                    .where(AUTHORITY.c.id == authority_id)
                    .values(
                        map_first_seen=func.coalesce(AUTHORITY.c.map_first_seen, time),
                        map_last_seen=time,
                    )
                )
            if council.printed_name and council.printed_name != council.authority:
                _add_name(connection, authority_id, council.printed_name, "site")
            if council.successor is not None:
                connection.execute(
                    upsert(AUTHORITY_SUCCESSOR)
                    .values(
                        predecessor_id=authority_id,
                        successor_id=_authority_id(connection, council.successor),
                        source="site",
                    )
                    .on_conflict_do_update(
                        index_elements=["predecessor_id", "successor_id"], set_={"source": "site"}
                    )
                )

    def saw_link(self, item: LetterItem) -> refetch.LinkState:
        """Record a letter the site lists and return what is known of it."""
        time = self._time()
        with self._engine.begin() as connection:
            authority_id = _authority_id(connection, item.authority) if item.authority else None
            values = {
                "url": item.url,
                "found_on": item.found_on,
                "authority_id": authority_id,
                "label": item.label,
                "listed_year": item.listed_year,
                "last_seen": time,
            }
            row = connection.execute(
                upsert(LINK)
                .values(kind="letter", address=item.address, first_seen=time, **values)
                .on_conflict_do_update(index_elements=["address"], set_=values)
                .returning(LINK)
            ).one()
            last_outcome = connection.scalar(
                select(OUTCOME.c.outcome)
                .where(
                    OUTCOME.c.link_id == row.id,
                    OUTCOME.c.outcome.not_in(
                        ("not_due", "not_attempted", "out_of_window", "refused")
                    ),
                )
                .order_by(OUTCOME.c.run_id.desc())
                .limit(1)
            )
            document_id = connection.scalar(
                select(CAPTURE.c.document_id)
                .join(OUTCOME, OUTCOME.c.capture_id == CAPTURE.c.id)
                .where(OUTCOME.c.link_id == row.id, CAPTURE.c.document_id.is_not(None))
                .order_by(OUTCOME.c.run_id.desc())
                .limit(1)
            )
            return refetch.LinkState(
                link_id=row.id,
                address=row.address,
                listed_year=row.listed_year,
                document_id=document_id,
                last_outcome=last_outcome,
                last_asked=datetime.fromisoformat(row.last_asked) if row.last_asked else None,
                etag=row.etag,
                last_modified=row.last_modified,
            )

    # -- what came -------------------------------------------------------------

    def record_capture(
        self,
        run_id: int | None,
        *,
        address: str,
        url: str,
        status: int | None,
        headers: Mapping[str, str] | None = None,
        error: str | None = None,
        stored: Stored | None = None,
        document_id: int | None = None,
    ) -> Recorded:
        """Record one attempt at an address, with the document it brought (`stored`) or, for a
        304, the one the server says is unchanged (`document_id`)."""
        with self._engine.begin() as connection:
            new = False
            if stored is not None:
                known = connection.scalar(
                    select(DOCUMENT.c.id).where(DOCUMENT.c.sha256 == stored.sha256)
                )
                new = known is None
                document_id = (
                    known
                    if known is not None
                    else connection.execute(
                        insert(DOCUMENT)
                        .values(**dataclasses.asdict(stored))
                        .returning(DOCUMENT.c.id)
                    ).scalar_one()
                )
            capture_id = connection.execute(
                insert(CAPTURE)
                .values(
                    run_id=run_id,
                    address=address,
                    url=url,
                    time=self._time(),
                    status=status,
                    headers=dict(headers) if headers is not None else None,
                    error=error,
                    document_id=document_id,
                )
                .returning(CAPTURE.c.id)
            ).scalar_one()
            return Recorded(int(capture_id), document_id, new)

    def store_letter(self, run_id: int, item: LetterItem, newest_year: int | None) -> None:
        """Store everything about one letter at once: its reading, its version, its figures, and
        the outcome. `item.outcome` is made final: other bytes are a new version only where their
        words differ."""
        with self._engine.begin() as connection:
            if item.document_id is not None:
                if isinstance(item.reading, DocumentReading):
                    self._reading(connection, item, item.reading)
                self._settle(connection, item.document_id)
            if item.outcome == "archived" and item.previous_document_id is not None:
                item.outcome, item.reason = _compare(
                    connection, item.previous_document_id, item.document_id
                )
            self._outcome(connection, run_id, item, newest_year)

    # -- inside a transaction --------------------------------------------------

    def _time(self) -> str:
        return utc(self._clock())

    def _outcome(
        self,
        connection: Connection,
        run_id: int,
        item: LetterItem,
        newest_year: int | None,
    ) -> None:
        values = {"outcome": item.outcome, "reason": item.reason, "capture_id": item.capture_id}
        connection.execute(
            upsert(OUTCOME)
            .values(run_id=run_id, link_id=item.link_id, **values)
            .on_conflict_do_update(index_elements=["run_id", "link_id"], set_=values)
        )
        if item.outcome not in _ANSWERED:
            return
        asked = self._clock()
        changes: dict[str, Any] = {"last_asked": utc(asked)}
        if item.outcome == "gone":
            changes["gone_since"] = func.coalesce(LINK.c.gone_since, utc(asked))
        else:
            changes["gone_since"] = None
            # A 304 may leave the validators out: then the ones it confirmed stay.
            if item.etag or item.last_modified:
                changes |= {"etag": item.etag, "last_modified": item.last_modified}
        link = connection.execute(
            update(LINK).where(LINK.c.id == item.link_id).values(**changes).returning(LINK)
        ).one()
        due = refetch.next_due(
            link.address,
            link.listed_year,
            newest_year,
            asked,
            bool(link.etag or link.last_modified),
        )
        connection.execute(update(LINK).where(LINK.c.id == item.link_id).values(next_due=utc(due)))

    def _reading(self, connection: Connection, item: LetterItem, reading: DocumentReading) -> None:
        document_id = item.document_id
        connection.execute(
            update(DOCUMENT)
            .where(DOCUMENT.c.id == document_id)
            .values(page_count=reading.page_count, producer=reading.producer)
        )
        if item.packed_words is not None:
            values = {"words": item.packed_words, "text_sha256": reading.text_sha256}
            connection.execute(
                upsert(DOCUMENT_WORDS)
                .values(document_id=document_id, extractor=reading.extractor, **values)
                .on_conflict_do_update(index_elements=["document_id", "extractor"], set_=values)
            )
        several = len(reading.letters) > 1
        for letter in reading.letters:
            text_sha256 = reading.text_sha256
            if text_sha256 is not None and several:
                text_sha256 = f"{text_sha256}#{letter.part}"
            letter_id = _letter_id(connection, item, letter)
            version_id = self._version(
                connection, document_id, letter, letter_id, text_sha256, reading.extractor
            )
            self._store_one(connection, version_id, document_id, reading, letter, item.reading_ms)

    def _version(
        self,
        connection: Connection,
        document_id: int | None,
        letter: Letter,
        letter_id: int | None,
        text_sha256: str | None,
        extractor: str,
    ) -> int:
        """Find or make the version a letter's words belong to."""
        time = self._time()
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
        before = connection.scalar(
            select(LETTER_VERSION.c.letter_id).where(LETTER_VERSION.c.id == version_id)
        )
        if letter_id is not None and before != letter_id:
            # A better reading knows whose letter it is, or knows better.
            connection.execute(
                update(LETTER_VERSION)
                .where(LETTER_VERSION.c.id == version_id)
                .values(letter_id=letter_id)
            )
            if before is not None:
                _settle_letter(connection, before)
        return int(version_id)

    def _store_one(
        self,
        connection: Connection,
        version_id: int,
        document_id: int | None,
        reading: DocumentReading,
        letter: Letter,
        duration_ms: int,
    ) -> None:
        content = _content_sha256(letter)
        latest = connection.scalar(
            select(READING.c.content_sha256)
            .where(READING.c.version_id == version_id)
            .order_by(READING.c.id.desc())
            .limit(1)
        )
        if latest == content:
            return
        reading_id = connection.execute(
            insert(READING)
            .values(
                version_id=version_id,
                document_id=document_id,
                time=self._time(),
                reader=reading.reader,
                extractor=reading.extractor,
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
                duration_ms=duration_ms,
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

    def _settle(self, connection: Connection, document_id: int) -> None:
        """The site has just served this document: bring its versions and letters up to date."""
        served = connection.execute(
            update(LETTER_VERSION)
            .where(
                LETTER_VERSION.c.id.in_(
                    select(VERSION_DOCUMENT.c.version_id).where(
                        VERSION_DOCUMENT.c.document_id == document_id
                    )
                )
            )
            .values(last_seen=self._time())
            .returning(LETTER_VERSION.c.letter_id)
        ).all()
        for (letter_id,) in served:
            if letter_id is not None:
                _settle_letter(connection, letter_id)


def _settle_letter(connection: Connection, letter_id: int) -> None:
    """Choose a letter's current version: the one the site served last among those that can be
    read, or among all when none can."""
    newest = (
        select(func.max(READING.c.id))
        .where(READING.c.version_id == LETTER_VERSION.c.id)
        .correlate(LETTER_VERSION)
        .scalar_subquery()
    )
    last_served = (
        select(func.max(CAPTURE.c.id))
        .join(VERSION_DOCUMENT, VERSION_DOCUMENT.c.document_id == CAPTURE.c.document_id)
        .where(VERSION_DOCUMENT.c.version_id == LETTER_VERSION.c.id)
        .correlate(LETTER_VERSION)
        .scalar_subquery()
    )
    best = connection.execute(
        select(LETTER_VERSION.c.id, READING)
        .join(READING, READING.c.id == newest)
        .where(LETTER_VERSION.c.letter_id == letter_id)
        .order_by(READING.c.status.in_(("ok", "suspect")).desc(), last_served.desc())
        .limit(1)
    ).first()
    if best is None:
        # Its last version was found to be another letter's: an empty shell would be a lie.
        connection.execute(delete(LETTER).where(LETTER.c.id == letter_id))
        return
    connection.execute(
        update(LETTER)
        .where(LETTER.c.id == letter_id)
        .values(
            current_version_id=best[0],
            title=best.title,
            letter_date=best.letter_date,
            addressee=best.addressee,
            post=best.post,
            signatory=best.signatory,
        )
    )


def _letter_id(connection: Connection, item: LetterItem, letter: Letter) -> int | None:
    """Find or make the letter by its own words, else by its link; None when neither tell."""
    authority = letter.authority or item.authority
    year_ending = letter.year_ending or item.listed_year
    if authority is None or year_ending is None:
        return None
    identity = {
        "authority_id": _authority_id(connection, authority),
        "year_ending": year_ending,
        "kind": letter.kind,
    }
    connection.execute(upsert(LETTER).values(**identity).on_conflict_do_nothing())
    found = connection.scalar(
        select(LETTER.c.id).where(and_(*(LETTER.c[name] == v for name, v in identity.items())))
    )
    assert found is not None
    return int(found)


def _compare(
    connection: Connection, before: int, document_id: int | None
) -> tuple[str, str | None]:
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
        return "new_version", "not read yet"
    if versions[document_id] == versions[before]:
        return "unchanged", "other bytes, the same words"
    return "new_version", None


def _fill_register(connection: Connection) -> None:
    """Enter the register's authorities, their other names and successors, where missing."""
    by_code: dict[str, int] = {}
    for authority in authorities.load():
        values = {
            "kind": authority.kind,
            "gss_code": authority.gss_code or None,
            "first_day": _day(authority.start),
            "last_day": _day(authority.end),
        }
        by_code[authority.code] = connection.execute(
            upsert(AUTHORITY)
            .values(key=authorities.key(authority.name), name=authority.name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
            .returning(AUTHORITY.c.id)
        ).scalar_one()
        for name in authority.other_names:
            _add_name(connection, by_code[authority.code], name, "register")
    for authority in authorities.load():
        for code in authority.replaced_by:
            connection.execute(
                upsert(AUTHORITY_SUCCESSOR)
                .values(
                    predecessor_id=by_code[authority.code],
                    successor_id=by_code[code],
                    date=_day(authority.end),
                    source="register",
                )
                .on_conflict_do_nothing()
            )


def _authority_id(connection: Connection, name: str) -> int:
    found = connection.scalar(select(AUTHORITY.c.id).where(AUTHORITY.c.name == name))
    if found is None:
        found = connection.execute(
            insert(AUTHORITY)
            .values(name=name, key=authorities.key(name), kind="other")
            .returning(AUTHORITY.c.id)
        ).scalar_one()
    return int(found)


def _add_name(connection: Connection, authority_id: int, name: str, source: str) -> None:
    connection.execute(
        upsert(AUTHORITY_NAME)
        .values(authority_id=authority_id, name=name, source=source)
        .on_conflict_do_nothing()
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _content_sha256(letter: Letter) -> str:
    """Hash what a reading says, so that the same reading isn't stored twice."""
    content = json.dumps(dataclasses.asdict(letter), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
