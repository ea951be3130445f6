"""The words of the letters since the year ending 2019, year by year, and what all years share.

The sentences that carry figures follow the public record of the letters' forms; the rest of the
prose is the replica's own, of about the real length and with the real letters' distractions (other
numbers, the panels' titles in a list of definitions).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import Figures

FIRST_YEAR = 2005
LAST_YEAR = 2036
FIRST_PANEL_YEAR = 2019
FIRST_OVERVIEW_YEAR = 2025

NUMBER_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip

# Not from strftime, which follows the locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_DATES = {
    2005: date(2005, 6, 24),
    2006: date(2006, 6, 23),
    2007: date(2007, 6, 20),
    2008: date(2008, 6, 18),
    2009: date(2009, 6, 24),
    2010: date(2010, 7, 7),
    2011: date(2011, 6, 24),
    2012: date(2012, 6, 22),
    2013: date(2013, 7, 16),
    2014: date(2014, 7, 7),
    2015: date(2015, 7, 1),
    2016: date(2016, 7, 21),
    2017: date(2017, 7, 20),
    2018: date(2018, 7, 18),
    2019: date(2019, 7, 24),
    2020: date(2020, 7, 22),
    2021: date(2021, 7, 21),
    2022: date(2022, 7, 20),
    2023: date(2023, 7, 19),
    2024: date(2024, 7, 17),
    2025: date(2025, 5, 21),
}

# Two letters of 2023 went out over another name: the name is read, never taken from the year.
_SIGNED_BY_ANOTHER_IN_2023 = ("BRY", "STT")

_SURNAMES = (
    "Fictional", "Sampleton", "Placeholder", "Specimen", "Examplar", "Mockford", "Dummett-Page",
    "Pretend", "Testwell", "O’Sample", "Madeup", "Nobody",
)  # fmt: skip
_POSTS = (
    "Chief Executive",
    "Head of Paid Service",
    "Managing Director",
    "Director of Corporate Services and Chief Officer",
    "Town Clerk and Chief Executive",
)


@dataclass(frozen=True, slots=True)
class YearWords:
    """What changes from year to year in the sentences of the panels."""

    body: str
    """What the sentences call the council: authority, organisation or Council."""
    similar: str
    """What they call the others: authorities or organisations."""
    investigation: str
    """The base of the first panel, singular."""
    remedy_base: str
    """The word for the base of the third panel, singular."""
    remedy_base_is_upheld: bool
    """Whether that base is the number upheld (since 2022) or investigated, whatever its word."""


def year_words(year_ending: int) -> YearWords:
    """Return the words of a year's statistics page."""
    if year_ending <= 2021:
        return YearWords(
            "authority", "authorities", "detailed investigation", "detailed investigation", False
        )
    if year_ending == 2022:
        return YearWords("organisation", "organisations", "investigation", "upheld decision", True)
    if year_ending == 2023:
        # The number upheld under the word for investigations, as the site's pages have it.
        return YearWords(
            "organisation", "organisations", "detailed investigation", "detailed investigation",
            True,
        )  # fmt: skip
    return YearWords("Council", "authorities", "investigation", "upheld decision", True)


def span(year_ending: int) -> str:
    """Return a year as "2020-21"."""
    return f"{year_ending - 1}-{year_ending % 100:02d}"


def period(year_ending: int) -> str:
    """Return a year as "1 April 2020 to 31 March 2021"."""
    return f"1 April {year_ending - 1} to 31 March {year_ending}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 upheld decision", "0 upheld decisions"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def decimal(value: float) -> str:
    """Return a figure per 100,000 as printed: one decimal, which is left out when it is zero."""
    return f"{value:.1f}".removesuffix(".0")


def letter_date(year_ending: int) -> date:
    """Return the day the letters of a year are dated: in July until 2024, then in May."""
    if year_ending in _DATES:
        return _DATES[year_ending]
    third_week = date(year_ending, 5, 15)
    return third_week + timedelta(days=(2 - third_week.weekday()) % 7)


def written_date(day: date) -> str:
    """Return a date as the letters write it: 21 July 2021."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_month(day: date) -> str:
    """Return a date's month as lists write it: Dec."""
    return _MONTHS[day.month - 1][:3]


def title(year_ending: int) -> str:
    """Return the title of a year's letters."""
    return f"Annual Review letter {year_ending if year_ending <= 2021 else span(year_ending)}"


def signatory(council: Council, year_ending: int) -> tuple[str, tuple[str, str]]:
    """Return who signs, and the two lines of office under the name."""
    office = (
        "Local Government and Social Care Ombudsman",
        "Chair, Commission for Local Administration in England",
    )
    if year_ending <= 2022:
        return "Michael King", office
    if year_ending == 2023:
        another = council.code in _SIGNED_BY_ANOTHER_IN_2023
        name = "Nigel Ellis" if another else "Paul Najsarek"
        return name, (f"Interim {office[0]}", f"Interim {office[1]}")
    return "Amerdeep Somal", office


def addressee(council: Council, year_ending: int) -> tuple[str, str]:
    """Return an invented addressee and the post; both stay for some years."""
    term = (council.code, year_ending // 4)
    form = chance.pick(("Mr", "Mrs", "Ms", "Dr", "Miss"), "form", *term)
    surname = chance.pick(_SURNAMES, "surname", *term)
    return f"{form} {surname}", chance.pick(_POSTS, "post", *term)


def in_words(count: int) -> str:
    """Return a count as prose writes it: in words up to ten."""
    return NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the prose, or one of its headings."""

    text: str
    heading: bool = False


def prose(council: Council, year_ending: int, figures: Figures, revision: int) -> list[Paragraph]:
    """Return the letter's prose, from under the title to the line above the signature."""
    parts = [Paragraph(_opening(year_ending)), Paragraph(_ABOUT_COMPLAINTS)]
    if revision:
        parts.append(
            Paragraph(
                "This letter replaces the one we sent you earlier, in which the number of our"
                f" decisions was not right. It is correction number {revision}."
            )
        )
    parts += [Paragraph(text) for text in _context(year_ending)]
    parts.append(Paragraph("Complaint statistics", heading=True))
    parts += [Paragraph(text) for text in _definitions(year_ending)]
    parts += [Paragraph(text) for text in _about_the_council(council, year_ending, figures)]
    parts += _closing(year_ending, figures)
    return parts


_ABOUT_COMPLAINTS = (
    "Every complaint is somebody telling you how a service felt from the outside. A council that"
    " listens learns early where it goes wrong, and a council that answers well, in plain words and"
    " within the time it promised, keeps the trust of people even where it can not give them what"
    " they hoped for. I know that this asks much of staff who have much to do, and I thank those"
    " who worked with us on the cases of the year."
)
_ABOUT_SCRUTINY = (
    "I would encourage you to share these figures with colleagues and elected members. They give an"
    " insight into how each service stands, can be an early warning of problems, and are a source"
    " of information for governance, audit, risk and scrutiny. Numbers of complaints do not, taken"
    " alone, say much about the quality of what a council does: a high number can mean that people"
    " find it easy to complain, and a low one that they do not know how. What the complaints are"
    " about, how long the answers took and what changed afterwards tell more."
)


def _opening(year_ending: int) -> str:
    if year_ending <= 2021:
        return (
            "I write to you with our annual summary of statistics on the decisions made by the"
            " Local Government and Social Care Ombudsman about your authority for the year ending"
            f" 31 March {year_ending}. I hope you find in it an occasion to look back on how"
            " complaints were answered, and to plan for the year ahead."
        )
    return (
        "I write to you with your annual summary of complaint statistics from the Local Government"
        f" and Social Care Ombudsman for the year ending 31 March {year_ending}. The information"
        " offers an insight into how your organisation deals with complaints. A copy of this letter"
        " goes to your Leader and to the Chair of the scrutiny committee"
        + (", and to your Monitoring Officer." if year_ending >= 2025 else ".")
    )


def _context(year_ending: int) -> list[str]:
    if year_ending == 2021:
        return [
            "From the end of March 2020 we paused our casework, so that authorities could give"
            " their attention to the services people needed most. We took it up again in late June"
            " 2020, after three months."
        ]
    if year_ending == 2023:
        return [
            "Over the past two years we have looked more critically at which complaints to"
            " investigate, and are now less likely to take up ‘borderline’ issues. One result is"
            " that a greater share of what we investigate is upheld: nationally 74%, against 66% a"
            " year before. Please exercise caution when comparing this year’s rate with earlier"
            " ones; the comparison with similar organisations stays sound."
        ]
    if year_ending == 2024:
        return [
            "In February we published a complaint handling code, which sets out a process that is"
            " fair to people and that authorities can follow. It will be part of our casework from"
            " April 2026."
        ]
    return []


def _definitions(year_ending: int) -> list[str]:
    words = year_words(year_ending)
    body = "authority" if words.body == "Council" else words.body
    upheld = (
        f"Complaints upheld - We uphold complaints when we find fault in an {body}’s actions,"
        " including where it accepted fault before we investigated. A focus on how often we uphold"
        " says more about learning than the number of complaints."
    )
    compliance = (
        "Compliance with recommendations - We recommend ways to put things right when faults have"
        " caused injustice, and check that it is done. Failure to comply is rare, and a compliance"
        " rate below 100% is a cause for concern."
    )
    remedy = (
        f"Satisfactory remedy provided by the {body} - In these cases, the {body} upheld the"
        " complaint and we agreed with how it offered to put things right. We encourage an early"
        " resolution and give credit where it is found."
    )
    compared = (
        "Finally, we compare these statistics with those of similar types of authorities to work"
        " out an average level of performance. We do this for County Councils, District Councils,"
        " Metropolitan Boroughs, Unitary Councils, and London Boroughs."
    )
    publication = letter_date(year_ending) + timedelta(days=7)
    maps = (
        "Your annual data will be uploaded to our interactive map, Your council’s performance,"
        f" along with a copy of this letter on {written_date(publication)}. It shows the decisions"
        " we have made, public reports we have issued and the service improvements agreed by"
        " councils, together with previous annual review letters."
    )
    lead = "Our statistics focus on three key areas that help to assess how complaints are handled:"
    definitions = [upheld, compliance, remedy]
    if year_ending >= FIRST_OVERVIEW_YEAR:
        definitions.insert(
            0,
            "Complaints dealt with - All the complaints we decided in the year. Some were not for"
            " us, or not ready for us to investigate; some we assessed and closed; the others we"
            " investigated.",
        )
        definitions[2], definitions[3] = definitions[3], definitions[2]
        lead = "This is what the figures on the last page of this letter mean:"
    return [lead, *definitions, compared, maps, _ABOUT_SCRUTINY]


def _about_the_council(council: Council, year_ending: int, figures: Figures) -> list[str]:
    found = []
    if figures.late is not None:
        found.append(_late_compliance(figures.outcomes, figures.late))
    if figures.reports is not None:
        found.append(_public_reports(council, year_ending, figures.reports))
    if not found:
        found.append(
            "I have no particular matter to raise with you this year and look forward to working"
            " with your Council on the complaints that reach us."
        )
    return found


def _late_compliance(outcomes: int, late: int) -> str:
    where = (
        "the case where we recommended a remedy"
        if outcomes == 1
        else f"the {in_words(outcomes)} cases where we recommended a remedy"
    )
    lateness = (
        "in this case, the remedy was not completed within the agreed timescale"
        if outcomes == 1
        else "in one of these cases, the remedy was not completed within the agreed timescale"
        if late == 1
        else f"in {in_words(late)} of these cases, remedies were not completed within the agreed"
        " timescales"
    )
    return (
        "It is pleasing that we recorded our satisfaction with your Council’s compliance in"
        f" {where}. However, it is disappointing that {lateness}. Such delays add to the injustice"
        " people have already suffered. I invite the Council to consider how it might reduce them."
    )


def _public_reports(council: Council, year_ending: int, reports: int) -> str:
    noun = "public report" if reports == 1 else "public reports"
    also = ""
    if reports == 1 and chance.share("joint", council.code, year_ending) < 0.3:
        also = ", along with another council"
    return (
        f"This year, we issued {in_words(reports)} {noun} about your Council{also}. We found that"
        " it took too long to answer and did not keep proper records. We recommended a payment of"
        " £1,000 to each of the two people affected and a review of 50 similar cases. The Council"
        " accepted what we found."
    )


def _closing(year_ending: int, figures: Figures) -> list[Paragraph]:
    workshops = chance.whole(60, 140, "workshops", year_ending)
    people = 100 * chance.whole(9, 19, "people", year_ending)
    if year_ending == 2021:
        workshops, people = 79, 1100
    heading = (
        "Complaint handling training"
        if year_ending <= 2020
        else "Supporting complaint and service improvement"
    )
    where = "online workshops" if year_ending >= 2021 else "workshops"
    national = 10 * chance.whole(150, 199, "recommendations", year_ending) + 8
    parts = [
        Paragraph(heading, heading=True),
        Paragraph(
            f"Across all authorities we made {national:,} recommendations to improve services for"
            f" everyone; {chance.whole(14, 21, 'late nationally', year_ending)}% of remedies were"
            " completed late. I would ask you to look closely at the capacity of those who answer"
            " complaints: what people tell you is an early sign of where a service needs care."
        ),
        Paragraph(
            "Our training programme is an established way to better complaint handling. We provided"
            f" {workshops} {where} during the year, reaching more than {people:,} people."
            " To find out more visit www.lgo.org.uk/training."
        ),
    ]
    if figures.training is not None:
        form = (
            "online complaint handling course"
            if year_ending >= 2021
            else ("complaint handling course")
        )
        plural = "" if figures.training == 1 else "s"
        parts.append(
            Paragraph(
                f"We were pleased to deliver {in_words(figures.training)} {form}{plural} to your"
                " staff during the year. I welcome your Council’s investment in good complaint"
                " handling and trust the training was useful to you."
            )
        )
    return parts
