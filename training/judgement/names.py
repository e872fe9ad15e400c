"""What a reader calls groups, features and targets. The code stands beside a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.home import Home
from features.municipalities import name_of
from features.unit_names import unit_names
from models.population import TARGET_GROUPS
from models.targets import TARGETS

GROUPINGS = {
    "sex": "Sex",
    "age": "Age",
    "deprivation": "Deprivation",
    "target_group": "Target group",
    "area": "Health-care area",
    "municipality": "Municipality",
    "care_unit": "Care unit",
}
"""In the order of reading."""


@dataclass(frozen=True)
class Names:
    """``care_units``: HSA-id -> name; empty where the home has none."""

    care_units: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Home) -> Names:
        return cls(unit_names(home))

    def group(self, grouping: str, group: str) -> str:
        """A group as people call it: "Göteborg (1480)"; its code where it has no name."""
        name = self.short(grouping, group)
        coded = grouping in ("municipality", "care_unit") and name != group
        return f"{name} ({group})" if coded else name

    def short(self, grouping: str, group: str) -> str:
        """Without its code: where that stands elsewhere."""
        if grouping == "target_group" and group in TARGET_GROUPS:
            return TARGET_GROUPS[group].label_en
        if grouping == "municipality":
            return name_of(group) or group
        if grouping == "care_unit":
            return self.care_units.get(group) or group
        return group

    def whole(self, grouping: str, group: str) -> str:
        """With its grouping before it: "municipality Göteborg (1480)"."""
        said = GROUPINGS.get(grouping, grouping)
        return f"{said[0].lower()}{said[1:]} {self.group(grouping, group)}"


def fixed(value: float, decimals: int) -> str:
    """With so many decimals; no minus before what rounds to 0."""
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def feature_words(name: str) -> str:
    """A feature in words, its code beside: "Comorbidity (Charlson) in the last 5 years
    (charlson_1825d)"; the code alone where this code does not declare it."""
    words = feature_alone(name)
    return f"{words} ({name})" if words != name else name


def feature_alone(name: str) -> str:
    """A feature in words, without its code."""
    from features.measures import FEATURE
    from features.measures.base import span

    feature = FEATURE.get(name)
    if feature is None:
        return name
    return f"{feature.measure.label('en')} {span(feature.window_days, 'en')}".strip()


def target_words(name: str) -> str:
    """A target in words; its name where it is none of ours (a column of a plain table)."""
    return TARGETS[name].label_en if name in TARGETS else name
