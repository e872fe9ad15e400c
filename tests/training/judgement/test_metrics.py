import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training.judgement.metrics import (
    METRICS,
    Sample,
    auroc,
    average_precision,
    brier,
    calibration_intercept,
    calibration_slope,
    ici,
    missed,
    observed_expected,
    ppv,
    sensitivity,
)


@pytest.fixture(scope="module", params=["distinct", "tied"])
def data(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(11)
    log_odds = rng.normal(-2, 1, 2000)
    event = (rng.random(2000) < 1 / (1 + np.exp(-log_odds))).astype(int)
    p = 1 / (1 + np.exp(-log_odds))
    if request.param == "tied":
        p = np.round(p, 1) + 0.01
    return event, p, rng.choice([0.0, 1.0, 2.0], 2000)


def test_ranking_metrics_agree_with_scikit_learn(
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    event, p, weight = data
    for w in (np.ones(len(p)), weight):
        sample = Sample.of(event, p, w)
        assert auroc(sample)[0] == pytest.approx(roc_auc_score(event, p, sample_weight=w))
        expected = average_precision_score(event, p, sample_weight=w)
        assert average_precision(sample)[0] == pytest.approx(expected)
        expected = brier_score_loss(event, p, sample_weight=w)
        assert brier(sample)[0] == pytest.approx(expected)


def test_a_weight_of_two_is_the_row_twice(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    event, p, weight = data
    twice = np.repeat(np.arange(len(p)), weight.astype(int))
    for metric in METRICS.values():
        if metric.name == "ici":
            continue  # its knots are quantiles of the rows, not of the weights
        one = metric.function(Sample.of(event, p, weight))[0]
        other = metric.function(Sample.of(event[twice], p[twice]))[0]
        assert one == pytest.approx(other, rel=1e-6), metric.name


def test_columns_of_weights_are_judged_one_by_one(
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    event, p, weight = data
    both = Sample(event.astype(float), p, np.column_stack([np.ones(len(p)), weight]))
    for metric in METRICS.values():
        first, second = metric.function(both)
        assert first == pytest.approx(metric.function(Sample.of(event, p))[0], rel=1e-5)
        assert second == pytest.approx(metric.function(Sample.of(event, p, weight))[0], rel=1e-5)


def test_a_list_by_hand() -> None:
    event = [1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    p = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05]
    sample = Sample.of(event, p, list_share=0.3)  # three people: two of three events
    assert ppv(sample)[0] == pytest.approx(2 / 3)
    assert sensitivity(sample)[0] == pytest.approx(2 / 3)
    assert missed(sample)[0] == pytest.approx(1.0)


def test_ties_at_the_edge_of_the_list_share_the_places_left() -> None:
    # One above; four tie for the second place, two of them with the event.
    sample = Sample.of([0, 1, 0, 1, 0, 0], [0.9, 0.5, 0.5, 0.5, 0.5, 0.1], list_share=2 / 6)
    assert sample.on_list[0] == pytest.approx(0.5)
    reversed_ = Sample.of([0, 0, 1, 0, 1, 0], [0.1, 0.5, 0.5, 0.5, 0.5, 0.9], list_share=2 / 6)
    assert reversed_.on_list[0] == pytest.approx(0.5)


def test_a_list_of_everyone_misses_nobody() -> None:
    sample = Sample.of([0, 1, 1], [0.2, 0.2, 0.1], list_share=1.0)
    assert missed(sample)[0] == pytest.approx(0.0)
    assert ppv(sample)[0] == pytest.approx(2 / 3)


def test_calibration_of_true_and_distorted_probabilities() -> None:
    rng = np.random.default_rng(2)
    log_odds = rng.normal(-2, 1.2, 60_000)
    true = 1 / (1 + np.exp(-log_odds))
    event = (rng.random(len(true)) < true).astype(int)
    right = Sample.of(event, true)
    assert calibration_slope(right)[0] == pytest.approx(1.0, abs=0.03)
    assert calibration_intercept(right)[0] == pytest.approx(0.0, abs=0.03)
    assert observed_expected(right)[0] == pytest.approx(1.0, abs=0.02)
    assert ici(right)[0] < 0.003
    extreme = Sample.of(event, 1 / (1 + np.exp(-2 * log_odds)))
    assert calibration_slope(extreme)[0] == pytest.approx(0.5, abs=0.02)
    high = Sample.of(event, 1 / (1 + np.exp(-log_odds - 0.7)))
    assert calibration_intercept(high)[0] == pytest.approx(-0.7, abs=0.03)
    assert observed_expected(high)[0] < 0.7
    expected = np.mean(high.probability - true)
    assert ici(high)[0] == pytest.approx(expected, abs=0.004)


def test_few_distinct_probabilities_can_be_judged() -> None:
    sample = Sample.of([0, 1, 0, 1, 1, 0], [0.2, 0.2, 0.2, 0.6, 0.6, 0.6])
    for metric in METRICS.values():
        assert np.isfinite(metric.function(sample)).all(), metric.name
