"""The annual review of the years ending 2009 to 2012: what the advice team and investigators did.

2009 and 2010 are booklets with a contents page, 2011 and 2012 short letters. Only the current year
is shown. 2009 has those forwarded in two rows, resubmitted and new; 2012 has other decisions.
"""

from __future__ import annotations

from dataclasses import replace

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.content import GENERATED, PUBLISHED
from ombudsman_crawler.replica.councils import Council
from ombudsman_crawler.replica.figures import published
from ombudsman_crawler.replica.older import counts, front, prose
from ombudsman_crawler.replica.older.annual_letter_tables import (
    others_table,
    printed_name,
    response_cells,
    response_table,
)
from ombudsman_crawler.replica.older.blocks import Ledger, Letter, Sheet, Table, Traits
from ombudsman_crawler.replica.wording import Paragraph, in_words

FORM = "advice_team_tables"

# Decisions from April 2011 in their two groups.
_INVESTIGATED = {
    "decided_not_enough_evidence_of_fault": "Not enough evidence of fault",
    "decided_no_or_minor_injustice_and_other": "No or minor injustice & Other",
    "decided_injustice_remedied_during_enquiries": "Injustice remedied during enquiries",
    "decided_report": "Report",
}
_NOT_INVESTIGATED = {
    "decided_no_power_to_investigate": "No power to investigate",
    "decided_no_reason_to_use_exceptional_power": (
        "No reason to use exceptional power to investigate"
    ),
    "decided_investigation_not_justified_and_other": "Investigation not justified & Other",
}


def traits(council: Council, year_ending: int) -> Traits:
    """Return how this letter's statistics are laid out."""
    key = (council.code, year_ending)
    return Traits(
        blank_zeros=chance.share("blank zeros", *key) < 0.35,
        whole_rows=chance.share("whole rows", *key) < 0.4,
        landscape=chance.share("landscape", *key) < 0.65,
        turned=chance.share("turned", *key) < 0.3,
        upright_headings=chance.share("upright headings", *key) < 0.15,
        split=chance.share("split", *key) < 0.15,
        bare=chance.share("bare", *key) < 0.25,
        ruled=chance.share("ruled", *key) < 0.6,
    )


def compose(council: Council, year_ending: int, revision: int) -> Letter:
    """Return the review of a council for a year."""
    style = traits(council, year_ending)
    ledger = Ledger(year_ending, style.blank_zeros)
    is_published = not revision and (council.code, year_ending) in published()
    subjects = dict(counts.subjects(council, year_ending))
    subjects["received_other"] += revision
    team = counts.advice_team(council, year_ending)
    team = replace(team, new=team.new + revision)
    dates, address, person, post = front.blocks(council, year_ending)
    booklet = year_ending <= 2010
    alone = booklet and chance.share("no covering letter", council.code) < 0.35
    covering: tuple[Paragraph, ...] = ()
    if booklet and not alone:
        covering = (
            Paragraph(
                "I am pleased to enclose a copy of my annual review of the complaints about your"
                f" authority for the year ended 31 March {year_ending}."
            ),
            Paragraph(prose.PURPOSE),
        )
    elif booklet:
        dates, address, person, post = (), (), "", ""
    signatory, signature = front.signatory(council, year_ending)
    number = "Appendix 2: " if booklet else ""
    head = (
        f"{number}Local authority report {front.slashed(year_ending)}",
        f"LOCAL AUTHORITY REPORT - {front.short_name(council)}",
        f"For the period ending - 31/03/{year_ending}",
    )
    tables = [_received(council, team, subjects, ledger), _decided(council, ledger)]
    breaks: frozenset[int] = frozenset()
    if style.split:
        table = tables[0]
        tables[0:1] = [
            replace(table, rows=table.rows[:2]),
            replace(table, title="", rows=table.rows[2:], headed=not style.bare),
        ]
        breaks = frozenset({1})
    label = f"01/04/{year_ending - 1} - 31/03/{year_ending}"
    answered = response_cells(council, year_ending, ledger)
    tables += [response_table(((label, answered),)), others_table(year_ending)]
    if booklet:
        text = _booklet(council, year_ending, subjects, team, revision)
    else:
        text = _letter(council, year_ending, subjects, team, revision)
    return Letter(
        form=FORM,
        title=front.title(year_ending),
        cover=front.cover(council, year_ending) if booklet else (),
        contents=_contents(council, year_ending) if booklet else (),
        front=dates,
        date_line=front.date_line(year_ending),
        address=address,
        addressee=person,
        post=post,
        covering=covering,
        prose=tuple(text),
        signatory=signatory,
        signature=signature,
        notes=tuple(_notes(year_ending)) if booklet else (),
        sheets=(Sheet(head, tuple(tables), breaks),),
        disclaimer=PUBLISHED if is_published else GENERATED,
        traits=style,
        truth=ledger.truth,
        restated={},
        name_on_statistics=True,
        published=is_published,
    )


def _title(team: str, what: str, council: Council) -> tuple[str, str]:
    """Return a table's title and the words in its corner: both in the title for some councils."""
    if chance.share("one title", council.code) < 0.4:
        return f"{team}: {what}", ""
    return team, what


def _received(
    council: Council, team: counts.AdviceTeam, subjects: dict[str, int], ledger: Ledger
) -> Table:
    """Return the advice team's table: rows by what was done, columns by subject, and totals."""
    kinds = [
        ("Premature complaints", "advice_team_premature", team.premature),
        ("Advice given", "advice_team_advice_given", team.advice),
    ]
    forwarded = "Forwarded to investigative team"
    if ledger.year_ending == 2009:
        kinds[0] = ("Formal/informal premature complaints", *kinds[0][1:])
        resubmitted, new = (f"{forwarded} (resubmitted prematures)", f"{forwarded} (new)")
        kinds += [
            (resubmitted, "advice_team_forwarded_resubmitted", team.resubmitted),
            (new, "advice_team_forwarded_new", team.new),
        ]
    else:
        both = f"{forwarded} (resubmitted premature and new)"
        kinds.append((both, "advice_team_forwarded", team.forwarded))
    inner = counts.cross([count for _, _, count in kinds], list(subjects.values()))
    rows = []
    for (label, metric, count), cells in zip(kinds, inner, strict=True):
        printed = ("" if ledger.blank_zeros and not cell else str(cell) for cell in cells)
        rows.append((label, (*printed, ledger.count(metric, count))))
    totals = [ledger.count(metric, count) for metric, count in subjects.items()]
    whole = ledger.count("received_total", sum(subjects.values()), kept=True)
    rows.append(("Total", (*totals, whole)))
    title, corner = _title("LGO Advice Team", "Enquiries and complaints received", council)
    return Table(
        title,
        (*(counts.SUBJECTS[metric] for metric in subjects), "Total"),
        tuple(rows),
        corner=corner,
        label_share=0.25,
    )


def _decided(council: Council, ledger: Ledger) -> Table:
    """Return the investigative team's table, with the names of its year."""
    year = ledger.year_ending
    label = f"01/04/{year - 1} - 31/03/{year}"
    title, corner = _title("Investigative Team", "Decisions", council)
    if year < 2012:
        found = counts.decisions(council, year)
        cells = [ledger.count(metric, count) for metric, count in found.outcomes.items()]
        cells.append(ledger.count("decided_total", found.excluding_premature, kept=True))
        return Table(
            title,
            (*counts.DECISIONS.values(), "Total"),
            ((label, tuple(cells)),),
            corner=corner,
            label_share=0.25,
        )
    parts = counts.decisions_of_2012(council)
    cells = [ledger.count(metric, count) for metric, count in parts.items()]
    cells.append(ledger.count("decided_total", sum(parts.values()), kept=True))
    return Table(
        title,
        (*_INVESTIGATED.values(), *_NOT_INVESTIGATED.values(), "Total"),
        ((label, tuple(cells)),),
        corner=corner,
        groups=(("Investigated", 0, 3), ("Not investigated", 4, 6)),
        label_share=0.2,
    )


def _contents(council: Council, year_ending: int) -> tuple[tuple[str, int], ...]:
    about = f"Complaints about {printed_name(council)} {front.slashed(year_ending)}"
    return (
        (f"Section 1: {about}", 3),
        ("Introduction", 3),
        ("Enquiries and complaints received", 3),
        ("Complaint outcomes", 3),
        ("Liaison with the Local Government Ombudsman", 3),
        ("Training in complaint handling", 3),
        ("Conclusions", 3),
        ("Section 2: LGO developments", 4),
        (f"Appendix 1: {_NOTES_TITLE} {front.slashed(year_ending)}", 4),
        (f"Appendix 2: Local authority report {front.slashed(year_ending)}", 5),
    )


_NOTES_TITLE = "Notes to assist interpretation of the statistics"


def _advice(team: counts.AdviceTeam) -> str:
    first = prose.many(team.premature, "complaint")
    verb = "was" if team.premature == 1 else "were"
    given = "one person" if team.advice == 1 else f"{in_words(team.advice)} people"
    return (
        f"Of these, {first} {verb} premature and referred to you for consideration, and we gave"
        f" advice to {given}."
    )


def _booklet(
    council: Council,
    year_ending: int,
    subjects: dict[str, int],
    team: counts.AdviceTeam,
    revision: int,
) -> list[Paragraph]:
    enquiries, days = counts.response_times(council, year_ending)
    decided = counts.decisions(council, year_ending)
    name, label = printed_name(council), front.slashed(year_ending)
    received = sum(subjects.values())
    noun = "enquiry or complaint" if received == 1 else "enquiries and complaints"
    total = f"{in_words(received)} {noun}"
    comparison = (
        "Our Advice Team has been the first contact for all since 1 April 2008, so that the number"
        f" received can not be compared with that of {front.slashed(2008)} or earlier."
        if year_ending == 2009
        else "The table shows the current year; last year’s is in last year’s review."
    )
    former = front.former_names(council, year_ending)
    introduction = (
        f"This annual review provides a summary of the complaints we have dealt with about {name}"
        f" in the year ended 31 March {year_ending}."
    )
    if former:
        introduction += (
            " It includes those about the former councils of which your authority is the"
            " successor from 1 April 2009."
        )
    return [
        Paragraph(f"Section 1: Complaints about {name} {label}", True),
        Paragraph("Introduction", True),
        Paragraph(introduction),
        *prose.correction(revision),
        Paragraph("Enquiries and complaints received", True),
        Paragraph(f"We received {total} in the year. {_advice(team)} {comparison}"),
        Paragraph(prose.character(council, year_ending, subjects)),
        Paragraph("Complaint outcomes", True),
        Paragraph(
            f"We decided {prose.many(decided.excluding_premature, 'complaint')} in the year. "
            + prose.settlements(decided.outcomes["decided_local_settlement"])
        ),
        Paragraph("Liaison with the Local Government Ombudsman", True),
        Paragraph(prose.response(enquiries, days)),
        Paragraph(prose.liaison(council, year_ending)),
        Paragraph("Training in complaint handling", True),
        Paragraph(prose.TRAINING),
        Paragraph("Conclusions", True),
        Paragraph(prose.conclusion(year_ending)),
    ]


def _letter(
    council: Council,
    year_ending: int,
    subjects: dict[str, int],
    team: counts.AdviceTeam,
    revision: int,
) -> list[Paragraph]:
    enquiries, days = counts.response_times(council, year_ending)
    total = sum(subjects.values())
    quiet = total < 30 and (days is None or days <= 28)
    statement = (
        "I have no concerns about your authority’s response times and there are no issues arising"
        " from the complaints that I want to bring to your attention."
        if quiet
        else f"{prose.response(enquiries, days)} {prose.character(council, year_ending, subjects)}"
    )
    parts = [
        Paragraph(
            "I am writing with our annual summary of statistics on the complaints made to me about"
            f" your authority for the year ended 31 March {year_ending}. I hope the information"
            " is useful to you."
        ),
        Paragraph(
            f"The statistics include the number of enquiries and complaints received by our Advice"
            f" Team, {total:,} in all, of which {prose.many(team.forwarded, 'complaint')} went to"
            " the Investigative Team, and the decisions made by it."
        ),
        *prose.correction(revision),
        Paragraph(statement),
        Paragraph("Communicating decisions", True),
        Paragraph(
            "We want our work to be transparent. From October we will tell people of our decision"
            " in a statement that says what we looked at and what we found."
        ),
    ]
    if year_ending == 2011:
        parts += [
            Paragraph("Extended powers", True),
            Paragraph(
                "During 2010/11 our powers were extended to deal with complaints in two further"
                " areas: people who pay for their own adult social care, and pupils in 14 local"
                " authority areas."
            ),
        ]
    else:
        parts += [
            Paragraph("Changes to our statistics", True),
            Paragraph(
                "In April 2011 we began to use a new case system. The names of our decisions"
                " changed with it and can not be compared with those of earlier years."
            ),
        ]
    return parts


def _notes(year_ending: int) -> list[Paragraph]:
    return [
        Paragraph("Section 2: LGO developments", True),
        Paragraph(prose.DEVELOPMENTS),
        Paragraph(f"Appendix 1: {_NOTES_TITLE} {front.slashed(year_ending)}", True),
        Paragraph(
            "Table 1. LGO Advice Team: Enquiries and complaints received. Premature complaints: the"
            " LGO does not normally consider a complaint unless a council has first had an"
            " opportunity to deal with it. Advice given: these are enquiries where the Advice Team"
            " has given advice on why the Ombudsman would not be able to consider the complaint."
        ),
        Paragraph("Table 2. Investigative Team: Decisions."),
        *(Paragraph(note) for note in prose.NOTES),
        Paragraph(
            "Table 3. Response times. These figures record the average time the council takes to"
            " respond to our first enquiries on a complaint. Table 4 shows the averages of"
            " councils by type, and is not about your authority."
        ),
    ]
