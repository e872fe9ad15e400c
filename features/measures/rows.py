"""MOVED to features/rows.py. Import from there; this file goes away."""

from features.rows import *  # noqa: F403
from features.rows import admissions, contacts  # noqa: F401
