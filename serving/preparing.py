"""Made ready in the weekly run: what the records tell of everybody on the lists.

A person's page then is one row of the register, and not ten tables of an extract. It is made of
many people at once: a partition's rows of those on lists are read, joined and worded together.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from features.partitions import partition_of
from features.store import Extract
from serving.api.answers import Explanation
from serving.attention import READ
from serving.packed import FORMAT, pack
from serving.scoring import Scorer, person_ids
from serving.telling import tell, view_of
from serving.told import Told

Rows = list[dict[str, Any]]


def told_of_listed(
    extract: Extract, scorer: Scorer, index_date: date, reasons: Mapping[str, list[str]]
) -> Rows:
    """Rows of the register's ``told``, without ``run_id``, in the order of ``reasons``: by person,
    the features that the kept reasons are about (of ``scorer.primary``)."""
    people = list(reasons)
    if not people:
        return []
    numbers = partition_of(np.array(people), extract.manifest.n_partitions).tolist()
    told: dict[str, Told] = {}
    for number in sorted(set(numbers)):
        here = {p: reasons[p] for p, n in zip(people, numbers, strict=True) if n == number}
        told.update(_told_of_some(extract, number, scorer, index_date, here))
    return [{"person_id": p, "format": FORMAT, "content": pack(told[p])} for p in people]


def _told_of_some(
    extract: Extract,
    number: int,
    scorer: Scorer,
    index_date: date,
    reasons: Mapping[str, list[str]],
) -> Iterator[tuple[str, Told]]:
    tables = extract.people(number, reasons)
    matrix = scorer.matrix(tables, index_date, extract.manifest.coverage)
    ids = person_ids(matrix).astype(str).tolist()
    explained = [scorer.explain(matrix, t) for t in scorer.model.targets if t != scorer.primary]
    others = dict(zip(ids, zip(*explained, strict=True), strict=True)) if explained else {}
    values = dict(zip(ids, matrix[list(READ)].astype(float).to_numpy().tolist(), strict=True))
    features = {p: [*reasons[p], *features_of(others.get(p, ()))] for p in ids}
    for person_id, told in tell(view_of(tables, index_date), features):
        yield (
            person_id,
            replace(
                told,
                values=dict(zip(READ, values[person_id], strict=True)),
                explanations=others.get(person_id, ()),
            ),
        )


def features_of(explanations: Iterable[Explanation]) -> list[str]:
    """The features that reasons are about, each once."""
    named = (r.feature for e in explanations for r in e.reasons)
    return list(dict.fromkeys(name for name in named if name))
