"""The one who writes rows. Each method is one short transaction and may be repeated safely;
`register` and `versions` hold what it does inside of them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler.archive.documents import Stored
from ombudsman_crawler.archive.warc import Place
from ombudsman_crawler.database import (
    decisions,
    erasures,
    migrations,
    national_tables,
    pages,
    refetch,
    register,
    repetition,
    reports,
    search,
    versions,
)
from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.tables import (
    ACKNOWLEDGEMENT,
    ADDRESS,
    ATTEMPT,
    AUTHORITY,
    AUTHORITY_SUCCESSOR,
    DOCUMENT,
    LINK,
    OUTCOME,
    RUN,
    RUN_CHECK,
    STORAGE,
    WARC,
    WITHHOLDING,
)
from ombudsman_crawler.exceptions import WrongStorage
from ombudsman_crawler.items import (
    CouncilItem,
    DecisionItem,
    ImprovementsItem,
    LetterItem,
    ListedItem,
    ListsReadItem,
    Outcome,
    PageItem,
    ReportItem,
    ReportsItem,
    TableItem,
)
from ombudsman_crawler.letters.letter import DocumentReading, Expectation
from ombudsman_crawler.site.statistics_page import StatisticsPage
from ombudsman_crawler.times import now, utc
from ombudsman_crawler.windows import Known, Window

#: Outcomes after which the site has answered for a letter, so that it needn't be asked at once.
_ANSWERED = (Outcome.ARCHIVED, Outcome.NEW_VERSION, Outcome.UNCHANGED, Outcome.GONE)


# Texts that are added to the search in one transaction.
_SEARCH_BATCH = 50


@dataclass(frozen=True, slots=True)
class Check:
    """One named check of a run; `passed` None where it had nothing to go by."""

    name: str
    required: bool
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A capture as it was recorded, with the document it brought or confirmed."""

    capture_id: int
    document_id: int | None


class Writer:
    """All writing to one storage's database.

    `clock` tells the time; a replay's is that of the archive.
    """

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
            register.fill(connection)

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
        collections: Sequence[str],
    ) -> int:
        """Open a run and return its number. Runs that never ended are called `killed`."""
        with self._engine.begin() as connection:
            connection.execute(
                update(RUN)
                .where(RUN.c.verdict.is_(None))
                .values(verdict=Verdict.KILLED, reason="ended without a word; the next run goes on")
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
                    collections=",".join(collections),
                )
                .returning(RUN.c.id)
            ).scalar_one()
            return int(run_id)

    def finish_run(
        self,
        run_id: int,
        *,
        verdict: Verdict,
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

    # -- what people say -------------------------------------------------------

    def acknowledge(self, subjects: Sequence[str], *, who: str, verdict: str, note: str) -> None:
        """Record a person's word on findings or authorities (`acknowledgements`), on all at once.

        Nothing is changed or removed: the last word on a subject counts.
        """
        time = self._time()
        with self._engine.begin() as connection:
            connection.execute(
                insert(ACKNOWLEDGEMENT),
                [
                    {"subject": subject, "who": who, "time": time, "verdict": verdict, "note": note}
                    for subject in subjects
                ],
            )

    def withhold(self, subjects: Sequence[str], *, withheld: bool, who: str, why: str) -> None:
        """Record a person's word that subjects (as `withholdings` names them) are withheld, or no
        longer."""
        time = self._time()
        with self._engine.begin() as connection:
            connection.execute(
                insert(WITHHOLDING),
                [
                    {"subject": name, "withheld": withheld, "who": who, "time": time, "why": why}
                    for name in subjects
                ],
            )

    def fill_search(self, seconds: float) -> int:
        """Add to the search what it lacks, newest first, for some seconds at most; return how many
        texts it lacks then."""
        end = time.monotonic() + seconds
        with self._engine.connect() as connection:
            left = [
                (kind, number)
                for kind, numbers in search.lacking(connection).items()
                for number in numbers
            ]
        while left and time.monotonic() < end:
            with self._engine.begin() as connection:
                for kind, number in left[:_SEARCH_BATCH]:
                    search.index(connection, kind, number)
            del left[:_SEARCH_BATCH]
        return len(left)

    def begin_erasure(self, documents: Sequence[int], *, who: str, why: str) -> None:
        """Record that documents are being erased, before anything of them is."""
        with self._engine.begin() as connection:
            erasures.begin(connection, self._time(), documents, who=who, why=why)

    def forget_words(self, documents: Sequence[int]) -> None:
        """Take the words of documents that are being erased out of every table."""
        with self._engine.begin() as connection:
            erasures.forget_words(connection, documents)

    def finish_erasure(self, documents: Sequence[int]) -> None:
        """Record that nothing is left of documents that were being erased."""
        with self._engine.begin() as connection:
            erasures.finish(connection, self._time(), documents)

    # -- what the site lists ---------------------------------------------------

    def saw_council(self, council: CouncilItem) -> None:
        """Record that the site has a page for a council, and whom it names as its successor."""
        time = self._time()
        with self._engine.begin() as connection:
            authority_id = register.authority_id(connection, council.authority)
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
                register.add_name(connection, authority_id, council.printed_name, "site")
            if council.successor is not None:
                connection.execute(
                    upsert(AUTHORITY_SUCCESSOR)
                    .values(
                        predecessor_id=authority_id,
                        successor_id=register.authority_id(connection, council.successor),
                        source="site",
                    )
                    .on_conflict_do_update(
                        index_elements=["predecessor_id", "successor_id"], set_={"source": "site"}
                    )
                )

    def saw_link(self, item: ListedItem) -> refetch.LinkState:
        """Record what the site lists and return what is known of it."""
        time = self._time()
        with self._engine.begin() as connection:
            authority_id = (
                register.authority_id(connection, item.authority) if item.authority else None
            )
            values = {
                "url": item.url,
                "found_on": item.found_on,
                "authority_id": authority_id,
                "label": item.label,
                "listed_year": item.listed_year,
                "last_seen": time,
            }
            # One that isn't listed any longer keeps when and where it last was.
            seen = dict(values) if item.listed else {"url": item.url}
            if item.kind == "decision":
                # A report may be a decision's page: whichever was met first, it is a decision.
                seen = {**seen, "kind": item.kind}
            row = connection.execute(
                upsert(LINK)
                .values(
                    kind="copy" if isinstance(item, LetterItem) and item.copy else item.kind,
                    address=item.address,
                    first_seen=time,
                    **values,
                )
                .on_conflict_do_update(index_elements=["address"], set_=seen)
                .returning(LINK)
            ).one()
            last_outcome = connection.scalar(
                select(OUTCOME.c.outcome)
                .where(
                    OUTCOME.c.link_id == row.id,
                    OUTCOME.c.outcome.not_in(
                        (
                            Outcome.NOT_DUE,
                            Outcome.NOT_ATTEMPTED,
                            Outcome.OUT_OF_WINDOW,
                            Outcome.REFUSED,
                        )
                    ),
                )
                .order_by(OUTCOME.c.run_id.desc())
                .limit(1)
            )
            document_id = connection.scalar(
                select(ATTEMPT.c.document_id)
                .join(OUTCOME, OUTCOME.c.capture_id == ATTEMPT.c.id)
                .where(OUTCOME.c.link_id == row.id, ATTEMPT.c.document_id.is_not(None))
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
                kind=row.kind,
                changed=isinstance(item, DecisionItem)
                and decisions.saw_row(connection, row.id, item, authority_id),
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
        time: datetime | None = None,
        place: Place | None = None,
    ) -> Recorded:
        """Record one attempt at an address, with the document it brought (`stored`) or, for a
        304, the one the server says is unchanged (`document_id`); when it was made, else now; and
        where its WARC record is."""
        with self._engine.begin() as connection:
            if stored is not None:
                # The same bytes may have come from another address, or before a kill.
                connection.execute(
                    upsert(DOCUMENT).values(**dataclasses.asdict(stored)).on_conflict_do_nothing()
                )
                document_id = connection.scalar(
                    select(DOCUMENT.c.id).where(DOCUMENT.c.sha256 == stored.sha256)
                )
            address_id = _number(connection, ADDRESS, address=address, url=url)
            capture_id = connection.execute(
                insert(ATTEMPT)
                .values(
                    run_id=run_id,
                    address_id=address_id,
                    time=utc(time) if time is not None else self._time(),
                    status=status,
                    **_headers(connection, address_id, status, headers),
                    error=error,
                    document_id=document_id,
                    warc_id=_number(connection, WARC, file=place.file) if place else None,
                    warc_offset=place.offset if place is not None else None,
                )
                .returning(ATTEMPT.c.id)
            ).scalar_one()
            return Recorded(int(capture_id), document_id)

    def adopt(self, documents: Iterable[Stored]) -> None:
        """Register documents that lie in the archive and have no row, as a kill leaves them."""
        with self._engine.begin() as connection:
            for stored in documents:
                connection.execute(
                    upsert(DOCUMENT).values(**dataclasses.asdict(stored)).on_conflict_do_nothing()
                )

    def store_rereadings(self, readings: Sequence[versions.Brought]) -> None:
        """Store readings of archived documents, all of them or none."""
        with self._engine.begin() as connection:
            for brought in readings:
                versions.store_reading(connection, self._time(), brought)
                versions.settle(connection, brought.document_id)

    def store_letter(self, run_id: int, item: LetterItem, newest_year: int | None) -> None:
        """Store everything about one letter at once: its reading, its version, its figures, and
        the outcome. `item.outcome` is made final: other bytes are a new version only where their
        words differ."""
        with self._engine.begin() as connection:
            document_id = item.document_id
            if document_id is not None and isinstance(item.reading, DocumentReading):
                brought = versions.Brought(
                    document_id,
                    Expectation(item.authority, item.listed_year),
                    item.reading,
                    item.packed_words,
                    item.packed_texts,
                    item.reading_ms,
                )
                versions.store_reading(connection, self._time(), brought)
            if item.outcome is Outcome.ARCHIVED and item.previous_document_id is not None:
                item.outcome, item.reason = versions.compare(
                    connection, item.previous_document_id, document_id
                )
            if document_id is not None and item.reason is None:
                item.reason = versions.misplaced(connection, item)
            self._outcome(connection, run_id, item, newest_year)
            if document_id is not None:
                versions.settle(connection, document_id)

    def store_page_rereadings(
        self, readings: Sequence[tuple[pages.Served, StatisticsPage]]
    ) -> None:
        """Store readings of archived council pages, all of them or none."""
        with self._engine.begin() as connection:
            for page, reading in readings:
                pages.store(connection, self._time(), page, reading)

    def store_table(self, run_id: int, item: TableItem, newest_year: int | None) -> None:
        """Store everything about one file of tables at once: its reading and the outcome, which is
        made final: other bytes are a new version only where their cells differ."""
        with self._engine.begin() as connection:
            national_tables.store(connection, self._time(), item)
            if item.outcome is Outcome.ARCHIVED and item.previous_document_id is not None:
                item.outcome, item.reason = national_tables.compare(
                    connection, item.previous_document_id, item.document_id
                )
            self._outcome(connection, run_id, item, newest_year)

    def store_decision(self, run_id: int, item: DecisionItem, newest_year: int | None) -> None:
        """Store what a decision's page said, as a version of it, and the outcome. `item.outcome` is
        made final: other bytes are a new version only where their words differ."""
        with self._engine.begin() as connection:
            decisions.store(connection, self._time(), item)
            self._outcome(connection, run_id, item, newest_year)

    def planned(self, windows: Sequence[Window]) -> None:
        """Record the windows of the search that are going to be asked for."""
        with self._engine.begin() as connection:
            decisions.planned(connection, windows)

    def walked(self, run_id: int, window: Window, known: Known, reason: str | None) -> None:
        """Record that a window of the search was walked to its end, and what came of it."""
        with self._engine.begin() as connection:
            decisions.walked(connection, self._time(), run_id, window, known, reason)

    def halved(self, window: Window) -> None:
        """Record that a window is asked for in halves from now on."""
        with self._engine.begin() as connection:
            decisions.halved(connection, window)

    def store_page(self, item: PageItem) -> None:
        """Store what a council's page said, or that it says still what it said before."""
        with self._engine.begin() as connection:
            authority_id = register.authority_id(connection, item.authority)
            page = pages.served(connection, authority_id, item.capture_id, item.document_id)
            pages.store(connection, self._time(), page, item.reading)

    # -- reports and improvements ----------------------------------------------

    def saw_reports(self, run_id: int, item: ReportsItem) -> None:
        """Record the public reports that a page lists."""
        with self._engine.begin() as connection:
            reports.saw_reports(connection, self._time(), run_id, item)

    def saw_improvements(self, run_id: int, item: ImprovementsItem) -> None:
        """Record the service improvements that a page lists."""
        with self._engine.begin() as connection:
            reports.saw_improvements(connection, self._time(), run_id, item)

    def lists_read(self, run_id: int, item: ListsReadItem) -> None:
        """Mark what lists that were read whole in this run no longer show."""
        with self._engine.begin() as connection:
            reports.lists_read(connection, self._time(), run_id, item)

    def store_report(self, run_id: int, item: ReportItem) -> None:
        """Store everything about one report's document at once: its text and the outcome, which is
        made final: other bytes are a new version only where their text differs."""
        with self._engine.begin() as connection:
            reports.store_document(connection, self._time(), item)
            if item.outcome is Outcome.ARCHIVED and item.previous_document_id is not None:
                item.outcome, item.reason = reports.compare(
                    connection, item.previous_document_id, item.document_id
                )
            self._outcome(connection, run_id, item, None)

    # -- inside a transaction --------------------------------------------------

    def _time(self) -> str:
        return utc(self._clock())

    def _outcome(
        self,
        connection: Connection,
        run_id: int,
        item: ListedItem,
        newest_year: int | None,
    ) -> None:
        values = {"outcome": item.outcome, "reason": item.reason, "capture_id": item.capture_id}
        connection.execute(
            upsert(OUTCOME)
            .values(run_id=run_id, link_id=item.link_id, **values)
            .on_conflict_do_update(index_elements=["run_id", "link_id"], set_=values)
        )
        if item.outcome not in _ANSWERED and not _still_served(connection, item):
            return
        asked = self._clock()
        changes: dict[str, Any] = {"last_asked": utc(asked)}
        if item.outcome is Outcome.GONE:
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
            link.kind,
        )
        connection.execute(update(LINK).where(LINK.c.id == item.link_id).values(next_due=utc(due)))


def _still_served(connection: Connection, item: ListedItem) -> bool:
    """Whether the site answered with what was erased: it needn't be asked at once either."""
    return item.outcome is Outcome.REFUSED and (
        connection.scalar(select(ATTEMPT.c.document_id).where(ATTEMPT.c.id == item.capture_id))
        is not None
    )


def _number(connection: Connection, table: Table, **values: str) -> int:
    """Return the number of a row with these values, which are unique, made if it isn't there."""
    wanted = select(table.c.id).where(*(table.c[name] == value for name, value in values.items()))
    number = connection.scalar(wanted)
    if number is None:
        number = connection.scalar(insert(table).values(**values).returning(table.c.id))
    return int(number)


def _headers(
    connection: Connection, address_id: int, status: int | None, headers: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return the columns that tell an attempt's headers: what differs from the last whole ones of
    this address and status, or whole where there are none or little is alike."""
    if headers is None:
        return {"headers": None}
    before = connection.execute(
        select(ATTEMPT.c.id, ATTEMPT.c.headers)
        .where(
            ATTEMPT.c.address_id == address_id,
            ATTEMPT.c.status == status,
            ATTEMPT.c.headers_from.is_(None),
        )
        .order_by(ATTEMPT.c.id.desc())
        .limit(1)
    ).first()
    if before is not None and before.headers is not None:
        patch = repetition.difference(headers, before.headers)
        if repetition.is_shorter(patch, headers):
            return {"headers": patch, "headers_from": before.id}
    return {"headers": dict(headers)}
