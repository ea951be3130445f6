"""The front and the foot of a letter: date, addressee, post, authority, title, signatory.

The address block stands between the date and "Dear …": on three lines or more, or run together on
one ("Mr Cockburn Head of Paid Service Kent County Council").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ombudsman_crawler import authorities
from ombudsman_crawler.letters.part import Part

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DATE = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\s+((?:19|20)\d\d)\b", re.IGNORECASE
)
_COURTESY = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Lord|Lady|Prof(?:essor)?|Cllr|Councillor|Rev)\b\.?"
_STARTS_WITH_COURTESY = re.compile(_COURTESY)
# Lines of the head that are no part of the address.
_NOT_ADDRESS = re.compile(
    r"(?:sent\s+)?by\s+e-?mail|our\s+ref|your\s+ref|\(?please\s+quote|ombudsman\b.*|.*\bombudsman$"
    r"|local\s+government\s*(?:&|and)\s+social\s+care|if\s+(?:calling|telephoning)|dx\s|tel(?:ephone)?\b"
    r"|\S+@\S+|www\.|confidential|private",
    re.IGNORECASE,
)
# Words of a name that say what kind of body it is.
_WHOLE_NAME = re.compile(r"\b(?:council|authority|corporation|borough of|city of)\b", re.I)
# The last word of a body's name, where it isn't in the register.
_BODY_NAME = re.compile(
    r"\b(?:council|borough|authority|corporation|county|city\s+of\s+\w+)$|^(?:city|borough|royal)\b",
    re.IGNORECASE,
)
_POSTS = re.compile(
    r"(?:interim\s+|acting\s+|deputy\s+|joint\s+)*(?:chief\s+executive(?:\s+officer)?(?:\s+and\s+head\s+of"
    r"\s+paid\s+service)?|head\s+of\s+paid\s+service|managing\s+director|town\s+clerk"
    r"|clerk\s+to\s+the\s+\w+)",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"yours\s+(?:sincerely|faithfully)\b,?", re.IGNORECASE)
# Text that stands for the picture of a signature, up to its full stop.
_CAPTION_BEGINS = re.compile(
    r"a?\s*(?:handwritten\s+)?signature\b|(?:picture|image|photo)\b|\[", re.IGNORECASE
)
_OFFICE = re.compile(
    r"\b(?:interim\s+)?(?:local\s+government|ombudsman|chair\b|commission\b|interim\b|chief\b)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][\w'’.-]*(?:\s+[A-Z][\w'’.-]*){1,4}")
_OFFICE_ALONE = re.compile(r"local government ombudsman", re.IGNORECASE)
# A name with initials ("J R White") or two or three whole names; a title of a text isn't one.
_PERSON = re.compile(
    r"(?:(?:Dr|Mr|Mrs|Ms|Sir)\.?\s+)?(?:[A-Z]\.?\s+){1,3}[A-Z][\w'’-]+"
    r"|(?:Dr\s+)?(?!(?:The|Annual|Local|Dear|Our|Your|Section|Appendix)\b)[A-Z][a-z]+\s+[A-Z][\w'’-]+"
)
_SIGNATURE_WITHIN = 8  # lines after "Yours sincerely"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands around a letter's text; None where the letter is silent."""

    title: str | None = None
    letter_date: date | None = None
    addressee: str | None = None
    post: str | None = None
    authority: str | None = None
    signatory: str | None = None


def date_in(text: str) -> date | None:
    """Return the first date written as "21 July 2021" in a text, or None."""
    for day, month, year in _DATE.findall(text):
        if month.lower() in MONTHS:
            try:
                return date(int(year), MONTHS.index(month.lower()) + 1, int(day))
            except ValueError:
                continue
    return None


def read_front_matter(part: Part) -> FrontMatter:
    """Return the front matter of a letter."""
    head = _head(part)
    addressee, post, authority = _address(head, _salutation(part))
    return FrontMatter(
        title=part.title_line.text if part.title_line else None,
        letter_date=next((day for line in head if (day := date_in(line))), None)
        or _date_under_office(part),
        addressee=addressee,
        post=post,
        authority=authority,
        signatory=_signatory(part) or _above_office(part),
    )


def _head(part: Part) -> list[str]:
    """Return the lines above "Dear …" on its page; none without such a line."""
    salutation = part.salutation_line
    if salutation is None:
        return []
    for sheet in part.sheets:
        if sheet.number == salutation.page:
            return [
                line.text
                for line in sheet.lines
                if line.baseline < salutation.baseline and line is not salutation
            ]
    return []


def _salutation(part: Part) -> str | None:
    """Return whom the letter greets: "Mr Cockburn"."""
    line = part.salutation_line
    return line.text.split(None, 1)[1].strip(" ,") if line else None


def _address(head: Sequence[str], greeted: str | None) -> tuple[str | None, str | None, str | None]:
    """Return addressee, post and authority as printed."""
    lines = []
    for line in head:
        day = _DATE.search(line)
        rest = _DATE.sub("", line).strip() if day else line
        if rest and not _NOT_ADDRESS.match(rest) and rest != ",":
            lines.append(rest)
    first = next((i for i, line in enumerate(lines) if _is_addressee(line, greeted)), None)
    if first is None:
        return greeted, None, _known(lines)
    lines = lines[first:]
    addressee, rest = _cut_after_name(lines[0], greeted)
    following = [rest, *lines[1:]] if rest else lines[1:]
    # A name may be run together with the post before it, and go on in the next line.
    for whole_names in (True, False):
        for count in range(1, len(following) + 1):
            joined = " ".join(following[:count])
            before, name = _split_known_authority(joined, whole_names=whole_names)
            if name:
                return addressee, before or None, name
    post: list[str] = []
    for line in following:
        before, name = _split_strange_authority(line)
        if before:
            post.append(before)
        if name:
            return addressee, " ".join(post) or None, name
    return addressee, " ".join(post) or None, None


def _is_addressee(line: str, greeted: str | None) -> bool:
    surname = greeted.split()[-1] if greeted else None
    if surname and surname.lower() in line.lower().split():
        return True
    return _STARTS_WITH_COURTESY.match(line) is not None


def _cut_after_name(line: str, greeted: str | None) -> tuple[str, str]:
    """Divide a line into the addressee's name and what is run together with it."""
    words = line.split()
    surname = greeted.split()[-1].lower() if greeted else ""
    for index, word in enumerate(words):
        if word.lower().strip(",") == surname:
            return " ".join(words[: index + 1]).rstrip(","), " ".join(words[index + 1 :])
    post = _POSTS.search(line)
    if post and post.start() > 0:
        return line[: post.start()].rstrip(" ,"), line[post.start() :]
    return line, ""


def _split_known_authority(text: str, *, whole_names: bool) -> tuple[str, str | None]:
    """Divide a text into what comes before the longest ending that the register knows, and that.

    `whole_names`: only one that says what kind of body it is, not a bare "Manchester".
    """
    words = text.split()
    for index in range(len(words)):
        ending = " ".join(words[index:])
        if whole_names and not _WHOLE_NAME.search(ending):
            continue
        if authorities.match(ending) is not None and words[index][:1].isupper():
            return " ".join(words[:index]).rstrip(" ,"), ending
    return text, None


def _split_strange_authority(line: str) -> tuple[str, str | None]:
    """Divide a line into what comes before the name of a body that the register doesn't know, and
    the name: what follows a post that is known, or a line that ends as names of bodies do."""
    post = _POSTS.match(line)
    after = line[post.end() :].strip(" ,") if post else ""
    if post and after[:1].isupper():
        return post[0], after
    if not post and _BODY_NAME.search(line):
        return "", line
    return line, None


def _known(lines: Sequence[str]) -> str | None:
    return next((line for line in lines if authorities.match(line) is not None), None)


def _signatory(part: Part) -> str | None:
    lines = [line.text for sheet in part.sheets for line in sheet.lines if line.text.strip()]
    closing = next((i for i, line in enumerate(lines) if _CLOSING.match(line)), None)
    if closing is None:
        return None
    in_caption = False
    for line in lines[closing + 1 : closing + 1 + _SIGNATURE_WITHIN]:
        in_caption = in_caption or _CAPTION_BEGINS.match(line) is not None
        if in_caption:
            in_caption = not line.rstrip().endswith((".", "]"))
            continue
        office = _OFFICE.search(line)
        name = line[: office.start()].strip(" ,") if office else line.strip(" ,")
        if _NAME.fullmatch(name):
            return name
    return None


def _above_office(part: Part) -> str | None:
    """Return the name right above "Local Government Ombudsman", where nothing closes the letter
    (the booklets to 2010)."""
    found = _under_name(part)
    return found[0] if found else None


def _date_under_office(part: Part) -> date | None:
    """Return the date alone on a line under the signature, where a letter greets nobody: such a
    booklet is dated at its foot."""
    found = _under_name(part) if part.salutation_line is None else None
    if found is None:
        return None
    lines = (line.strip(" ,.") for line in found[1][:_SIGNATURE_WITHIN])
    return next((date_in(line) for line in lines if _DATE.fullmatch(line)), None)


def _under_name(part: Part) -> tuple[str, list[str]] | None:
    """Return the name right above "Local Government Ombudsman", and the lines from there on."""
    for sheet in part.sheets:
        lines = [line.text.strip() for line in sheet.lines]
        for index, (name, office) in enumerate(pairwise(lines)):
            if _OFFICE_ALONE.fullmatch(office) and _PERSON.fullmatch(name):
                return name, lines[index + 1 :]
    return None
