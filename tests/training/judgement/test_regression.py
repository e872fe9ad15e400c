import numpy as np
from sklearn.linear_model import LogisticRegression

from training.judgement.regression import logistic_fits


def test_logistic_fits_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(800, 3)) * [1, 30, 0.01]
    event = (rng.random(800) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    weights = rng.choice([0.0, 1.0, 3.0], (800, 4))
    own = logistic_fits(np.column_stack([np.ones(800), x]), event, weights)
    for column in range(4):
        theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000, solver="newton-cholesky")
        theirs.fit(x, event, sample_weight=weights[:, column])
        np.testing.assert_allclose(own[column, 1:], theirs.coef_[0], rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(own[column, 0], theirs.intercept_[0], rtol=1e-3, atol=1e-4)
