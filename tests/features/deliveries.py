"""Small deliveries on disk for the tests of sources, ingest and store."""

import gzip
from pathlib import Path

PERSONS = """\
person_id,birth_date,sex
anna,1938-04-01,female
bo,1941-11-30,male
"""
CONTACTS = """\
person_id,contact_id,start,end,setting,form,urgency,care_unit
anna,k1,2024-01-02,2024-01-05,inpatient,visit,unplanned,SE1
anna,k2,2024-02-01,2024-02-01,primary,visit,planned,SE2
bo,k3,2024-01-10,,inpatient,visit,unplanned,SE1
"""
DIAGNOSES = """\
person_id,contact_id,date,system,code,position
anna,k1,2024-01-05,icd10se,I500,1
anna,k1,2024-01-05,icd10se,E119,2
bo,,2024-01-03,icd10se,J449,2
"""
SMALL = {"persons": PERSONS, "contacts": CONTACTS, "diagnoses": DIAGNOSES}


def deliver(folder: Path, **tables: str) -> Path:
    """Writes each text as ``<table>.csv``; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


_SUMMARY_HEAD = (
    "DESYNPUF_ID,BENE_BIRTH_DT,BENE_DEATH_DT,BENE_SEX_IDENT_CD,BENE_ESRD_IND,"
    "BENE_HI_CVRAGE_TOT_MONS,BENE_SMI_CVRAGE_TOT_MONS,BENE_HMO_CVRAGE_TOT_MONS,SP_ALZHDMTA,"
    "SP_CHF,SP_CHRNKIDN,SP_CNCR,SP_COPD,SP_DEPRESSN,SP_DIABETES,SP_ISCHMCHT,SP_OSTEOPRS,SP_RA_OA,"
    "SP_STRKETIA,MEDREIMB_IP\n"
)
_NONE = "2,2,2,2,2,2,2,2,2,2,2,0.00\n"
SYNPUF = {
    "2008_Beneficiary_Summary_File": _SUMMARY_HEAD
    + "00AA,19230501,,2,0,12,12,12,2,1,2,2,2,2,1,2,2,2,2,4000.00\n"
    + "00BB,19430201,20091001,1,Y,6,3,0,"
    + _NONE,
    "2009_Beneficiary_Summary_File": _SUMMARY_HEAD
    + "00AA,19230501,,2,0,12,12,12,"
    + _NONE
    + "00BB,19430201,20091001,1,0,9,9,0,"
    + _NONE,
    "2010_Beneficiary_Summary_File": _SUMMARY_HEAD + "00AA,19230501,,2,0,12,12,0," + _NONE,
}
_CLAIM_COLUMNS = (
    ["DESYNPUF_ID", "CLM_ID", "SEGMENT", "CLM_ADMSN_DT", "NCH_BENE_DSCHRG_DT", "PRVDR_NUM"]
    + [f"ICD9_DGNS_CD_{n}" for n in range(1, 11)]
    + [f"ICD9_PRCDR_CD_{n}" for n in range(1, 7)]
)
# id, claim, segment, admitted, discharged, provider, diagnoses; a procedure
_CLAIMS = [
    ("00AA", "900", "1", "20080303", "20080310", "P1", ("4280", "25000", "78701 "), "4542"),
    ("00AA", "900", "2", "20080301", "20080310", "P1", ("4019",), ""),  # same stay, in two parts
    ("00AA", "901", "1", "20080308", "20080320", "P2", ("V5789",), ""),  # overlaps: a transfer
    ("00BB", "902", "1", "20090101", "20090104", "P3", ("486",), ""),
]


def deliver_synpuf(folder: Path, sample: int = 1, *, zipped: bool = False) -> Path:
    """One SynPUF sample of two people, with CMS's file names."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(f'"{name}"' for name in _CLAIM_COLUMNS)]
    for *stay, codes, procedure in _CLAIMS:
        codes = [*codes] + [""] * (10 - len(codes))
        lines.append(",".join([*stay, *codes, procedure, *[""] * 5]))
    files = {**SYNPUF, "2008_to_2010_Inpatient_Claims": "\n".join(lines) + "\n"}
    for name, text in files.items():
        file = folder / f"DE1_0_{name}_Sample_{sample}.csv"
        if zipped:
            Path(f"{file}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        else:
            file.write_text(text, encoding="utf-8")
    return folder
