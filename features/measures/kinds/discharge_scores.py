"""Scores of the latest discharge: LACE and HOSPITAL, from what the records tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from features import kernels
from features.codelists import CodeList
from features.events import NEVER, Events
from features.evidence import Behind, seen
from features.history import View
from features.measures.base import Measure
from features.measures.kinds.windows import ANY_TIME, latest_of
from features.rows import Rows
from features.tables import Coverage


@dataclass(frozen=True)
class Discharges:
    """Each person's latest discharge; one never (``-NEVER`` to ``-NEVER``) without any."""

    start: np.ndarray
    end: np.ndarray
    unplanned: np.ndarray

    @property
    def nights(self) -> np.ndarray:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True, eq=False)
class _OfDischarge(Measure):
    """A score of the latest discharge in each window; NaN (no score) without a discharge."""

    stays: Rows
    unplanned: Rows
    needs_unit: ClassVar[bool] = True
    windowed: ClassVar[bool] = True

    def known_in(self, coverage: Coverage) -> bool:
        return all(rows.known_in(coverage) for rows in self._needs())

    def _needs(self) -> tuple[Rows, ...]:
        return (self.stays, self.unplanned)

    @classmethod
    def compute(cls, measures: Sequence[_OfDischarge], view: View) -> list[np.ndarray]:
        return [m._columns(view, m._latest(view)) for m in measures]

    def _latest(self, view: View) -> Discharges:
        of = (self.stays, self.unplanned)
        return view.once(("discharges", *of), lambda: latest_discharges(view, *of))

    def _columns(self, view: View, latest: Discharges) -> np.ndarray:
        since = (view.day - latest.end)[:, None]
        if not (since <= self.windows[-1]).any():
            return np.full((len(view), len(self.windows)), np.nan)
        return np.where(since <= self.days, self._points(view, latest)[:, None], np.nan)

    def _points(self, view: View, latest: Discharges) -> np.ndarray:
        raise NotImplementedError

    def behind(self, view: View, window_days: int | None) -> Iterable[Behind]:
        latest = self._latest(view)
        if window_days is None or not (view.day - latest.end <= window_days).any():
            return
        start, end = latest.start[0], latest.end[0]
        stays = view.events(self.stays)
        yield from _those(view, self.stays, (stays.day == start) & (stays.end == end))
        yield from self._counted(view, int(start), int(end))

    def _counted(self, view: View, start: int, end: int) -> Iterable[Behind]:
        """The rows that give points, beside the stay from ``start`` to ``end`` itself."""
        raise NotImplementedError


def _those(view: View, rows: Rows, chosen: np.ndarray) -> Iterable[Behind]:
    return seen(view, rows, view.events(rows).take(np.flatnonzero(chosen)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Lace(_OfDischarge):
    """LACE: Length of stay, Acute admission, Comorbidity, Emergency visits; 0-19 points.

    van Walraven 2010, doi 10.1503/cmaj.091117. Comorbidity is what was known on the index
    date of the last ``lookback`` days; ``comorbidity``: groups of the list, any of which
    give the points once. Emergency visits: the 180 days before the day of admission.
    """

    visits: Rows
    diagnoses: Rows
    codelist: CodeList
    comorbidity: tuple[tuple[tuple[str, ...], int], ...]
    lookback: int = 1825

    def _needs(self) -> tuple[Rows, ...]:
        return (*super()._needs(), self.visits, self.diagnoses.coded(self.codelist))

    def _points(self, view: View, latest: Discharges) -> np.ndarray:
        ages = view.group_ages(self.diagnoses, self.codelist)
        counts = self.codelist.apply_hierarchy(ages <= self.lookback)
        member, points = self._comorbidity
        comorbidity = (counts.astype(np.int64) @ member > 0) @ points
        visits = _rows_between(view.events(self.visits), latest, first=-180, last=-1)
        return (
            lace_length(latest.nights)
            + 3 * latest.unplanned
            + np.where(comorbidity >= 4, 5, comorbidity)
            + np.minimum(visits, 4)
        )

    def _counted(self, view: View, start: int, end: int) -> Iterable[Behind]:
        diagnoses = self.diagnoses.coded(self.codelist)
        ages = view.ages(view.events(diagnoses))
        yield from _those(view, diagnoses, ages <= self.lookback)
        before = start - view.events(self.visits).day
        yield from _those(view, self.visits, (before >= 1) & (before <= 180))

    @cached_property
    def _comorbidity(self) -> tuple[np.ndarray, np.ndarray]:
        """(which groups stand in which part, (groups, parts); points of the parts)."""
        member = np.zeros((len(self.codelist.groups), len(self.comorbidity)), dtype=np.int64)
        for part, (groups, _) in enumerate(self.comorbidity):
            member[[self.codelist.index[group] for group in groups], part] = 1
        return member, np.array([points for _, points in self.comorbidity])


def lace_length(nights: np.ndarray) -> np.ndarray:
    """Points of a length of stay: 0, 1, 2, 3 as they are; 4-6: 4; 7-13: 5; from 14: 7."""
    return _LENGTH[np.clip(nights, 0, len(_LENGTH) - 1)]


_LENGTH = np.array([0, 1, 2, 3, *3 * [4], *7 * [5], 7])


@dataclass(frozen=True, kw_only=True, eq=False)
class HospitalScore(_OfDischarge):
    """HOSPITAL score: Haemoglobin, Oncology, Sodium, Procedure, Index Type, Admissions, Length.

    Donzé 2013, doi 10.1001/jamainternmed.2013.3023. Discharge from oncology is told by
    ``cancer``: a principal diagnosis of cancer on the stay. ``haemoglobin`` (g/l) and
    ``sodium`` (mmol/l): the latest value of the stay; NaN (no score) where either was not
    measured. Where neither is named, their two points are left out (0-11 instead of 0-13).
    """

    cancer: Rows
    procedures: Rows
    haemoglobin: Rows | None = None
    sodium: Rows | None = None

    def _needs(self) -> tuple[Rows, ...]:
        laboratory = [rows for rows in (self.haemoglobin, self.sodium) if rows is not None]
        return (*super()._needs(), self.cancer, self.procedures, *laboratory)

    def _points(self, view: View, latest: Discharges) -> np.ndarray:
        of = (self.stays, self.unplanned, self.cancer, self.procedures)
        points = view.once(("hospital", *of), lambda: self._without_laboratory(view, latest))
        for rows, limit in ((self.haemoglobin, 120), (self.sodium, 135)):
            if rows is not None:
                value = _last_value(view, rows, latest)
                points = points + np.where(np.isnan(value), np.nan, value < limit)
        return points

    def _without_laboratory(self, view: View, latest: Discharges) -> np.ndarray:
        admissions = _rows_between(view.events(self.stays), latest, first=-365, last=-1)
        return (
            2 * _on_stay(view.events(self.cancer), latest)
            + 1 * _on_stay(view.events(self.procedures), latest)
            + 1 * latest.unplanned
            + hospital_admissions(admissions)
            + 2 * (latest.nights >= 5)
        ).astype(np.float64)

    def _counted(self, view: View, start: int, end: int) -> Iterable[Behind]:
        before = start - view.events(self.stays).day
        yield from _those(view, self.stays, (before >= 1) & (before <= 365))
        for rows in (self.cancer, self.procedures):
            events = view.events(rows)
            assert events.end is not None
            yield from _those(view, rows, (events.day == start) & (events.end != NEVER))
        for values in (self.haemoglobin, self.sodium):
            if values is not None:
                day = view.events(values).day
                yield from _those(view, values, (day >= start) & (day <= end))


def hospital_admissions(admissions: np.ndarray) -> np.ndarray:
    """Points of the admissions in the year before: 0-1: 0, 2-5: 2, more than 5: 5."""
    return _ADMISSIONS[np.minimum(admissions, len(_ADMISSIONS) - 1)]


_ADMISSIONS = np.array([0, 0, *4 * [2], 5])


def latest_discharges(view: View, stays: Rows, unplanned: Rows) -> Discharges:
    """Of stays discharged on one day the one begun last; unplanned before planned."""
    events = view.events(stays)
    is_acute = np.zeros(len(view.history.arrays(stays.table.name).person), dtype=bool)
    is_acute[view.events(unplanned).row] = True
    start, end = np.full((2, len(view)), -NEVER, dtype=np.int32)
    acute = np.zeros(len(view), dtype=bool)
    kernels.latest_stays(
        events.person, events.day, events.end, is_acute[events.row], start, end, acute
    )
    return Discharges(start, end, acute)


def _rows_between(events: Events, latest: Discharges, *, first: int, last: int) -> np.ndarray:
    """How many rows began ``first`` to ``last`` days after each admission (negative: before)."""
    after = events.day - latest.start[events.person]
    between = events.person[(after >= first) & (after <= last)]
    return np.bincount(between, minlength=len(latest.start))


def _on_stay(events: Events, latest: Discharges) -> np.ndarray:
    """Whether any of the rows, which carry the days of their contact, is on the stay."""
    on = (events.end != NEVER) & (events.day == latest.start[events.person])
    found = np.zeros(len(latest.start), dtype=bool)
    found[events.person[on]] = True
    return found


def _last_value(view: View, rows: Rows, latest: Discharges) -> np.ndarray:
    """The latest value measured from admission to discharge; NaN where none."""
    events = view.events(rows)
    start, end = latest.start[events.person], latest.end[events.person]
    during = (events.day >= start) & (events.day <= end)
    value = np.where(during, view.values(rows, events, "value"), np.nan)
    return latest_of(view, events, value, ANY_TIME)[:, 0]
