"""Who was champion before whom: a log that is only ever added to.

A change is logged before the alias moves. One whose alias never moved (the process was
killed in between) is told by what came after it, and counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

PROMOTED, FORCED, ROLLED_BACK = "promoted", "forced", "rolled back"
_PREFIX = "champion."


@dataclass(frozen=True)
class Change:
    """One move of the alias. ``before``: the champion until then, "" for none. ``at``: UTC, to
    the second, ISO form. ``reason``: what somebody gave, "" where the gate decided."""

    number: int
    kind: str
    before: str
    after: str
    at: str
    reason: str = ""

    def as_tag(self) -> tuple[str, str]:
        """Key and value of the registered model's tag that keeps it."""
        content = asdict(self)
        return f"{_PREFIX}{content.pop('number'):06d}", json.dumps(content, ensure_ascii=False)


def changes_of(tags: Mapping[str, str]) -> list[Change]:
    """All changes logged among a registered model's tags, oldest first."""
    logged = {
        int(key.removeprefix(_PREFIX)): value
        for key, value in tags.items()
        if key.startswith(_PREFIX) and key.removeprefix(_PREFIX).isdigit()
    }
    return [Change(number, **json.loads(logged[number])) for number in sorted(logged)]


def succession(changes: Sequence[Change], now: str) -> list[str]:
    """The champions that can be gone back to, oldest first; the last is ``now``, the champion.

    Going back takes the versions after it out of the line. A champion that somebody set
    without this log has its place where it was found.
    """
    line: list[str] = []
    found = [*(change.before for change in changes[1:]), now]
    for change, was_then in zip(changes, found, strict=False):
        if was_then != change.after:
            continue
        if change.kind == ROLLED_BACK and change.after in line:
            while line[-1] != change.after:
                line.pop()
            continue
        _append(line, change.before)
        _append(line, change.after)
    _append(line, now)
    return line


def _append(line: list[str], version: str) -> None:
    if version and line[-1:] != [version]:
        line.append(version)
