"""Measured values where they are delivered.

A source adapter gives each value one of the codes below, in the unit named.
"""

from features.measures.base import Direction, Domain
from features.measures.kinds import Change, ChangeInShare, Count, Extreme, Latest, Slope
from features.measures.wording import amount, counts
from features.rows import observations

# code: (Swedish, English, unit)
VALUES = {
    "egfr": ("eGFR", "eGFR", "ml/min/1,73 m2"),
    "haemoglobin": ("Hemoglobin", "Haemoglobin", "g/l"),
    "crp": ("CRP", "CRP", "mg/l"),
    "systolic_blood_pressure": ("Övre blodtryck", "Systolic blood pressure", "mmHg"),
    "diastolic_blood_pressure": ("Undre blodtryck", "Diastolic blood pressure", "mmHg"),
    "weight": ("Vikt", "Weight", "kg"),
    "sodium": ("Natrium", "Sodium", "mmol/l"),
    "potassium": ("Kalium", "Potassium", "mmol/l"),
    "albumin": ("Albumin", "Albumin", "g/l"),
    "hba1c": ("HbA1c", "HbA1c", "mmol/mol"),
    "nt_probnp": ("NT-proBNP", "NT-proBNP", "ng/l"),
    "oxygen_saturation": ("Syremättnad", "Oxygen saturation", "%"),
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


def _slope(code: str, source: str = "") -> Slope:
    sv, en, unit = VALUES[code]
    return Slope(
        name=f"slope_{code}",
        domain=Domain.OBSERVATIONS,
        of=observations.where(code=code),
        windows=(1095,),
        unit=f"{unit} per year",
        says=amount(
            sv=(f"{sv}, trend", f"{sv}: trend {{n}} {unit} per år {{window}}"),
            en=(f"{en}, trend", f"{en}: trend {{n}} {unit} a year {{window}}"),
        ),
        source=source,
    )


def _extreme(code: str, *, highest: bool) -> Extreme:
    sv, en, unit = VALUES[code]
    sv_most, en_most = ("högsta", "highest") if highest else ("lägsta", "lowest")
    return Extreme(
        name=f"{en_most}_{code}",
        domain=Domain.OBSERVATIONS,
        of=observations.where(code=code),
        highest=highest,
        windows=(365,),
        unit=unit,
        says=amount(
            sv=(f"{sv}, {sv_most} värdet", f"{sv}: {sv_most} värdet {{n}} {unit} {{window}}"),
            en=(f"{en}, {en_most} value", f"{en}: {en_most} value {{n}} {unit} {{window}}"),
        ),
    )


weight_change = ChangeInShare(
    name="weight_change",
    domain=Domain.OBSERVATIONS,
    of=observations.where(code="weight"),
    windows=(730,),
    unit="share",
    says=amount(
        sv=("Viktförändring", "Viktförändring {n} senaste halvåret"),
        en=("Change of weight", "Weight changed by {n} in the last 6 months"),
    ),
    source="doi 10.1016/j.clnu.2018.08.002",
)
frailty_scale_change = Change(
    name="change_clinical_frailty_scale",
    domain=Domain.FRAILTY,
    of=observations.where(code="clinical_frailty_scale"),
    windows=(1095,),
    unit="levels",
    says=amount(
        sv=("Klinisk skörhetsskala, förändring", "CFS: förändring {n} steg senaste halvåret"),
        en=("Clinical Frailty Scale, change", "CFS: change of {n} levels in the last 6 months"),
    ),
    source="Rockwood 2005, doi 10.1503/cmaj.050051",
)
measured_values = Count(
    name="measured_values",
    domain=Domain.OBSERVATIONS,
    of=observations,
    windows=(90, 365),
    says=counts(sv=("uppmätt värde", "uppmätta värden"), en=("measured value", "measured values")),
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
    _slope("egfr", "doi 10.1001/jama.2014.6634"),
    _slope("haemoglobin"),
    _slope("weight"),
    _extreme("haemoglobin", highest=False),
    _extreme("systolic_blood_pressure", highest=False),
    _extreme("crp", highest=True),
    weight_change,
    frailty_scale_change,
    measured_values,
)
