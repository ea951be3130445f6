"""Archived traffic that can be asked like the site: what each run was answered, in its order."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from ombudsman_crawler.archive import records, tombstones
from ombudsman_crawler.archive.records import Answer, Record
from ombudsman_crawler.exceptions import BrokenWarc, ErasedAnswer

logger = logging.getLogger(__name__)

#: In a `warcinfo`: that the file only holds what other files' revisits refer to.
REFERRED = "ombudsman-referred"

# A WACZ that unpacks to more than this is no archive of letters.
_LARGEST_WACZ = 64 * 1024**3


@dataclass(frozen=True, slots=True)
class _At:
    date: str
    path: Path
    offset: int


@dataclass(frozen=True, slots=True)
class Archived:
    """An answer out of the archive, when it was given, and whether its body is cut off."""

    answer: Answer
    moment: datetime
    truncated: bool


@dataclass(slots=True)
class _Holdings:
    """Where the bodies lie that revisits refer to, in all the files that were given."""

    by_id: dict[str, _At] = field(default_factory=dict)
    by_date: dict[tuple[str, str], _At] = field(default_factory=dict)
    by_digest: dict[str, _At] = field(default_factory=dict)


class Traffic:
    """The answers of one run, or of a set of files from elsewhere.

    An address asked for again gets its next answer, and its last one ever after: so a retry and
    each hop of a redirect find what they found then.
    """

    def __init__(self, names: list[str], about: dict[str, str], holdings: _Holdings) -> None:
        self.names = names
        self._about = about
        self._holdings = holdings
        self._answers: dict[str, list[_At]] = {}
        self._twins: dict[str, str] = {}
        self._asked: dict[str, int] = {}
        self._key: Callable[[str], str] = str
        self.started = datetime.max.replace(tzinfo=UTC)
        self._latest: datetime | None = None

    @property
    def site(self) -> str | None:
        """The site the run was made against, None where the files don't say."""
        return self._about.get("ombudsman-site")

    @property
    def arguments(self) -> dict[str, Any]:
        """What the archived run was asked to do; empty where the files don't say."""
        try:
            said = json.loads(self._about.get("ombudsman-arguments", "{}"))
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def add(self, record: Record, at: _At) -> None:
        """Add an answer."""
        self._answers.setdefault(record.url, []).append(at)
        self.started = min(self.started, _moment(at.date))

    def by(self, key: Callable[[str], str]) -> None:
        """Put the answers in order, and find addresses also by a key in which twins are equal."""
        for answers in self._answers.values():
            answers.sort(key=lambda at: at.date)
        self._key = key
        self._twins = {key(url): url for url in self._answers}

    def holds(self, url: str) -> bool:
        """Whether an address was asked for."""
        return self._known(url) is not None

    def answer(self, url: str, asked_conditionally: bool) -> Archived | None:
        """Return an address's next answer, None where the archive has none.

        "Not modified" is the answer only to who asks conditionally; others get what was confirmed.
        Raises ErasedAnswer where it was erased, BrokenWarc where it isn't in the files, OSError
        where they can't be read.
        """
        known = self._known(url)
        if known is None:
            return None
        answers = self._answers[known]
        number = self._asked.get(known, 0)
        self._asked[known] = number + 1
        at = answers[min(number, len(answers) - 1)]
        record = records.read_at(at.path, at.offset)
        moment = _moment(at.date)
        self._latest = max(self._latest or moment, moment)
        return Archived(
            self._resolved(record, asked_conditionally), moment, "warc-truncated" in record.header
        )

    def clock(self) -> datetime:
        """Return the time of the latest answer given: the present, as the archive has it."""
        return self._latest or self.started

    def _known(self, url: str) -> str | None:
        return url if url in self._answers else self._twins.get(self._key(url))

    def _resolved(self, record: Record, asked_conditionally: bool) -> Answer:
        answer = _answer(record)
        if record.kind != records.REVISIT or (record.not_modified and asked_conditionally):
            return answer
        origin = self._origin(record)
        if record.not_modified:
            return origin
        return Answer(answer.status, answer.headers, origin.body)

    def _origin(self, record: Record) -> Answer:
        held = self._holdings
        header = record.header
        dated = (header.get("warc-refers-to-target-uri", ""), header.get("warc-refers-to-date", ""))
        at = (
            held.by_id.get(header.get("warc-refers-to", ""))
            or held.by_date.get(dated)
            or held.by_digest.get(header.get("warc-payload-digest", ""))
        )
        if at is None:
            raise BrokenWarc(
                f"{record.url} refers to an answer of {dated[1] or 'an earlier run'} that none of "
                "the files holds; give the earlier run's WARC too"
            )
        return _answer(records.read_at(at.path, at.offset))


def load(files: Iterable[Path], unpacked: Path) -> list[Traffic]:
    """Return the traffic in WARCs and WACZs, run by run in order of time.

    Each WARC of this project is a run; files from elsewhere are one together. WACZs are unpacked
    into the folder `unpacked`. Raises BrokenWarc for a file that can't be read at all.
    """
    holdings = _Holdings()
    runs: list[Traffic] = []
    foreign = Traffic([], {}, holdings)
    for given in files:
        for path in _warcs(given, unpacked):
            traffic = _load(path, given.name, holdings, foreign)
            if traffic is not None:
                runs.append(traffic)
    if foreign.names:
        runs.append(foreign)
    if not runs:
        raise BrokenWarc("the files hold no answers to replay")
    return sorted(runs, key=lambda run: run.started)


def _load(path: Path, name: str, holdings: _Holdings, foreign: Traffic) -> Traffic | None:
    """Add a file's answers to its run, or to the others from elsewhere; return a run of ours."""
    traffic: Traffic | None = None
    referred = False
    answers = 0
    try:
        for record in records.read_all(path):
            if record.kind == records.WARCINFO and not answers:
                about = _fields(record.block)
                referred = REFERRED in about
                if "ombudsman-run" in about:
                    traffic = Traffic([name], about, holdings)
            grave = tombstones.of(record)
            if record.kind not in (records.RESPONSE, records.REVISIT) and grave is None:
                continue
            if not record.url.startswith(("http://", "https://")):
                continue
            # A tombstone stands for the answer that was given there.
            date = tombstones.answered(record) if grave else record.date
            at = _At(date, path, record.offset)
            answers += 1
            if record.kind != records.REVISIT and "warc-truncated" not in record.header:
                holdings.by_id[record.record_id] = at
                holdings.by_date[record.url, date] = at
                digest = record.header.get("warc-payload-digest")
                if digest is not None:
                    holdings.by_digest.setdefault(digest, at)
            if not referred:
                (traffic or foreign).add(record, at)
    except BrokenWarc as error:
        if not answers:
            raise
        logger.warning("%s; what lies before is replayed", error)
    except OSError as error:
        raise BrokenWarc(f"{path} can't be read: {error.strerror}") from error
    if traffic is None and answers and not referred:
        foreign.names.append(name)
    return traffic if answers else None


def _warcs(given: Path, unpacked: Path) -> list[Path]:
    """Return a WARC as it is, or the WARCs of a WACZ, unpacked."""
    try:
        if not zipfile.is_zipfile(given):
            if not given.is_file():
                raise BrokenWarc(f"{given} is no file")
            return [given]
        folder = unpacked / f"{len(list(unpacked.iterdir()))}"
        folder.mkdir()
        paths = []
        with zipfile.ZipFile(given) as packed:
            inside = [
                member
                for member in packed.infolist()
                if member.filename.startswith("archive/")
                and member.filename.endswith((".warc", ".warc.gz"))
            ]
            if sum(member.file_size for member in inside) > _LARGEST_WACZ:
                raise BrokenWarc(f"{given} unpacks to more than an archive of letters can have")
            for member in inside:
                # Names are others' words: only the last part is taken.
                path = folder / PurePosixPath(member.filename).name
                with packed.open(member) as source, path.open("wb") as out:
                    while piece := source.read(1024 * 1024):
                        out.write(piece)
                paths.append(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise BrokenWarc(f"{given} can't be read: {error}") from error
    if not paths:
        raise BrokenWarc(f"{given} is no WACZ: it holds no WARC")
    return sorted(paths)


def _answer(record: Record) -> Answer:
    """Return the answer in a record. Raises ErasedAnswer where a tombstone stands in its place."""
    grave = tombstones.of(record)
    if grave is not None:
        raise ErasedAnswer(str(grave))
    return record.answer()


def _fields(block: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in block.decode("utf-8", errors="replace").splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs if value}


def _moment(date: str) -> datetime:
    """Read a WARC-Date. Raises BrokenWarc for what is none."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError as error:
        raise BrokenWarc(f"a record has the date {date!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
