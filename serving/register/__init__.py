"""The register: weekly runs, scores, lists and reasons, what was decided, and who looked at
whom, in one database."""

from serving.register.decisions import DecidedMeanwhile, Decision, Kind, NewDecision
from serving.register.enrolments import Enrolment, InExtract
from serving.register.models import ListEntry, StoredReasons, WeeklyRun
from serving.register.register import NewRun, PastScore, Register, UnitSummary

__all__ = [
    "DecidedMeanwhile",
    "Decision",
    "Enrolment",
    "InExtract",
    "Kind",
    "ListEntry",
    "NewDecision",
    "NewRun",
    "PastScore",
    "Register",
    "StoredReasons",
    "UnitSummary",
    "WeeklyRun",
]
