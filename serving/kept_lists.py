"""Lists as their runs made them, read once: a run's rows never change.

Who objects, and what has been decided, is not in them: that is asked for every time.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from serving.api import answers
from serving.kept import Kept
from serving.problems import NotFoundError
from serving.register import Register, WeeklyRun
from serving.register.models import ListEntry, Score, StoredReasons
from serving.register.reading import reading

STRONGEST = 3
LISTS, RUNS = 500, 2

_ENTRIES = (
    select(ListEntry.__table__)
    .where(ListEntry.run_id == bindparam("run"), ListEntry.care_unit == bindparam("unit"))
    .order_by(ListEntry.rank)
)
_PEOPLE = _ENTRIES.with_only_columns(ListEntry.person_id)
_REASONS = select(StoredReasons.person_id, StoredReasons.reasons).where(
    StoredReasons.run_id == bindparam("run"),
    StoredReasons.target == bindparam("target"),
    StoredReasons.person_id.in_(_PEOPLE.order_by(None)),
)
_LISTED = select(ListEntry.person_id).where(ListEntry.run_id == bindparam("run"))
_SCORES = select(Score.care_unit, Score.probability).where(
    Score.run_id == bindparam("run"),
    Score.target == bindparam("target"),
    Score.person_id.not_in(_LISTED),
)


class KeptLists:
    """The lists of a register, with everybody on them who was there when they were made."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._entries = Kept(self._read_entries, LISTS)
        self._people = Kept(self._read_people, LISTS)
        self._unlisted = Kept(self._read_unlisted, RUNS)

    def entries(self, run: WeeklyRun, care_unit: str) -> list[answers.Entry]:
        """By rank. NotFoundError for a unit that the run does not know."""
        return self._entries.get((run.id, care_unit, run.primary_target))

    def people(self, run: WeeklyRun, care_unit: str) -> list[str]:
        """The same people; none for a unit that the run does not know."""
        return self._people.get((run.id, care_unit))

    def unlisted(self, run: WeeklyRun, care_unit: str) -> list[float]:
        """Probabilities of the primary target, falling, of the unit's people not on its list."""
        return self._unlisted.get((run.id, run.primary_target)).get(care_unit, [])

    def _read_entries(self, key: tuple[int, str, str]) -> list[answers.Entry]:
        run_id, care_unit, target = key
        asked = {"run": run_id, "unit": care_unit, "target": target}
        with reading(self._register.engine) as connection:
            rows = connection.execute(_ENTRIES, asked).all()
            if not rows and not self._register.has_unit(run_id, care_unit):
                raise NotFoundError(
                    "unknown-care-unit",
                    "no such care unit in that week",
                    do="GET /api/v1/care-units names those there are.",
                )
            why = {row.person_id: row.reasons for row in connection.execute(_REASONS, asked)}
        return [entry_of(row, why.get(row.person_id, ())) for row in rows]

    def _read_people(self, key: tuple[int, str]) -> list[str]:
        with reading(self._register.engine) as connection:
            found = connection.execute(_PEOPLE, {"run": key[0], "unit": key[1]})
            return list(found.scalars())

    def _read_unlisted(self, key: tuple[int, str]) -> dict[str, list[float]]:
        """Of all units at once: the scores are in no order by unit."""
        found: dict[str, list[float]] = {}
        with reading(self._register.engine) as connection:
            for care_unit, probability in connection.execute(
                _SCORES, {"run": key[0], "target": key[1]}
            ):
                found.setdefault(care_unit, []).append(probability)
        for probabilities in found.values():
            probabilities.sort(reverse=True)
        return found


def entry_of(row: Any, reasons: Sequence[dict[str, Any]]) -> answers.Entry:
    """``row``: a row of ``list_entries``; ``reasons``: as they are stored. Of these the entry
    has those that raise the score most: what a team can look into."""
    raising = [r for r in reasons if r["raises"]]
    return answers.Entry(
        rank=row.rank,
        person_id=row.person_id,
        age=row.age,
        sex=row.sex,
        groups=row.target_groups,
        mobile_model=mobile_model_of(row),
        probabilities=row.probabilities,
        changed=row.changed,
        reasons=[reason_of(r) for r in raising[:STRONGEST]],
    )


def mobile_model_of(row: Any) -> answers.MobileModel | None:
    if row.mobile_model is None:
        return None
    return answers.MobileModel(model=row.mobile_model, rule=words_of(row.mobile_rule))


# Checked by pydantic, which in one call is quicker than leaving it out in many.


def reason_of(row: dict[str, Any]) -> answers.Reason:
    return answers.Reason.model_validate(row)


def words_of(said: dict[str, str]) -> answers.Words:
    return answers.Words.model_validate(said)
