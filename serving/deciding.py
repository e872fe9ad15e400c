"""Rules of deciding about a person on a list. Words and buttons are elsewhere.

What is decided goes into the register in one short transaction, in which nobody else decides
about people of the same care unit: so the last free place is given once.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import category

from sqlalchemy import Connection

from features.errors import SettingsError
from features.swedish_time import local_day
from serving.api.base import Words
from serving.places import count_places, day_of, team_name
from serving.problems import ConflictError, NotFoundError
from serving.register import Decision, Kind, NewDecision, Register, WeeklyRun
from serving.register.decisions import add_decision, by_request, latest_id, refuse_overtaken
from serving.register.enrolments import add_end, add_enrolment, by_id, going_on, in_team
from serving.security.who import Principal

DECLINE_REASONS = {
    "enough_support": Words(
        sv="Har redan det stöd som behövs", en="Already has the support that is needed"
    ),
    "declined_by_person": Words(sv="Tackar nej", en="The person declines"),
    "other_care": Words(sv="Vårdas redan av annat team", en="Already cared for by another team"),
    "palliative": Words(sv="Palliativ vård pågår", en="In palliative care"),
    "not_assessed_needed": Words(sv="Bedöms inte ha behov nu", en="Assessed: no need now"),
    "wrong_data": Words(sv="Underlaget stämmer inte", en="The records are wrong"),
    "other": Words(sv="Annat (skriv)", en="Other (say what)"),
}
END_REASONS = {
    "goals_met": Words(sv="Målen är uppnådda", en="The goals are met"),
    "declined_by_person": Words(sv="Personen vill avsluta", en="The person wants to leave"),
    "other_care": Words(sv="Tas över av annan vård", en="Taken over by other care"),
    "care_home": Words(sv="Flyttat till särskilt boende", en="Moved to a care home"),
    "moved": Words(sv="Flyttat från området", en="Moved away"),
    "died": Words(sv="Avliden", en="Died"),
    "other": Words(sv="Annat (skriv)", en="Other (say what)"),
}
MODELS = ("A", "B", "C")
LONGEST_NOTE = 500
EARLIEST_START, LATEST_START = timedelta(days=31), timedelta(days=92)
LONGEST_DEFERRAL = timedelta(days=366)


@dataclass(frozen=True)
class Choice:
    """What somebody chose for a person. What does not belong to the kind is left out.

    ENROL: ``mobile_model`` (A, B, C) and ``start``, the first day in the team. WAIT: either
    may be wished for. DEFER: ``until``, the day the person comes back to the list. DECLINE:
    ``reason``, a code of DECLINE_REASONS. ``note``: free text; needed for the reason "other".
    ``follows``: the id of the person's latest decision that was on the screen, 0 for none.
    """

    kind: Kind
    mobile_model: str | None = None
    start: date | None = None
    until: date | None = None
    reason: str | None = None
    note: str = ""
    follows: int = 0


@dataclass(frozen=True)
class Request:
    """A call that may be repeated: its key, and a hash of all that was asked for."""

    key: str
    body_hash: str


def decide(
    register: Register,
    principal: Principal,
    run: WeeklyRun,
    person_id: str,
    choice: Choice,
    *,
    request: Request | None = None,
    now: datetime | None = None,
) -> Decision:
    """Write a decision about a person scored in ``run``, and the enrolment it begins.

    ENROL where no place is free becomes WAIT: look at the answer's kind. The same ``request``
    again gets the decision it made the first time.

    Raises DecidedMeanwhile when ``follows`` is not the person's latest decision, SettingsError
    for a bad choice, NotFoundError for somebody not scored at a unit of the principal's, and
    ConflictError for somebody who is in a team already, or for a key used for something else.
    """
    at = now or datetime.now(UTC)
    care_unit = _unit_of(register, principal, run, person_id)
    today = day_of(run, at)
    checked = _checked(choice, run, today)
    new = NewDecision(
        person_id=person_id,
        care_unit=care_unit,
        week=run.week,
        who=principal.subject,
        who_name=principal.name,
        **_keyed(request),
        **vars(checked),
    )

    def written(connection: Connection) -> Decision:
        if (again := _by_key(connection, principal, request)) is not None:
            return again
        refuse_overtaken(connection, person_id, new.follows)
        if in_team(connection, person_id, today, run.id):
            raise ConflictError(
                "already-enrolled",
                "this person is in a mobile team already",
                do="End that enrolment first, where it was made.",
            )
        kind = new.kind
        if kind is Kind.ENROL:
            places = count_places(connection, register, care_unit, today, run)
            kind = Kind.ENROL if places.free else Kind.WAIT
        decision = add_decision(connection, replace(new, kind=kind), at)
        if kind is Kind.ENROL:
            add_enrolment(connection, decision, team_name(register, care_unit))
        return decision

    return register.deciding(care_unit, person_id, written)


def undo(
    register: Register,
    principal: Principal,
    decision_id: int,
    *,
    run: WeeklyRun | None = None,
    request: Request | None = None,
    now: datetime | None = None,
) -> Decision:
    """Take back a decision, on the day it was made: the one before counts again.

    ``run``: the current one, to count places by when an ended enrolment comes back; by default
    the register's. Raises NotFoundError for a decision not of the principal's units,
    SettingsError for one of another day or an undo, DecidedMeanwhile where it is no longer the
    person's latest, ConflictError where the place has gone to somebody else.
    """
    at = now or datetime.now(UTC)
    if (again := _done_before(register, principal, request)) is not None:
        return again
    before = register.decisions.get(decision_id)
    if before is None or not principal.works_at(before.care_unit):
        raise NotFoundError("unknown-decision", "there is no such decision", do="Check the id.")
    if before.kind is Kind.UNDO:
        raise SettingsError("an undo is not undone", do="Decide again instead.")
    if local_day(before.at) != local_day(at):
        raise SettingsError(
            "a decision can be undone on the day it was made, not later", do="Decide again instead."
        )
    current = run or register.current()
    new = NewDecision(
        person_id=before.person_id,
        care_unit=before.care_unit,
        week=before.week,
        kind=Kind.UNDO,
        who=principal.subject,
        who_name=principal.name,
        follows=before.id,
        **_keyed(request),
    )

    def written(connection: Connection) -> Decision:
        if (again := _by_key(connection, principal, request)) is not None:
            return again
        refuse_overtaken(connection, before.person_id, before.id)
        if before.kind is Kind.END and current is not None:
            day = day_of(current, at)
            still_in = going_on(connection, before.person_id, day)
            if (
                not still_in
                and not count_places(connection, register, before.care_unit, day, current).free
            ):
                raise ConflictError(
                    "no-place",
                    "the place has been given to somebody else",
                    do="Enrol the person again when a place is free.",
                )
        return add_decision(connection, new, at)

    return register.deciding(before.care_unit, before.person_id, written)


def end_enrolment(
    register: Register,
    principal: Principal,
    enrolment_id: int,
    on: date,
    reason: str,
    note: str = "",
    *,
    run: WeeklyRun | None = None,
    request: Request | None = None,
    now: datetime | None = None,
) -> Decision:
    """End an enrolment: ``on`` is the first day no longer in the team.

    Raises NotFoundError for an enrolment not of the principal's units, or undone; SettingsError
    for a reason not in END_REASONS or a day before the first one or over a year ahead;
    ConflictError where it has ended already.
    """
    at = now or datetime.now(UTC)
    if (again := _done_before(register, principal, request)) is not None:
        return again
    current = run or register.current()
    enrolment = register.enrolments.get(enrolment_id)
    if current is None or enrolment is None or not principal.works_at(enrolment.care_unit):
        raise NotFoundError("unknown-enrolment", "there is no such enrolment", do="Check the id.")
    said = _note(note)
    _known(reason, END_REASONS, said)
    if not enrolment.start <= on <= day_of(current, at) + LONGEST_DEFERRAL:
        raise SettingsError(
            "the last day lies before the first one, or more than a year ahead", where="on"
        )

    def written(connection: Connection) -> Decision:
        if (again := _by_key(connection, principal, request)) is not None:
            return again
        now_known = by_id(connection, enrolment_id)
        if now_known is None or now_known.end is not None:
            raise _ended_already()
        new = NewDecision(
            person_id=enrolment.person_id,
            care_unit=enrolment.care_unit,
            week=current.week,
            kind=Kind.END,
            until=on,
            reason=reason,
            note=said,
            mobile_model=enrolment.mobile_model,
            who=principal.subject,
            who_name=principal.name,
            follows=latest_id(connection, enrolment.person_id),
            **_keyed(request),
        )
        decision = add_decision(connection, new, at)
        add_end(connection, decision, now_known)
        return decision

    return register.deciding(enrolment.care_unit, enrolment.person_id, written)


def _ended_already() -> ConflictError:
    return ConflictError(
        "already-ended",
        "this enrolment has ended or been undone already",
        do="Read the team again.",
    )


def _unit_of(register: Register, principal: Principal, run: WeeklyRun, person_id: str) -> str:
    scored = register.person(run.id, person_id)
    if scored is None or not principal.works_at(scored[0]):
        raise NotFoundError(
            "unknown-person", "nobody by that id is at your care units", do="Check the id."
        )
    return scored[0]


def _keyed(request: Request | None) -> dict[str, Any]:
    """What a decision keeps of the call that made it."""
    if request is None:
        return {}
    return {"request_key": request.key, "request_hash": request.body_hash}


def _done_before(
    register: Register, principal: Principal, request: Request | None
) -> Decision | None:
    """What the same call did the first time; ConflictError where its key did something else."""
    if request is None:
        return None
    before = register.decisions.repeated(principal.subject, request.key)
    return _repeated(before, request) if before else None


def _by_key(
    connection: Connection, principal: Principal, request: Request | None
) -> Decision | None:
    """The same, in the transaction that writes."""
    if request is None:
        return None
    before = by_request(connection, principal.subject, request.key)
    return _repeated(before, request) if before else None


def _repeated(before: tuple[Decision, str], request: Request) -> Decision:
    decision, body_hash = before
    if body_hash != request.body_hash:
        raise ConflictError(
            "key-used-before",
            "this Idempotency-Key came with another decision before",
            do="Take a new key for every decision.",
        )
    return decision


def _checked(choice: Choice, run: WeeklyRun, today: date) -> Choice:
    """The choice with what belongs to its kind, and nothing else. SettingsError."""
    plain = Choice(kind=choice.kind, note=_note(choice.note), follows=choice.follows)
    match choice.kind:
        case Kind.ENROL:
            return replace(
                plain, mobile_model=_model(choice), start=_start(choice, run, today, needed=True)
            )
        case Kind.WAIT:
            return replace(
                plain,
                mobile_model=_model(choice) if choice.mobile_model else None,
                start=_start(choice, run, today, needed=False),
            )
        case Kind.DEFER:
            return replace(plain, until=_until(choice, today))
        case Kind.DECLINE:
            return replace(plain, reason=_known(choice.reason, DECLINE_REASONS, plain.note))
    raise SettingsError("not a decision about a person", where="kind", do="See the documentation.")


def _model(choice: Choice) -> str:
    if choice.mobile_model not in MODELS:
        raise SettingsError("not a mobile model", where="mobile_model", do="Choose A, B or C.")
    return choice.mobile_model


def _start(choice: Choice, run: WeeklyRun, today: date, *, needed: bool) -> date | None:
    if choice.start is None and not needed:
        return None
    earliest = min(run.index_date, today) - EARLIEST_START
    if choice.start is None or not earliest <= choice.start <= today + LATEST_START:
        raise SettingsError(
            "the first day in the team is missing or too far away",
            where="start",
            do="Give a day from a month ago to three months ahead.",
        )
    return choice.start


def _until(choice: Choice, today: date) -> date:
    if choice.until is None or not today < choice.until <= today + LONGEST_DEFERRAL:
        raise SettingsError(
            "the day to come back is missing, or not between tomorrow and a year ahead",
            where="until",
            do="Give a later day.",
        )
    return choice.until


def _known(reason: str | None, reasons: dict[str, Words], note: str) -> str:
    if reason not in reasons:
        raise SettingsError(
            "not a reason", where="reason", do=f"Choose one of: {', '.join(reasons)}."
        )
    if reason == "other" and not note:
        raise SettingsError("say what the other reason is", where="note", do="Write a few words.")
    return reason


def _note(text: str) -> str:
    """Free text, trimmed. Line breaks are kept, other control characters refused."""
    said = text.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_NOTE:
        raise SettingsError("longer than 500 characters", where="note", do="Shorten it.")
    if any(category(c) in ("Cc", "Cs") and c not in "\n\t" for c in said):
        raise SettingsError("characters that are not text", where="note", do="Write plain text.")
    return said
