"""Telling people how a run ended: notices through Apprise, and a heartbeat for the quiet days.

Nothing here can fail a crawl or delay it for long: what can't be delivered is logged, without the
address, which holds secrets.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from ombudsman_crawler.database.models import Verdict
from ombudsman_crawler.database.news import News

logger = logging.getLogger(__name__)

# Lines of one kind in a notice; more than that is read in the storage.
_LINES = 20
# Seconds for all that is told after a run, and for one answer.
_ALL, _ONE = 20.0, 10.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What people are told of a run: `failed` when it needs them."""

    title: str
    body: str
    failed: bool


def notice(run_id: int, site: str, summary: dict[str, Any], news: News) -> Notice | None:
    """Return what to tell of a run (its summary as `Reader.run_summary` gives it); None when it
    was a quiet one, or was stopped by hand."""
    verdict = summary["verdict"]
    if verdict == Verdict.STOPPED:
        return None
    failed = verdict != Verdict.OK
    if not failed and not news:
        return None
    lines = [f"Site: {site}"]
    if summary["reason"]:
        lines.append(summary["reason"])
    for check in summary["checks"]:
        if check["passed"] is not None and not check["passed"]:
            word = "failed" if check["required"] else "look at"
            lines.append(f"{word} {check['name']}: {check['detail']}")
    lines += _listed("Runs before this one that were killed", [str(run) for run in news.killed])
    lines += _listed("First letters of the years ending", news.new_years)
    lines += _listed("Letters that were revised", news.revised)
    lines += _listed("Letters gone from the site; they stay archived", news.gone)
    lines += _listed("New public reports", news.reports)
    lines.append("`ombudsman status` says more, and what to do.")
    ended = f"ended as {verdict}" if verdict else "ended without a verdict"
    title = f"ombudsman_crawler: run {run_id} {ended if failed else 'found something new'}"
    return Notice(title, "\n".join(_plain(line) for line in lines), failed)


def _listed(heading: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    more = [f"  … and {len(found) - _LINES} more"] if len(found) > _LINES else []
    return [f"{heading}:", *(f"  {line}" for line in found[:_LINES]), *more]


def _plain(line: str) -> str:
    """Words of the site go to mail and chat programs: no control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def addresses(told: str) -> list[str]:
    """Return the addresses of a setting: separated by commas, blanks or line ends."""
    return [address for address in re.split(r"[,\s]+", told) if address]


def check(told: str, heartbeat: str) -> None:
    """Say before a crawl what couldn't be told after it."""
    given = addresses(told)
    if given:
        try:
            import apprise  # noqa: PLC0415
        except ModuleNotFoundError:
            logger.error("nobody will be notified: install the extra: pip install '.[notify]'")
        else:
            _quiet()
            for number, address in enumerate(given, 1):
                if not apprise.Apprise().add(address):
                    logger.error("%s isn't one that Apprise knows", _name(number, address))
    if heartbeat and not heartbeat.startswith(("https://", "http://")):
        logger.error("OMBUDSMAN_HEARTBEAT is no http or https address: no heartbeat will be sent")


def after_run(told: Notice | None, good: bool, recipients: str, heartbeat: str) -> None:
    """Deliver a notice to all recipients and, after a good run, the heartbeat; side by side, and
    within a bound of time."""
    jobs: list[tuple[str, Callable[[], bool]]] = []
    if told is not None:
        for number, address in enumerate(addresses(recipients), 1):
            jobs.append((_name(number, address), _Delivery(told, address)))
    if good and heartbeat.startswith(("https://", "http://")):
        jobs.append(("the heartbeat", _Heartbeat(heartbeat)))
    threads = [threading.Thread(target=_deliver, args=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    end = time.monotonic() + _ALL
    for thread, (name, _) in zip(threads, jobs, strict=True):
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():
            logger.warning("%s wasn't delivered within %d seconds", name, _ALL)


def _deliver(name: str, job: Callable[[], bool]) -> None:
    try:
        delivered = job()
    # A notifier's own fault is logged and costs nothing else; its words may hold the address.
    except Exception as error:  # noqa: BLE001
        logger.warning("%s wasn't delivered: %s", name, type(error).__name__)
        return
    if not delivered:
        logger.warning("%s wasn't delivered", name)


@dataclass(frozen=True, slots=True)
class _Delivery:
    notice: Notice
    address: str

    def __call__(self) -> bool:
        import apprise  # noqa: PLC0415

        _quiet()
        service = apprise.Apprise()
        if not service.add(self.address):
            return False
        kind = apprise.NotifyType.FAILURE if self.notice.failed else apprise.NotifyType.INFO
        return bool(
            service.notify(
                title=self.notice.title,
                body=self.notice.body,
                notify_type=kind,
                body_format=apprise.NotifyFormat.TEXT,
            )
        )


@dataclass(frozen=True, slots=True)
class _Heartbeat:
    address: str

    def __call__(self) -> bool:
        try:
            with urllib.request.urlopen(self.address, timeout=_ONE):  # noqa: S310 - checked: http(s)
                return True
        except (urllib.error.URLError, HTTPException, OSError, ValueError):
            return False


def _name(number: int, address: str) -> str:
    """Name an address without its secrets: by its place and its service."""
    scheme, colon, _ = address.partition("://")
    service = f" ({scheme})" if colon and re.fullmatch(r"[a-z0-9+-]{1,20}", scheme) else ""
    return f"the notice to address {number} of OMBUDSMAN_NOTIFY{service}"


def _quiet() -> None:
    """Apprise logs addresses; what matters of it is said here."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
