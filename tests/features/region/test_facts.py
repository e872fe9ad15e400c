"""The facts that a region is made from fit each other and the code lists."""

import re

import numpy as np

from features.region import diagnoses, medicines
from features.region.facts import causes, conditions, municipalities
from features.region.facts import medicines as listed_medicines


def test_conditions() -> None:
    facts = conditions()
    assert len(facts) >= 25
    for child, parents in enumerate(facts.parents):
        assert all(parent < child for parent, _ in parents), "a parent comes before its child"
    assert ((facts.number["coded"] > 0) & (facts.number["coded"] <= 1)).all()
    assert facts.number["coded"][facts.index["chronic_kidney_disease"]] == 0.12
    assert (facts.yearly_onset_at_80 > 0).all()


def test_codes_look_like_codes() -> None:
    assert all(re.fullmatch(r"[A-Z]\d\d[0-9A-Z]{0,2}", code) for code in diagnoses.words())
    assert all(re.fullmatch(r"[A-Z]\d\d[A-Z]{2}\d\d", atc) for atc in medicines.words())
    assert len(listed_medicines()) > 70


def test_avoidable_causes_are_on_the_swedish_list_and_the_others_are_not() -> None:
    import csv
    from pathlib import Path

    import features.codelists as codelists

    file = Path(codelists.__file__).parent / "undvikbar_slutenvard.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        listed = list(csv.DictReader(rows))
    # Acute bronchitis counts only beside a chronic lung disease, so no cause uses it.
    prefixes = tuple(r["code_prefix"] for r in listed if r["code_prefix"] != "J20")
    for cause in causes("avoidable"):
        assert cause.code.startswith(prefixes), cause.code
    for kind in ("other", "planned"):
        for cause in causes(kind):
            assert not cause.code.startswith((*prefixes, "J20")), cause.code
    anywhere = tuple(p for p in prefixes if p.startswith("E1"))
    beside = (*conditions().secondary_codes, *diagnoses._STAY_EXTRA)
    assert not any(code.startswith(anywhere) for code in beside)


def test_municipalities_are_those_of_vastra_gotaland() -> None:
    facts = municipalities()
    assert len(facts.codes) == 49
    assert len(set(facts.codes)) == 49
    assert np.isclose(facts.weights.sum(), 1)
    assert facts.names[list(facts.codes).index("1480")] == "Göteborg"
