from math import fsum

import numpy as np
import pandas as pd
import pytest

from features.measures.base import Domain
from models.headings import Heading, by_heading
from models.reasons import reasons
from models.risk_model import RiskModel

TARGET = "avoidable_365"


def test_every_domain_stands_under_one_of_eight_headings() -> None:
    assert len(Heading) == 8
    assert sorted(d.name for h in Heading for d in h.value[2]) == sorted(d.name for d in Domain)


def test_headings_add_up_to_the_log_odds(model: RiskModel, matrix: pd.DataFrame) -> None:
    base = model.explain(matrix, TARGET).base
    p = model.predict(matrix)[TARGET].to_numpy()
    for row, of_row in enumerate(reasons(model, matrix.iloc[:20], TARGET)):
        total = base[row] + fsum(share.contribution for share in by_heading(of_row))
        assert total == pytest.approx(np.log(p[row] / (1 - p[row])), abs=1e-6)


def test_a_heading_is_the_exact_sum_of_its_measures_heaviest_first(
    model: RiskModel, matrix: pd.DataFrame
) -> None:
    of_row = reasons(model, matrix.iloc[:1], TARGET)[0]
    shares = by_heading(of_row)
    for share in shares:
        inside = [r.contribution for r in of_row if Heading.of(r.domain) is share.heading]
        assert share.contribution == fsum(inside)
        assert share.raises == (share.contribution > 0)
    weights = [abs(share.contribution) for share in shares]
    assert weights == sorted(weights, reverse=True)
    assert by_heading([]) == []
