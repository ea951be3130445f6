from __future__ import annotations

import pytest

from ombudsman_crawler.replica.faults import BLOCK_PAGE
from ombudsman_crawler.site import block_page


@pytest.mark.parametrize(
    "body",
    [
        BLOCK_PAGE,
        b"<html><head><title>Just a moment...</title></head><body></body></html>",
        b"<title>Attention Required! | Cloudflare</title>",
        b"<HTML><TITLE>403 Forbidden</TITLE></HTML>",
        b"<html><title></title><body><h1>Sorry, you have been blocked</h1>",
        b"<html><h2>The request is blocked.</h2></html>",
        b"<html><head><title>Request Rejected</title></head>",
        b"<title>Pardon Our Interruption</title>",
        b"<title>Human Verification</title>",
        b'<html><iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe></html>',
        b"<title>\n  Too Many\n  Requests </title>",
        b"<h1 class='x'>Access <b>denied</b></h1>",
    ],
)
def test_guards(body: bytes) -> None:
    assert block_page.recognise(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF-1.7 <title>Access denied</title>"[:9],
        b"User-agent: *\nDisallow: /access-denied",
        b"<title>Kent County Council - Your council's performance</title><p>Access denied</p>",
        b"<title>Page not found</title><h1>Page not found</h1>",
        b"<title>Council at fault for blocked drains</title><h1>School forbidden to exclude</h1>",
        b"<title>Council denied child access to education</title>",
    ],
)
def test_pages_of_the_site(body: bytes) -> None:
    assert not block_page.recognise(body)
