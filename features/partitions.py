"""Which partition of an extract holds a person."""

import numpy as np
import pandas as pd

PERSONS_PER_PARTITION = 25_000
FEWEST_PARTITIONS = 4


def n_partitions_for(n_persons: int) -> int:
    """The power of two, at least four, that gives at most 25,000 persons a partition."""
    n = FEWEST_PARTITIONS
    while n_persons / n > PERSONS_PER_PARTITION:
        n *= 2
    return n


def partition_of(person_ids: np.ndarray, n_partitions: int) -> np.ndarray:
    """Partition number (int64) of each person id (array of str).

    SipHash with pandas' fixed key: the same on every machine and in every run.
    ``n_partitions`` is a power of two.
    """
    if len(person_ids) == 0:
        return np.empty(0, dtype=np.int64)
    hashed = pd.util.hash_array(np.asarray(person_ids, dtype=object), categorize=False)
    return (hashed & np.uint64(n_partitions - 1)).astype(np.int64)
