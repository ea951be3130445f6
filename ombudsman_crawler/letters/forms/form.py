"""What every statistics form offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ombudsman_crawler.figures.figure import Figure, Finding
from ombudsman_crawler.letters.part import Part


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a letter before its figures are read.

    `compared` says whether the authority's kind has an average: False for bodies without a
    comparison group.
    """

    year_ending: int
    compared: bool


@dataclass(frozen=True, slots=True)
class FormReading:
    """The figures of a form, and what was odd while they were read."""

    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]


class Form(Protocol):
    """A statistics form: one of the closed list of names, its marks and its figures."""

    @property
    def name(self) -> str: ...

    def recognise(self, part: Part) -> float:
        """Return how much of the form is there, from 0 (nothing) to 1."""

    def read(self, part: Part, context: Context) -> FormReading:
        """Return the figures of a letter in this form."""
