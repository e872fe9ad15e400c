"""The kinds of measure: how rows add up. One family a file; declarations import from here."""

from features.measures.kinds.additive import Count, Sum
from features.measures.kinds.continuity import BiceBoxerman, UsualProvider
from features.measures.kinds.derived import Derived, Use, ratio, rise
from features.measures.kinds.distinct import Distinct, InSupply
from features.measures.kinds.groups import CodeScore, DaysSinceGroup, GroupCount, HasGroup
from features.measures.kinds.latest import Change, Latest
from features.measures.kinds.periods import ActiveNow, ActiveSum, DaysIn
from features.measures.kinds.person import Age, OfDate, PersonIs, PersonValue
from features.measures.kinds.recency import DaysSince, Readmissions

__all__ = [
    "ActiveNow",
    "ActiveSum",
    "Age",
    "BiceBoxerman",
    "Change",
    "CodeScore",
    "Count",
    "DaysIn",
    "DaysSince",
    "DaysSinceGroup",
    "Derived",
    "Distinct",
    "GroupCount",
    "HasGroup",
    "InSupply",
    "Latest",
    "OfDate",
    "PersonIs",
    "PersonValue",
    "Readmissions",
    "Sum",
    "Use",
    "UsualProvider",
    "ratio",
    "rise",
]
