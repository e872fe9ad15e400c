import numpy as np
import pytest

from training.judgement.decision import decision_curve
from training.judgement.metrics import Sample, net_benefit


def people(number: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    p = rng.uniform(0.01, 0.6, number)
    return (rng.random(number) < p).astype(int), p, rng.choice([0.0, 1.0, 1.5], number)


def test_net_benefit_by_hand() -> None:
    # Two places; one of them found. Threshold 0.2: one found is worth four listed in vain.
    sample = Sample.of([1, 0, 1, 0, 0], [0.9, 0.5, 0.4, 0.2, 0.1], list_share=0.4, threshold=0.2)
    assert net_benefit(sample)[0] == pytest.approx(1 / 5 - 1 / 5 * 0.25)
    # By itself the threshold is the probability of the last person listed.
    own = Sample.of([1, 0, 1, 0, 0], [0.9, 0.5, 0.4, 0.2, 0.1], list_share=0.4)
    assert own.edge[0] == 0.5
    assert net_benefit(own)[0] == pytest.approx(1 / 5 - 1 / 5)


def test_the_curve_is_the_definition_at_every_threshold() -> None:
    event, p, weight = people()
    curve = decision_curve(event, {"a": p, "b": 1 - p}, weight, "a")
    for name, score in (("a", p), ("b", 1 - p)):
        for threshold, benefit in zip(curve.thresholds, curve.models[name], strict=True):
            acted = score >= threshold
            found = weight @ (acted * event)
            vain = weight @ (acted * (1 - event))
            expected = (found - vain * threshold / (1 - threshold)) / weight.sum()
            assert benefit == pytest.approx(expected)
    share = weight @ event / weight.sum()
    assert curve.everyone[0] == pytest.approx(share)
    assert curve.models["a"][0] == pytest.approx(share)


def test_the_list_stands_on_the_curve() -> None:
    """Where the threshold is the list's edge, acting on all above it is the list."""
    event, p, weight = people()
    sample = Sample.of(event, p, weight, list_share=0.05)
    edge = sample.edge[0]
    acted = p >= edge
    total = weight.sum()
    found, vain = weight @ (acted * event) / total, weight @ (acted * (1 - event)) / total
    on_curve = found - vain * edge / (1 - edge)
    assert net_benefit(sample)[0] == pytest.approx(on_curve, abs=1e-3)


def test_a_curve_ends_where_few_are_left() -> None:
    event, p, weight = people(400)
    curve = decision_curve(event, {"a": p}, weight, "a")
    assert (p[weight > 0] >= curve.thresholds[-1]).sum() >= 50
