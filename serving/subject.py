"""What can be told of one person of a run: from what is kept beside the lists, or live.

Both tell the same of the same run. What is kept also tells why other risks are what they are when
another model serves by now, and of an extract that is no longer here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from features.errors import FramsyntError
from features.frames import AnyTables
from serving.api import answers
from serving.attention import READ
from serving.packed import FORMAT, Packed
from serving.register.people import ToldBytes
from serving.telling import Live
from serving.told import Behind, Fact


class Subject(Protocol):
    """``events``: at most ``timeline.MOST_EVENTS``, newest first. ``feature_values``: what
    ``attention`` reads, NaN for what is not known; empty where they cannot be told."""

    @property
    def events(self) -> Sequence[Fact]: ...

    @property
    def shortened(self) -> bool: ...

    @property
    def feature_values(self) -> Mapping[str, float]: ...

    def behind(self, features: Sequence[str]) -> Mapping[str, Behind]: ...

    def explanations(self, targets: list[str]) -> list[answers.Explanation]:
        """Why, of these targets, as far as it can be told."""
        ...


class Kept:
    """Of somebody on a list, as the weekly run made it ready."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self.shortened = packed.shortened

    @property
    def events(self) -> Sequence[Fact]:
        return self._packed.events

    @property
    def feature_values(self) -> Mapping[str, float]:
        return self._packed.values

    @classmethod
    def of(cls, kept: ToldBytes | None) -> "Kept | None":
        """None where nothing is kept, or what another version of the code wrote."""
        return cls(Packed(kept.content)) if kept is not None and kept.format == FORMAT else None

    def behind(self, features: Sequence[str]) -> Mapping[str, Behind]:
        kept = self._packed.behind
        return {name: kept[name] for name in dict.fromkeys(features) if name in kept}

    def explanations(self, targets: list[str]) -> list[answers.Explanation]:
        return list(self._packed.explanations(targets))


class Recorded:
    """Of anybody, from the records, each thing when it is asked for. ``scorer``: the desk's, if
    it serves the run's model; ``matrix``: the features of tables on a date."""

    def __init__(
        self,
        person_id: str,
        tables: AnyTables | None,
        index_date: date,
        scorer: Any = None,
        matrix: Callable[..., Any] | None = None,
    ) -> None:
        self.tables = tables
        self._person_id, self._index_date = person_id, index_date
        self._scorer, self._matrix = scorer, matrix
        self._live = Live(tables, index_date) if tables is not None else None
        self._scored: dict[tuple[str, ...], answers.PersonScore | None] = {}

    @property
    def events(self) -> Sequence[Fact]:
        return self._live.events if self._live else ()

    @property
    def shortened(self) -> bool:
        return self._live is not None and self._live.shortened

    def behind(self, features: Sequence[str]) -> Mapping[str, Behind]:
        return self._live.behind(features) if self._live else {}

    @cached_property
    def feature_values(self) -> Mapping[str, float]:
        if self.tables is None or self._matrix is None:
            return {}
        try:
            matrix = self._matrix(self.tables, self._index_date)
        except FramsyntError:
            return {}
        rows = matrix[matrix.index.get_level_values("person_id") == self._person_id]
        if len(rows) != 1:
            return {}
        known = [name for name in READ if name in rows.columns]
        return dict(zip(known, map(float, rows[known].iloc[0]), strict=True))

    def explanations(self, targets: list[str]) -> list[answers.Explanation]:
        scored = self.scored(targets)
        return list(scored.explanations) if scored else []

    def scored(self, targets: list[str]) -> answers.PersonScore | None:
        """Scores, groups and reasons of these targets; None where they cannot be told."""
        asked = tuple(targets)
        if asked not in self._scored:
            self._scored[asked] = self._score(targets)
        return self._scored[asked]

    def _score(self, targets: list[str]) -> answers.PersonScore | None:
        if self._scorer is None or self.tables is None:
            return None
        try:
            found = self._scorer.score(
                self.tables, self._index_date, targets, people=[self._person_id]
            )
        except FramsyntError:
            return None
        return found[0] if found else None
