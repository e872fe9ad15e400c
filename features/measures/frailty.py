"""Frailty as recorded diagnoses tell it."""

from features.codelists import FRAILTY_DEFICITS, FRAILTY_SYNDROMES, HFRS
from features.measures.base import Direction, Domain
from features.measures.kinds import CodeScore, GroupCount
from features.measures.wording import amount, points
from features.rows import contacts, diagnoses

hfrs = CodeScore(
    name="hfrs",
    domain=Domain.FRAILTY,
    of=diagnoses,
    codelist=HFRS,
    windows=(365, 730, 1825),
    unit="points",
    direction=Direction.RAISES,
    says=points(sv=("Skörhet (HFRS)", "Skörhet: HFRS"), en=("Frailty (HFRS)", "Frailty: HFRS")),
    source="doi 10.1016/S0140-6736(18)30668-8",
)
inpatient_hfrs = CodeScore(
    name="inpatient_hfrs",
    domain=Domain.FRAILTY,
    of=diagnoses.on_contacts(contacts.where(setting="inpatient")),
    codelist=HFRS,
    windows=(730,),
    unit="points",
    says=points(
        sv=("Skörhet vid sjukhusvård (HFRS)", "Skörhet vid sjukhusvård: HFRS"),
        en=("Frailty in hospital care (HFRS)", "Frailty in hospital care: HFRS"),
    ),
    source="doi 10.1016/S0140-6736(18)30668-8",
)
frailty_deficits = GroupCount(
    name="frailty_deficits",
    domain=Domain.FRAILTY,
    of=diagnoses,
    codelist=FRAILTY_DEFICITS,
    windows=(365, 1825),
    says=amount(
        sv=("Skörhetstecken", "{n} av 35 skörhetstecken {window}"),
        en=("Frailty deficits", "{n} of 35 frailty deficits {window}"),
    ),
    source="doi 10.1093/ageing/afw039",
)
frailty_syndromes = GroupCount(
    name="frailty_syndromes",
    domain=Domain.FRAILTY,
    of=diagnoses,
    codelist=FRAILTY_SYNDROMES,
    windows=(365, 1825),
    says=amount(
        sv=("Skörhetssyndrom", "{n} av 9 skörhetssyndrom {window}"),
        en=("Frailty syndromes", "{n} of 9 frailty syndromes {window}"),
    ),
    source="doi 10.1136/bmjopen-2015-008456",
)

MEASURES = (hfrs, inpatient_hfrs, frailty_deficits, frailty_syndromes)
