"""Whether a person matters here, and what a card is to tell of them.

Somebody matters who is on the week's list, or whose risk is at least that of the last one on it,
and about whom nobody has decided: not in a team, not waiting, not put off, not declined this week.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from features.swedish_time import local_today
from serving.cds.card import TABLES_IN_WORDS, Told
from serving.kept_lists import mobile_model_of, reason_of
from serving.problems import NotSentError
from serving.register.models import ListEntry
from serving.register.objections import objects
from serving.review import State, state_of
from serving.security.who import Principal
from serving.week import monday_after

if TYPE_CHECKING:
    from serving.desk import Desk
    from serving.register import WeeklyRun


@dataclass(frozen=True)
class Opened:
    """The record that is open: ``person_id`` is the pseudonym, ``patient_id`` the record system's
    id. ``prefetch``: what was sent along; ``codes``: a code map for it."""

    person_id: str
    patient_id: str
    prefetch: Mapping[str, Any]
    codes: Path | None = None


def told_of(desk: "Desk", principal: Principal, opened: Opened) -> Told | None:
    """None for somebody who does not matter, is another care unit's, objects, or has died.

    NotSentError (412) for somebody unknown here of whom too little was sent to score: no Patient
    resource, or more is unknown than ``models.lacking`` lets pass.
    """
    person_id = opened.person_id
    run = desk.register.current()
    if run is None or person_id in desk.register.objections.current([person_id]):
        return None
    if _has_died(opened):
        return None
    scored = desk.register.person(run.id, person_id)
    if scored is None:
        return _from_records(desk, principal, run, opened)
    care_unit, probabilities = scored
    if not principal.works_at(care_unit):
        return None
    listed = desk.register.listed(run.id, person_id, run.primary_target)
    probability = probabilities[run.primary_target]
    if listed is None:
        least = _least_listed(desk, run, [care_unit]).get(care_unit)
        if least is None or probability < least:
            return None
    if state_of(desk.register, run, person_id) is not State.OPEN:
        return None
    entry = listed.entry if listed is not None else None
    if listed is not None and entry is not None and listed.reasons is not None:
        reasons = [reason_of(row) for row in listed.reasons.reasons]
        mobile_model = mobile_model_of(entry)
    else:
        person = desk.person(run, person_id, [run.primary_target])
        reasons = person.explanations[0].reasons if person.explanations else []
        mobile_model = person.mobile_model
    return Told(
        target=run.primary_target,
        probability=probability,
        reasons=reasons,
        mobile_model=mobile_model,
        week=run.week,
        rank=entry.rank if entry else None,
        changed=entry.changed if entry else (),
    )


def _has_died(opened: Opened) -> bool:
    """By the Patient sent along: a record system knows before the next list does."""
    patient = opened.prefetch.get("patient")
    if not isinstance(patient, dict) or patient.get("id") != opened.patient_id:
        return False
    return patient.get("deceasedBoolean") is True or bool(patient.get("deceasedDateTime"))


def _least_listed(desk: "Desk", run: "WeeklyRun", care_units: Collection[str]) -> dict[str, float]:
    """Each unit's threshold: the risk of the last one on its list, where it is not empty."""
    last = (
        select(ListEntry.care_unit, func.max(ListEntry.rank).label("rank"))
        .where(
            ListEntry.run_id == run.id,
            ListEntry.care_unit.in_(care_units),
            ~objects(ListEntry.person_id),
        )
        .group_by(ListEntry.care_unit)
        .subquery()
    )
    query = select(ListEntry.care_unit, ListEntry.probabilities).where(
        ListEntry.run_id == run.id,
        ListEntry.care_unit == last.c.care_unit,
        ListEntry.rank == last.c.rank,
    )
    with desk.register.engine.connect() as connection:
        rows = connection.execute(query).all()
    return {unit: float(probabilities[run.primary_target]) for unit, probabilities in rows}


def _from_records(
    desk: "Desk", principal: Principal, run: "WeeklyRun", opened: Opened
) -> Told | None:
    """Scored as of next Monday, from what was sent along, with what is known now."""
    from serving.cds.prefetched import Sent, history_of

    sent = Sent(opened.prefetch, opened.patient_id)
    scorer: Any = desk.scorer
    if scorer is None:
        return None
    least = _threshold_for_strangers(desk, principal, run)
    if least is None:
        return None
    tables, coverage = history_of(sent, scorer.model.coverage, opened.codes)
    _refuse_too_little(scorer.model, coverage, sent.unanswered)
    (scored,) = scorer.score(tables, _next_monday(), [run.primary_target], coverage)
    probability = scored.probabilities[run.primary_target]
    if probability < least:
        return None
    missing = scorer.model.coverage.tables - coverage.tables
    return Told(
        target=run.primary_target,
        probability=probability,
        reasons=scored.explanations[0].reasons,
        mobile_model=scored.mobile_model,
        unknown=[name for name in TABLES_IN_WORDS if name in missing],
    )


def _refuse_too_little(model: Any, coverage: Any, unanswered: list[str]) -> None:
    """As the weekly run refuses an extract: a score of little but gaps is no score."""
    from models.lacking import MOST_UNKNOWN, lacking_of

    found = lacking_of(model, coverage)
    if found.is_too_much:
        raise NotSentError(
            f"too little was sent to score the person: {found.unknown} of the {found.known} "
            f"features of the model would be unknown, and {MOST_UNKNOWN:.0%} may be. "
            f"Not known: {', '.join(found.what)}",
            where="prefetch",
            do="Send what GET /cds-services asks for under prefetch, whole.",
            members={"unanswered": unanswered},
        )


def _threshold_for_strangers(desk: "Desk", principal: Principal, run: "WeeklyRun") -> float | None:
    """For somebody listed nowhere here: the median of the thresholds of the caller's units."""
    units = [u.care_unit for u in desk.register.units(run.id) if principal.works_at(u.care_unit)]
    found = _least_listed(desk, run, units)
    return median(found.values()) if found else None


def _next_monday(today: date | None = None) -> date:
    """Rows of today are seen, as the index date is the first day that is not."""
    return monday_after(today or local_today())
