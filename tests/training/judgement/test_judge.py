"""A whole judgement of a small trained home: everything in it, and bad input."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.errors import NotEnoughData
from features.home import Home
from features.store import ExtractStore
from models.baselines import read_baselines
from models.outcomes import Ended
from models.registry import Registry
from models.targets import TARGETS
from training.cohort import Cohort
from training.judgement.bench import oracle_of
from training.judgement.evaluate import evaluate
from training.judgement.judge import judge_model
from training.judgement.judged import MODEL, Judgement
from training.judgement.parts import calibration_sd
from training.train import TrainResult

Trained = tuple[Home, TrainResult]
TARGET = "unplanned_365"


@pytest.fixture(scope="module")
def judgement(trained: Trained) -> Judgement:
    return trained[1].judgement


def test_every_part_is_there_for_every_target(judgement: Judgement) -> None:
    targets = {judged.target for judged in judgement.targets}
    assert {grouped.target for grouped in judgement.groups} == targets
    assert {one.target for one in judgement.competing} == targets
    assert {lists.target for lists in judgement.capacity} == targets
    assert {one.target for one in judgement.versus} == targets
    assert {one.target for one in judgement.morbidity} == {"avoidable_365"}


def test_groups_of_a_partition_add_up_to_everybody(judgement: Judgement) -> None:
    for grouped in judgement.groups:
        if grouped.grouping == "target_group":
            continue
        judged = judgement.of(grouped.target)
        events = [group.events for group in grouped.groups]
        if None not in events:
            assert sum(events) == judged.events, grouped.grouping
    sexes = next(g for g in judgement.groups if (g.target, g.grouping) == (TARGET, "sex"))
    assert {group.group for group in sexes.groups} == {"female", "male"}
    assert sexes.of("female").figures["auroc"].value > 0.5


def test_no_small_count_is_anywhere(judgement: Judgement) -> None:
    def counts(value: Any) -> list[int]:
        if isinstance(value, dict):
            here = [
                value[name]
                for name in ("people", "events", "listed", "found", "missed")
                if isinstance(value.get(name), int)
            ]
            return here + [count for item in value.values() for count in counts(item)]
        return [c for item in value for c in counts(item)] if isinstance(value, list) else []

    plain = judgement.as_dict()
    for part in ("groups", "competing", "targets", "morbidity"):
        assert min(counts(plain[part]), default=8) > 7, part
    for lists in plain["capacity"]:
        for unit in lists["units"]:
            assert unit["listed"] == lists["judged_places"]
            assert unit["found"] is None or min(counts(unit)) > 7


def test_a_judgement_is_json_and_its_metrics_are_numbers(judgement: Judgement) -> None:
    text = json.dumps(judgement.as_dict(), allow_nan=False)
    assert "p000" not in text
    metrics = judgement.as_metrics()
    assert np.isfinite(list(metrics.values())).all()
    for name in (
        f"{TARGET}.net_benefit",
        f"{TARGET}.versus.age_sex.net_benefit",
        f"{TARGET}.capacity.ppv",
        f"{TARGET}.groups.sex.auroc",
    ):
        assert name in metrics


def test_lists_are_scaled_to_the_people_judged(judgement: Judgement) -> None:
    lists = judgement.capacity[0]
    assert (lists.places, lists.judged_places) == (20, 7)
    assert lists.lists == 4  # the units of the toy
    assert lists.listed <= 28
    assert lists.inside is None  # too few units to say


def test_judging_twice_gives_the_same(trained: Trained) -> None:
    home, _ = trained
    assert evaluate(home).as_dict() == evaluate(home).as_dict()


def rejudged(trained: Trained, **cohort: Any) -> Judgement:
    """The champion judged again on its own test people, their outcomes changed."""
    from training.split import split_of

    home, _ = trained
    extract, champion = ExtractStore(home).current(), Registry(home).champion()
    split = split_of(champion.model)
    whole = cohort_of(home, lambda ids, _day: split.is_test(ids))
    return judge_model(
        champion.model,
        read_baselines(champion.folder),
        replace(whole, **{name: change(getattr(whole, name)) for name, change in cohort.items()}),
        truth=None,
        extract=extract,
        model_version="1",
        held_out_people=True,
        trained_on=[],
        list_share=0.05,
        resamples=0,
    )


def cohort_of(home: Home, keep: Any) -> Cohort:
    from training.cohort import build_cohort

    extract, model = ExtractStore(home).current(), Registry(home).champion().model
    return build_cohort(
        extract, [date(2024, 1, 1)], [TARGETS[name] for name in model.targets], keep=keep
    )


def test_people_followed_for_no_time_take_no_place_on_the_lists_judged(trained: Trained) -> None:
    def all_but_some(changed: int) -> Any:
        def change(of: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            return {
                target: np.where(np.arange(len(values)) < 10, values, changed).astype(values.dtype)
                for target, values in of.items()
            }

        return change

    lists = rejudged(
        trained,
        days=all_but_some(0),
        ended=all_but_some(Ended.CENSORED),
    ).capacity[0]
    assert lists.listed <= 10


def test_a_target_without_outcomes_cannot_be_judged_and_the_others_are(trained: Trained) -> None:
    none = rejudged(
        trained,
        event=lambda event: {
            target: np.zeros_like(of) if target == "death_365" else of
            for target, of in event.items()
        },
    )
    assert [judged.target for judged in none.targets] == ["avoidable_365", TARGET]
    assert "Cannot be judged: death within a year (too few outcomes)." in none.remarks


def test_no_outcomes_at_all_is_an_error(trained: Trained) -> None:
    with pytest.raises(NotEnoughData, match="at the index date: too few outcomes"):
        rejudged(trained, event=lambda event: {t: np.zeros_like(of) for t, of in event.items()})


def test_outcomes_of_everybody_are_an_error_too(trained: Trained) -> None:
    with pytest.raises(NotEnoughData, match="at the index date: too few outcomes"):
        rejudged(trained, event=lambda event: {t: np.ones_like(of) for t, of in event.items()})


def test_an_unknown_unit_is_no_list(trained: Trained) -> None:
    def forget(about: pd.DataFrame) -> pd.DataFrame:
        return about.assign(care_unit=pd.Categorical([None] * len(about)))

    judgement = rejudged(trained, about=forget)
    assert {lists.why for lists in judgement.capacity} == {"nobody's care unit is known"}
    assert "care_unit" not in {grouped.grouping for grouped in judgement.groups}


def test_constant_features_are_judged_without_a_number_made_of_nothing(trained: Trained) -> None:
    """All scores alike: everybody ties, ranking is chance, and no slope is invented."""

    def flatten(matrix: pd.DataFrame) -> pd.DataFrame:
        return matrix * 0.0

    judgement = rejudged(trained, matrix=flatten)
    figures = judgement.of(TARGET).models[MODEL]
    assert figures["auroc"].value == pytest.approx(0.5)
    assert np.isnan(figures["calibration_slope"].value)
    assert judgement.morbidity == ()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(1925, 1, 5), "nobody is present"),
        (date(2024, 6, 3), "its horizon reaches past the data"),
        (date(2031, 1, 6), "its horizon reaches past the data"),
    ],
)
def test_a_date_outside_the_extract_or_too_late_is_refused(
    trained: Trained, day: date, said: str
) -> None:
    home, _ = trained
    with pytest.raises(NotEnoughData, match=said):
        evaluate(home, day)


def test_nine_in_ten_lists_a_year_on_hold_as_many_as_foretold(trained: Trained) -> None:
    """The toy's people in twenty units by lot: lists of a model trained a year before."""

    def by_lot(about: pd.DataFrame) -> pd.DataFrame:
        units = np.random.default_rng(1).choice([f"V{n:02d}" for n in range(20)], len(about))
        return about.assign(care_unit=pd.Categorical(units))

    inside = {lists.target: lists.inside for lists in rejudged(trained, about=by_lot).capacity}
    assert min(inside.values()) >= 0.9


def test_the_truth_of_some_only_is_said() -> None:
    index = pd.MultiIndex.from_product(
        [["a", "b"], pd.DatetimeIndex(["2024-01-01"]).as_unit("s")],
        names=["person_id", "index_date"],
    )

    class Rows:
        matrix = pd.DataFrame(index=index)

    truth = pd.DataFrame(
        {
            "person_id": ["a", "b", "a"],
            "index_date": pd.Timestamp("2024-01-01"),
            "target": ["death_365", "death_365", TARGET],
            "probability": [0.1, 0.2, 0.3],
        }
    )
    found, remarks = oracle_of(truth, Rows, ["death_365", TARGET])  # type: ignore[arg-type]
    assert found["death_365"].tolist() == [0.1, 0.2]
    assert list(found) == ["death_365"]
    assert remarks == [
        f"The oracle is left out for {TARGET}: the truth is known for 50.0% of the people "
        "judged, not for all."
    ]
    assert oracle_of(None, Rows, [TARGET]) == ({}, [])  # type: ignore[arg-type]


def test_calibration_is_the_surer_the_more_outcomes_were_learnt_from() -> None:
    info = {"training_events": {TARGET: 800}, "training_dates": ["a", "b"]}
    assert calibration_sd(info, TARGET) == pytest.approx(0.05)
