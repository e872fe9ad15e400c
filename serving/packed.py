"""What is told of a listed person, as bytes for the register, and back.

JSON with every record, word, unit and code once, compressed: a list's worth then fits into the
database's cache, and the copy of people's records that is kept is small. The same is always
written as the same bytes.

``FORMAT`` goes up with every change of the layout. What another version of the code wrote is not
read: it is told live instead, until the weekly run makes it anew.
"""

import json
import zlib
from collections.abc import Collection, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from serving.api.answers import Explanation
from serving.told import Behind, Code, Fact, Said, Told

FORMAT = 1

Thing = TypeVar("Thing", bound=Hashable)


def pack(told: Told) -> bytes:
    return zlib.compress(text_of(told).encode(), 6)


def text_of(told: Told) -> str:
    """What is compressed."""
    facts: dict[Fact, int] = {}
    events = [_number(facts, fact) for fact in told.events]
    behind = {
        name: [found.total, [_number(facts, fact) for fact in found.newest]]
        for name, found in told.behind.items()
    }
    kinds: dict[str, int] = {}
    words: dict[Said, int] = {}
    units: dict[str, int] = {}
    codes: dict[Code, int] = {}
    rows = [
        [
            fact.day,
            fact.end,
            _number(kinds, fact.kind),
            _number(words, fact.words),
            None if fact.unit is None else _number(units, fact.unit),
            [_number(codes, code) for code in fact.codes],
        ]
        for fact in facts
    ]
    content = {
        "kinds": list(kinds),
        "words": list(words),
        "units": list(units),
        "codes": list(codes),
        "facts": rows,
        "events": events,
        "shortened": told.shortened,
        "behind": behind,
        # JSON has no NaN
        "values": {n: None if value != value else value for n, value in told.values.items()},
        "explanations": [explanation.model_dump() for explanation in told.explanations],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Packed:
    """What ``pack`` was given, of this ``FORMAT`` alone. Each part is made when it is looked at: an
    answer of the API needs none of the timeline, which is most of it."""

    def __init__(self, content: bytes) -> None:
        read: dict[str, Any] = json.loads(zlib.decompress(content))
        self._read, self._facts = read, read["facts"]
        self._made: dict[int, Fact] = {}
        self.shortened: bool = read["shortened"]

    @cached_property
    def events(self) -> tuple[Fact, ...]:
        return tuple([self._fact(number) for number in self._read["events"]])

    @cached_property
    def behind(self) -> Mapping[str, Behind]:
        return {
            name: Behind(total, tuple([self._fact(number) for number in newest]))
            for name, (total, newest) in self._read["behind"].items()
        }

    @cached_property
    def values(self) -> Mapping[str, float]:
        return {n: _NAN if value is None else value for n, value in self._read["values"].items()}

    def explanations(self, targets: Collection[str]) -> tuple[Explanation, ...]:
        """Those of some targets."""
        said = [e for e in self._read["explanations"] if e["target"] in targets]
        return tuple([Explanation.model_validate(one) for one in said])

    def whole(self) -> Told:
        """All of it."""
        named = [one["target"] for one in self._read["explanations"]]
        return Told(self.events, self.shortened, self.behind, self.values, self.explanations(named))

    def _fact(self, number: int) -> Fact:
        made = self._made.get(number)
        if made is None:
            day, end, kind, said, unit, on = self._facts[number]
            made = self._made[number] = Fact(
                day,
                end,
                self._read["kinds"][kind],
                Said(*self._read["words"][said]),
                None if unit is None else self._read["units"][unit],
                tuple([Code(*self._read["codes"][code]) for code in on]),
            )
        return made


_NAN = float("nan")


def _number(numbers: dict[Thing, int], thing: Thing) -> int:
    """The thing's number; the next one for what was not met before."""
    return numbers.setdefault(thing, len(numbers))
