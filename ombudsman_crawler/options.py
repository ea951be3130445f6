"""What a crawl is asked to do, read once and refused early."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from ombudsman_crawler import authorities
from ombudsman_crawler.archive.traffic import Traffic
from ombudsman_crawler.database.refetch import Refetch
from ombudsman_crawler.exceptions import BadArgument
from ombudsman_crawler.site import urls
from ombudsman_crawler.years import YearRange

#: What can be collected, in the order in which it is.
COLLECTIONS = ("letters", "pages", "tables", "decisions", "reports", "improvements")
#: What is collected unless something else is asked for.
USUAL = ("letters", "pages", "tables")
#: Collected together on one walk over the map; each of the others by a crawl of its own.
ON_THE_MAP = ("letters", "pages", "reports", "improvements")


def documents_of(collections: Iterable[str]) -> str:
    """Name the documents that a crawl of some collections asks for: "letters and reports"."""
    wanted = set(collections)
    names = [name for name in ("letters", "reports", "tables", "decisions") if name in wanted]
    return " and ".join(names) or "documents"


@dataclass(frozen=True, slots=True)
class Source:
    """A letter that somebody else than the site keeps: where (`url`), its `file` if it is at hand
    already, and what is known of it besides."""

    url: str
    file: Path | None = None
    authority: str | None = None
    year_ending: int | None = None

    @classmethod
    def read(cls, given: str, found_at: str | None, council: str | None, year: str | None) -> Self:
        """Read a source as the command line gives it: a file and where it was found, or an address.

        Raises BadArgument for what can't be used.
        """
        file = None if _is_address(given) else Path(given)
        if file is not None and not file.is_file():
            raise BadArgument("SOURCE", given, "give a PDF file that is there, or an address")
        if file is not None and found_at is None:
            raise BadArgument("--from", "", "say at which address the file was found")
        if found_at is not None and not _is_address(found_at):
            raise BadArgument("--from", found_at, "write a whole address, such as https://…")
        known = authorities.match(council) if council else None
        if council and known is None:
            raise BadArgument("--council", council, perhaps(council))
        span = YearRange.parse(year, "--year") if year else None
        if span is not None and span.first != span.last:
            raise BadArgument("--year", year, "write the one year ending 31 March, such as 2009")
        return cls(
            url=urls.clean(found_at or given),
            file=file,
            authority=known.name if known else None,
            year_ending=span.first if span else None,
        )


@dataclass(frozen=True, slots=True)
class Options:
    """`collect` is what is collected, in the order of COLLECTIONS; `councils` are slugs or names as
    they were given; `backfill` also follows older lists; `sources` are letters kept elsewhere,
    which are asked for instead of the site's; `replay` is archived traffic that is asked instead of
    anybody."""

    collect: tuple[str, ...] = ("letters",)
    years: YearRange | None = None
    councils: tuple[str, ...] = ()
    refetch: Refetch = Refetch.CHANGED
    limit: int | None = None
    backfill: bool = False
    dry_run: bool = False
    sources: tuple[Source, ...] = ()
    replay: Traffic | None = None

    @classmethod
    def read(
        cls,
        *,
        collect: str | None = None,
        years: str | None = None,
        council: str | list[str] | tuple[str, ...] | None = None,
        refetch: str | None = None,
        limit: str | int | None = None,
        backfill: bool | str = False,
        dry_run: bool = False,
    ) -> Self:
        """Read options as the command line or `scrapy crawl -a` give them.

        Raises BadArgument, which names the argument, for anything that can't be used.
        """
        names = council.split(",") if isinstance(council, str) else list(council or ())
        names = [name.strip() for name in names]
        modes = ", ".join(mode.value for mode in Refetch)
        # An empty argument is a shell variable that wasn't set, not a wish for everything.
        if not all(names):
            raise BadArgument("--council", "", "write a council's name or slug, or leave it out")
        if refetch is not None and refetch not in list(Refetch):
            raise BadArgument("--refetch", refetch, f"choose one of {modes}")
        return cls(
            collect=_collections(collect),
            years=None if years is None else YearRange.parse(years),
            councils=tuple(names),
            refetch=Refetch.CHANGED if refetch is None else Refetch(refetch),
            limit=_limit(limit),
            backfill=str(backfill).lower() in ("true", "1", "yes"),
            dry_run=dry_run,
        )

    @property
    def whole(self) -> bool:
        """Whether everything is asked for, so that later runs can be measured by this one."""
        return not (
            self.years or self.councils or self.limit or self.dry_run or self.sources or self.replay
        )

    def crawls(self) -> list[Self]:
        """Return the options of each crawl it takes: one walk over the map for all that is found
        there, and one for each other collection."""
        together = tuple(name for name in self.collect if name in ON_THE_MAP)
        alone = ((name,) for name in self.collect if name not in ON_THE_MAP)
        return [dataclasses.replace(self, collect=names) for names in (together, *alone) if names]

    def of_archive(self, traffic: Traffic) -> Self:
        """Return these options for a replay. Where no window was asked for, it is the one that
        the archived run was given: more isn't in its archive."""
        asked = traffic.arguments
        sources = tuple(
            Source(urls.clean(url)) for url in asked.get("sources", ()) if traffic.holds(url)
        )
        collect = tuple(asked.get("collect", ("letters",)))
        options = dataclasses.replace(self, replay=traffic, sources=sources, collect=collect)
        if self.years or self.councils:
            return options
        window = type(self).read(
            years=asked.get("years"),
            council=asked.get("council") or (),
            backfill=bool(asked.get("backfill")),
        )
        return dataclasses.replace(
            options, years=window.years, councils=window.councils, backfill=window.backfill
        )

    def arguments(self) -> dict[str, Any]:
        """Return what was asked for as plain values, for the run's record."""
        return {
            "collect": list(self.collect),
            "years": str(self.years) if self.years else None,
            "council": list(self.councils),
            "refetch": self.refetch.value,
            "limit": self.limit,
            "backfill": self.backfill,
            "dry_run": self.dry_run,
            **({"sources": [source.url for source in self.sources]} if self.sources else {}),
            "replay": self.replay.names if self.replay else None,
        }

    def unknown_councils(self, known_slugs: set[str]) -> list[str]:
        """Return the councils asked for that neither the register nor an earlier run knows."""
        slugs = {slug.lower() for slug in known_slugs}
        return [
            name
            for name in self.councils
            if name.lower() not in slugs and authorities.match(name) is None
        ]


def _collections(given: str | None) -> tuple[str, ...]:
    """Read a list of collections; whatever order it is in, they are collected in their own."""
    if given is None:
        return USUAL
    names = {name.strip() for name in given.split(",")}
    if names == {"all"}:
        return COLLECTIONS
    if unknown := sorted(names - set(COLLECTIONS)):
        allowed = f"choose from {', '.join(COLLECTIONS)}, or all"
        raise BadArgument("--collect", unknown[0] or given, allowed)
    return tuple(name for name in COLLECTIONS if name in names)


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def perhaps(council: str) -> str:
    """Say which council may have been meant by a name that isn't known."""
    close = authorities.suggest(council)
    return (
        f"perhaps {' or '.join(close)}?"
        if close
        else "write a council's name or its slug as in the site's addresses, "
        "such as kent-county-council"
    )


def _limit(value: str | int | None) -> int | None:
    if value is None:
        return None
    try:
        limit = int(value)
    except ValueError:
        limit = 0
    if limit < 1:
        raise BadArgument("--limit", value, "write a whole number of letters from 1")
    return limit
