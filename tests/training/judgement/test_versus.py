import numpy as np
import pytest

from training.judgement.intervals import judge, person_draws
from training.judgement.versus import VGR_RULE, versus, versus_rule


def people(number: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    log_odds = rng.normal(-2, 1.2, number)
    event = (rng.random(number) < 1 / (1 + np.exp(-log_odds))).astype(int)
    blurred = 1 / (1 + np.exp(-(log_odds + rng.normal(0, 1.5, number))))
    draws = person_draws(np.arange(number), 200, 1)
    return event, 1 / (1 + np.exp(-log_odds)), blurred, draws


def test_differences_are_paired() -> None:
    event, p, blurred, draws = people()
    ones = np.ones(len(p))
    own, near = (judge(event, s, ones, draws, 0.05, threshold=0.3) for s in (p, p + 1e-6 * blurred))
    [same] = versus("death_365", own, {"near": near}, 0.05)
    alone = own.figures()["auroc"]
    difference = same.differences["auroc"]
    # Nearly the same model: the difference is sure, though each figure is not.
    assert difference.high - difference.low < 0.02 * (alone.high - alone.low)


def test_a_better_model_is_better_beyond_chance_and_the_same_is_not() -> None:
    event, p, blurred, draws = people()
    ones = np.ones(len(p))
    own, worse = (judge(event, s, ones, draws, 0.05, threshold=0.3) for s in (p, blurred))
    better, same = versus("death_365", own, {"worse": worse, "itself": own}, 0.05)
    for metric in ("auroc", "ppv", "sensitivity", "net_benefit"):
        figure = better.differences[metric]
        assert figure.low > 0, metric
        assert figure.value == pytest.approx(own.values[metric] - worse.values[metric])
        assert same.differences[metric].value == same.differences[metric].high == 0.0


def test_a_rule_is_met_at_its_own_length() -> None:
    event, p, blurred, draws = people()
    rule = blurred > 0.5
    against = versus_rule("death_365", event, p, rule, np.ones(len(p)), draws)
    assert against is not None
    assert against.against == VGR_RULE
    assert against.list_share == pytest.approx(rule.mean())
    top = np.argsort(-p)[: rule.sum()]
    expected = event[top].mean() - event[rule].mean()
    assert against.differences["ppv"].value == pytest.approx(expected)
    assert against.differences["ppv"].low > 0


def test_a_rule_that_hardly_anybody_meets_is_no_list() -> None:
    event, p, _, draws = people()
    rule = np.zeros(len(p), dtype=bool)
    rule[:7] = True
    assert versus_rule("death_365", event, p, rule, np.ones(len(p)), draws) is None
    assert versus_rule("death_365", event, p, ~rule, np.ones(len(p)), draws) is None
