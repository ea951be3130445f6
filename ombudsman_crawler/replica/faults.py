"""What can go wrong at an address of the replica, instead of its proper answer."""

from __future__ import annotations

from collections import UserDict
from dataclasses import dataclass, field
from urllib.parse import unquote

BLOCK_PAGE = (
    b'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    b'<meta name="generator" content="ombudsman replica"><title>Access denied</title></head>\n'
    b"<body><h1>Access denied</h1><p>Your request looked automated. Reference number 18.4a6f.</p>"
    b"<p>A replica of the site, with generated figures.</p></body></html>\n"
)


@dataclass
class Fault:
    """One thing to do instead of the proper answer, for the first `times` requests or for all.

    Set one of the fields below (`delay` goes with any of them, `retry_after` with a status,
    `headers` with any but `delay`, `drip`, `claimed` and halves):
    `Fault(status=503, retry_after=2, times=1)`, `Fault(html=True)`, `Fault(delay=1.5)`.
    """

    status: int | None = None
    """This status with a short HTML page."""
    html: bool = False
    """200 and a block page in HTML, whatever the address."""
    truncated_body: bool = False
    """The proper headers, half of the body, then the connection is closed."""
    truncated_pdf: bool = False
    """A complete answer that holds the first half of the file."""
    empty: bool = False
    """200 and no byte."""
    redirect: str | None = None
    """A redirect to another path or address, with `redirect_status`."""
    replace: bytes | None = None
    """200 and these bytes."""
    drop: bool = False
    """The connection is closed without an answer."""
    delay: float = 0.0
    """Seconds to wait before answering."""
    drip: float = 0.0
    """Seconds over which the proper body is sent, piece by piece."""
    claimed: int | None = None
    """The length of the proper body as the headers have it, whatever is sent: what a larger one
    promises never comes, and what is more than a smaller one comes behind the answer."""
    times: int | None = None
    """How many requests it applies to; afterwards the answers are proper again. None: all."""
    retry_after: int | str | None = None
    """Value of a Retry-After header (seconds or a date)."""
    redirect_status: int = 302
    content_type: str | None = None
    """Content type that goes with `replace`; the proper one when None."""
    headers: dict[str, str] = field(default_factory=dict)
    """More headers of the answer."""
    used: int = 0
    """How many requests it was applied to so far."""

    def __post_init__(self) -> None:
        chosen = [
            name
            for name, is_set in (
                ("status", self.status is not None),
                ("html", self.html),
                ("truncated_body", self.truncated_body),
                ("truncated_pdf", self.truncated_pdf),
                ("empty", self.empty),
                ("redirect", self.redirect is not None),
                ("replace", self.replace is not None),
                ("drop", self.drop),
                ("drip", self.drip > 0),
                ("claimed", self.claimed is not None),
            )
            if is_set
        ]
        if len(chosen) > 1:
            raise ValueError(f"a fault does one thing, not {' and '.join(chosen)}")
        if not chosen and not self.delay:
            raise ValueError("a fault does something: set one of its fields")

    def take(self) -> bool:
        """Whether the fault applies to the request at hand; counts the request if it does."""
        if self.times is not None and self.used >= self.times:
            return False
        self.used += 1
        return True


class Faults(UserDict[str, Fault]):
    """Faults by path: percent-encoded or not, in any case, with or without its last slash."""

    def __setitem__(self, path: str, fault: Fault) -> None:
        self.data[normal_path(path)] = fault

    def __getitem__(self, path: str) -> Fault:
        return self.data[normal_path(path)]

    def __delitem__(self, path: str) -> None:
        del self.data[normal_path(path)]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and normal_path(path) in self.data


def normal_path(path: str) -> str:
    """Return a path as the replica compares it: decoded, lower case, without its last slash."""
    return unquote(path).lower().rstrip("/") or "/"
