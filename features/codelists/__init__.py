"""Code lists: clinical facts as data, one CSV each, read once.

``CHARLSON.match("icd10se", codes)`` gives the groups of codes; ``docs/codelists.md`` says
where every list comes from and which rows are unverified.
"""

from features.codelists.reader import FOLDER, CodeList, Row, read_code_list, version

ANTICHOLINERGIC = read_code_list(FOLDER / "anticholinergic.csv")
AVOIDABLE = read_code_list(FOLDER / "undvikbar_slutenvard.csv")
CHARLSON = read_code_list(FOLDER / "charlson_se.csv")
CHRONIC_GROUPS = read_code_list(FOLDER / "chronic_groups.csv")
FALL_RISK_MEDICINES = read_code_list(FOLDER / "fall_risk_medicines.csv")
FRAILTY_DEFICITS = read_code_list(FOLDER / "frailty_deficits.csv")
HFRS = read_code_list(FOLDER / "hfrs.csv")
INAPPROPRIATE_MEDICINES = read_code_list(FOLDER / "inappropriate_medicines.csv")
KVA = read_code_list(FOLDER / "kva.csv")
MEDICINE_GROUPS = read_code_list(FOLDER / "medicine_groups.csv")
TARGET_CONDITIONS = read_code_list(FOLDER / "target_conditions.csv")

CODE_LISTS = (
    CHARLSON,
    HFRS,
    FRAILTY_DEFICITS,
    CHRONIC_GROUPS,
    TARGET_CONDITIONS,
    AVOIDABLE,
    MEDICINE_GROUPS,
    ANTICHOLINERGIC,
    FALL_RISK_MEDICINES,
    INAPPROPRIATE_MEDICINES,
    KVA,
)

__all__ = [
    "ANTICHOLINERGIC",
    "AVOIDABLE",
    "CHARLSON",
    "CHRONIC_GROUPS",
    "CODE_LISTS",
    "FALL_RISK_MEDICINES",
    "FRAILTY_DEFICITS",
    "HFRS",
    "INAPPROPRIATE_MEDICINES",
    "KVA",
    "MEDICINE_GROUPS",
    "TARGET_CONDITIONS",
    "CodeList",
    "Row",
    "read_code_list",
    "version",
]
