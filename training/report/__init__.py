"""A judgement for the terminal, and a run as a page, as files and as a model card."""

from training.report.files import write_reports
from training.report.run import Run
from training.report.terminal import show

__all__ = ["Run", "show", "write_reports"]
