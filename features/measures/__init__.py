"""Every measure, by clinical topic. To add one: declare it in its topic's file.

``MEASURES`` and ``FEATURES`` are in a fixed order; ``FEATURE`` finds a feature by name.
"""

from collections.abc import Iterable
from types import ModuleType

from features.measures import (
    acute_events,
    admissions,
    comorbidity,
    conditions,
    continuity,
    coordination,
    demography,
    emergency,
    frailty,
    handovers,
    hospital_course,
    medicine_changes,
    medicines,
    municipal_care,
    observations,
    observed,
    primary_care,
    rules,
    season,
    specialist_care,
    symptoms,
)
from features.measures.base import Direction, Domain, Feature, Measure, Phrase, Wording

TOPICS = (
    demography,
    admissions,
    hospital_course,
    emergency,
    primary_care,
    specialist_care,
    conditions,
    comorbidity,
    symptoms,
    acute_events,
    frailty,
    medicines,
    medicine_changes,
    municipal_care,
    continuity,
    coordination,
    handovers,
    rules,
    observations,
    season,
    observed,
)


def declared_in(topics: Iterable[ModuleType]) -> tuple[Measure, ...]:
    """The measures of all topics, in order. Raises ValueError for a name that stands twice."""
    home: dict[str, str] = {}
    measures = [(topic.__name__, measure) for topic in topics for measure in topic.MEASURES]
    for topic, measure in measures:
        names = dict.fromkeys((measure.name, *(feature.name for feature in measure.features)))
        for name in names:
            if name in home:
                raise ValueError(
                    f"two measures give the name '{name}': in {home[name]} and in {topic}"
                )
            home[name] = topic
    return tuple(measure for _, measure in measures)


MEASURES: tuple[Measure, ...] = declared_in(TOPICS)
FEATURES: tuple[Feature, ...] = tuple(f for measure in MEASURES for f in measure.features)
FEATURE: dict[str, Feature] = {feature.name: feature for feature in FEATURES}

__all__ = [
    "FEATURE",
    "FEATURES",
    "MEASURES",
    "Direction",
    "Domain",
    "Feature",
    "Measure",
    "Phrase",
    "Wording",
    "declared_in",
]
