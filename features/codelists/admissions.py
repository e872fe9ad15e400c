"""Which admissions a list of diagnoses points out: the position rules of a code list."""

import numpy as np
import pandas as pd

from features.codelists.reader import CodeList


def is_listed(diagnoses: pd.DataFrame, code_list: CodeList) -> np.ndarray:
    """Whether each diagnosis makes its contact a listed admission, (rows,) bool.

    ``diagnoses``: contact_id, system, code, position, in any order; position missing is
    "not principal". By rule of the deciding row:

    - ``principal``: the code is the principal diagnosis (position 1)
    - ``any_position``: the code is there at all (diabetes)
    - ``principal_with:A|B``: principal, and a code that begins with A or B beside it
      (acute bronchitis with COPD). The diagnosis beside must be known, too.

    A contact is listed if any of its diagnoses is; a diagnosis without contact never is.
    """
    pairs = diagnoses[["system", "code"]].astype("str")
    keys = (pairs["system"] + "\t" + pairs["code"]).to_numpy(dtype=object)
    distinct, of = np.unique(keys.astype("U"), return_inverse=True)
    principal_counts = np.zeros(len(distinct), dtype=bool)
    any_counts = np.zeros(len(distinct), dtype=bool)
    beside_of: dict[tuple[str, ...], np.ndarray] = {}
    for number, key in enumerate(distinct):
        system, code = str(key).split("\t")
        for row in code_list.rows_of(system, code):
            if row.rule == "any_position":
                any_counts[number] = True
            elif row.rule.startswith("principal_with:"):
                prefixes = tuple(row.rule.split(":")[1].split("|"))
                beside_of.setdefault(prefixes, np.zeros(len(distinct), dtype=bool))[number] = True
            else:
                principal_counts[number] = True

    principal = diagnoses["position"].eq(1).fillna(False).to_numpy(dtype=bool)
    has_contact = diagnoses["contact_id"].notna().to_numpy(dtype=bool)
    listed = any_counts[of] | (principal & principal_counts[of])
    for prefixes, needs_beside in beside_of.items():
        candidates = principal & needs_beside[of] & has_contact
        if not candidates.any():
            continue
        starts = np.array([str(k).split("\t")[1].startswith(prefixes) for k in distinct])
        with_beside = diagnoses["contact_id"][starts[of] & ~principal]
        listed |= candidates & diagnoses["contact_id"].isin(with_beside).to_numpy(dtype=bool)
    return np.asarray(listed & has_contact)


def position_rules(code_list: CodeList, classes: dict[str, np.ndarray]) -> np.ndarray:
    """The same rules for classes of diagnoses that agree in system, code and principal.

    ``classes``: equal-length arrays ``system``, ``code`` and ``principal``. Returns bool,
    (classes, 1 + 2 * rules): which are listed by themselves; then, for each rule of the list
    that asks for another diagnosis beside, which are listed with it, and which are that other.
    """
    rules = sorted({row.rule for row in code_list.rows if row.rule.startswith(_BESIDE)})
    prefixes = [tuple(rule.removeprefix(_BESIDE).split("|")) for rule in rules]
    told = np.zeros((len(classes["code"]), 1 + 2 * len(rules)), dtype=bool)
    each = zip(classes["system"], classes["code"], classes["principal"], strict=True)
    for number, (system, code, principal) in enumerate(each):
        for row in code_list.rows_of(system, code):
            if row.rule.startswith(_BESIDE):
                told[number, 1 + 2 * rules.index(row.rule)] |= bool(principal)
            else:
                told[number, 0] |= bool(principal) or row.rule == "any_position"
        if not principal:
            told[number, 2::2] = [str(code).startswith(one) for one in prefixes]
    return told


_BESIDE = "principal_with:"
