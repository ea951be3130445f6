"""What a page answers with, and what a browser may do with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ombudsman_crawler.exceptions import OmbudsmanError


@dataclass(frozen=True, slots=True)
class Page:
    """A template with what it is filled with."""

    template: str
    context: dict[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Another address has it."""

    address: str


@dataclass(frozen=True, slots=True)
class Bytes:
    """Something that is no page."""

    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


class NotFound(OmbudsmanError):
    """There is no such page; the sentence says what isn't there."""


#: Nothing from other hosts, no script or style in the page itself, and no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
#: Datasette's own pages bring scripts and styles along; nothing from other hosts here either.
POLICY_OF_DATA = POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


def headers(path: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer at a path carries."""
    of_data = path == "/data" or path.startswith(("/data/", "/data.", "/-/"))
    every = {**HEADERS, "content-security-policy": POLICY_OF_DATA if of_data else POLICY}
    return [(name.encode(), value.encode()) for name, value in every.items()]
