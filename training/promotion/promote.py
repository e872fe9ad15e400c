"""The acts: a challenger is let through or not, is promoted by force, or is taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

from features.errors import FramsyntError, SettingsError
from features.home import Home
from features.person_numbers import is_person_number
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from features.tables import Coverage
from models.registry import Change, Registry, StoredModel
from models.targets import TARGETS, in_order_of_learning
from training.cohort import Cohort, build_cohort
from training.enrolled import Enrolled
from training.promotion.decision import Decision
from training.promotion.gate import Champion, decide, primary_of
from training.settings import TrainSettings
from training.split import split_of

DOCUMENT = "promotion.json"
"""The evidence of the decision made at training; of a later one, with the time in its name."""
LONGEST_REASON = 500
_NUMBER = re.compile(r"\d{6,8}[-+ ]?\d{4}")

AFTERWARDS = "The next weekly run uses it. A service that is running takes it up within seconds."


def reason_of(text: str, forced: bool) -> str:
    """The reason why the gate is overruled, as it will be logged.

    Raises ``SettingsError`` if one is missing, given for nothing, longer than 500 characters
    or if it holds a personal identity number.
    """
    reason = " ".join(text.split())
    if forced and not reason:
        raise SettingsError("needs a reason, which is logged", where="--force", do="Add --reason.")
    if reason and not forced:
        raise SettingsError(
            "is for overruling the gate", where="--reason", do="Add --force, or leave it out."
        )
    return checked_reason(reason)


def checked_reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) > LONGEST_REASON:
        raise SettingsError(f"longer than {LONGEST_REASON} characters", where="--reason")
    if any(is_person_number(number) for number in _NUMBER.findall(reason)):
        raise SettingsError(
            "holds a personal identity number", where="--reason", do="Say it without naming anyone."
        )
    return reason


def settle(
    registry: Registry,
    challenger: StoredModel,
    held_out: Cohort,
    coverage: Coverage,
    reason: str = "",
    document: str = DOCUMENT,
) -> Decision:
    """Judges a registered challenger, logs the decision with its evidence to its run, and
    then, last of all, moves the alias if it is let through or ``reason`` overrules.

    ``held_out`` and ``coverage``: as for ``decide``. ``document``: the evidence's file name.
    """
    against = registry.champion_version() or ""
    decision = decide(challenger, _champion(registry, against), held_out, coverage, against=against)
    return _carry_out(registry, challenger, replace(decision, reason=reason), document)


def promote(home: Home, version: str, reason: str = "", track: Track = silently) -> Decision:
    """Puts a registered version to the gate on the current extract, at its own test dates.

    With a ``reason`` it becomes champion whatever the gate says, and also where nothing can
    be judged. Raises ``ModelMissing``, ``ModelMismatch`` and ``SettingsError``; without a
    reason also what keeps it from being judged (``ExtractMissing``, ``NotEnoughData``).
    """
    registry = Registry(home)
    stored = registry.fetch(version)
    if registry.champion_version() == stored.version:
        raise SettingsError(f"version {stored.version} is champion already")
    document = f"promotion-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    try:
        extract = ExtractStore(home).current()
        coverage = extract.manifest.coverage
        stored.model.require(coverage)
        test = held_out(extract, stored, track)
        return settle(registry, stored, test, coverage, reason, document)
    except FramsyntError as error:
        if not reason:
            raise
        decision = Decision(
            stored.version,
            registry.champion_version() or "",
            False,
            primary_of(stored.model),
            remarks=(f"It could not be judged: {error.what}.",),
            reason=reason,
        )
        return _carry_out(registry, stored, decision, document)


def roll_back(home: Home, reason: str = "") -> Change:
    """Makes the champion before this one champion again. Raises ``ModelMissing``."""
    return Registry(home).roll_back(reason)


def held_out(extract: Extract, stored: StoredModel, track: Track = silently) -> Cohort:
    """The people that a model was never trained on, at its test dates: on the extract it was
    trained on, the same rows, outcomes and weights that it was judged by."""
    split, info = split_of(stored.model), stored.model.info
    return build_cohort(
        extract,
        [date.fromisoformat(day) for day in info["test_dates"]],
        in_order_of_learning([TARGETS[name] for name in stored.model.targets]),
        keep=lambda person_ids, _day: split.is_test(person_ids),
        enrolled=Enrolled(info.get("enrolled", TrainSettings().enrolled)),
        track=track,
    )


def _champion(registry: Registry, version: str) -> Champion:
    if not version:
        return None
    try:
        return registry.fetch(version)
    except FramsyntError as error:
        return error


def _carry_out(
    registry: Registry, stored: StoredModel, decision: Decision, document: str
) -> Decision:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    decision = replace(decision, decided_at=now)
    registry.note(stored, decision.as_tags(), decision.as_metrics(), {document: decision.as_json()})
    if decision.moved:
        registry.make_champion(stored.version, decision.kind, decision.reason)
    return decision
