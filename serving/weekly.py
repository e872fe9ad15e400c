"""The weekly run: everybody's scores, and each care unit's list, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from features.errors import NotEnoughData, SettingsError
from features.home import Home
from features.progress import Track, silently
from features.store import Extract, ExtractStore
from models import population
from models.lacking import lacking
from models.population import CAPACITY
from serving.changes import LastWeek, discharged_in_week_before
from serving.enrolled import in_a_team
from serving.freshness import refuse_stale, this_week
from serving.packed import FORMAT
from serving.partial import Found, Partials, key_of
from serving.preparing import told_of_listed
from serving.register import NewRun, Register, WeeklyRun
from serving.scoring import Scorer, mobile_models, person_ids
from serving.tracing import span, traced
from serving.week import monday_after, monday_of, week_of

EVERYONE = "all"
"""The one list there is when the source does not say who is listed where."""


@dataclass(frozen=True)
class WeeklyResult:
    """``written`` is false when the week's list was already there, made from the same.

    ``despite``: reasons to refuse that the operator accepted. ``warning``: what the extract
    lacks of what the model was trained on.
    """

    week: str
    index_date: date
    model_version: str
    extract_id: str
    capacity: int
    people: int
    care_units: int
    listed: int
    new: int
    written: bool
    despite: tuple[str, ...] = ()
    objected: int = 0
    warning: str = ""

    def summary(self) -> str:
        """What was done, and what was accepted, for the operator; no person's data."""
        if not self.written:
            said = (
                f"{self.week}: unchanged. The same model, extract and capacity have already "
                f"made this list ({self.listed} people at {self.care_units} care units)."
            )
        else:
            said = (
                f"{self.week}: {self.people} people scored, {self.listed} listed at "
                f"{self.care_units} care units, {self.new} of them new. "
                f"Model version {self.model_version}."
            )
        if self.objected:
            said += f" Left out because they object: {self.objected}."
        warned = [f"  warning: {self.warning}"] if self.warning else []
        return "\n".join([said, *warned, *(f"  accepted: {reason}" for reason in self.despite)])


@traced("weekly run")
def run_weekly(
    home: Home,
    week: str | None = None,
    capacity: int = CAPACITY,
    track: Track = silently,
    *,
    weeks_back: int = 0,
    accept: Collection[str] = (),
) -> WeeklyResult:
    """Score everyone present at the week's Monday and write one list per care unit.

    ``week`` is an ISO week such as ``2026-W47``; None means the week after the extract's
    last day, or ``weeks_back`` weeks before that. A list holds those in at least one target
    group, by falling probability of the primary target (equal ones by person_id), to
    ``capacity``. People who object are neither scored nor listed, but counted. Running again
    with the same model, extract, capacity and objections changes nothing, but for what is kept
    ready of listed people's records where it is lacking (``preparing``); after a run that was
    killed, it goes on with the partitions that were not yet scored.

    ``accept``: tables, or ``extract``, to list from though they look stale (``freshness``).
    Raises StaleData, SettingsError for a bad week, capacity or name to accept,
    ExtractMissing, ModelMissing, ModelMismatch.
    """
    if capacity < 1:
        raise SettingsError("must be at least 1", where="capacity", do="Give a whole number.")
    asked = monday_of(week) if week is not None else None
    extract = ExtractStore(home).current()
    index_date = _index_date(asked, extract.manifest.data_through, weeks_back)
    wanted = asked or (None if weeks_back else this_week(extract.manifest))
    despite = refuse_stale(extract.manifest, index_date, wanted, accept)
    scorer = Scorer.of(home)
    warning = str(lacking(scorer.model, extract.manifest.coverage))
    register = Register.open(home)
    try:
        objecting, newest = register.objections.seen()
        run = NewRun(
            week=week_of(index_date),
            index_date=index_date,
            model_version=scorer.version,
            extract_id=extract.id,
            capacity=capacity,
            primary_target=scorer.primary,
            scores=pd.DataFrame(columns=["person_id", "care_unit"]),
            objections_seen=newest,
        )
        row = register.matching(run)
        written = False
        if row is None:
            last_week = _last_week(register, run)
            key = key_of(
                scorer.model, extract.id, index_date, capacity, scorer.version, sorted(objecting)
            )
            with Partials.of(home, key) as partials:
                found = [
                    partials.of_partition(
                        number,
                        lambda n: _score_partition(n, run, scorer, extract, objecting),
                    )
                    for number in track(extract.partitions, "Scoring", len(extract.partitions))
                ]
                with span("lists and reasons"):
                    filled = _filled(run, scorer, found, last_week)
                with span("make pages ready", people=len(filled.entries)):
                    filled = _ready(filled, register, extract, scorer)
                with span("write register", people=len(filled.scores)):
                    row, written = register.add(filled)
        elif register.lacking_told(row.id, FORMAT):
            _make_ready(row, register, extract, scorer)
        return replace(_result(register, row, written, despite), warning=warning)
    finally:
        register.close()


def _ready(run: NewRun, register: Register, extract: Extract, scorer: Scorer) -> NewRun:
    """The run with what the records tell of the people on its lists, if they are the newest."""
    newest = register.current()
    if newest is not None and newest.week > run.week:
        return run
    reasons = {why["person_id"]: features_told(why["reasons"]) for why in run.reasons}
    return replace(run, told=told_of_listed(extract, scorer, run.index_date, reasons))


def _make_ready(row: WeeklyRun, register: Register, extract: Extract, scorer: Scorer) -> None:
    """The same for a run that is there already: it was written by an older version, or is back
    from a backup."""
    people = [entry.person_id for entry in register.entries(row.id)]
    why = register.reasons(row.id, people, row.primary_target)
    reasons = {p: features_told(why[p].reasons) if p in why else [] for p in people}
    register.keep_told(row.id, told_of_listed(extract, scorer, row.index_date, reasons))


def features_told(reasons: Sequence[dict[str, Any]]) -> list[str]:
    """The features that kept reasons are about."""
    return [r["feature"] for r in reasons if r["feature"]]


def _index_date(asked: date | None, data_through: date, weeks_back: int) -> date:
    """The Monday to score for. Beyond the data it is for ``refuse_stale`` to refuse."""
    newest = monday_after(data_through)
    return asked or newest - timedelta(weeks=weeks_back)


def _filled(run: NewRun, scorer: Scorer, found: Sequence[Found], last_week: LastWeek) -> NewRun:
    """The run with its scores, lists, reasons, and who is in a team already."""
    scores = pd.concat([f.scores for f in found], ignore_index=True)
    if scores.empty:
        raise NotEnoughData(
            "nobody was alive and listed at that week's Monday",
            where="week",
            do="Take a week that the extract covers.",
        )
    listed = top_of_each_unit(pd.concat([f.candidates for f in found]), run.capacity)
    persons = pd.concat([f.persons for f in found]).reindex(person_ids(listed))
    discharged = frozenset().union(*(f.discharged for f in found))
    entries = _entries(run, scorer, listed, persons, scores, discharged, last_week)
    people = person_ids(listed)
    features = listed.drop(columns=[UNIT, CHANCE])
    reasons = [
        {
            "person_id": str(person),
            "target": explanation.target,
            "base": explanation.base,
            "rest": explanation.rest,
            "reasons": [r.model_dump() for r in explanation.reasons],
            "headings": [h.model_dump() for h in explanation.headings],
        }
        for person, explanation in zip(
            people, scorer.explain(features, run.primary_target), strict=True
        )
    ]
    enrolled = pd.concat([f.enrolled for f in found], ignore_index=True)
    return replace(
        run,
        scores=scores,
        entries=entries,
        reasons=reasons,
        enrolled=[
            {str(name): value for name, value in row.items()}
            for row in enrolled.sort_values("person_id").to_dict("records")
        ],
        objected=sum(f.objected for f in found),
    )


def _score_partition(
    number: int, run: NewRun, scorer: Scorer, extract: Extract, objecting: frozenset[str]
) -> Found:
    with span("read history"):
        tables = extract.read(number)
    coverage = extract.manifest.coverage
    here = population.present(tables, coverage, run.index_date)
    everyone = here.index[here]
    scored = everyone[~everyone.isin(objecting)]
    matrix = scorer.matrix(tables, run.index_date, coverage)
    matrix = matrix[person_ids(matrix).isin(scored)]
    people = person_ids(matrix)
    if "listings" in coverage.tables:
        unit_of = population.listed_unit(tables, run.index_date)
    else:
        unit_of = pd.Series(EVERYONE, index=everyone)
    units = unit_of.reindex(people).to_numpy(dtype=str)
    with span("predict", people=len(matrix)):
        probabilities = scorer.model.predict(matrix)
    scores = probabilities.reset_index(drop=True)
    scores.insert(0, "person_id", people.astype(str))
    scores.insert(1, "care_unit", units)
    candidates = matrix.assign(
        **{UNIT: units, CHANCE: probabilities[run.primary_target].to_numpy()}
    )[population.groups(matrix).any(axis=1).to_numpy()]
    candidates = top_of_each_unit(candidates, run.capacity)
    persons = tables["persons"].set_index("person_id")[["birth_date", "sex"]]
    return Found(
        scores=scores,
        candidates=candidates,
        persons=persons.loc[person_ids(candidates)],
        enrolled=in_a_team(tables, run.index_date, unit_of.reindex(everyone)),
        discharged=frozenset(discharged_in_week_before(tables, run.index_date)),
        objected=len(everyone) - len(scored),
    )


UNIT, CHANCE = " care_unit", " probability"  # beside feature names, which never begin with a space


def top_of_each_unit(candidates: pd.DataFrame, capacity: int) -> pd.DataFrame:
    """The ``capacity`` likeliest of each care unit, units by name, then by rank."""
    order = candidates.assign(_person=person_ids(candidates)).sort_values(
        [UNIT, CHANCE, "_person"], ascending=[True, False, True], kind="stable"
    )
    return order.drop(columns="_person").groupby(UNIT, sort=False).head(capacity)


def _entries(
    run: NewRun,
    scorer: Scorer,
    listed: pd.DataFrame,
    persons: pd.DataFrame,
    scores: pd.DataFrame,
    discharged: Collection[str],
    last_week: LastWeek,
) -> list[dict[str, Any]]:
    groups = population.group_names(listed)
    mobile = mobile_models(listed)
    of_person = scores.set_index("person_id")[scorer.model.targets]
    ranks = listed.groupby(UNIT, sort=False).cumcount() + 1
    entries = []
    for i, person in enumerate(person_ids(listed)):
        suggestion = mobile[i]
        probabilities = {t: float(p) for t, p in of_person.loc[person].items()}
        entries.append(
            {
                "care_unit": str(listed[UNIT].iloc[i]),
                "rank": int(ranks.iloc[i]),
                "person_id": str(person),
                "age": age_on(persons["birth_date"].iloc[i], run.index_date),
                "sex": str(persons["sex"].iloc[i]),
                "target_groups": groups[i],
                "mobile_model": suggestion.model if suggestion else None,
                "mobile_rule": suggestion.rule.model_dump() if suggestion else {},
                "probabilities": probabilities,
                "changed": last_week.changes(
                    str(person), probabilities[run.primary_target], person in discharged
                ),
            }
        )
    return entries


def age_on(born: pd.Timestamp, day: date) -> int:
    """Whole years lived on a day."""
    return int(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _last_week(register: Register, run: NewRun) -> LastWeek:
    last = register.before(run.week)
    if last is None:
        return LastWeek()
    # Only the week just before is "last week": after a gap everybody has come back or is new.
    adjacent = last.index_date == run.index_date - timedelta(days=7)
    comparable = adjacent and last.model_version == run.model_version
    return LastWeek(
        on_list=frozenset(e.person_id for e in register.entries(last.id))
        if adjacent
        else frozenset(),
        ever_on_list=frozenset(register.listed_before(run.week)),
        scores=register.scores(last.id, run.primary_target) if comparable else {},
    )


def _result(
    register: Register, row: WeeklyRun, written: bool, despite: tuple[str, ...]
) -> WeeklyResult:
    units = register.units(row.id)
    return WeeklyResult(
        week=row.week,
        index_date=row.index_date,
        model_version=row.model_version,
        extract_id=row.extract_id,
        capacity=row.capacity,
        people=row.people,
        care_units=len(units),
        listed=sum(u.listed for u in units),
        new=sum(u.new for u in units),
        written=written,
        despite=despite,
        objected=row.objected,
    )
