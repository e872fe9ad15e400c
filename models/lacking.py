"""What a source lacks of what a model learnt from: a warning that names it, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from features.errors import ModelMismatch
from features.tables import Coverage

MOST_UNKNOWN = 0.2
"""Of the model's features that its own source could tell, the share that another may leave
unknown. Beyond it a model scores people it has never seen the like of. Our own limit."""


class Learnt(Protocol):
    """A model, as far as it matters here: its features and what its source delivered."""

    @property
    def features(self) -> Sequence[str]: ...

    @property
    def coverage(self) -> Coverage: ...


@dataclass(frozen=True)
class Lacking:
    """``what``: tables, code systems, settings, and what is told of them. ``unknown`` of the
    ``known`` features that the model's own source could tell are not known for anybody."""

    what: tuple[str, ...]
    unknown: int
    known: int

    @property
    def share(self) -> float:
        return self.unknown / self.known if self.known else 0.0

    @property
    def head(self) -> str:
        return f"the extract lacks what the model was trained on: {', '.join(self.what)}"

    @property
    def is_too_much(self) -> bool:
        """Whether more than ``MOST_UNKNOWN`` of the features that the model's own source could
        tell would be unknown."""
        return self.share > MOST_UNKNOWN

    def __str__(self) -> str:
        """For an operator: what, and how much of the model hangs on it; empty if nothing."""
        if not self.what:
            return ""
        return (
            f"{self.head}. {self.unknown} of its {self.known} features are unknown for everyone, "
            "and its probabilities are to be trusted less"
        )


def lacks(model: Coverage, delivered: Coverage) -> tuple[str, ...]:
    """What one coverage has and the other has not, in an operator's words."""
    names = sorted(model.tables - delivered.tables)
    names += [f"codes of {system}" for system in sorted(model.systems - delivered.systems)]
    names += [f"{setting} contacts" for setting in sorted(model.settings - delivered.settings)]
    if model.urgency and not delivered.urgency:
        names.append("planned told from unplanned")
    if model.principal and not delivered.principal:
        names.append("the principal diagnosis")
    return tuple(names)


def lacking(model: Learnt, delivered: Coverage) -> Lacking:
    """What scoring this source goes without.

    Raises ``ModelMismatch`` where that ``is_too_much``.
    """
    found = lacking_of(model, delivered)
    if found.is_too_much:
        raise ModelMismatch(
            f"{found.head}. {found.unknown} of its {found.known} features would be unknown for "
            f"everyone ({found.share:.0%}), and at most {MOST_UNKNOWN:.0%} may be",
            do="Deliver what is lacking (codes may come by a code map: docs/sources.md), or train "
            "on this extract: framsynt train",
        )
    return found


def lacking_of(model: Learnt, delivered: Coverage) -> Lacking:
    """The same, however much it is."""
    return _lacking(tuple(model.features), model.coverage, delivered)


@lru_cache(maxsize=64)
def _lacking(features: tuple[str, ...], learnt: Coverage, delivered: Coverage) -> Lacking:
    from features.measures import FEATURE

    what = lacks(learnt, delivered)
    if not what:
        return Lacking((), 0, len(features))
    measures = [FEATURE[name].measure for name in features if name in FEATURE]
    known = [measure for measure in measures if measure.known_in(learnt)]
    unknown = sum(not measure.known_in(delivered) for measure in known)
    return Lacking(what, unknown, len(known))
