"""A simulated Swedish region whose hidden truth is known: for demo, tests and the oracle.

See ``docs/region.md`` for what is simulated and how close it comes to published figures.
"""

from features.region.settings import RegionSettings
from features.region.write import simulate

__all__ = ["RegionSettings", "simulate"]
