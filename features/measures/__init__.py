"""Every measure, by clinical topic. To add one: declare it in its topic's file.

``MEASURES`` and ``FEATURES`` are in a fixed order; ``FEATURE`` finds a feature by name.
"""

from features.measures import (
    admissions,
    conditions,
    continuity,
    coordination,
    demography,
    emergency,
    frailty,
    medicines,
    municipal_care,
    observations,
    observed,
    primary_care,
    season,
    specialist_care,
)
from features.measures.base import Direction, Domain, Feature, Measure, Phrase, Wording

TOPICS = (
    demography,
    admissions,
    emergency,
    primary_care,
    specialist_care,
    conditions,
    frailty,
    medicines,
    municipal_care,
    continuity,
    coordination,
    observations,
    season,
    observed,
)
MEASURES: tuple[Measure, ...] = tuple(m for topic in TOPICS for m in topic.MEASURES)
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
]
