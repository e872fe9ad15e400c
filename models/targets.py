"""What is predicted: an outcome within a horizon, declared once."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from features.errors import SettingsError
from features.tables import Coverage


class Outcome(Enum):
    """What may happen to a person after an index date."""

    AVOIDABLE = "avoidable"
    UNPLANNED = "unplanned"
    ADMISSION = "admission"
    DEATH = "death"

    def is_told_by(self, coverage: Coverage) -> bool:
        """Whether a source with this coverage can tell who had the outcome."""
        if self is Outcome.DEATH:
            return "persons" in coverage.tables
        if not ("contacts" in coverage.tables and "inpatient" in coverage.settings):
            return False
        if self is Outcome.ADMISSION:
            return True
        if self is Outcome.UNPLANNED:
            return coverage.urgency
        # The list of avoidable care is written in the Swedish ICD-10, mostly of principal codes.
        coded = "diagnoses" in coverage.tables and "icd10se" in coverage.systems
        return coverage.urgency and coverage.principal and coded


@dataclass(frozen=True)
class Target:
    """The probability of ``outcome`` within ``horizon_days`` of the index date, index day
    included and the last day not: ``[index_date, index_date + horizon_days)``."""

    name: str
    outcome: Outcome
    horizon_days: int
    label_sv: str
    label_en: str
    builds_on: str = ""

    def label(self, language: str) -> str:
        return self.label_sv if language == "sv" else self.label_en


_ALL = (
    Target(
        "avoidable_365",
        Outcome.AVOIDABLE,
        365,
        "undvikbar slutenvård inom ett år",
        "avoidable hospital admission within a year",
        builds_on="unplanned_365",
    ),
    Target(
        "avoidable_90",
        Outcome.AVOIDABLE,
        90,
        "undvikbar slutenvård inom 90 dagar",
        "avoidable hospital admission within 90 days",
        builds_on="avoidable_365",
    ),
    Target(
        "unplanned_365",
        Outcome.UNPLANNED,
        365,
        "oplanerad inläggning inom ett år",
        "unplanned hospital admission within a year",
    ),
    Target(
        "unplanned_30",
        Outcome.UNPLANNED,
        30,
        "oplanerad inläggning inom 30 dagar",
        "unplanned hospital admission within 30 days",
        builds_on="unplanned_365",
    ),
    Target(
        "admission_365",
        Outcome.ADMISSION,
        365,
        "inläggning på sjukhus inom ett år",
        "hospital admission within a year",
    ),
    Target(
        "admission_30",
        Outcome.ADMISSION,
        30,
        "inläggning på sjukhus inom 30 dagar",
        "hospital admission within 30 days",
        builds_on="admission_365",
    ),
    Target("death_365", Outcome.DEATH, 365, "död inom ett år", "death within a year"),
)

TARGETS: dict[str, Target] = {target.name: target for target in _ALL}
"""Every target by name, the primary one first."""

PRIMARY = "avoidable_365"


def for_readers(names: Iterable[str]) -> list[str]:
    """The targets worth showing to people, in the order given: any admission is for sources
    that cannot tell planned from unplanned, and says nothing new beside unplanned ones."""
    given = list(names)
    told = {(TARGETS[n].outcome, TARGETS[n].horizon_days) for n in given if n in TARGETS}

    def is_superseded(target: Target) -> bool:
        unplanned = (Outcome.UNPLANNED, target.horizon_days)
        return target.outcome is Outcome.ADMISSION and unplanned in told

    return [n for n in given if n not in TARGETS or not is_superseded(TARGETS[n])]


def in_order_of_learning(targets: Iterable[Target]) -> list[Target]:
    """The targets and all that they build on, each after what it builds on."""
    ordered: list[Target] = []

    def add(target: Target) -> None:
        if target.builds_on:
            add(TARGETS[target.builds_on])
        if target not in ordered:
            ordered.append(target)

    for target in targets:
        add(target)
    return ordered


def available_targets(coverage: Coverage) -> list[Target]:
    """The targets that a source with this coverage can tell, in the order of ``TARGETS``."""
    return [target for target in TARGETS.values() if target.outcome.is_told_by(coverage)]


def chosen_targets(names: Iterable[str], coverage: Coverage) -> list[Target]:
    """The named targets, or every available one where none is named.

    Raises ``SettingsError`` for an unknown name and for a target that the source cannot tell.
    """
    available = available_targets(coverage)
    told = [target.name for target in available]
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        if name not in TARGETS:
            raise SettingsError(
                f"unknown target '{name}'", do=f"Known targets: {', '.join(TARGETS)}."
            )
        if name not in told:
            raise SettingsError(
                f"the extract cannot tell the target '{name}'",
                do=f"This source can tell: {', '.join(told) or 'none'}.",
            )
    return [target for target in available if target.name in chosen] if chosen else available
