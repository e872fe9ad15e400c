"""The eight headings under which a reader meets the reasons for a score.

Measures of one heading tell of the same side of a life and are correlated: which of them a
model leans on varies, their sum far less. Headings are fixed, so that a reader meets the
same ones for every person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from math import fsum
from typing import Protocol

from features.measures.base import Domain, Language


class Heading(Enum):
    """(Swedish, English, the clinical domains under it)."""

    HOSPITAL = (
        "Inläggningar och akutbesök",
        "Admissions and emergency visits",
        (Domain.ADMISSIONS, Domain.EMERGENCY),
    )
    CLINICS = (
        "Öppenvård, kontinuitet och samordning",
        "Outpatient care, continuity and coordination",
        (Domain.PRIMARY_CARE, Domain.SPECIALIST_CARE, Domain.CONTINUITY, Domain.COORDINATION),
    )
    ILLNESS = (
        "Sjukdomar och symtom",
        "Conditions and symptoms",
        (Domain.CONDITIONS, Domain.SYMPTOMS, Domain.ACUTE_EVENTS),
    )
    FRAILTY = ("Skörhet", "Frailty", (Domain.FRAILTY,))
    MEDICINES = ("Läkemedel", "Medicines", (Domain.MEDICINES,))
    MUNICIPAL_CARE = (
        "Kommunal vård och omsorg",
        "Municipal care",
        (Domain.MUNICIPAL_CARE,),
    )
    MEASURED = ("Mätvärden och prover", "Measurements and tests", (Domain.OBSERVATIONS,))
    PERSON = (
        "Ålder, livssituation och övrigt",
        "Age, living situation and other",
        (Domain.DEMOGRAPHY, Domain.SEASON, Domain.OBSERVED),
    )

    def label(self, language: Language) -> str:
        return self.value[0] if language == "sv" else self.value[1]

    @classmethod
    def of(cls, domain: Domain) -> Heading:
        return _HEADING_OF[domain]


_HEADING_OF = {domain: heading for heading in Heading for domain in heading.value[2]}


@dataclass(frozen=True)
class HeadingShare:
    """What all measures under a heading add to a score's log-odds."""

    heading: Heading
    contribution: float

    @property
    def raises(self) -> bool:
        return self.contribution > 0


class Contribution(Protocol):
    """A reason, as far as headings need it."""

    @property
    def domain(self) -> Domain: ...

    @property
    def contribution(self) -> float: ...


def by_heading(reasons: Iterable[Contribution]) -> list[HeadingShare]:
    """Exact sums by heading, heaviest first, without headings that have no reason.

    Over all of a row's reasons they add up to what the reasons do.
    """
    values: dict[Heading, list[float]] = {}
    for reason in reasons:
        values.setdefault(Heading.of(reason.domain), []).append(reason.contribution)
    return shares_of(values.items())


def shares_of(parts: Iterable[tuple[Heading, list[float]]]) -> list[HeadingShare]:
    """The same of each heading's contributions."""
    shares = [HeadingShare(heading, fsum(values)) for heading, values in parts]
    return sorted(shares, key=lambda share: -abs(share.contribution))
