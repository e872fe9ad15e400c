"""What is measured, as ``features/measures/observations.py`` reads it: codes of LOINC, and units.

LOINC's codes were read in HL7's published value sets and in Synthea's and OHDSI's records where
``SEEN`` has them; the others are from memory, unverified. Conversions are exact by definition of
the unit, but for haemoglobin and NT-proBNP by substance (molar masses 16,114 g/mol a chain and
8,457 g/mol, from memory, unverified) and HbA1c by NGSP's percentage (the master equation of the
IFCC, Hoelzel 2004, doi 10.1373/clinchem.2003.024802; from memory, unverified).
"""

LOINC = {
    "33914-3": "egfr",
    "62238-1": "egfr",
    "69405-9": "egfr",
    "77147-7": "egfr",
    "98979-8": "egfr",
    "718-7": "haemoglobin",
    "20509-6": "haemoglobin",
    "59260-0": "haemoglobin",
    "1988-5": "crp",
    "30522-7": "crp",
    "8480-6": "systolic_blood_pressure",
    "8462-4": "diastolic_blood_pressure",
    "29463-7": "weight",
    "3141-9": "weight",
    "2947-0": "sodium",
    "2951-2": "sodium",
    "2823-3": "potassium",
    "6298-4": "potassium",
    "1751-7": "albumin",
    "4548-4": "hba1c",
    "17856-6": "hba1c",
    "59261-8": "hba1c",
    "33762-6": "nt_probnp",
    "2708-6": "oxygen_saturation",
    "59408-5": "oxygen_saturation",
}
SEEN = {
    *("33914-3", "62238-1", "69405-9", "77147-7", "98979-8", "718-7", "8480-6", "8462-4"),
    *("29463-7", "2947-0", "2951-2", "2823-3", "6298-4", "1751-7", "4548-4", "33762-6", "2708-6"),
}

# name -> unit here; unit as delivered (see ``plain``) -> factor, and what is added after it
_SAME = (1.0, 0.0)
UNITS: dict[str, tuple[str, dict[str, tuple[float, float]]]] = {
    "egfr": ("ml/min/1,73 m2", {"ml/min/1.73m2": _SAME}),
    "haemoglobin": ("g/l", {"g/l": _SAME, "g/dl": (10, 0), "mmol/l": (16.114, 0)}),
    "crp": ("mg/l", {"mg/l": _SAME, "mg/dl": (10, 0)}),
    "systolic_blood_pressure": ("mmHg", {"mmhg": _SAME, "kpa": (7.50062, 0)}),
    "diastolic_blood_pressure": ("mmHg", {"mmhg": _SAME, "kpa": (7.50062, 0)}),
    "weight": (
        "kg",
        {"kg": _SAME, "g": (0.001, 0), "lbav": (0.45359237, 0), "lb": (0.45359237, 0)},
    ),
    "sodium": ("mmol/l", {"mmol/l": _SAME, "meq/l": _SAME}),
    "potassium": ("mmol/l", {"mmol/l": _SAME, "meq/l": _SAME}),
    "albumin": ("g/l", {"g/l": _SAME, "g/dl": (10, 0)}),
    "hba1c": ("mmol/mol", {"mmol/mol": _SAME, "%": (1 / 0.09148, -2.152 / 0.09148)}),
    "nt_probnp": ("ng/l", {"ng/l": _SAME, "pg/ml": _SAME, "pmol/l": (8.457, 0)}),
    "oxygen_saturation": ("%", {"%": _SAME}),
    "clinical_frailty_scale": ("", {"": _SAME, "score": _SAME, "1": _SAME}),
}
_SIGNS = str.maketrans({",": ".", "µ": "u", "μ": "u", **dict.fromkeys("{}[]_ ")})


def plain(unit: str) -> str:
    """A unit without what writers of units differ in: ``mL/min/{1.73_m2}`` is
    ``ml/min/1.73m2``, ``mm[Hg]`` is ``mmhg``."""
    return unit.translate(_SIGNS).lower()
