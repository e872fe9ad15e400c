"""What the gate looked at, and what it came to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np

from models.registry import FORCED, PROMOTED

WAITING = "challenger"
"""The decision of a version that is not promoted."""


@dataclass(frozen=True)
class Check:
    """One thing the gate looked at. ``says``: the finding, in words that end a sentence.

    ``challenger`` and ``champion``: the figure of each; in floors, ``champion`` is what must
    be beaten. ``low`` and ``high``: the 95 % interval of the difference, where there is one.
    ``margin``: how much worse was allowed. NaN: not known, or not for this check. ``group``:
    of which group, "" of everybody. ``needs``: a check that failed because nothing can be shown
    by so few needs about so many people (``power.people_needed``); else NaN.
    """

    name: str
    passed: bool
    says: str
    challenger: float = np.nan
    champion: float = np.nan
    low: float = np.nan
    high: float = np.nan
    margin: float = np.nan
    group: str = ""
    needs: float = np.nan


@dataclass(frozen=True)
class Decision:
    """Whether a version becomes champion, and why.

    ``against``: the champion until then, "" for none; ``compared``: whether it could be judged
    beside the challenger, else the floors decided. ``target``: what was judged, on
    ``people`` with ``events`` at ``index_dates`` (None: too few to tell). ``remarks``: what a
    reader must know. ``reason``: why somebody overruled the gate, "" if nobody did.
    ``decided_at``: UTC, to the second.
    """

    version: str
    against: str
    compared: bool
    target: str
    index_dates: tuple[date, ...] = ()
    people: int | None = None
    events: int | None = None
    checks: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""
    decided_at: str = field(default="", compare=False)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)

    @property
    def passed(self) -> bool:
        """Whether the gate lets it through by itself."""
        return bool(self.checks) and not self.failed

    @property
    def kind(self) -> str:
        """``PROMOTED``, ``FORCED`` or ``WAITING``."""
        if self.passed:
            return PROMOTED
        return FORCED if self.reason else WAITING

    @property
    def moved(self) -> bool:
        """Whether the version is champion now."""
        return self.kind != WAITING

    def sentence(self) -> str:
        """The outcome in one sentence, with the reasons against it; groups by name alone."""
        reasons = [check.says for check in self.failed if not check.group]
        if groups := list(dict.fromkeys(check.group for check in self.failed if check.group)):
            reasons.append(f"worse for {', '.join(groups)}")
        why = "; ".join(reasons) or "it could not be judged"
        if self.kind == PROMOTED:
            return f"Version {self.version} is champion."
        if self.kind == FORCED:
            return f"Version {self.version} is champion by force, although: {why}."
        if self.failed and self.people and all(np.isfinite(c.needs) for c in self.failed):
            needs = max(check.needs for check in self.failed)
            return (
                f"Version {self.version} stays challenger: that it is no worse cannot be shown "
                f"with {self.people:,} people, it needs about {needs:,.0f} ({why})."
            )
        return f"Version {self.version} stays challenger: {why}."

    def lines(self) -> list[str]:
        """The outcome, and what a reader must know."""
        return [self.sentence(), *(f"• {remark}" for remark in self.remarks)]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: the outcome first, then the evidence; an unknown figure as null."""
        content = asdict(self) | {
            "decision": self.kind,
            "says": self.sentence(),
            "index_dates": [day.isoformat() for day in self.index_dates],
            "checks": [_known(asdict(check)) for check in self.checks],
        }
        first = ("version", "decision", "says")
        return {key: content[key] for key in (*first, *(k for k in content if k not in first))}

    def as_json(self) -> str:
        """``as_dict`` as text."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def as_tags(self) -> Mapping[str, str]:
        """For the version and its run."""
        return {
            "decision": self.kind,
            "decision_says": self.sentence(),
            "decided_at": self.decided_at,
            "decided_against": self.against,
            "reason": self.reason,
        }

    def as_metrics(self) -> Mapping[str, float]:
        """``promotion.<check>.<figure>``, flat; what is not known is left out."""
        flat = {"promotion.passed": float(self.passed)}
        for check in self.checks:
            for name in ("challenger", "champion", "low", "high", "margin"):
                value = getattr(check, name)
                if np.isfinite(value):
                    flat[f"promotion.{check.name}.{name}"] = float(value)
        return flat


def _known(document: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in document.items()
    }
