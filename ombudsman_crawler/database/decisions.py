"""Decisions, their versions and the windows of the search as rows. Every function works inside its
caller's transaction."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from ombudsman_crawler import authorities
from ombudsman_crawler.database import register, search
from ombudsman_crawler.database.tables import (
    ATTEMPT,
    AUTHORITY_NAME,
    DECISION,
    DECISION_DOCUMENT,
    DECISION_VERSION,
    DECISION_WINDOW,
    ERASURE,
    LINK,
)
from ombudsman_crawler.items import DecisionItem, Outcome
from ombudsman_crawler.site import decision_page
from ombudsman_crawler.site.decision_page import DecisionPage
from ombudsman_crawler.site.decision_search import ListedDecision
from ombudsman_crawler.windows import Known, State, Window

OK, UNRECOGNISED = "ok", "unrecognised"


@dataclass(frozen=True, slots=True)
class KnownDecision:
    """A decision as the search last listed it."""

    address: str
    url: str
    label: str
    reference: str
    found_on: str


# -- what the search lists ---------------------------------------------------------


def saw_row(
    connection: Connection, link_id: int, item: DecisionItem, authority_id: int | None
) -> bool:
    """Record a decision as the search lists it; return whether that is a reason to ask for it: the
    row is another than before, or the search doesn't list it any longer."""
    before = connection.execute(select(DECISION).where(DECISION.c.link_id == link_id)).first()
    values = _as_listed(item.row) if item.row is not None else {}
    printed = values.get("authority_as_listed")
    if authority_id is None and printed is not None:
        authority_id = _known_as(connection, printed)
    if before is None:
        new = insert(DECISION).values(
            link_id=link_id, reference=item.reference, authority_id=authority_id, **values
        )
        number = connection.execute(new.returning(DECISION.c.id)).scalar_one()
        search.index(connection, "decision", number)
        return not item.listed
    # What a row doesn't tell this time isn't forgotten.
    changes: dict[str, Any] = {name: told for name, told in values.items() if told is not None}
    if authority_id is not None:
        changes["authority_id"] = authority_id
    changes = {name: told for name, told in changes.items() if before._mapping[name] != told}
    if "summary" in changes and connection.scalar(_is_erased(before.id)):
        # The lists go on showing what was erased.
        del changes["summary"]
    if changes:
        connection.execute(update(DECISION).where(DECISION.c.id == before.id).values(**changes))
        search.index(connection, "decision", before.id)
    return not item.listed or bool(changes.keys() - {"authority_id"})


def _is_erased(decision_id: Any) -> Select[tuple[bool]]:
    """Ask whether the words of a decision were erased."""
    of_decision = select(DECISION_VERSION.c.document_id).where(
        DECISION_VERSION.c.decision_id == decision_id
    )
    return select(select(ERASURE.c.id).where(ERASURE.c.document_id.in_(of_decision)).exists())


def _as_listed(row: ListedDecision) -> dict[str, str | None]:
    return {
        "authority_as_listed": row.authority,
        "kind": row.kind,
        "outcome": row.outcome,
        "sub_category": row.sub_category,
        "decided": row.decided.isoformat() if row.decided else None,
        "summary": row.summary,
    }


def _known_as(connection: Connection, printed: str) -> int | None:
    """Return the one authority that a name is known to mean, None for several or none."""
    found = connection.scalars(
        select(AUTHORITY_NAME.c.authority_id)
        .where(func.lower(AUTHORITY_NAME.c.name) == printed.lower())
        .distinct()
        .limit(2)
    ).all()
    return int(found[0]) if len(found) == 1 else None


def listed_alike(connection: Connection, rows: dict[str, ListedDecision]) -> bool:
    """Whether the search listed all these decisions, by their addresses, in these words before."""
    columns = ("authority_as_listed", "kind", "outcome", "sub_category", "decided", "summary")
    known = {
        row.address: {
            **{name: row._mapping[name] for name in columns},
            **({"summary": rows[row.address].summary} if row.is_erased else {}),
        }
        for row in connection.execute(
            select(
                LINK.c.address,
                DECISION,
                _is_erased(DECISION.c.id).scalar_subquery().label("is_erased"),
            )
            .join(DECISION, DECISION.c.link_id == LINK.c.id)
            .where(LINK.c.address.in_(rows))
        )
    }
    return known == {address: _as_listed(row) for address, row in rows.items()}


# -- what a page says --------------------------------------------------------------


def store(connection: Connection, time: str, item: DecisionItem) -> None:
    """Store what came of asking for a decision, except the outcome, which is made final: other
    bytes are a new version only where their words differ."""
    decision = connection.execute(select(DECISION).where(DECISION.c.link_id == item.link_id)).one()
    served = item.outcome in (Outcome.ARCHIVED, Outcome.UNCHANGED)
    version = None
    if item.document_id is not None:
        version = _version(connection, time, decision.id, item, served)
    if served and version is not None and version.status == UNRECOGNISED:
        # Archived all the same, and asked for again.
        item.outcome, item.reason = Outcome.REJECTED, "what came is no decision's page"
    elif item.outcome is Outcome.ARCHIVED and item.previous_document_id is not None:
        if version is None:
            item.outcome, item.reason = Outcome.NEW_VERSION, "not read yet"
        elif version.id == decision.current_version_id:
            item.outcome, item.reason = Outcome.UNCHANGED, "other bytes, the same words"
        else:
            item.outcome = Outcome.NEW_VERSION
    if version is None:
        return
    changes: dict[str, Any] = {}
    if decision.current_version_id is None or (
        served and (version.status == OK or not _is_read(connection, decision.current_version_id))
    ):
        changes["current_version_id"] = version.id
    if decision.authority_id is None and version.authority_as_printed:
        match = authorities.match(version.authority_as_printed)
        changes["authority_id"] = (
            register.authority_id(connection, match.name)
            if match
            else _known_as(connection, version.authority_as_printed)
        )
    if changes:
        connection.execute(update(DECISION).where(DECISION.c.id == decision.id).values(**changes))
    search.index(connection, "decision", decision.id)


def _version(
    connection: Connection, time: str, decision_id: int, item: DecisionItem, served: bool
) -> Any:
    """Find or make the version that a document carries, None where it isn't read yet; the words
    tell, not the bytes."""
    mine = select(DECISION_VERSION).where(DECISION_VERSION.c.decision_id == decision_id)
    if isinstance(item.page, DecisionPage):
        content = _content_sha256(item.page)
        found = connection.execute(mine.where(DECISION_VERSION.c.content_sha256 == content)).first()
        if found is None:
            found = connection.execute(
                insert(DECISION_VERSION)
                .values(
                    decision_id=decision_id,
                    document_id=item.document_id,
                    capture_id=item.capture_id or _brought(connection, item),
                    time=time,
                    content_sha256=content,
                    first_seen=time,
                    last_seen=time,
                    **_as_printed(item.page),
                )
                .returning(DECISION_VERSION)
            ).one()
    else:
        found = connection.execute(
            mine.where(
                DECISION_VERSION.c.id.in_(
                    select(DECISION_DOCUMENT.c.version_id).where(
                        DECISION_DOCUMENT.c.document_id == item.document_id,
                        DECISION_DOCUMENT.c.decision_id == decision_id,
                    )
                )
            )
        ).first()
    if found is not None:
        connection.execute(
            upsert(DECISION_DOCUMENT)
            .values(document_id=item.document_id, decision_id=decision_id, version_id=found.id)
            .on_conflict_do_update(
                index_elements=["document_id", "decision_id"], set_={"version_id": found.id}
            )
        )
    if found is not None and served:
        connection.execute(
            update(DECISION_VERSION).where(DECISION_VERSION.c.id == found.id).values(last_seen=time)
        )
    return found


def _brought(connection: Connection, item: DecisionItem) -> int | None:
    """The capture that brought the document that an earlier run left unread."""
    brought: int | None = connection.scalar(
        select(func.max(ATTEMPT.c.id)).where(ATTEMPT.c.document_id == item.document_id)
    )
    return brought


def _as_printed(page: DecisionPage) -> dict[str, Any]:
    return {
        "reader": decision_page.READER,
        "status": OK if page.recognised else UNRECOGNISED,
        "reference": page.reference,
        "authority_as_printed": page.authority,
        "category": page.category,
        "sub_category": page.sub_category,
        "outcome": page.outcome,
        "decided": page.decided.isoformat() if page.decided else None,
        "summary": page.summary,
        "sections": [dataclasses.asdict(section) for section in page.sections],
        "remedies": page.remedies,
    }


def _is_read(connection: Connection, version_id: int) -> bool:
    status = connection.scalar(
        select(DECISION_VERSION.c.status).where(DECISION_VERSION.c.id == version_id)
    )
    return status == OK


def _content_sha256(page: DecisionPage) -> str:
    """Hash what a page says, so that the same words aren't stored twice."""
    content = json.dumps(dataclasses.asdict(page), sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


# -- windows -----------------------------------------------------------------------


def walked(
    connection: Connection,
    time: str,
    run_id: int,
    window: Window,
    known: Known,
    reason: str | None,
) -> None:
    """Record what came of a window that was walked to its end."""
    values = {
        "stated": known.stated,
        "collected": known.collected,
        "state": known.state.value,
        "reason": reason,
        "asked": time,
        "run_id": run_id,
    }
    # What it stated when it last answered isn't forgotten.
    told = {name: value for name, value in values.items() if value is not None or name == "reason"}
    connection.execute(
        upsert(DECISION_WINDOW)
        .values(**_days(window), **values)
        .on_conflict_do_update(index_elements=["first_day", "last_day"], set_=told)
    )


def planned(connection: Connection, asked: Sequence[Window]) -> None:
    """Record windows that are going to be asked for, so that all of them can be counted."""
    if asked:
        connection.execute(
            upsert(DECISION_WINDOW).on_conflict_do_nothing(),
            [{**_days(window), "state": State.OPEN.value} for window in asked],
        )


def halved(connection: Connection, window: Window) -> None:
    """Put a window's halves in its place."""
    days = _days(window)
    connection.execute(
        delete(DECISION_WINDOW).where(
            *(DECISION_WINDOW.c[name] == day for name, day in days.items())
        )
    )
    for half in window.halves() or ():
        connection.execute(
            upsert(DECISION_WINDOW)
            .values(**_days(half), state=State.OPEN.value)
            .on_conflict_do_nothing()
        )


def windows(connection: Connection) -> dict[Window, Known]:
    """Return what is recorded of each window."""
    return {
        Window(date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)): Known(
            State(row.state),
            date.fromisoformat(row.asked[:10]) if row.asked else None,
            row.stated,
            row.collected,
        )
        for row in connection.execute(select(DECISION_WINDOW))
    }


def _days(window: Window) -> dict[str, str]:
    return {"first_day": window.first.isoformat(), "last_day": window.last.isoformat()}


# -- what is known -----------------------------------------------------------------

_DECISIONS = (
    "SELECT link.id, link.address, link.url, link.label, link.found_on, decision.reference"
    " FROM decision JOIN link ON link.id = decision.link_id"
)
_DECIDED_IN = f"""
{_DECISIONS} WHERE decided BETWEEN :first_day AND :last_day AND link.gone_since IS NULL
ORDER BY link.id
"""
_NEVER_ANSWERED = f"""
{_DECISIONS} WHERE link.id > :after AND link.last_asked IS NULL
  AND COALESCE(decided BETWEEN :first_day AND :last_day, 1)
  AND NOT EXISTS (SELECT 1 FROM outcome
                  WHERE outcome.link_id = link.id AND outcome.run_id = :run)
ORDER BY link.id LIMIT :most
"""  # noqa: S608
# So many at a time: however many there are, they aren't all held in memory.
_AT_A_TIME = 200


def decided_in(connection: Connection, window: Window) -> list[KnownDecision]:
    """Return the decisions of a window that aren't known to be gone."""
    found = connection.execute(text(_DECIDED_IN), _days(window))
    return [_known(row) for row in found]


def never_answered(
    connection: Connection, run_id: int, window: Window, after: int
) -> tuple[int, list[KnownDecision]]:
    """Return some decisions that were listed before a run and never had, of a window or of a day
    that isn't known, and the number to go on after; none when there are no more."""
    found = connection.execute(
        text(_NEVER_ANSWERED),
        {"after": after, "run": run_id, "most": _AT_A_TIME, **_days(window)},
    ).all()
    return (found[-1].id if found else after), [_known(row) for row in found]


def dealt_with(connection: Connection, run_id: int, addresses: list[str]) -> set[str]:
    """Return those of some addresses that have an outcome in a run already."""
    query = text(
        "SELECT link.address FROM outcome JOIN link ON link.id = outcome.link_id"
        " WHERE outcome.run_id = :run AND link.address IN :addresses"
    ).bindparams(bindparam("addresses", expanding=True))
    return set(connection.scalars(query, {"run": run_id, "addresses": addresses}))


def _known(row: Any) -> KnownDecision:
    return KnownDecision(row.address, row.url, row.label, row.reference, row.found_on)
