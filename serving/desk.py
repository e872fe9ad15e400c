"""What the pages and the API ask for, answered from the register, the extract and the model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from features.errors import FramsyntError, MissingError
from features.home import Home
from features.tables import Tables
from serving.api import answers
from serving.problems import NotFoundError
from serving.register import ListEntry, Register, StoredReasons, WeeklyRun
from serving.timeline import timeline_of
from serving.units import unit_names

STRONGEST = 3


class CanScore(Protocol):
    """The part of a Scorer that the desk needs."""

    @property
    def version(self) -> str: ...

    def score(
        self,
        tables: Tables,
        index_date: date,
        wanted: list[str] | None = None,
        *,
        people: list[str] | None = None,
    ) -> list[answers.PersonScore]: ...


@dataclass
class Desk:
    """``person_tables(extract_id, person_id)`` gives one person's rows; MissingError if none."""

    register: Register
    person_tables: Callable[[str, str], Tables]
    scorer: CanScore | None = None
    unit_names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Home, scorer: CanScore | None = None) -> "Desk":
        from features.store import ExtractStore

        store = ExtractStore(home)
        register = Register.open(home)
        return cls(register, lambda e, p: store.get(e).person(p), scorer, unit_names(home))

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
        """A care unit's list. NotFoundError for a unit that the run does not know."""
        if care_unit not in {u.care_unit for u in self.register.units(run.id)}:
            raise NotFoundError(
                "unknown-care-unit",
                "no such care unit in that week",
                do="GET /api/v1/care-units names those there are.",
            )
        rows = self.register.entries(run.id, care_unit)
        why = self.register.reasons(run.id, [r.person_id for r in rows], run.primary_target)
        last = self.register.before(run.week)
        if last is not None and last.index_date != run.index_date - timedelta(days=7):
            last = None  # an earlier week, but not last week
        before = self.register.entries(last.id, care_unit) if last else []
        here = {r.person_id for r in rows}
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
            entries=[_entry(r, why.get(r.person_id)) for r in rows],
            gone=[r.person_id for r in before if r.person_id not in here],
        )

    def person(self, run: WeeklyRun, person_id: str) -> answers.Person:
        """Scores and reasons of a person. NotFoundError for somebody the run does not know."""
        scored = self.register.person(run.id, person_id)
        if scored is None:
            raise NotFoundError(
                "unknown-person", "nobody by that id was scored that week", do="Check the id."
            )
        care_unit, by_name = scored
        probabilities = {t: by_name[t] for t in _in_order(by_name, run.primary_target)}
        entry = self.register.entry(run.id, person_id)
        stored = self.register.reasons(run.id, [person_id], run.primary_target).get(person_id)
        tables = self._tables(run, person_id)
        now = self._score(run, person_id, probabilities, tables)
        explanations = list(now.explanations) if now else []
        if stored is not None:  # what was said in the list stays what is said here
            others = [e for e in explanations if e.target != run.primary_target]
            explanations = [_explanation(stored), *others]
        persons = tables.get("persons") if tables else None
        return answers.Person(
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
            mobile_model=_mobile(entry) if entry else (now.mobile_model if now else None),
            entry=_entry(entry, stored) if entry else None,
            explanations=explanations,
        )

    def timeline(self, run: WeeklyRun, person_id: str) -> answers.Timeline:
        """The records behind a score, as they were known at the run's index date."""
        if self.register.person(run.id, person_id) is None:
            raise NotFoundError(
                "unknown-person", "nobody by that id was scored that week", do="Check the id."
            )
        tables = self._tables(run, person_id) or {}
        return timeline_of(person_id, tables, run.index_date)

    def _tables(self, run: WeeklyRun, person_id: str) -> Tables | None:
        try:
            return self.person_tables(run.extract_id, person_id)
        except MissingError:  # the extract has been tidied away; the register still answers
            return None

    def _score(
        self,
        run: WeeklyRun,
        person_id: str,
        probabilities: dict[str, float],
        tables: Tables | None,
    ) -> answers.PersonScore | None:
        """Reasons of all targets, as far as this process serves the run's model version."""
        if self.scorer is None or tables is None or self.scorer.version != run.model_version:
            return None
        try:
            scored = self.scorer.score(
                tables, run.index_date, list(probabilities), people=[person_id]
            )
        except FramsyntError:
            return None
        return scored[0] if scored else None


def _entry(row: ListEntry, stored: StoredReasons | None) -> answers.Entry:
    return answers.Entry(
        rank=row.rank,
        person_id=row.person_id,
        age=row.age,
        sex=row.sex,
        groups=row.target_groups,
        mobile_model=_mobile(row),
        probabilities=row.probabilities,
        changed=row.changed,
        reasons=_strongest(_explanation(stored)) if stored else [],
    )


def _strongest(explanation: answers.Explanation) -> list[answers.Reason]:
    """The reasons that raise the score most: what a team can look into."""
    raising = [r for r in explanation.reasons if r.raises]
    return raising[:STRONGEST]


def _explanation(stored: StoredReasons) -> answers.Explanation:
    return answers.Explanation(
        target=stored.target,
        base=stored.base,
        rest=stored.rest,
        reasons=[answers.Reason.model_validate(r) for r in stored.reasons],
    )


def _mobile(row: ListEntry) -> answers.MobileModel | None:
    if row.mobile_model is None:
        return None
    return answers.MobileModel(model=row.mobile_model, rule=answers.Words(**row.mobile_rule))


def _in_order(names: Iterable[str], primary: str) -> list[str]:
    """Targets as they are declared, the primary one first."""
    from models.targets import TARGETS

    declared = list(TARGETS)
    return sorted(names, key=lambda n: (n != primary, declared.index(n) if n in TARGETS else 99, n))


def _age(persons: Any, on: date) -> int | None:
    if persons is None or persons.empty:
        return None
    born = persons["birth_date"].iloc[0]
    return int(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def _sex(persons: Any) -> str:
    return "unknown" if persons is None or persons.empty else str(persons["sex"].iloc[0])
