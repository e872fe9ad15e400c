"""The register: weekly runs, scores, lists and reasons, what was decided, and who looked at
whom, in one database."""

from serving.register.decisions import DecidedMeanwhile, Decision, Kind, NewDecision
from serving.register.enrolments import Enrolment
from serving.register.models import ListEntry, RunEnrolled, StoredReasons, WeeklyRun
from serving.register.register import NewRun, PastScore, Register, UnitSummary

__all__ = [
    "DecidedMeanwhile",
    "Decision",
    "Enrolment",
    "Kind",
    "ListEntry",
    "NewDecision",
    "NewRun",
    "PastScore",
    "Register",
    "RunEnrolled",
    "StoredReasons",
    "UnitSummary",
    "WeeklyRun",
]
