"""What the pages and the API ask for, answered from the register, the extract and the model."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

import pandas as pd

from features.errors import MissingError
from features.frames import AnyTable, AnyTables, columns_of
from features.home import Home
from features.unit_names import unit_names
from serving import tracing
from serving.api import answers
from serving.few_people import FewPeople
from serving.kept_lists import KeptLists, entry_of, mobile_model_of
from serving.problems import NotFoundError
from serving.register import Register, WeeklyRun
from serving.register.reading import one_reading
from serving.subject import Kept, Recorded, Subject
from serving.told import Fact, events_of, records_behind, timeline


class CanScore(Protocol):
    """The part of a Scorer that the desk needs."""

    @property
    def version(self) -> str: ...

    def score(
        self,
        tables: AnyTables,
        index_date: date,
        wanted: list[str] | None = None,
        *,
        people: list[str] | None = None,
    ) -> list[answers.PersonScore]: ...


@dataclass
class Desk:
    """``person_tables(extract_id, person_id)`` gives one person's rows; MissingError if none."""

    register: Register
    person_tables: Callable[[str, str], AnyTables]
    scorer: CanScore | None = None
    unit_names: dict[str, str] = field(default_factory=dict)
    home: Home | None = None
    versions: Callable[[str], CanScore | None] | None = None

    def __post_init__(self) -> None:
        self._kept = FewPeople(self.person_tables)
        self.lists = KeptLists(self.register)

    @classmethod
    def of(cls, home: Home, scorer: CanScore | None = None) -> "Desk":
        from features.store import ExtractStore

        store = ExtractStore(home)
        register = Register.open(home)
        return cls(
            register, lambda e, p: store.get(e).plain_person(p), scorer, unit_names(home), home
        )

    def run(self, week: str = "current") -> WeeklyRun:
        """The current run of a week. NotFoundError when the week has no list."""
        run = self.register.current(None if week == "current" else week)
        if run is None:
            what = "there is no weekly list yet" if week == "current" else "that week has no list"
            raise NotFoundError("no-list", what, do="Make one with `framsynt weekly`.")
        return run

    def units(self, run: WeeklyRun) -> answers.Units:
        found = [
            answers.Unit(
                care_unit=u.care_unit,
                name=self.unit_names.get(u.care_unit),
                people=u.people,
                listed=u.listed,
                new=u.new,
            )
            for u in self.register.units(run.id)
        ]
        return answers.Units(week=run.week, care_units=found)

    def weekly_list(self, run: WeeklyRun, care_unit: str) -> answers.WeeklyList:
        """A care unit's list with the reasons of everybody on it, without those who object now.

        NotFoundError for a unit that the run does not know.
        """
        entries = self.lists.entries(run, care_unit)
        last = self.register.before(run.week)
        if last is not None and last.index_date != run.index_date - timedelta(days=7):
            last = None  # an earlier week, but not last week
        before = self.lists.people(last, care_unit) if last else []
        here = [e.person_id for e in entries]
        objecting = self.register.objections.current({*here, *before})
        return answers.WeeklyList(
            week=run.week,
            index_date=run.index_date,
            care_unit=care_unit,
            care_unit_name=self.unit_names.get(care_unit),
            capacity=run.capacity,
            primary_target=run.primary_target,
            model_version=run.model_version,
            extract_id=run.extract_id,
            same_model_as_last_week=last.model_version == run.model_version if last else None,
            entries=[e for e in entries if e.person_id not in objecting],
            gone=[p for p in before if p not in objecting and p not in here],
        )

    def person(
        self, run: WeeklyRun, person_id: str, targets: list[str] | None = None
    ) -> answers.Person:
        """Scores and reasons of a person; reasons of these targets, None for all.

        NotFoundError for somebody the run does not know.
        """
        return self.open(run, person_id, targets).person

    def stored(self, run: WeeklyRun, person_id: str) -> answers.StoredScores:
        """What a run wrote of a person. NotFoundError for somebody the run does not know."""
        with one_reading(self.register.engine):
            care_unit, probabilities = self._scored(run, person_id)
            listed = self.register.listed(run.id, person_id, run.primary_target)
        reasons = listed.reasons.reasons if listed and listed.reasons else ()
        return answers.StoredScores(
            person_id=person_id,
            week=run.week,
            index_date=run.index_date,
            care_unit=care_unit,
            care_unit_name=self.unit_names.get(care_unit),
            model_version=run.model_version,
            primary_target=run.primary_target,
            probabilities=probabilities,
            entry=entry_of(listed.entry, reasons) if listed else None,
        )

    def _scored(self, run: WeeklyRun, person_id: str) -> tuple[str, dict[str, float]]:
        """Care unit, and probabilities with the primary target's first."""
        scored = self.register.person(run.id, person_id)
        if scored is None:
            raise NotFoundError(
                "unknown-person", "nobody by that id was scored that week", do="Check the id."
            )
        care_unit, by_name = scored
        return care_unit, {t: by_name[t] for t in _in_order(by_name, run.primary_target)}

    def timeline(self, run: WeeklyRun, person_id: str) -> answers.Timeline:
        """The records behind a score, as they were known at the run's index date."""
        return self.open(run, person_id, []).timeline()

    def open(self, run: WeeklyRun, person_id: str, targets: list[str] | None = None) -> "Opened":
        """A person with all that there is to tell. ``targets`` as for ``person``."""
        with one_reading(self.register.engine):
            care_unit, probabilities = self._scored(run, person_id)
            listed = self.register.listed(run.id, person_id, run.primary_target)
            told = self.register.told(run.id, person_id) if listed else None
        kept = Kept.of(told)
        recorded = None if kept else self._recorded(run, person_id)
        subject: Subject = kept or recorded or Recorded(person_id, None, run.index_date)
        entry = listed.entry if listed else None
        stored = listed.reasons if listed else None
        wanted = [t for t in probabilities if targets is None or t in targets]
        explained: dict[str, answers.Explanation] = {}
        others = wanted
        if stored is not None and run.primary_target in wanted:
            # what was said in the list stays what is said here
            explained[run.primary_target] = _explanation(stored)
            others = [t for t in wanted if t != run.primary_target]
        if others:
            explained |= {e.target: e for e in subject.explanations(others)}
        now = recorded.scored(others) if recorded and not entry and others else None
        explanations = [explained[t] for t in wanted if t in explained]
        persons = recorded.tables.get("persons") if recorded and recorded.tables else None
        person = answers.Person(
            person_id=person_id,
            week=run.week,
            index_date=run.index_date,
            care_unit=care_unit,
            care_unit_name=self.unit_names.get(care_unit),
            age=entry.age if entry else _age(persons, run.index_date),
            sex=entry.sex if entry else _sex(persons),
            model_version=run.model_version,
            primary_target=run.primary_target,
            probabilities=probabilities,
            groups=entry.target_groups if entry else (now.groups if now else []),
            mobile_model=mobile_model_of(entry) if entry else (now.mobile_model if now else None),
            entry=entry_of(entry, stored.reasons if stored else ()) if entry else None,
            explanations=explanations,
            records=self._records(subject, explanations),
        )
        return Opened(person, subject, self.unit_names)

    def _records(
        self, subject: Subject, explanations: list[answers.Explanation]
    ) -> dict[str, answers.RecordsBehind]:
        features = [r.feature for e in explanations for r in e.reasons if r.feature]
        return records_behind(subject.behind(features), self.unit_names) if features else {}

    def _recorded(self, run: WeeklyRun, person_id: str) -> Recorded:
        """Read from the extract; scored as far as this process serves the run's model version."""
        try:
            with tracing.span("read history"):
                tables = self._kept.get((run.extract_id, person_id))
        except MissingError:  # the extract has been tidied away; the register still answers
            tables = None
        scorer = self.scorer
        return Recorded(
            person_id,
            tables,
            run.index_date,
            self._of_version(scorer, run.model_version),
            getattr(scorer, "matrix", None),
        )

    def _of_version(self, scorer: CanScore | None, version: str) -> CanScore | None:
        """The scorer of the version that made a list: the one that serves, or one that did until
        lately and is still in memory."""
        if scorer is not None and scorer.version == version:
            return scorer
        return self.versions(version) if self.versions else None


@dataclass(frozen=True)
class Opened:
    """A person as a page shows one; the rest is told when it is asked for."""

    person: answers.Person
    subject: Subject
    unit_names: dict[str, str]

    def timeline(self) -> answers.Timeline:
        subject, person = self.subject, self.person
        return timeline(
            person.person_id,
            person.index_date,
            subject.events,
            self.unit_names,
            shortened=subject.shortened,
        )

    def worded(self, facts: Iterable[Fact]) -> list[answers.TimelineEvent]:
        """Some of the subject's events, as an answer tells them."""
        return events_of(facts, self.unit_names)

    def values(self) -> Mapping[str, float]:
        """The features that ``attention`` reads, NaN for what is not known; empty where the
        records or the model are not here."""
        return self.subject.feature_values


def _explanation(stored: Any) -> answers.Explanation:
    return answers.Explanation.model_validate(
        {
            "target": stored.target,
            "base": stored.base,
            "rest": stored.rest,
            "reasons": stored.reasons,
            "headings": stored.headings,
        }
    )


def _in_order(names: Iterable[str], primary: str) -> list[str]:
    """Targets as they are declared, the primary one first."""
    from models.targets import TARGETS

    declared = list(TARGETS)
    return sorted(names, key=lambda n: (n != primary, declared.index(n) if n in TARGETS else 99, n))


def _age(persons: AnyTable | None, on: date) -> int | None:
    if persons is None or not len(persons):
        return None
    born = pd.Timestamp(columns_of(persons)["birth_date"][0])
    return int(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _sex(persons: AnyTable | None) -> str:
    return "unknown" if persons is None or not len(persons) else str(columns_of(persons)["sex"][0])
