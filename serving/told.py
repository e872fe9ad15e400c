"""What records tell of a person: small and plain, before it is put into an answer.

The weekly run keeps it for the people on the lists (``serving/packed.py``), so nothing in
it depends on when it is read: care units and codes stand by their ids, and are named then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from serving.api.answers import (
    Detail,
    Explanation,
    Record,
    RecordsBehind,
    Timeline,
    TimelineEvent,
    Words,
)
from serving.naming import NAMED

EPOCH = date(1970, 1, 1).toordinal()

UnitNames = Mapping[str, str]


class Said(NamedTuple):
    """The same in Swedish and English."""

    sv: str
    en: str


class Code(NamedTuple):
    """``kind``: of ``naming.NAMED``; a medicine's ``system`` is ``atc``."""

    kind: str
    system: str
    code: str


class Fact(NamedTuple):
    """A record in words. ``day`` and ``end``: days since 1970-01-01, None for no such day.
    ``unit``: a care unit's id."""

    day: int | None
    end: int | None
    kind: str
    words: Said
    unit: str | None = None
    codes: tuple[Code, ...] = ()


class Behind(NamedTuple):
    """How many records a feature's value was made of, and the newest, newest first."""

    total: int
    newest: tuple[Fact, ...]


@dataclass(frozen=True)
class Told:
    """``events``: the timeline, newest first; ``shortened``: older ones are left out.
    ``behind``: by feature. ``values``: features by name, NaN for what is not known.
    ``explanations``: why, of targets other than the one that ranks the lists."""

    events: tuple[Fact, ...]
    shortened: bool
    behind: Mapping[str, Behind] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    explanations: tuple[Explanation, ...] = ()


# -- as answers ---------------------------------------------------------------------------------


def timeline(
    person_id: str,
    index_date: date,
    events: Iterable[Fact],
    unit_names: UnitNames,
    *,
    shortened: bool,
) -> Timeline:
    return Timeline(
        person_id=person_id,
        index_date=index_date,
        events=events_of(events, unit_names),
        shortened=shortened,
    )


def events_of(facts: Iterable[Fact], unit_names: UnitNames) -> list[TimelineEvent]:
    words: dict[Said, Words] = {}
    return [TimelineEvent.model_validate(_fields(f, unit_names, words)) for f in facts]


def records_behind(behind: Mapping[str, Behind], unit_names: UnitNames) -> dict[str, RecordsBehind]:
    words: dict[Said, Words] = {}
    made: dict[Fact, Record] = {}

    def record(fact: Fact) -> Record:
        if fact not in made:
            made[fact] = Record.model_validate(_fields(fact, unit_names, words))
        return made[fact]

    return {
        name: RecordsBehind.model_validate(
            {"total": found.total, "newest": [record(fact) for fact in found.newest]}
        )
        for name, found in behind.items()
    }


def _fields(fact: Fact, unit_names: UnitNames, words: dict[Said, Words]) -> dict[str, Any]:
    said = words.get(fact.words)
    if said is None:
        said = words[fact.words] = Words(sv=fact.words.sv, en=fact.words.en)
    return {
        "date": _date(fact.day),
        "end": _date(fact.end),
        "kind": fact.kind,
        "words": said,
        "unit": _unit(fact.unit, unit_names),
        "details": [_detail(code) for code in fact.codes],
    }


def _date(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day + EPOCH)


def _unit(care_unit: str | None, unit_names: UnitNames) -> str | None:
    """By name; by its id where no unit has a name. Where names are known, an id beside them
    would say nothing to a reader."""
    if care_unit is None:
        return None
    return unit_names.get(care_unit) if unit_names else care_unit


@lru_cache(maxsize=50_000)
def _detail(code: Code) -> Detail:
    """Codes alone are kept, and nothing of whom they were given."""
    return NAMED[code.kind](code.system, code.code)
