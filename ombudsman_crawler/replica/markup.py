"""Pieces of HTML that all pages of the replica are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def page(heading: str, body: str, *, own_heading: bool = True) -> str:
    """Return a whole page around some content; `own_heading=False`: the content has its h1."""
    first = f"<h1>{escape(heading)}</h1>\n" if own_heading else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(heading)} - Local Government and Social Care Ombudsman</title>\n"
        '<meta name="generator" content="ombudsman replica">\n</head>\n<body>\n'
        '<p class="replica">This is a replica of the Ombudsman’s site for testing, with generated'
        " figures.</p>\n"
        '<div id="cookies"><p>We use some essential cookies to make this website work. 100% of'
        ' them are needed. <a href="/cookies">Cookie settings</a></p></div>\n'
        '<div id="nav"><a href="/">Home</a>'
        ' <a href="/your-councils-performance">Your council’s performance</a>'
        ' <a href="/information-centre">Information centre</a> <a href="/copyright">Copyright</a>'
        "</div>\n"
        f'<div id="content">\n{first}{body}\n</div>\n'
        '<div id="footer"><p>Last updated: 4 April 2015</p></div>\n</body>\n</html>\n'
    )


def link(href: str, words: str) -> str:
    """Return a link; address and words are plain text."""
    return f'<a href="{escape(href)}">{escape(words)}</a>'


def bullets(items: Iterable[str]) -> str:
    """Return a list of pieces of HTML."""
    return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"
