"""Sentences that several of the older letters share.

Those that carry figures follow the public record; the rest is the replica's own.
"""

from __future__ import annotations

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import published
from ombudsman_crawler.replica.older import front
from ombudsman_crawler.replica.older.counts import SOCIAL_SERVICES, SUBJECTS
from ombudsman_crawler.replica.wording import Paragraph, in_words

PURPOSE = (
    "I hope that you will find the comments and statistics here a useful addition to what you know"
    " of how people experience your services, and that they help to improve them."
)
NOTES = (
    "MI reps: where an investigation ended with a formal report that found maladministration"
    " causing injustice.",
    "LS (local settlements): decisions by letter to end the investigation because action agreed by"
    " the authority was a satisfactory settlement for the complainant.",
    "M reps: formal reports that found maladministration but no injustice to the complainant.",
    "NM reps: formal reports that found no maladministration by the authority.",
    "No mal: decisions by letter to end the investigation because we found no, or insufficient,"
    " evidence of maladministration.",
    "Omb disc: decisions by letter in which we used the Ombudsman’s general discretion not to"
    " pursue the complaint, most often because we found no injustice or not enough to justify it.",
    "Outside jurisdiction: cases that the law does not let us investigate.",
)

# Authorities that answered within so many days, in per cent, are close to these in each year.
_TYPES = {
    "District Councils": (58, 26),
    "Unitary Authorities": (54, 30),
    "Metropolitan Authorities": (62, 26),
    "County Councils": (60, 28),
    "London Boroughs": (48, 34),
    "National Park Authorities": (70, 18),
}


def others_response_times(year_ending: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the rows of the table of other authorities' response times: the same in all letters.

    Nothing in it is about the council that the letter is for.
    """
    rows = []
    for kind, (quick, slower) in _TYPES.items():
        soon = 10 * quick + chance.whole(-60, 60, "soon", kind, year_ending)
        later = 10 * slower + chance.whole(-60, 60, "later", kind, year_ending)
        tenths = (soon, later, 1000 - soon - later)
        rows.append((kind, tuple(f"{tenth / 10:.1f}" for tenth in tenths)))
    return tuple(rows)


def correction(revision: int) -> list[Paragraph]:
    """Return the sentence of a letter that was issued again."""
    if not revision:
        return []
    return [
        Paragraph(
            "This letter replaces the one we sent you earlier, in which a number was not right."
            f" It is correction number {revision}."
        )
    ]


def _starting(words: str) -> str:
    return words[0].upper() + words[1:]


def many(count: int, noun: str) -> str:
    """Return a count in words with its noun: "one complaint", "no complaints", "35 complaints"."""
    return f"{in_words(count)} {noun}" if count == 1 else f"{in_words(count)} {noun}s"


def volume(received: int, before: int | None) -> str:
    """Return the sentence on how many complaints came in."""
    sentence = f"We received {many(received, 'complaint')} against your authority during the year."
    if before is None or before == received:
        return sentence
    change = "more" if received > before else "fewer"
    return f"{sentence} That is {in_words(abs(received - before))} {change} than the year before."


def character(council: Council, year_ending: int, counts: dict[str, int]) -> str:
    """Return the sentences on what the complaints were about, in number words and digits."""
    names = {metric: heading.lower() for metric, heading in SUBJECTS.items()}
    names[SOCIAL_SERVICES] = "social services"
    told = {metric: count for metric, count in counts.items() if count}
    other = told.pop("received_other", 0)
    parts = [f"{in_words(count)} about {names[metric]}" for metric, count in told.items()]
    if len(parts) < 2:
        return "The complaints do not form a pattern that I need to bring to your attention."
    first = parts[0].split(" ", 1)
    verb = "was" if first[0] == "one" else "were"
    text = f"{_starting(first[0])} {verb} {', '.join([first[1], *parts[1:-1]])} and {parts[-1]}."
    if other:
        noun = "complaint" if other == 1 else "complaints"
        text += f" {_starting(in_words(other))} {noun} did not fall into these groups."
    # Beside a council's published figures nothing is invented about it.
    generated = (council.code, year_ending) not in published()
    if generated and chance.share("settled sum", council.code, year_ending) < 0.5:
        paid = 50 * chance.whole(2, 60, "sum", council.code, year_ending)
        text += f" In all, your Council paid £{paid:,} in compensation."
    return text


def settlements(count: int) -> str:
    """Return the sentence on local settlements."""
    if not count:
        return "No complaint ended with a local settlement in the year."
    noun = "complaint" if count == 1 else "complaints"
    verb = "was" if count == 1 else "were"
    return (
        f"{_starting(in_words(count))} {noun} {verb} settled locally: your authority agreed to put"
        " things right, and we ended our investigation. Nationally this was so in 27.4% of the"
        " cases within our jurisdiction."
    )


def response(enquiries: int, days: float | None) -> str:
    """Return the sentence on how long the council took to answer."""
    if days is None:
        return "We made no enquiries on which a response was needed in the year."
    noun = "complaint" if enquiries == 1 else "complaints"
    target = "within the target" if days <= 28 else "above the target"
    return (
        f"We made enquiries on {in_words(enquiries)} {noun} this year. Your average time for"
        f" responding was {days:.1f} days, which is {target} of 28 days that we set for all."
    )


TRAINING = (
    "Part of our role is to give advice about good practice in complaint handling. All courses are"
    " presented by experienced investigators; the range has grown, and we ran 84 of them in the"
    " year for more than 1,200 staff of 60 authorities."
)
DEVELOPMENTS = (
    "Our new statement of principles is on our website. From October we expect to look at"
    " complaints in two further areas. Leaflets and a quarterly bulletin will follow."
)


def liaison(council: Council, year_ending: int) -> str:
    """Return the paragraph on dealings between council and Ombudsman."""
    month = chance.pick(("May", "September", "November"), "visit", council.code, year_ending)
    return (
        f"One of my Assistant Ombudsmen visited your officers in {month} and was pleased with how"
        " openly questions were discussed. I would welcome it if a member of your staff could come"
        f" to our seminar for link officers, which we will hold again in {year_ending + 1}."
    )


def conclusion(year_ending: int) -> str:
    """Return the last paragraph above the signature."""
    return (
        "I welcome this opportunity to give you my reflections on the complaints we dealt with over"
        f" the year {front.slashed(year_ending)}, and would again very much like to hear from you."
    )
