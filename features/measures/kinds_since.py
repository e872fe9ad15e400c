"""Times since something, with words of their own for "not within that time".

Without them, a person who was never discharged would read "1825 days since discharge".
"""

from dataclasses import dataclass

from features.measures.base import Feature, Language, Measure
from features.measures.kinds import DaysSince, DaysSinceGroup


@dataclass(frozen=True)
class SinceFeature(Feature):
    """Says ``never`` of a value that has reached the measure's ``longest``."""

    longest: int
    never_sv: str
    never_en: str

    def says(self, value: float, language: Language) -> str:
        if value >= self.longest:
            return self.never_sv if language == "sv" else self.never_en
        return super().says(value, language)


@dataclass(frozen=True, kw_only=True, eq=False)
class _SaysNever(Measure):
    never_sv: str
    never_en: str
    longest: int = 1825

    @property
    def features(self) -> tuple[Feature, ...]:
        return (SinceFeature(self, None, self.longest, self.never_sv, self.never_en),)


@dataclass(frozen=True, kw_only=True, eq=False)
class Since(_SaysNever, DaysSince):
    """``DaysSince`` that says when there was none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SinceGroup(_SaysNever, DaysSinceGroup):
    """``DaysSinceGroup`` that says when there was none."""
