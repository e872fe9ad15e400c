"""A care unit's list and team with what was decided, for tools."""

from datetime import timedelta

from serving.api import decided
from serving.api.answers import WeeklyList
from serving.desk import Desk
from serving.places import day_of, places_of
from serving.problems import NotFoundError
from serving.register import Decision, Enrolment, InExtract, Kind, WeeklyRun
from serving.register.decisions import what_counts
from serving.review import rows_of
from serving.week import week_of


def decided_list(desk: Desk, run: WeeklyRun, care_unit: str) -> decided.DecidedList:
    """The list with decisions. NotFoundError for a unit that the run does not know."""
    plain: WeeklyList = desk.weekly_list(run, care_unit)
    register = desk.register
    last_week = week_of(run.index_date - timedelta(days=7))
    rows_by_person = register.decisions.of_people([e.person_id for e in plain.entries])
    entries = []
    for row in rows_of(register, run, plain.entries):
        before = [
            d
            for d in what_counts(rows_by_person.get(row.entry.person_id, []))
            if d.week == last_week
        ]
        entries.append(
            decided.DecidedEntry(
                **dict(row.entry),
                state=row.state.value,
                standing=_answer(row.decision),
                last_week=_answer(before[-1] if before else None),
                enrolled_since=row.since,
                latest_decision=row.latest,
            )
        )
    places = places_of(register, care_unit, day_of(run), run)
    return decided.DecidedList(
        **{**dict(plain), "entries": entries}, places=decided.PlacesAnswer.of(places)
    )


def team(desk: Desk, run: WeeklyRun, care_unit: str) -> decided.TeamAnswer:
    """Who is in a unit's team, who waits, and the places."""
    register, on = desk.register, day_of(run)
    if not register.has_unit(run.id, care_unit):
        raise NotFoundError("unknown-care-unit", "no such care unit in that week")
    here: list[Enrolment | InExtract] = [
        *register.enrolments.in_extract(run.id, care_unit),
        *register.enrolments.of_unit(care_unit, on),
    ]
    standing = register.decisions.standing(care_unit=care_unit).values()
    waiting = sorted((d for d in standing if d.kind is Kind.WAIT), key=lambda d: d.id)
    return decided.TeamAnswer(
        week=run.week,
        care_unit=care_unit,
        care_unit_name=desk.unit_names.get(care_unit),
        on=on,
        places=decided.PlacesAnswer.of(places_of(register, care_unit, on, run)),
        enrolled=[
            decided.EnrolmentAnswer.of(e)
            for e in sorted(here, key=lambda e: (e.start, e.person_id))
        ],
        waiting=[decided.DecisionAnswer.of(d) for d in waiting],
    )


def decisions_of(desk: Desk, run: WeeklyRun, person_id: str) -> decided.DecisionsAnswer:
    """What was decided of a person. NotFoundError for somebody the run does not know."""
    if desk.register.person(run.id, person_id) is None:
        raise NotFoundError(
            "unknown-person", "nobody by that id was scored that week", do="Check the id."
        )
    rows = desk.register.decisions.of_person(person_id)
    counting = what_counts(rows)
    return decided.DecisionsAnswer(
        person_id=person_id,
        standing=_answer(counting[-1] if counting else None),
        latest_decision=rows[-1].id if rows else 0,
        decisions=[decided.DecisionAnswer.of(d) for d in rows],
    )


def _answer(decision: Decision | None) -> decided.DecisionAnswer | None:
    return decided.DecisionAnswer.of(decision) if decision else None
