"""Addresses of the site: which are the same, and what an address alone tells.

The site serves one page under many addresses (letter case, display preferences, trailing slash,
bare host). They are compared by `key` and asked for as they were found.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

LIVE_SITE = "https://www.lgo.org.uk"
MAP_PATH = "/your-councils-performance"

# How a page is displayed, not which page it is.
_DISPLAY_ARGUMENTS = {"displaypref", "textsize", "chapter"}

_COUNCIL_PATH = re.compile(r"^/your-councils-performance/([^/]+)(/.*)?$", re.IGNORECASE)
_SAFE = "/%:@!$&'()*+,;=-._~"


def host(url: str) -> str:
    """Return the host an address belongs to, lower-case and without `www.`; a port that isn't the
    scheme's own stays."""
    parts = urlsplit(url)
    name = (parts.hostname or "").removeprefix("www.")
    port = parts.port
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{name}:{port}" if port and port != default else name


def join(base: str, reference: str) -> str | None:
    """Return the whole address of a reference on a page, None where it is no address at all."""
    try:
        target = urljoin(base, reference.strip())
        urlsplit(target).port  # noqa: B018 - raises for what is no port
    except ValueError:
        return None
    return target


def same_site(url: str, site: str) -> bool:
    """Whether an address is the site's own, over http or https."""
    return urlsplit(url).scheme in ("http", "https") and host(url) == host(site)


def clean(url: str) -> str:
    """Return an address without display preferences and fragment, as it is asked for."""
    parts = urlsplit(url)
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name.lower() not in _DISPLAY_ARGUMENTS
        ]
    )
    path = quote(parts.path or "/", safe=_SAFE)
    if len(path) > 1:
        path = path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def address(url: str, site: str) -> str:
    """Return what identifies an address: path and query within the site, else the whole URL.

    Whatever port a replica runs on, and over http or https, a page keeps its address.
    """
    cleaned = clean(url)
    if not same_site(cleaned, site):
        return cleaned
    parts = urlsplit(cleaned)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def key(url: str, site: str) -> str:
    """Return an address in the form in which twins are equal: the site's routes ignore case."""
    return unquote(address(url, site)).lower()


def council_slug(url: str) -> str | None:
    """Return the council an address of a council page names, as the site spells it."""
    found = _COUNCIL_PATH.match(unquote(urlsplit(url).path))
    if not found or len(found[1]) == 1:
        return None
    return found[1]


def is_council_page(url: str) -> bool:
    """Whether an address is a council's own page: bare, or its statistics."""
    found = _COUNCIL_PATH.match(unquote(urlsplit(url).path))
    return bool(
        found and len(found[1]) > 1 and (found[2] or "").strip("/").lower() in ("", "statistics")
    )


def council_page(slug: str, site: str) -> str:
    """Return the address of a council's statistics page."""
    return f"{site.rstrip('/')}{MAP_PATH}/{quote(slug)}/statistics"
