"""Measured values where they are delivered.

A source adapter gives each value one of the codes below, in the unit named.
"""

from features.measures.base import Direction, Domain
from features.measures.kinds import Change, Latest
from features.measures.wording import amount
from features.rows import observations

# code: (Swedish, English, unit)
VALUES = {
    "egfr": ("eGFR", "eGFR", "ml/min/1,73 m2"),
    "haemoglobin": ("Hemoglobin", "Haemoglobin", "g/l"),
    "crp": ("CRP", "CRP", "mg/l"),
    "systolic_blood_pressure": ("Övre blodtryck", "Systolic blood pressure", "mmHg"),
    "diastolic_blood_pressure": ("Undre blodtryck", "Diastolic blood pressure", "mmHg"),
    "weight": ("Vikt", "Weight", "kg"),
}


def _latest(code: str) -> Latest:
    sv, en, unit = VALUES[code]
    return Latest(
        name=f"latest_{code}",
        domain=Domain.OBSERVATIONS,
        of=observations.where(code=code),
        windows=(90, 365) if code == "crp" else (365,),
        unit=unit,
        says=amount(
            sv=(f"{sv}, senaste värdet", f"{sv} {{n}} {unit}, mätt {{window}}"),
            en=(f"{en}, latest value", f"{en} {{n}} {unit}, measured {{window}}"),
        ),
    )


def _change(code: str) -> Change:
    sv, en, unit = VALUES[code]
    return Change(
        name=f"change_{code}",
        domain=Domain.OBSERVATIONS,
        of=observations.where(code=code),
        windows=(730,),
        unit=unit,
        says=amount(
            sv=(f"{sv}, förändring", f"{sv}: förändring {{n}} {unit} senaste halvåret"),
            en=(f"{en}, change", f"{en}: change {{n}} {unit} in the last 6 months"),
        ),
    )


frailty_scale = Latest(
    name="latest_clinical_frailty_scale",
    domain=Domain.FRAILTY,
    of=observations.where(code="clinical_frailty_scale"),
    windows=(365, 1095),
    unit="level 1-9",
    direction=Direction.RAISES,
    source="Rockwood 2005, doi 10.1503/cmaj.050051",
    says=amount(
        sv=("Klinisk skörhetsskala (CFS)", "CFS {n} av 9, senaste bedömningen {window}"),
        en=("Clinical Frailty Scale (CFS)", "CFS {n} of 9, latest assessment {window}"),
    ),
)

MEASURES = (
    *(_latest(code) for code in VALUES),
    frailty_scale,
    *(_change(code) for code in ("egfr", "haemoglobin", "weight")),
)
