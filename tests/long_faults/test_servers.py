"""What a server can do, at one letter or at all: nothing lost, and completed by the next run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from battery import ONE_READER, Tell, Undisturbed, contents, made_whole, nothing_lost, said, tell
from conftest import Storage

from ombudsman_crawler.replica import Fault, Replica

#: Half of the letters may fail; no answer is waited for long, nor asked for often.
BOUND = {
    **ONE_READER,
    "OMBUDSMAN_MAX_FAILED_SHARE": "0.5",
    "DOWNLOAD_TIMEOUT": "5",
    "RETRY_TIMES": "1",
    "OMBUDSMAN_RETRY_AFTER_CAP": "2",
}
FIRST_PAGE = "/your-councils-performance/dartford-borough-council/statistics"


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


#: What happens at one letter each: the fault, the letter's outcome, a word of its reason.
AT_A_LETTER: dict[str, tuple[Callable[[bytes], Fault], str, str]] = {
    "stalls": (lambda body: Fault(delay=8), "failed", "Timeout"),
    "resets": (lambda body: Fault(drop=True), "failed", "Error"),
    "cuts the body": (lambda body: Fault(truncated_body=True), "failed", "DataLoss"),
    "promises more than comes": (lambda body: Fault(claimed=len(body) + 99), "failed", "Timeout"),
    "drips for too long": (lambda body: Fault(drip=16), "failed", "Timeout"),
    "drips": (lambda body: Fault(drip=1), "archived", ""),
    "calls a letter a page": (
        lambda body: Fault(replace=body, content_type="text/html"), "archived", "",
    ),
    "calls a page a letter": (
        lambda body: Fault(replace=b"<p>Later</p>", content_type="application/pdf"),
        "rejected", "no PDF",
    ),
    "429, Retry-After in seconds": (
        lambda body: Fault(status=429, retry_after=1, times=1), "archived", "",
    ),
    "429, Retry-After as a date": (
        lambda body: Fault(status=429, retry_after=in_an_hour(), times=1), "archived", "",
    ),
}  # fmt: skip


def test_at_letters(storage: Storage, tmp_path: Path, record_property: Tell) -> None:
    """One crawl meets them all, each at a letter of its own."""
    whole = Storage(tmp_path / "whole")
    with Replica(councils=5, years=(2020, 2021)) as site:
        assert whole.crawl(site, **ONE_READER).status == 0
        undisturbed = Undisturbed(whole, contents(whole))
        cases = dict(zip(AT_A_LETTER, site.letters(), strict=True))
        for case, letter in cases.items():
            fault, _, _ = AT_A_LETTER[case]
            site.faults[letter.path] = fault(letter.pdf())
        faulty = storage.crawl(site, **BOUND)
        assert faulty.status == 1, faulty.all
        assert "letters_fetched" in faulty.out
        nothing_lost(storage)
        found = {case: storage.outcome_of(letter.path) for case, letter in cases.items()}
        assert sum(storage.outcomes().values()) == len(cases)
        site.faults.clear()
        again = made_whole(storage, site, undisturbed)
    for case, (_, outcome, reason) in AT_A_LETTER.items():
        assert found[case]["outcome"] == outcome, case
        assert reason in (found[case]["reason"] or ""), case
        tell(record_property, f"a letter: {case}", outcome, faulty.status, again.status)


def test_a_length_that_ends_too_soon(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    letter = site.letters()[0]
    site.faults[letter.path] = Fault(claimed=len(letter.pdf()) // 2)
    faulty = storage.crawl(site, **BOUND)
    assert faulty.status == 0, faulty.all
    assert storage.outcomes() == {"archived": 6}
    unread = storage.query("SELECT * FROM coverage WHERE state = 'unread'")
    assert len(unread) == 1
    came = f"{said(storage)}, one of them unreadable"
    nothing_lost(storage)
    # The server's validators are those of the whole letter: what is broken is asked for whole.
    site.faults.clear()
    again = storage.crawl(site, **ONE_READER)
    assert again.status == 0, again.all
    nothing_lost(storage)
    whole, ours = undisturbed.contents, contents(storage)
    for view in ("figures", "annual_summary", "coverage"):
        assert ours[view] == whole[view]
    assert [row for row in ours["versions"] if row in whole["versions"]] == whole["versions"]
    # What came broken is kept.
    assert len(ours["versions"]) == 7
    tell(record_property, "a letter: its length ends too soon", came, faulty.status, again.status)


def test_redirects_in_a_circle(
    storage: Storage, site: Replica, undisturbed: Undisturbed, record_property: Tell
) -> None:
    one, two = site.letters()[:2]
    site.faults[one.path] = Fault(redirect=two.path)
    site.faults[two.path] = Fault(redirect=one.path)
    faulty = storage.crawl(site, **BOUND)
    assert faulty.status == 0, faulty.all
    assert storage.outcomes() == {"archived": 4, "failed": 2}
    assert "redirect" in storage.outcome_of(one.path)["reason"]
    came = said(storage)
    nothing_lost(storage)
    site.faults.clear()
    again = made_whole(storage, site, undisturbed)
    tell(record_property, "letters: redirects in a circle", came, faulty.status, again.status)


@pytest.mark.parametrize(
    ("case", "times", "status", "outcomes"),
    [
        ("503 for a while", 1, 0, {"archived": 6}),
        ("503 throughout", None, 1, {"failed": 6}),
    ],
)
def test_a_storm(
    storage: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    case: str,
    times: int | None,
    status: int,
    outcomes: dict[str, int],
) -> None:
    for letter in site.letters():
        site.faults[letter.path] = Fault(status=503, times=times)
    faulty = storage.crawl(site, **BOUND)
    assert faulty.status == status, faulty.all
    assert storage.outcomes() == outcomes
    came = said(storage)
    nothing_lost(storage)
    site.faults.clear()
    again = made_whole(storage, site, undisturbed)
    tell(record_property, f"every letter: {case}", came, faulty.status, again.status)


@pytest.mark.parametrize(
    ("case", "path", "fault", "status"),
    [
        ("robots.txt stalls", "/robots.txt", Fault(delay=8), 4),
        ("the map resets", "/your-councils-performance", Fault(drop=True), 4),
        ("a council's page is cut", FIRST_PAGE, Fault(truncated_body=True), 1),
        ("a council's page answers 503", FIRST_PAGE, Fault(status=503), 1),
    ],
)
def test_on_the_way_to_the_letters(
    storage: Storage,
    site: Replica,
    undisturbed: Undisturbed,
    record_property: Tell,
    case: str,
    path: str,
    fault: Fault,
    status: int,
) -> None:
    site.faults[path] = Fault(**vars(fault))
    faulty = storage.crawl(site, **{**BOUND, "OMBUDSMAN_MAX_FAILED_SHARE": "0.05"})
    assert faulty.status == status, faulty.all
    came = said(storage) or "no letter"
    nothing_lost(storage)
    site.faults.clear()
    again = made_whole(storage, site, undisturbed)
    tell(record_property, case, came, faulty.status, again.status)
