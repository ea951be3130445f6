"""What a capture repeats of earlier ones isn't stored again: a site that hasn't changed answers the
same headers year after year. Pure functions of what came and what came before."""

from __future__ import annotations

import json
from collections.abc import Mapping


def difference(headers: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str | None]:
    """Return what turns the headers of before into these, as a JSON merge patch (RFC 7396): null
    for a name that is there no longer."""
    patch: dict[str, str | None] = {
        name: value for name, value in headers.items() if before.get(name) != value
    }
    return patch | dict.fromkeys(before.keys() - headers.keys())


def is_shorter(patch: Mapping[str, str | None], headers: Mapping[str, str]) -> bool:
    """Whether a difference is worth storing in place of the headers: at most half as long."""
    return len(json.dumps(dict(patch))) <= len(json.dumps(dict(headers))) / 2
