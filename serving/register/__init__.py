"""The register: weekly runs, scores, lists, reasons and the access log, in one database."""

from serving.register.models import ListEntry, StoredReasons, WeeklyRun
from serving.register.register import NewRun, Register, UnitSummary

__all__ = ["ListEntry", "NewRun", "Register", "StoredReasons", "UnitSummary", "WeeklyRun"]
