"""What a measure is: what is counted, over which windows, and how it is said.

A measure knows its name, clinical domain, unit, wording and source, and how to compute
itself for all people at once (``compute``). The kinds of measure are in ``kinds/``;
declarations by clinical topic are the other files of this folder.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from features.rows import Rows

if TYPE_CHECKING:
    from features.evidence import Behind
    from features.history import View
    from features.tables import Coverage

Language = Literal["sv", "en"]


class Domain(Enum):
    """Clinical domains, as a reader of reasons meets them: (Swedish, English)."""

    DEMOGRAPHY = ("Ålder och livssituation", "Age and living situation")
    ADMISSIONS = ("Inläggningar på sjukhus", "Hospital admissions")
    EMERGENCY = ("Akutbesök", "Emergency visits")
    PRIMARY_CARE = ("Primärvård", "Primary care")
    SPECIALIST_CARE = ("Specialistvård", "Specialist care")
    CONDITIONS = ("Sjukdomar", "Conditions")
    SYMPTOMS = ("Symtom", "Symptoms")
    ACUTE_EVENTS = ("Akuta händelser", "Acute events")
    FRAILTY = ("Skörhet", "Frailty")
    MEDICINES = ("Läkemedel", "Medicines")
    MUNICIPAL_CARE = ("Kommunal vård och omsorg", "Municipal care")
    CONTINUITY = ("Kontinuitet", "Continuity of care")
    COORDINATION = ("Samordning", "Coordination")
    OBSERVATIONS = ("Mätvärden", "Measurements")
    SEASON = ("Årstid", "Season")
    OBSERVED = ("Observerad tid", "Time observed")

    def label(self, language: Language) -> str:
        return self.value[0] if language == "sv" else self.value[1]


class Direction(Enum):
    """Which way the field agrees that a higher value moves the risk."""

    RAISES = 1
    LOWERS = -1
    OPEN = 0


@dataclass(frozen=True)
class Phrase:
    """A measure in one language, with the person's own value.

    ``{n}`` is the value and ``{window}`` the time span ("senaste året"). ``none`` is said
    of 0 (or of "no"), ``one`` of 1 (or of "yes"), ``many`` of all else.
    ``less`` is said of a value below 0, with ``{n}`` without its sign.
    ``never`` is said where a time since something has reached the longest told apart.
    ``label`` names the measure itself, without a value.
    """

    label: str
    one: str
    none: str
    many: str = ""
    unknown: str = ""
    never: str = ""
    less: str = ""

    def problem(self) -> str:
        """What keeps the phrase from being said; empty where nothing does."""
        lacking = [part for part in ("label", "one", "none") if not getattr(self, part).strip()]
        if lacking:
            return f"says nothing for '{lacking[0]}'"
        parts = (self.label, self.one, self.none, self.many, self.unknown, self.never, self.less)
        blanks = {blank for part in parts for blank in re.findall(r"\{(.*?)\}", part)}
        unknown = sorted(blanks - {"n", "window"})
        return f"has an unknown blank '{{{unknown[0]}}}'" if unknown else ""


@dataclass(frozen=True)
class Wording:
    sv: Phrase
    en: Phrase

    def phrase(self, language: Language) -> Phrase:
        return self.sv if language == "sv" else self.en


_SPANS_SV = {
    30: "senaste månaden",
    90: "senaste 3 månaderna",
    120: "senaste 4 månaderna",
    180: "senaste halvåret",
    365: "senaste året",
    730: "senaste 2 åren",
    1095: "senaste 3 åren",
    1825: "senaste 5 åren",
    3650: "senaste 10 åren",
}
_SPANS_EN = {
    30: "in the last month",
    90: "in the last 3 months",
    120: "in the last 4 months",
    180: "in the last 6 months",
    365: "in the last year",
    730: "in the last 2 years",
    1095: "in the last 3 years",
    1825: "in the last 5 years",
    3650: "in the last 10 years",
}


WINDOWS_IN_WORDS = frozenset(_SPANS_SV) & frozenset(_SPANS_EN)
"""The windows that a measure may have, in days: those that can be said."""


def span(days: int | None, language: Language) -> str:
    """A window in words; empty where a feature has none."""
    if days is None:
        return ""
    return (_SPANS_SV if language == "sv" else _SPANS_EN)[days]


def number(value: float, language: Language) -> str:
    """A value as people write it: whole, or with at most two decimals that say something."""
    if float(value).is_integer():
        return str(int(value))
    text = f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".").replace("-0", "0" if float(text) == 0 else "-0")
    return text.replace(".", ",") if language == "sv" else text


def percent(value: float, language: Language) -> str:
    """A share (0-1) in whole per cent."""
    return f"{100 * value:.0f} %" if language == "sv" else f"{100 * value:.0f}%"


@dataclass(frozen=True)
class Feature:
    """A measure over one window: one column of the matrix."""

    measure: Measure
    window_days: int | None

    @property
    def name(self) -> str:
        if self.window_days is None:
            return self.measure.name
        return f"{self.measure.name}_{self.window_days}d"

    def says(self, value: float, language: Language) -> str:
        """The feature in words, with a person's own value; NaN is "not known"."""
        phrase = self.measure.says.phrase(language)
        window = span(self.window_days, language)
        if math.isnan(value):
            unknown = "okänt" if language == "sv" else "unknown"
            said = phrase.unknown or f"{phrase.label[0].lower()}{phrase.label[1:]}: {unknown}"
            return " ".join(said.replace("{window}", window).split())
        size = abs(value) if phrase.less else value
        shown = (percent if self.measure.unit == "share" else number)(size, language)
        if phrase.never and value >= self.measure.longest:
            text = phrase.never
        elif value == 0 or shown.rstrip(" %") == "0":
            text = phrase.none
        elif phrase.less and value < 0:
            text = phrase.less
        elif shown == "1" or not phrase.many:
            text = phrase.one
        else:
            text = phrase.many
        return " ".join(text.replace("{n}", shown).replace("{window}", window).split())


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure(ABC):
    """Base of all kinds. ``windows`` empty: one feature named as the measure.

    A measure that cannot be shown or read is refused when it is declared, with its name:
    no wording, no unit where the kind counts in one, a window that has no words.

    ``unverified``: what in the definition was not read in its source, in a few words; what
    is unverified in a code list is told from the list.
    """

    name: str
    domain: Domain
    says: Wording
    windows: tuple[int, ...] = ()
    unit: str = ""
    direction: Direction = Direction.OPEN
    source: str = ""
    unverified: str = ""
    made_of_others: ClassVar[bool] = False
    needs_unit: ClassVar[bool] = False
    """Whether values of this kind mean nothing without a unit (days, points, mmHg)."""
    windowed: ClassVar[bool] = False
    """Whether this kind counts within windows, so that it needs at least one."""
    longest: float = math.inf
    """The longest time since something that the measure tells apart."""

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ValueError(f"measure '{self.name}': {problem}")

    def _problem(self) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            return "the name must be lower-case letters, digits and underscores"
        if not isinstance(self.says, Wording):
            return "has no wording"
        for language in ("sv", "en"):
            wrong = self.says.phrase(language).problem()
            if wrong:
                return f"the wording in '{language}' {wrong}"
        if self.needs_unit and not self.unit.strip():
            return f"has no unit; {type(self).__name__} needs one"
        if list(self.windows) != sorted(set(self.windows)):
            return "windows must rise and not repeat"
        unknown = [days for days in self.windows if days not in WINDOWS_IN_WORDS]
        if unknown:
            return (
                f"there are no words for a window of {unknown[0]} days; "
                "add them to features/measures/base.py"
            )
        if self.windowed and not self.windows:
            return f"has no window; {type(self).__name__} needs one"
        return ""

    @property
    def selections(self) -> tuple[Rows, ...]:
        """The rows that the measure names, to be chosen before it is computed."""
        named = (getattr(self, field.name) for field in fields(self))
        return tuple(one for one in named if isinstance(one, Rows))

    @cached_property
    def days(self) -> np.ndarray:
        """The windows, int32."""
        return np.array(self.windows, dtype=np.int32)

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        return tuple(Feature(self, window) for window in self.windows or (None,))

    def label(self, language: Language) -> str:
        return self.says.phrase(language).label

    @abstractmethod
    def known_in(self, coverage: Coverage) -> bool:
        """Whether a source with this coverage can tell the measure at all."""

    @classmethod
    @abstractmethod
    def compute(cls, measures: Sequence[Any], view: View) -> list[np.ndarray] | None:
        """Values of all ``measures`` of this kind as of the view's index date.

        One array per measure, (people, features of the measure); None where the kind has
        written them into ``view.room(measures)``. Called only with measures that the
        coverage knows; the engine fills the others with NaN.
        """

    @abstractmethod
    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        """The rows that the value of one window was made of (``features.evidence``)."""
