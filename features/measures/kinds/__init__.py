"""The kinds of measure: how rows add up. One family a file; declarations import from here."""

from features.measures.kinds.additive import Count, Sum
from features.measures.kinds.continuity import BiceBoxerman, UsualProvider
from features.measures.kinds.derived import Derived, Use, ratio, rise
from features.measures.kinds.discharge_scores import HospitalScore, Lace
from features.measures.kinds.distinct import Distinct, InSupply
from features.measures.kinds.gaps import LongestGap, Switches
from features.measures.kinds.groups import CodeScore, DaysSinceGroup, GroupCount, HasGroup
from features.measures.kinds.latest import Change, Latest
from features.measures.kinds.near import Near
from features.measures.kinds.newness import DaysSinceNewGroup, NewGroup, NewValues, Together
from features.measures.kinds.periods import ActiveNow, ActiveSum, DaysIn
from features.measures.kinds.person import Age, OfDate, PersonIs, PersonValue
from features.measures.kinds.recency import DaysSince, Readmissions
from features.measures.kinds.stays import LongestStay, OnWeekdays, StaysOfLength
from features.measures.kinds.trends import ChangeInShare, Extreme, Slope

__all__ = [
    "ActiveNow",
    "ActiveSum",
    "Age",
    "BiceBoxerman",
    "Change",
    "ChangeInShare",
    "CodeScore",
    "Count",
    "DaysIn",
    "DaysSince",
    "DaysSinceGroup",
    "DaysSinceNewGroup",
    "Derived",
    "Distinct",
    "Extreme",
    "GroupCount",
    "HasGroup",
    "HospitalScore",
    "InSupply",
    "Lace",
    "Latest",
    "LongestGap",
    "LongestStay",
    "Near",
    "NewGroup",
    "NewValues",
    "OfDate",
    "OnWeekdays",
    "PersonIs",
    "PersonValue",
    "Readmissions",
    "Slope",
    "StaysOfLength",
    "Sum",
    "Switches",
    "Together",
    "Use",
    "UsualProvider",
    "ratio",
    "rise",
]
