"""From counts per person, kind and bucket to windows: what our own design adds to a counter."""

import numpy as np

from benchmarks.features.data import WINDOWS, Part


def spread(found: dict[str, np.ndarray], people: int, part: Part) -> np.ndarray:
    dense = np.zeros((people, part.kinds, len(WINDOWS)), dtype=np.float32)
    dense[found["person"], found["kind"], found["bucket"]] = found["n"]
    np.cumsum(dense, axis=2, out=dense)
    return dense.reshape(people, -1)
