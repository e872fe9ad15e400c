"""What the register holds, as FHIR R4 resources."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from features.swedish_time import SWEDEN
from models.targets import TARGETS
from serving.fhir.elements import (
    EXTRACT,
    MOBILE_MODEL,
    MODEL,
    TARGET,
    Resource,
    concept,
    device,
    id_of,
    patient,
    unit,
)
from serving.register import Decision, Enrolment, Kind, ListEntry, WeeklyRun
from serving.register.decisions import what_counts

NOTE = (
    "Ett risktal bland personer med liknande uppgifter. Det är ingen diagnos, säger inte vad som "
    "hjälper och avgör ingenting."
)
CHANGE = "urn:framsynt:change"
TASK_CODE = "urn:framsynt:task"


def risk_assessment(run: WeeklyRun, person_id: str, probabilities: Mapping[str, float]) -> Resource:
    """A person's risks of one week, a prediction for each target, in per cent as R4 has it
    (RiskAssessment.prediction.probability[x]). No ``mitigation``: what would help is not known
    from these records."""
    return {
        "resourceType": "RiskAssessment",
        "id": id_of(str(run.id), person_id),
        "status": "final",
        "method": {
            "coding": [{"system": MODEL, "code": "framsynt", "version": run.model_version}],
            "text": f"Framsynt, modellversion {run.model_version}",
        },
        "subject": patient(person_id),
        "occurrenceDateTime": run.index_date.isoformat(),
        "performer": device(),
        "basis": [
            {
                "identifier": {"system": EXTRACT, "value": run.extract_id},
                "display": f"Uppgifter kända före {run.index_date.isoformat()}",
            }
        ],
        "prediction": [
            _prediction(target, probability, run.index_date)
            for target, probability in sorted(
                probabilities.items(), key=lambda p: (p[0] != run.primary_target, p[0])
            )
        ],
        "note": [{"text": NOTE}],
    }


def _prediction(target: str, probability: float, index_date: date) -> Resource:
    known = TARGETS.get(target)
    said: Resource = {
        "outcome": concept(TARGET, target, known.label("sv") if known else ""),
        "probabilityDecimal": round(100 * probability, 4),
    }
    if known is not None:
        last = index_date + timedelta(days=known.horizon_days - 1)
        said["whenPeriod"] = {"start": index_date.isoformat(), "end": last.isoformat()}
    return said


def weekly_list(
    run: WeeklyRun,
    care_unit: str,
    name: str | None,
    entries: Sequence[ListEntry],
    *,
    is_current: bool,
) -> Resource:
    """A care unit's list of a week, highest risk first. ``date`` is the Monday that it is for, by
    which lists are searched for, whenever it was made."""
    said: Resource = {
        "resourceType": "List",
        "id": id_of(run.week, care_unit),
        "status": "current" if is_current else "retired",
        "mode": "snapshot",
        "title": f"Veckans lista {run.week}, {name or care_unit}",
        "subject": unit(care_unit, name, "Group"),
        "date": run.index_date.isoformat(),
        "source": device(),
        "orderedBy": concept("http://terminology.hl7.org/CodeSystem/list-order", "priority"),
        "note": [{"text": NOTE}],
    }
    if not entries:
        empty = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
        return {**said, "emptyReason": concept(empty, "nilknown")}
    return {**said, "entry": [_entry(e) for e in entries]}


def _entry(row: ListEntry) -> Resource:
    said: Resource = {"item": patient(row.person_id)}
    if row.changed:
        flags = [{"system": CHANGE, "code": change} for change in row.changed]
        return {"flag": {"coding": flags}, **said}
    return said


def tasks(
    chain: Sequence[Decision],
    enrolments: Mapping[int, Enrolment],
    today: date,
    names: Mapping[str, str],
) -> list[Resource]:
    """A person's enrolment requests: of their decisions, oldest first, those to enrol or to wait
    with what became of them. ``enrolments``: that stand, by decision."""
    counting = what_counts(chain)
    return [
        _task(
            row,
            _status(row, counting, enrolments.get(row.id), today),
            enrolments.get(row.id),
            names.get(row.care_unit),
        )
        for row in chain
        if row.kind in (Kind.ENROL, Kind.WAIT)
    ]


def _status(
    row: Decision, counting: Sequence[Decision], enrolment: Enrolment | None, today: date
) -> str:
    if row not in counting:
        return "entered-in-error"  # taken back
    later = counting[counting.index(row) + 1 :]
    if row.kind is Kind.WAIT:
        if not later:
            return "requested"
        return "completed" if later[0].kind is Kind.ENROL else "cancelled"
    if enrolment is None or (enrolment.end is not None and enrolment.end <= today):
        return "completed"
    return "in-progress" if enrolment.start <= today else "accepted"


def _task(
    row: Decision, status: str, enrolment: Enrolment | None, unit_name: str | None
) -> Resource:
    enrols = row.kind is Kind.ENROL
    said: Resource = {
        "resourceType": "Task",
        "id": str(row.id),
        "status": status,
        "intent": "order" if enrols else "proposal",
        "code": {
            "coding": [{"system": TASK_CODE, "code": row.kind.value}],
            "text": "Inskrivning i mobilt team" if enrols else "Väntar på plats i mobilt team",
        },
        "for": patient(row.person_id),
        "authoredOn": row.at.astimezone(SWEDEN).isoformat(timespec="seconds"),
        "requester": {"type": "Practitioner", "display": row.who_name or row.who},
        "owner": unit(row.care_unit, enrolment.team if enrolment else unit_name),
    }
    if row.mobile_model:
        said["businessStatus"] = concept(MOBILE_MODEL, row.mobile_model)
    period = _period(row, enrolment)
    return {**said, "executionPeriod": period} if period else said


def _period(row: Decision, enrolment: Enrolment | None) -> dict[str, Any]:
    start = enrolment.start if enrolment else row.start
    end = enrolment.end if enrolment else None
    said = {"start": start, "end": end - timedelta(days=1) if end else None}
    if said["end"] and start and said["end"] < start:  # ended before the first day
        said["end"] = start
    return {name: day.isoformat() for name, day in said.items() if day}
