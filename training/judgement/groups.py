"""Judgement by group: does the model serve everyone alike?

Each group is judged at the one list made among everybody, so that its figures say who gets
a place. fairlearn's MetricFrame compares the groups of a grouping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from features.municipalities import area_of
from models.disclosure import SMALL, relations_of, shown
from models.population import groups as target_groups
from training.judgement.intervals import Drawn, Figure, judge
from training.judgement.metrics import COSTLY, GROUP_METRICS

CURVED = ("calibration_slope", "ici")
"""What describes a whole curve, and needs more outcomes than the others."""
FEWEST_FOR_CURVES = 30
"""Outcomes, and people without, below which a curve is not judged (our own choice)."""
LIST_METRICS = ("ppv", "sensitivity", "missed", "net_benefit", "selection_rate")
TOO_FEW_PEOPLE = "7 people or fewer"
TOO_FEW_OUTCOMES = "7 or fewer with the outcome, or without"
COMPLEMENTARY = "hidden so that a small number does not follow from others that are told"
LIST_TOO_SMALL = "7 or fewer listed or missed: figures of the list are hidden"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class GroupFigures:
    """One group. ``people``, ``events``, ``listed``: None where hidden. ``figures``: metric
    (``GROUP_METRICS``) -> figure; its bounds are NaN where only the value was worked out, and
    metrics that cannot be judged are absent. ``why``: what is hidden or cannot be judged, and
    why; empty if nothing."""

    group: str
    people: int | None = None
    events: int | None = None
    listed: int | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class GroupedFigures:
    """All groups of one grouping, for one target, in the order of their names.

    ``difference``: metric -> the largest difference of two groups; ``ratio``: the smallest
    ratio, for metrics of which 0 means none. Of the groups that could be judged, by
    fairlearn's ``MetricFrame.difference`` and ``ratio``; empty where fewer than two could.
    With many small groups chance alone makes them large: read them beside the intervals.
    """

    target: str
    grouping: str
    groups: tuple[GroupFigures, ...]
    difference: Mapping[str, float] = field(default_factory=dict)
    ratio: Mapping[str, float] = field(default_factory=dict)

    def of(self, group: str) -> GroupFigures:
        return next(judged for judged in self.groups if judged.group == group)


@dataclass(frozen=True)
class Groupings:
    """Which group each row belongs to, and which groups may be shown.

    ``members``: (grouping, group) -> rows, (n,) bool, in order; those outside a target group
    too, as the empty group. ``relations``: what a reader can add them up to
    (``disclosure.relations_of``). ``dates``: how many rows one person may have.
    """

    members: Mapping[tuple[str, str], np.ndarray]
    relations: np.ndarray
    dates: int

    @classmethod
    def of(cls, labels: Mapping[str, np.ndarray], dates: int = 1) -> Groupings:
        """From text labels, one a row: grouping -> (n,). A grouping named
        ``target_group:x`` is of those within (``x``) and those outside (empty label)."""
        names, relations = relations_of(labels)
        return cls({(of, group): labels[of] == group for of, group in names}, relations, dates)

    def shown(self, parts: list[np.ndarray], hidden: np.ndarray | None = None) -> np.ndarray:
        """As ``disclosure.shown``, of parts given as rows (n,) bool each."""
        return shown(self._persons(parts), self.relations, hidden)

    def _persons(self, parts: list[np.ndarray]) -> np.ndarray:
        """How many of each group are in each part, at the least, (groups, parts)."""
        counts = [[np.count_nonzero(rows & of) for of in parts] for rows in self.members.values()]
        return np.array(counts) // self.dates

    @cached_property
    def tells_people(self) -> np.ndarray:
        """Groups whose number of people may be shown, (groups,) bool."""
        return self.shown([np.ones(len(next(iter(self.members.values()))), dtype=bool)])

    def tells_events(self, happened: np.ndarray) -> np.ndarray:
        """Groups whose number of outcomes may be shown too. ``happened``: (n,) bool."""
        return self.tells_outcomes({"": happened})[""]

    def tells_outcomes(self, happened: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """``tells_events`` of several outcomes told beside each other.

        Who is admitted unplanned is admitted: of two outcomes, one within the other, a reader
        subtracts. So of a group that tells the one, the other is hidden if 7 or fewer lie
        between them. Earlier ones go before later ones.
        """
        told: dict[str, np.ndarray] = {}
        people = self._persons([np.ones(len(next(iter(self.members.values()))), dtype=bool)])
        for name, event in happened.items():
            parts = [self._persons([event, ~event])]
            for other, tells in told.items():
                between = _between(event, happened[other])
                if between is not None:
                    # Of a group that hides the other there is nothing to subtract.
                    parts.append(np.where(tells[:, None], self._persons([between]), people))
            told[name] = shown(np.hstack(parts), self.relations, ~self.tells_people)
        return told


def _between(one: np.ndarray, other: np.ndarray) -> np.ndarray | None:
    """Rows in one of two sets and not in the other, (n,) bool, where one lies within the other
    but for 7 at the most; else None."""
    outside = min(int((one & ~other).sum()), int((other & ~one).sum()))
    return one ^ other if outside <= SMALL else None


def groupings_of(matrix: pd.DataFrame, about: pd.DataFrame) -> Groupings:
    """Sex, age, health-care area, municipality, deprivation, care unit and each target group
    of a cohort's rows (``Cohort.matrix``, ``Cohort.about``); groupings of which nothing is
    known are left out."""
    age = np.digitize(matrix["age"].to_numpy(np.float64), AGES)
    female = matrix["sex_female"].to_numpy(np.float64)
    quintile = about["deprivation"].to_numpy(np.float64)
    municipality = _text(about["municipality"])
    labels = {
        "sex": np.where(np.isnan(female), UNKNOWN, np.where(female > 0, "female", "male")),
        "age": np.array(AGE_BANDS)[age],
        "area": np.array([area_of(code) or UNKNOWN for code in municipality]),
        "municipality": municipality,
        "deprivation": np.array(
            [UNKNOWN if np.isnan(q) else f"quintile {int(q)}" for q in quintile]
        ),
        "care_unit": _text(about["care_unit"]),
    }
    labels = {name: of for name, of in labels.items() if (of != UNKNOWN).any()}
    for name, within in target_groups(matrix).items():
        labels[f"{TARGET_GROUP}:{name}"] = np.where(within.to_numpy(), str(name), "")
    return Groupings.of(labels, matrix.index.get_level_values("index_date").nunique())


TARGET_GROUP = "target_group"
AGES = (65, 75, 85)
AGE_BANDS = ("under 65", "65-74", "75-84", "85 and over")


def _text(values: pd.Series) -> np.ndarray:
    text: np.ndarray = values.astype("object").fillna(UNKNOWN).astype(str).to_numpy(dtype="U")
    return text


def judge_groups(
    target: str,
    groupings: Groupings,
    event: np.ndarray,
    probability: np.ndarray,
    weight: np.ndarray,
    draws: np.ndarray,
    places: np.ndarray,
    threshold: float,
    overall: Drawn,
    *,
    all_intervals: bool,
    tells_events: np.ndarray | None = None,
) -> list[GroupedFigures]:
    """Every group of every grouping at the list made among everybody.

    (n,) all but ``draws`` (n, resamples). ``places``: how much of a place on that list each
    has, ``threshold``: its edge (``Sample.places``, ``Sample.edge``). ``overall``: everybody's
    metrics. ``all_intervals``: resample the costly metrics too. ``tells_events``: as
    ``Groupings.tells_outcomes`` says where several targets are told; by itself if None.
    """
    happened, listed = (event > 0) & (weight > 0), places >= 0.5
    tells_people = groupings.tells_people
    if tells_events is None:
        tells_events = groupings.tells_events(happened)
    tells_list = groupings.shown(
        [h & on for h in (happened, ~happened) for on in (listed, ~listed)], ~tells_events
    )
    judged: dict[str, list[GroupFigures]] = {}
    for number, ((grouping, group), rows) in enumerate(groupings.members.items()):
        if not group:
            continue
        of_grouping = judged.setdefault(grouping.split(":")[0], [])
        people, events = int(rows.sum()), int(happened[rows].sum())
        if not tells_people[number]:
            small = people // groupings.dates <= SMALL
            of_grouping.append(GroupFigures(group, why=TOO_FEW_PEOPLE if small else COMPLEMENTARY))
            continue
        if not tells_events[number]:
            small = min(events, people - events) // groupings.dates <= SMALL
            why = TOO_FEW_OUTCOMES if small else COMPLEMENTARY
            of_grouping.append(GroupFigures(group, people, why=why))
            continue
        known = rows & (weight > 0)
        curved = min(events, int(known.sum()) - events) >= FEWEST_FOR_CURVES
        wanted = [
            name
            for name in GROUP_METRICS
            if (curved or name not in CURVED) and (tells_list[number] or name not in LIST_METRICS)
        ]
        figures = judge(
            event[known],
            probability[known],
            weight[known],
            draws[known],
            0.0,
            threshold=threshold,
            listed=places[known],
            metrics=wanted,
            once=() if all_intervals else COSTLY,
        ).figures()
        on_list = int(listed[rows].sum()) if tells_list[number] else None
        why = "" if tells_list[number] else LIST_TOO_SMALL
        of_grouping.append(GroupFigures(group, people, events, on_list, figures, why))
    return [
        GroupedFigures(target, grouping, tuple(found), *compared(found, overall.values))
        for grouping, found in judged.items()
    ]


def compared(
    groups: list[GroupFigures], overall: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """The largest difference and the smallest ratio between groups, by metric.

    MetricFrame gets a row for each group, not for each person: a metric of one row is the
    group's figure, and of all rows that of everybody.
    """
    from fairlearn.metrics import MetricFrame

    judged = [of_group for of_group in groups if of_group.figures]
    if len(judged) < 2:
        return {}, {}

    def metric(name: str):  # type: ignore[no-untyped-def]
        def value(rows: np.ndarray, _: np.ndarray) -> float:
            if len(rows) > 1:
                return overall.get(name, np.nan)
            figure = judged[rows[0]].figures.get(name)
            return figure.value if figure else np.nan

        return value

    rows = np.arange(len(judged))
    frame = MetricFrame(
        metrics={name: metric(name) for name in GROUP_METRICS},
        y_true=rows,
        y_pred=rows,
        sensitive_features=pd.Series([of_group.group for of_group in judged], name="group"),
    )
    told = [name for name in GROUP_METRICS if frame.by_group[name].notna().sum() >= 2]
    difference, ratio = frame.difference(), frame.ratio()
    return (
        {name: float(difference[name]) for name in told if name != "missed"},
        {
            name: float(ratio[name])
            for name in told
            if GROUP_METRICS[name].is_rate and name != "missed"
        },
    )
