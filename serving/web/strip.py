"""Two years at a glance: lanes of what happened, drawn to scale. The list below says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from serving.api.answers import TimelineEvent
from serving.web.catalogue import N_

DAYS = 730
LANES = {
    "admission": N_("lane_admission"),
    "emergency": N_("lane_emergency"),
    "specialist": N_("lane_specialist"),
    "primary": N_("lane_primary"),
    "medicines": N_("lane_medicines"),
    "municipal": N_("lane_municipal"),
    "enrolment": N_("lane_enrolment"),
}
SPANS = ("admission", "municipal", "enrolment")
HIGHEST = 14  # of a bar, in units of a lane 16 high


@dataclass(frozen=True)
class Mark:
    """A rectangle in a lane ``DAYS`` wide and 16 high."""

    x: int
    width: int
    y: float = 1
    height: float = HIGHEST


@dataclass(frozen=True)
class Lane:
    """``label``: a key of the catalogue. ``number``: events; of medicines, the most in a month."""

    kind: str
    label: str
    marks: list[Mark]
    number: int


@dataclass(frozen=True)
class Strip:
    """``ticks``: the days under the drawing, evenly spaced, the last one its end."""

    lanes: list[Lane]
    ticks: list[date]


def strip(events: Sequence[TimelineEvent], until: date) -> Strip:
    """The two years before ``until``; lanes in which nothing happened are left out."""
    begins = until - timedelta(days=DAYS)
    lanes = []
    for kind, label in LANES.items():
        here = [
            e for e in events if e.kind == kind and _last_day(e, until) >= begins and e.date < until
        ]
        if kind == "medicines":
            number = max((len(e.details) for e in here), default=0)
            marks = [_medicines(e, begins, number) for e in here]
        else:
            number = len(here)
            marks = [_mark(e, begins, until) for e in here]
        if marks:
            lanes.append(Lane(kind, label, marks, number))
    ticks = [begins + timedelta(days=round(DAYS * n / 4)) for n in range(5)]
    return Strip(lanes, ticks)


def _last_day(event: TimelineEvent, until: date) -> date:
    if event.kind not in SPANS:
        return event.date
    return event.end or until


def _mark(event: TimelineEvent, begins: date, until: date) -> Mark:
    x = max(0, (event.date - begins).days)
    end = min(DAYS, (_last_day(event, until) - begins).days)
    return Mark(min(x, DAYS - 3), max(3, end - x))


def _medicines(event: TimelineEvent, begins: date, most: int) -> Mark:
    """A bar a month, as high as the number of medicines collected."""
    height = round(HIGHEST * len(event.details) / most, 1)
    x = (event.date.replace(day=1) - begins).days
    return Mark(max(0, min(x, DAYS - 20)), 20, 15 - height, height)
