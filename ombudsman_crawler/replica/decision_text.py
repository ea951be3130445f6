"""What a decision says: its summary and its sections, composed for each case.

The headings are those of the real decisions; the paragraphs are the replica's own, of about their
length, with what makes them hard: markup characters, curly and straight apostrophes, addresses of
mail, sums of money, dates that aren't that of the decision, words of other outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ombudsman_crawler.replica import chance
from ombudsman_crawler.replica.cases import CLOSED, UPHELD, Case
from ombudsman_crawler.replica.wording import written_date

_PEOPLE = (
    ("Mr X", "he", "his"),
    ("Mrs Y", "she", "her"),
    ("Ms B", "she", "her"),
    ("Miss C", "she", "her"),
    ("Mr and Mrs D", "they", "their"),
)

# What else happened; decisions tell more or less of it.
_EVENTS = (
    "An officer visited {who} in the following month. The notes of the visit say that {they} had"
    " asked for the same thing twice before, and that the matter would be passed on to another"
    " team. There is no record that it was.",
    "{who} complained at stage one of the {body}’s procedure. The answer apologised for the delay,"
    " but it did not say when a decision would be made, nor what {they} could do in the meantime.",
    "The {body}’s second answer came after 35 working days, 15 more than its procedure allows. It"
    " told {who} that 100% of similar requests were dealt with in time; the {body} couldn’t show me"
    " where that figure comes from.",
    "I asked the {body} how many other people may be affected. It found 12 cases between 1 April"
    " and 31 March in which the same letter had not been sent.",
    "Statutory guidance says that councils should tell people of their right to a review. The"
    " letter I have seen has no such paragraph; the {body} accepts this.",
    "The {body} has since changed its computer system (the “case record”), so that a request can't"
    " be closed before somebody has answered it. I welcome this.",
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a decision and the paragraphs under it, without their numbers."""

    heading: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class DecisionText:
    """All that a decision says."""

    summary: str
    sections: tuple[Section, ...]
    remedies: str | None
    """The text of the section with what was agreed; None when there is none."""
    improvement: str | None
    """The improvement to its services that the body agreed to, as a sentence."""


def is_older(case: Case) -> bool:
    """Whether a decision is worded and laid out as older ones are."""
    return case.kind == "statement" and chance.share("older decision", *case.key) < 0.3


def compose(case: Case, revision: int = 0) -> DecisionText:
    """Return the words of a decision; with each `revision` a few of them are others."""
    body = "Council" if not case.code.startswith("x-") else "organisation"
    writer = _Writer(case, body, revision)
    if case.outcome == CLOSED:
        return DecisionText(writer.summary(), writer.closed(), None, None)
    if case.outcome != UPHELD:
        return DecisionText(writer.summary(), writer.investigated(None), None, None)
    if not agreed_anything(case):
        return DecisionText(writer.summary(), writer.investigated(None), None, None)
    agreed = writer.agreed()
    improvement = improvement_of(case) if improves_services(case) else None
    return DecisionText(
        writer.summary(), writer.investigated(agreed), "\n".join(agreed.paragraphs), improvement
    )


def agreed_anything(case: Case) -> bool:
    """Whether a body agreed to do something after the decision."""
    return case.outcome == UPHELD and (
        case.kind == "report" or case.added or chance.share("agreed action", *case.key) >= 0.15
    )


def improves_services(case: Case) -> bool:
    """Whether what was agreed is an improvement for everybody, not only for one person."""
    return agreed_anything(case) and (case.added or chance.share("improvement", *case.key) < 0.7)


def improvement_of(case: Case) -> str:
    """Return the improvement agreed to, as a sentence."""
    return f"The Council has agreed to {case.subject.improvement}."


class _Writer:
    def __init__(self, case: Case, body: str, revision: int) -> None:
        self.case, self.body, self.revision = case, body, revision
        self.who, self.they, self.their = chance.pick(_PEOPLE, "person", *case.key)
        self.sum = 50 * chance.whole(2, 30, "sum", *case.key) + 25 * revision
        begun = case.decided - timedelta(days=chance.whole(120, 420, "begun", *case.key))
        self.begun = written_date(begun)
        self.weeks = chance.whole(3, 40, "weeks", *case.key)
        self.older = is_older(case)
        self.article = "a" if body == "Council" else "an"

    def summary(self) -> str:
        case = self.case
        told = f"{self.who} complained that the {self.body} {case.subject.complaint}."
        if case.outcome == CLOSED:
            end = chance.pick(
                (
                    "We will not investigate this complaint because there is not enough evidence"
                    f" of fault by the {self.body}.",
                    "We will not investigate it because it is late, and there are no good reasons"
                    " to look at it now.",
                    f"We cannot investigate this complaint, as {self.who} has appealed to a"
                    " tribunal.",
                ),
                "closed because", *case.key,
            )  # fmt: skip
            return f"{told} {end}"
        if case.outcome != UPHELD:
            return f"{told} There was no fault in how the {self.body} acted."
        if case.kind == "report":
            return (
                f"{told} We found fault causing injustice. The {self.body} has agreed to"
                f" apologise, pay £{self.sum:,} & improve its services."
            )
        if not agreed_anything(case):
            return (
                f"{told} The {self.body} was at fault, but it had already put things right"
                f" before {self.they} came to us."
            )
        return (
            f"{told} We found the {self.body} was at fault. This caused {self.who} avoidable"
            f" distress. The {self.body} agreed to apologise and pay £{self.sum:,}."
        )

    def closed(self) -> tuple[Section, ...]:
        return (
            self._complaint(),
            self._powers(),
            self._considered(),
            Section(
                "The Ombudsman’s assessment" if self.older else "My assessment",
                (
                    f"{self.who} first knew of the matter on {self.begun}.",
                    "I have seen nothing that would make an investigation worthwhile. An"
                    f" investigation would not change what the {self.body} did, and not lead to a"
                    " different outcome.",
                ),
            ),
            self._final(
                f"We will not investigate {self.who}’s complaint, for the reasons given above."
            ),
        )

    def investigated(self, agreed: Section | None) -> tuple[Section, ...]:
        upheld = self.case.outcome == UPHELD
        found = (
            f"I found fault by the {self.body} which caused injustice. I uphold the complaint."
            if upheld
            else f"I found no fault by the {self.body}. I have completed my investigation & do not"
            " uphold the complaint."
        )
        parts = [
            self._complaint(),
            self._powers(),
            self._considered(),
            self._found(upheld),
            agreed,
            self._final(found),
        ]
        return tuple(part for part in parts if part)

    def agreed(self) -> Section:
        heading = "Agreed action"
        if self.case.kind == "report":
            heading = "Recommendations"
        elif self.older:
            heading = "Agreed actions"
        paragraphs = [
            f"Within one month of this decision the {self.body} will apologise to {self.who} in"
            " writing, in line with our guidance on making an effective apology.",
            f"It will pay {self.who} £{self.sum:,} for the distress, and for {self.their} time and"
            " trouble.",
        ]
        if improves_services(self.case):
            paragraphs.append(
                f"Within three months the {self.body} will {self.case.subject.improvement}."
            )
        paragraphs.append(f"The {self.body} should provide us with evidence it has done this.")
        return Section(heading, tuple(paragraphs))

    def _complaint(self) -> Section:
        paragraphs = [
            f"{self.who} {self._does('complain')} that the {self.body}"
            f" {self.case.subject.complaint}. {self.their.capitalize()} complaint began on"
            f" {self.begun}."
        ]
        if chance.share("second complaint", *self.case.key) < 0.5:
            paragraphs.append(
                f"{self.who} {self._does('say')} this caused {self.their} family stress for"
                f" {self.weeks} weeks; it didn't answer {self._mail()}."
            )
        if self.revision:
            paragraphs.append(
                f"This decision was corrected {self.revision} time(s) after it was issued."
            )
        return Section("The complaint", tuple(paragraphs))

    def _does(self, verb: str) -> str:
        return verb if self.they == "they" else f"{verb}s"

    def _mail(self) -> str:
        if chance.share("mail", *self.case.key) < 0.5:
            return "letters sent in May & June"
        return f"mail sent to complaints.{self.case.number}@council.example"

    def _powers(self) -> Section:
        apostrophe = "'" if self.older else "’"
        return Section(
            f"The Ombudsman{apostrophe}s role and powers",
            (
                "We investigate complaints about ‘maladministration’ and ‘service failure’. In this"
                " statement, I have used the word ‘fault’ to refer to these. (Local Government Act"
                " 1974, sections 26(1) and 26A(1), as amended)",
                f"If we are satisfied with {self.article} {self.body.lower()}’s actions or proposed"
                " actions, we can complete our investigation and issue a decision statement. (Local"
                " Government Act 1974, section 30(1B) and 34H(i), as amended)",
            ),
        )

    def _considered(self) -> Section:
        paragraphs = (
            f"I read what {self.who} sent and the {self.body}’s answers to my enquiries.",
            f"{self.who} and the {self.body} could comment on a draft of this decision. I"
            " considered what they said before I made a final one.",
        )
        return Section("How I considered this complaint", paragraphs)

    def _found(self, upheld: bool) -> Section:
        paragraphs = [
            f"On {self.begun} {self.who} asked the {self.body} for help. Its policy says that it"
            " answers within 20 working days, unless the matter is complex (“stage 2”).",
            f"It took {self.weeks} weeks. The usual time is <= 12 weeks.",
        ]
        if chance.share("what happened", *self.case.key) < 0.25:
            paragraphs.insert(0, "What happened")
        count = chance.whole(1, len(_EVENTS), "events", *self.case.key)
        paragraphs += [
            event.format(who=self.who, body=self.body, they=self.they) for event in _EVENTS[:count]
        ]
        if upheld:
            paragraphs.append(f"That was fault. It left {self.who} uncertain, which is injustice.")
            if not agreed_anything(self.case):
                paragraphs.append(
                    f"The {self.body} has apologised & paid {self.who} £{self.sum:,} already. That"
                    " is a satisfactory remedy."
                )
        else:
            paragraphs.append(
                f"The {self.body} told {self.who} why. It considered what it had to, so I can’t"
                " question the decision itself. I found no fault."
            )
        return Section("What I found", tuple(paragraphs))

    def _final(self, words: str) -> Section:
        signed = "Investigator’s decision on behalf of the Ombudsman"
        heading = "Final decision" if self.older else "Decision"
        return Section(heading, (words,) if self.case.kind == "report" else (words, signed))
