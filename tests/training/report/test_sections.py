"""The numbers behind the pictures, by hand and against other implementations."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from training.judgement.intervals import person_draws
from training.judgement.metrics import Sample, smoothed
from training.report import Run
from training.report.drawing import LEADING, picture
from training.report.run import resampled, with_interval
from training.report.sections import reasons, training
from training.report.sections.calibration import curve_of, joined_tenths
from training.report.sections.lists import lengths_of
from training.report.words import few

RNG = np.random.default_rng(4)
P = RNG.beta(1.2, 8, 3000)
EVENT = (RNG.random(3000) < P).astype(float)
DRAWS = person_draws(np.arange(3000), 40, seed=1)


def test_a_list_finds_those_ranked_highest() -> None:
    #        four people, the likelier first; the second and third tie for the last place
    sample = Sample.of(np.array([1, 1, 0, 1]), np.array([0.9, 0.5, 0.5, 0.1]))
    lengths = lengths_of(sample, np.empty((4, 0)), np.array([0.25, 0.5, 1.0]))
    assert lengths.people.tolist() == [1, 2, 4]
    assert lengths.found.tolist() == [1, 1.5, 3]  # half a place for the one with the outcome
    assert lengths.ppv[:, 0].tolist() == [1, 0.75, 0.75]
    assert lengths.missed[:, 0].tolist() == [2, 1.5, 0]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_lists_of_any_length_agree_with_the_metrics(share: float) -> None:
    rounded = np.round(P, 2)  # ties
    lengths = lengths_of(Sample.of(EVENT, rounded), DRAWS, np.array([share]))
    whole = Sample.of(EVENT, rounded, list_share=share)
    assert lengths.found[0] == pytest.approx(float(whole.on_list[0]))
    assert lengths.ppv[0, 1] < lengths.ppv[0, 0] < lengths.ppv[0, 2]


def test_tenths_are_joined_until_nobody_is_told_from_another() -> None:
    event = np.zeros(100)
    event[[5, 15, 25, 35, 45, 55, 65, 75, 78, 85, *range(90, 99)]] = 1
    parts = joined_tenths(event)
    assert [len(part) for part in parts] == [80, 20]
    assert np.concatenate(parts).tolist() == list(range(100))
    assert [int(event[part].sum()) for part in parts] == [9, 10]


def test_the_curve_is_the_smoother_of_the_ici() -> None:
    sample = Sample.of(EVENT, P)
    curve = curve_of(sample, DRAWS)
    order = np.argsort(P)
    expected = np.interp(curve.x, P[order], smoothed(sample)[order, 0])
    assert np.abs(curve.y - expected).max() < 2e-3
    assert (curve.low <= curve.y).mean() > 0.95
    assert (curve.y <= curve.high).mean() > 0.95
    assert sum(tenth.people for tenth in curve.tenths) == len(P)
    assert not ((curve.bars > 0) & (curve.bars <= 7)).any()


def test_resampling_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = Sample.of(EVENT, P)

    def mean(of: Sample) -> np.ndarray:
        return (of.event @ of.weight / of.weight.sum(axis=0))[None, :]

    whole = resampled(sample, DRAWS, mean)
    monkeypatch.setattr("training.report.run._CELLS", 7 * len(P))
    assert whole.shape == (1, 41)
    np.testing.assert_allclose(resampled(sample, DRAWS, mean), whole)
    assert with_interval(whole[:, :1]).tolist() == [[EVENT.mean()] * 3]


def test_a_picture_is_the_same_twice_and_takes_the_pages_colours() -> None:
    def draw(axes: list) -> None:
        axes[0].plot([0, 1], [0, 1], color=LEADING)

    first, second = (picture("line", 'A "line"', draw) for _ in range(2))
    assert first.svg == second.svg
    assert LEADING in first.svg
    assert "var(--leading)" in first.inline
    assert 'aria-label="A &quot;line&quot;"' in first.inline
    assert "<metadata>" not in first.inline


def test_small_counts_are_not_told() -> None:
    assert [few(count) for count in (0, 1, 7, 8, 1234)] == ["0", "1-7", "1-7", "8", "1,234"]


def test_whatever_the_model_is_held_against_has_a_name() -> None:
    from training.judgement.judged import ORACLE
    from training.judgement.versus import SIMPLER, VGR_RULE
    from training.report.sections.decisions import against

    names = [against(name) for name in (ORACLE, VGR_RULE, SIMPLER)]
    assert names[0].startswith("Oracle")
    assert "4 of" in names[1]
    assert "Logistic regression" in names[2]


def test_a_search_and_directions_are_told_where_they_were_made(run: Run) -> None:
    section = training.section(run)
    assert "Search for settings" not in " ".join(b.caption for b in section.blocks[:-1])
    info = run.model.info | {
        "tuning": {
            "target": "avoidable_365",
            "trials": 12,
            "given_up": 4,
            "loss_before": 0.2,
            "loss_best": 0.19,
            "best_trial": 3,
            "values": {"num_leaves": 6},
        },
        "monotone": {
            "target": "avoidable_365",
            "held_features": 90,
            "held": {"log_loss": 0.19, "auroc": 0.75, "average_precision": 0.2},
            "free": {"log_loss": 0.18, "auroc": 0.76, "average_precision": 0.21},
        },
        "in_team": {"already": None, "joined": 120, "bounded": {}},
    }
    model = copy(run.model)
    model.info = info
    *tables, text = training.section(replace(run, model=model)).blocks
    assert tables[2].rows[0] == ("Trials", "12, of which 4 were given up early")
    assert ("Leaves a tree", "6") in tables[2].rows
    assert tables[3].rows[1] == ("AUROC", "0.75000", "0.76000")
    assert "7 or fewer were in a team at the index date, 120 joined" in text.paragraphs[0]


def test_sizes_of_contributions_follow_from_the_explanation(run: Run) -> None:
    shares = reasons.shares_of(run)
    assert shares.people == len(run.test)  # fewer than are drawn
    contributions = run.model.explain(run.test.matrix, run.target).contributions
    age = [name for name in run.model.features if name == "age"]
    expected = contributions[age].sum(axis=1).abs().mean()
    (found,) = (share for share in shares.measures if share.label == "Age")
    assert found.size == pytest.approx(expected)
    assert found.direction > 0.2
    assert len(shares.headings) <= 8
    # A sum of signed contributions is never larger than the sum of their sizes.
    assert sum(s.size for s in shares.headings) <= sum(s.size for s in shares.measures) + 1e-12
