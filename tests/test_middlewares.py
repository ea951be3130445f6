from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response

from ombudsman_crawler import current_run
from ombudsman_crawler.middlewares import OneSite, Refused, retry_after, worth_keeping
from ombudsman_crawler.site import urls


def test_retry_after_in_seconds() -> None:
    assert retry_after("120") == 120
    assert retry_after(" 0 ") == 0


def test_retry_after_as_a_date() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=90)
    seconds = retry_after(format_datetime(moment, usegmt=True))
    assert seconds is not None
    assert 85 < seconds <= 90
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(
    "value", ["", "soon", "-1", "1.5", "٣", "99 Bad 9999", "Fri, 01 Jan 99999999999 00:00:00 GMT"]
)
def test_a_retry_after_that_says_nothing(value: str) -> None:
    assert retry_after(value) is None


def answer(
    body: bytes, content_type: str = "text/html; charset=utf-8", status: int = 200
) -> Response:
    return Response("http://x.invalid/", status, {"Content-Type": content_type}, body)


def test_what_is_archived() -> None:
    pdf, page = b"%PDF-1.7", b"<html>"
    assert worth_keeping("letter", answer(pdf, "text/html")) == "application/pdf"
    assert worth_keeping("page", answer(page)) == "text/html"
    assert worth_keeping("page", answer(pdf)) == "application/pdf"
    assert worth_keeping("letter", answer(page, "application/pdf")) is None
    assert worth_keeping("letter", answer(b"")) is None
    assert worth_keeping("page", answer(b"")) is None
    assert worth_keeping("page", answer(page, status=404)) is None
    assert worth_keeping(None, answer(page)) is None


@pytest.fixture
def one_site(monkeypatch: pytest.MonkeyPatch) -> OneSite:
    site = "https://www.lgo.org.uk"
    run = SimpleNamespace(site=site, may_ask=lambda url: urls.same_site(url, site))
    monkeypatch.setattr(current_run, "of", lambda _: run)
    return OneSite(None)


def test_a_site_over_https_is_asked_over_https_only(one_site: OneSite) -> None:
    assert one_site.process_request(Request("https://lgo.org.uk/a?b=1")) is None
    upgraded = one_site.process_request(Request("http://www.lgo.org.uk/a?b=1"))
    assert upgraded is not None
    assert upgraded.url == "https://www.lgo.org.uk/a?b=1"
    redirected = Request("http://www.lgo.org.uk/", meta={"redirect_urls": ["https://lgo.org.uk/"]})
    with pytest.raises(Refused, match="away from https"):
        one_site.process_request(redirected)


@pytest.mark.parametrize("url", ["https://elsewhere.org/", "ftp://www.lgo.org.uk/x.pdf"])
def test_other_hosts_and_schemes_are_refused(one_site: OneSite, url: str) -> None:
    with pytest.raises(Refused):
        one_site.process_request(Request(url))
