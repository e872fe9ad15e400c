"""What is told of a listed person, as bytes for the register, and back.

JSON with every record, word, unit and code once, compressed: a list's worth then fits into the
database's cache, and the copy of people's records that is kept is small. The same is always
written as the same bytes.

``FORMAT`` goes up with every change of the layout. What another version of the code wrote is not
read: it is told live instead, until the weekly run makes it anew.
"""

import json
import zlib
from collections.abc import Hashable
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


def unpack(content: bytes) -> Told:
    """What ``pack`` was given. Of this ``FORMAT`` alone."""
    read: dict[str, Any] = json.loads(zlib.decompress(content))
    kinds, units = read["kinds"], read["units"]
    words = [Said(*said) for said in read["words"]]
    codes = [Code(*code) for code in read["codes"]]
    facts = [
        Fact(
            day,
            end,
            kinds[kind],
            words[said],
            None if unit is None else units[unit],
            tuple([codes[code] for code in on]),
        )
        for day, end, kind, said, unit, on in read["facts"]
    ]
    return Told(
        events=tuple([facts[number] for number in read["events"]]),
        shortened=read["shortened"],
        behind={
            name: Behind(total, tuple([facts[number] for number in newest]))
            for name, (total, newest) in read["behind"].items()
        },
        values={n: _NAN if value is None else value for n, value in read["values"].items()},
        explanations=tuple([Explanation.model_validate(said) for said in read["explanations"]]),
    )


_NAN = float("nan")


def _number(numbers: dict[Thing, int], thing: Thing) -> int:
    """The thing's number; the next one for what was not met before."""
    return numbers.setdefault(thing, len(numbers))
