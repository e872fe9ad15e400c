"""Measured values where they are delivered.

A source adapter gives each value one of the codes below, in the unit named.
"""

from features.measures.base import Direction, Domain, Wording
from features.measures.kinds import Change, ChangeInShare, Count, Extreme, Latest, Slope
from features.measures.wording import amount, change, counts
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
            unknown=(f"{sv}: inget känt värde {{window}}", f"{en}: no known value {{window}}"),
        ),
    )


def _same(sv: str) -> str:
    """ "Unchanged", in the Swedish noun's gender."""
    return "oförändrad" if sv == "Vikt" or sv.endswith("(CFS)") else "oförändrat"


def _changed(label_sv: str, label_en: str, sv: str, en: str, by: str) -> Wording:
    """The latest value of the last six months against the one before."""
    return change(
        sv=(
            label_sv,
            f"{sv}: {_same(sv)} senaste halvåret",
            f"{sv}: ökat med {by} senaste halvåret",
            f"{sv}: minskat med {by} senaste halvåret",
        ),
        en=(
            label_en,
            f"{en}: the same in the last 6 months",
            f"{en}: up by {by} in the last 6 months",
            f"{en}: down by {by} in the last 6 months",
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
        says=_changed(f"{sv}, förändring", f"{en}, change", sv, en, f"{{n}} {unit}"),
    )


def _slope(code: str, source: str = "") -> Slope:
    sv, en, unit = VALUES[code]
    return Slope(
        name=f"slope_{code}",
        domain=Domain.OBSERVATIONS,
        of=observations.where(code=code),
        windows=(1095,),
        unit=f"{unit} per year",
        says=change(
            sv=(
                f"{sv}, trend",
                f"{sv}: {_same(sv)} {{window}}",
                f"{sv}: ökar med {{n}} {unit} per år, {{window}}",
                f"{sv}: minskar med {{n}} {unit} per år, {{window}}",
            ),
            en=(
                f"{en}, trend",
                f"{en}: the same {{window}}",
                f"{en}: rising by {{n}} {unit} a year, {{window}}",
                f"{en}: falling by {{n}} {unit} a year, {{window}}",
            ),
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
            unknown=(f"{sv}: inget känt värde {{window}}", f"{en}: no known value {{window}}"),
        ),
    )


weight_change = ChangeInShare(
    name="weight_change",
    domain=Domain.OBSERVATIONS,
    of=observations.where(code="weight"),
    windows=(730,),
    unit="share",
    says=_changed("Viktförändring", "Change of weight", "Vikt", "Weight", "{n}"),
    source="doi 10.1016/j.clnu.2018.08.002",
)
frailty_scale_change = Change(
    name="change_clinical_frailty_scale",
    domain=Domain.FRAILTY,
    of=observations.where(code="clinical_frailty_scale"),
    windows=(1095,),
    unit="levels",
    says=_changed(
        "Klinisk skörhetsskala, förändring",
        "Clinical Frailty Scale, change",
        "Klinisk skörhetsskala (CFS)",
        "Clinical Frailty Scale (CFS)",
        "{n}",
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
        sv=("Klinisk skörhetsskala (CFS)", "CFS {n} av 9, bedömd {window}"),
        en=("Clinical Frailty Scale (CFS)", "CFS {n} of 9, assessed {window}"),
        unknown=(
            "CFS: ingen känd bedömning {window}",
            "CFS: no known assessment {window}",
        ),
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
