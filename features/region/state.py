"""Everything about people that their coming weeks depend on."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np


@dataclass
class State:
    """Everything about a person that the coming weeks depend on. One entry a person."""

    fixed: np.ndarray
    """Terms of the hazards that change only with a new condition, hazards x people."""
    has: np.ndarray
    """Conditions, people x conditions."""
    onset_weight: np.ndarray
    """Weekly probability of each condition at the age of 80, people x conditions."""
    onset_total: np.ndarray
    """Log of the sum of the weights."""
    dementia: np.ndarray
    modifiers: np.ndarray
    """Person-specific sizes of interactions, modifiers x people (see hazards)."""
    age: np.ndarray
    """At the start of the region."""
    frailty: np.ndarray
    drift: np.ndarray
    """Weekly growth of frailty."""
    traits: np.ndarray
    """lives_alone, proneness, deprivation, female; people x 4."""
    declining: np.ndarray
    """In an acute decline, which lasts weeks to months."""
    since_discharge: np.ndarray
    """Weeks, at most LONG_AGO."""
    in_hospital: np.ndarray
    """Weeks left until a new admission is possible."""
    medicine_change: np.ndarray
    """Recent changes of medicines; fades."""
    recent_stays: np.ndarray
    """Stays of the last year or so; fades."""
    residential: np.ndarray
    enrolled: np.ndarray

    def __len__(self) -> int:
        return len(self.frailty)

    def of(self, who: np.ndarray) -> "State":
        """A copy of some people's state."""
        return State(
            **{name: np.take(values, who, axis=_axis(name)) for name, values in self._columns()}
        )

    @classmethod
    def together(cls, parts: list["State"]) -> "State":
        """The people of all parts, one after another."""
        return cls(
            **{
                f.name: np.concatenate([getattr(part, f.name) for part in parts], _axis(f.name))
                for f in fields(cls)
            }
        )

    def copy(self) -> "State":
        return State(**{name: values.copy() for name, values in self._columns()})

    def _columns(self) -> Iterator[tuple[str, np.ndarray]]:
        return ((f.name, getattr(self, f.name)) for f in fields(self))


def _axis(name: str) -> int:
    """The axis of a field along which people are."""
    return 1 if name in ("fixed", "modifiers") else 0
