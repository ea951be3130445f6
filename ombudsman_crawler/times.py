"""Moments as they are kept and printed: UTC, ISO 8601 with Z, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def utc(moment: datetime) -> str:
    """Write a moment: "2026-06-01T08:30:00.000Z". Such texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
