import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from training.stability.agreement import Told, agreement, spearman, summed, top_shared


def shares(*rows: tuple[float, ...], names: str = "abcd") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(names[: len(rows[0])]), index=range(len(rows)))


def test_two_of_three_reasons_are_shared() -> None:
    one = shares((0.4, -0.3, 0.2, 0.1))
    other = shares((0.4, -0.3, 0.1, 0.2))
    assert top_shared(one, other) == pytest.approx(2 / 3)
    assert top_shared(one, one) == 1.0


def test_heaviest_whichever_way_they_point() -> None:
    assert top_shared(shares((0.1, -0.9)), shares((-0.1, 0.9)), top=1) == 1.0
    assert top_shared(shares((0.9, -0.1)), shares((0.1, 0.9)), top=1) == 0.0


def test_what_weighs_nothing_is_no_reason() -> None:
    one, other = shares((0.5, 0.0, 0.0, 0.0)), shares((0.5, 0.2, 0.0, 0.0))
    assert top_shared(one, other) == pytest.approx(1 / 2)
    nothing = shares((0.0, 0.0, 0.0, 0.0))
    assert np.isnan(top_shared(nothing, nothing))
    assert top_shared(pd.concat([one, nothing]), pd.concat([one, nothing])) == 1.0


def test_a_measure_that_one_model_does_not_read() -> None:
    assert top_shared(shares((3.0, 2.0, 1.0)), shares((3.0, 2.0), names="ac"), top=2) == 0.5


def test_windows_of_a_measure_add_up() -> None:
    total = summed(shares((1.0, 2.0, 4.0, 8.0)), {"a": "x", "b": "y", "c": "x", "d": "y"}.get)  # type: ignore[arg-type]
    assert total.loc[0].to_dict() == {"x": 5.0, "y": 10.0}


def test_rank_correlation_is_scipys() -> None:
    rng = np.random.default_rng(5)
    one = rng.integers(0, 20, 200).astype(float)
    other = one + rng.normal(0, 5, 200).round()
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert np.isnan(spearman(one, np.ones(200)))


def test_a_pair_worked_by_hand() -> None:
    """Five people, lists of two: both list the first, the second place differs. Only these
    three are explained."""
    explained = np.array([True, True, True, False, False])
    first = Told(
        np.array([0.5, 0.4, 0.3, 0.2, 0.1]),
        np.array([True, True, False, False, False]),
        shares((3, 2, 1, 0), (3, 2, 1, 0), (3, 2, 1, 0)),
        shares((1,), (1,), (1,)),
    )
    second = Told(
        np.array([0.5, 0.2, 0.4, 0.3, 0.1]),
        np.array([True, False, True, False, False]),
        shares((3, 2, 1, 0), (3, 2, 0, 1), (0, 2, 1, 3)),
        shares((1,), (1,), (1,)),
    )
    found = agreement([first, second], explained)
    assert found.kept == pytest.approx(1 / 2)
    assert found.jaccard == pytest.approx(1 / 3)
    assert found.measures == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert found.headings == 1.0
    assert found.moved == pytest.approx((0.0 + 0.2 + 0.1) / 3)
    assert found.pairs == 1


def test_every_pair_counts_alike() -> None:
    rng = np.random.default_rng(1)
    everyone = np.ones(30, dtype=bool)

    def told() -> Told:
        p = rng.random(30)
        return Told(p, p > 0.8, shares(*rng.random((30, 4))), shares(*rng.random((30, 2))))

    three = [told() for _ in range(3)]
    pairs = [agreement(pair, everyone) for pair in (three[:2], three[1:], three[::2])]
    together = agreement(three, everyone)
    assert together.pairs == 3
    assert together.jaccard == pytest.approx(np.mean([pair.jaccard for pair in pairs]))
    assert together.measures == pytest.approx(np.mean([pair.measures for pair in pairs]))
