"""The scoring calls: a person's history in, scores and reasons out."""

from collections.abc import Callable, Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from features.errors import DataError, NotEnoughData, SettingsError
from serving.api.answers import Answer, Explanation, PersonScore
from serving.problems import NotFoundError

if TYPE_CHECKING:
    from features.frames import AnyTables
    from serving.scoring import Scorer

MOST_PEOPLE = 1000

EXAMPLE: dict[str, Any] = {
    "index_date": "2026-11-16",
    "history": {
        "persons": [{"person_id": "P1", "birth_date": "1941-05-02", "sex": "female"}],
        "listings": [
            {
                "person_id": "P1",
                "care_unit": "SE2321000131-E000000000101",
                "start": "2021-11-15",
                "recorded_at": "2021-11-15",
            }
        ],
        "contacts": [
            {
                "person_id": "P1",
                "contact_id": "C1",
                "start": "2026-09-03",
                "end": "2026-09-09",
                "setting": "inpatient",
                "form": "visit",
                "urgency": "unplanned",
                "recorded_at": "2026-09-10",
            }
        ],
        "diagnoses": [
            {
                "person_id": "P1",
                "contact_id": "C1",
                "date": "2026-09-09",
                "system": "icd10se",
                "code": "I509",
                "position": 1,
                "recorded_at": "2026-09-10",
            }
        ],
        "dispensings": [],
        "municipal_care": [],
    },
    "targets": ["avoidable_365"],
}


class ScoreRequest(BaseModel):
    """A history as canonical tables. A table left out is not known; an empty one is none.

    To get the numbers of the weekly run, send every table that the source delivers.
    """

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": EXAMPLE}
    )

    history: dict[StrictStr, list[dict[str, Any]]] = Field(
        description="rows by table; columns as in the data contract, dates as YYYY-MM-DD"
    )
    index_date: date = Field(description="the day the scores are for; later rows are not seen")
    targets: list[StrictStr] | None = Field(
        default=None,
        description="targets to score and explain; left out: all scored, the primary explained",
    )
    language: str | None = Field(
        default=None, pattern="^(sv|en)$", description="`sv` or `en`: adds the reasons as `text`"
    )

    def tables(self) -> "AnyTables":
        """The history, held to the data contract. DataError names table, row and column.

        Null and left out mean the same, not known.
        """
        from features.plain import plain_tables
        from features.validation import tables_from_records

        plain = plain_tables(self.history)
        return tables_from_records(self._rows()) if plain is None else plain

    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        """Without nulls."""
        return {
            table: [{c: v for c, v in row.items() if v is not None} for row in rows]
            for table, rows in self.history.items()
        }


class ScoreAnswer(PersonScore):
    """One person's scores. ``text``: the reasons of each target in the language asked for."""

    text: dict[str, list[str]] | None = None
    lacking: list[str] = Field(
        default_factory=list,
        description="what the model was trained on and the history cannot tell: tables that were "
        "left out. The more there is, the less the probabilities are to be trusted",
    )


class BatchAnswer(Answer):
    """``objected``: people in the request who are not scored, since they have objected to it."""

    model_version: str
    scores: list[ScoreAnswer]
    objected: int = 0


Noting = Callable[[Collection[str]], frozenset[str]]
"""Writes down that these people are scored, but for those who have objected to it, whom it gives.
It raises MissingError if that cannot be on disk: then nobody is scored. It comes first, and not
while the scores are worked out: two threads in each other's way cost more than the waiting."""


def answer_one(scorer: "Scorer", noting: Noting, request: ScoreRequest) -> ScoreAnswer:
    """Scores of the one person in the request; DataError if there is another number, NotFoundError
    for somebody who has objected."""
    people = len(request.history.get("persons", ()))
    if people != 1:
        raise DataError(
            f"{people} people in one call",
            where="history/persons",
            do="Send one person, or use score_batch.",
        )
    answers, _ = answer_many(scorer, noting, request)
    if not answers:
        raise NotFoundError("not-scored", "this person is not scored", do="Score nobody here.")
    return answers[0]


def answer_many(
    scorer: "Scorer", noting: Noting, request: ScoreRequest
) -> tuple[list[ScoreAnswer], int]:
    """Scores of everyone in the request who has not objected, by person_id, and how many have.

    Raises DataError, SettingsError; NotEnoughData for too many people, or where more would be
    unknown than ``models.lacking`` lets pass.
    """
    from features.plain import person_ids, without
    from serving.threads import in_turn

    people = len(request.history.get("persons", ()))
    if people > MOST_PEOPLE:
        raise NotEnoughData(
            f"more than {MOST_PEOPLE} people in one call", do="Split it, or run the weekly list."
        )
    _check_targets(scorer, request.targets)
    tables = request.tables()
    lacking = _lacking(scorer, frozenset(tables))
    objected = noting(person_ids(tables))
    if objected:
        tables = without(tables, objected)
    if len(objected) == people:
        return [], people
    with in_turn(people):
        scored = scorer.score(tables, request.index_date, request.targets)
    return [_answer(score, request, lacking) for score in scored], len(objected)


def _lacking(scorer: "Scorer", tables: frozenset[str]) -> list[str]:
    """What the model must go without. NotEnoughData where that is too much for a score."""
    from models.lacking import MOST_UNKNOWN, lacking_of

    found = lacking_of(scorer.model, scorer.model.coverage.within(tables))
    if found.is_too_much:
        raise NotEnoughData(
            f"the history cannot tell {found.unknown} of the {found.known} features of the model "
            f"({found.share:.0%}), and at most {MOST_UNKNOWN:.0%} may be unknown. Not sent: "
            f"{', '.join(found.what)}",
            where="history",
            do="Send these tables, an empty one where there is nothing.",
        )
    return list(found.what)


def _check_targets(scorer: "Scorer", wanted: list[str] | None) -> None:
    if wanted is None or (wanted and set(wanted) <= set(scorer.model.targets)):
        return
    raise SettingsError(
        "a target that the model does not predict",
        where="targets",
        do=f"It predicts: {', '.join(scorer.model.targets)}.",
    )


def _answer(score: PersonScore, request: ScoreRequest, lacking: list[str]) -> ScoreAnswer:
    wanted = request.targets
    kept = {t: p for t, p in score.probabilities.items() if wanted is None or t in wanted}
    language = request.language
    text = {e.target: _in_words(e, language) for e in score.explanations} if language else None
    return ScoreAnswer(**{**dict(score), "probabilities": kept, "text": text, "lacking": lacking})


def _in_words(explanation: Explanation, language: str) -> list[str]:
    return [reason.words.in_(language) for reason in explanation.reasons]
