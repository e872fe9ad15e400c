"""CMS 2008-2010 Data Entrepreneurs' Synthetic Public Use File (DE-SynPUF).

Any set of samples, each with the three yearly beneficiary summaries and the inpatient
claims, under the names CMS gives them, plain or gzipped. Other SynPUF files are not read,
nor are the columns about money.

| from | to |
|---|---|
| beneficiary summaries | ``persons``; no municipality, no deprivation |
| chronic flags (SP_*), end-stage renal disease | ``diagnoses``, system ``ccw``, of 31 December |
| months of hospital (A) and medical (B) insurance | ``observation_periods``, one a year |
| inpatient claims | ``contacts``; segments of one claim are one stay |
| ICD-9-CM diagnoses and procedures | ``diagnoses`` (``icd9cm``), ``procedures`` (``icd9cm_proc``) |

**Known then.** A summary describes its whole year, so it is on record on 31 December:
visible from 1 January. CMS does not say when a claim came in, so the contract's default
holds: a stay is known from admission (its end only once passed), its diagnoses and
procedures, dated to the day of discharge, from discharge.

**Coverage.** Part A pays for hospitals, part B for doctors and outpatient care, and each
leaves claims only while a person has it; the flags are made of both. The share of care that
is visible is therefore that of the months of both, each counting half. In 2008, people with
a whole year of A and B have 2.5 flags on average, with A alone 0.4, with B alone 0.4; people
without part A are hardly ever admitted (2 %). In real Medicare data, care paid for by a
private plan (HMO) leaves no claims. In SynPUF it does: people with 12 HMO months are admitted
as often as those with none (15 % in 2008), so those months are not taken away.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa

from features.errors import DataError
from features.progress import Track
from features.sources.base import SourceData, SourceFrame
from features.sources.csv_files import blocks, header
from features.tables import (
    CONTACTS,
    DIAGNOSES,
    OBSERVATION_PERIODS,
    PERSONS,
    PROCEDURES,
    Coverage,
)

YEARS = (2008, 2009, 2010)
COVERAGE = Coverage(
    tables=frozenset({"persons", "observation_periods", "contacts", "diagnoses", "procedures"}),
    systems=frozenset({"icd9cm", "icd9cm_proc", "ccw"}),
    settings=frozenset({"inpatient"}),
    urgency=False,
)
CHRONIC = (
    *("ALZHDMTA", "CHF", "CHRNKIDN", "CNCR", "COPD", "DEPRESSN"),
    *("DIABETES", "ISCHMCHT", "OSTEOPRS", "RA_OA", "STRKETIA"),
)
_PERSON = ["DESYNPUF_ID", "BENE_BIRTH_DT", "BENE_DEATH_DT", "BENE_SEX_IDENT_CD"]
_VISIBLE_MONTHS = ["BENE_HI_CVRAGE_TOT_MONS", "BENE_SMI_CVRAGE_TOT_MONS"]  # parts A and B
_SUMMARY = [*_PERSON, "BENE_ESRD_IND", *_VISIBLE_MONTHS, *(f"SP_{name}" for name in CHRONIC)]
_STAY = ["DESYNPUF_ID", "CLM_ID", "SEGMENT", "CLM_ADMSN_DT", "NCH_BENE_DSCHRG_DT", "PRVDR_NUM"]
_DIAGNOSES = [f"ICD9_DGNS_CD_{n}" for n in range(1, 11)]
_PROCEDURES = [f"ICD9_PRCDR_CD_{n}" for n in range(1, 7)]
_NAME = re.compile(
    r"DE1_0_(?:(2008|2009|2010)_Beneficiary_Summary_File|2008_to_2010_Inpatient_Claims)"
    r"_Sample_(\d+)\.csv(?:\.gz)?",
    re.I,
)
_CLAIMS = 0  # beside the years, the key of a sample's file of claims


class SynpufSource:
    name = "synpuf"
    delivers: ClassVar[dict[str, Coverage]] = {"": COVERAGE}

    def read(self, path: Path, track: Track) -> SourceData:
        """Raises DataError when a sample lacks a file, or a file lacks columns."""
        return SourceData(
            frames=_frames(_samples(path), track),
            coverage=COVERAGE,
            data_through=date(YEARS[-1], 12, 31),
        )


def _samples(path: Path) -> dict[int, dict[int, Path]]:
    """Sample -> year (or ``_CLAIMS``) -> file."""
    if not path.is_dir():
        raise DataError("no such folder", where=str(path), do="Give the folder of SynPUF files.")
    samples: dict[int, dict[int, Path]] = {}
    for file in sorted(path.iterdir()):
        named = _NAME.fullmatch(file.name)
        if named:
            files = samples.setdefault(int(named.group(2)), {})
            key = int(named.group(1) or _CLAIMS)
            if key in files:
                raise DataError(
                    "the same file plain and gzipped", where=file.name, do="Keep one of them."
                )
            files[key] = file
    if not samples:
        raise DataError(
            "no SynPUF files",
            where=str(path),
            do="Expected DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv and its like.",
        )
    for sample, files in samples.items():
        for key in (*YEARS, _CLAIMS):
            if key not in files:
                what = f"{key}_Beneficiary_Summary_File" if key else "2008_to_2010_Inpatient_Claims"
                raise DataError(
                    f"DE1_0_{what}_Sample_{sample}.csv is missing",
                    where=str(path),
                    do=f"Add it, or take sample {sample} out.",
                )
    return dict(sorted(samples.items()))


def _frames(samples: dict[int, dict[int, Path]], track: Track) -> Iterator[SourceFrame]:
    summaries: list[tuple[int, Path, pd.DataFrame]] = []
    for files in track(samples.values(), "Reading people", len(samples)):
        of_sample = [(year, files[year], _read(files[year], _SUMMARY)) for year in YEARS]
        yield from _persons(of_sample)
        summaries += of_sample
    for year, file, summary in track(summaries, "Reading summaries", len(summaries)):
        yield _observation_periods(year, file, summary)
        yield _chronic(year, file, summary)
    for files in track(samples.values(), "Reading stays", len(samples)):
        yield from _stays(files[_CLAIMS])


def _read(file: Path, columns: list[str]) -> pd.DataFrame:
    """The columns as text (categories), indexed by row number in the file."""
    names, delimiter = header(file, file.name)
    for column in columns:
        if column not in names:
            raise DataError(
                f"the column '{column}' is missing",
                where=file.name,
                do="Take the file as CMS publishes it.",
            )
    batches = list(blocks(file, file.name, columns, delimiter, frozenset({"CLM_ID"})))
    if not sum(batch.num_rows for batch in batches):
        raise DataError("no rows", where=file.name, do="Take the file as CMS publishes it.")
    frame = pa.Table.from_batches(batches).unify_dictionaries().to_pandas()
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _frame(table: object, rows: pd.DataFrame, file: Path) -> SourceFrame:
    numbers = rows.index.to_numpy()
    return SourceFrame(table, rows.reset_index(drop=True), file.name, row_numbers=numbers)  # type: ignore[arg-type]


def _persons(summaries: list[tuple[int, Path, pd.DataFrame]]) -> Iterator[SourceFrame]:
    """Everyone as first summarised; a death may stand in a later summary."""
    everyone = pd.concat([summary[_PERSON].astype("str") for _, _, summary in summaries])
    deaths = everyone.dropna(subset="BENE_DEATH_DT").drop_duplicates("DESYNPUF_ID")
    death_of = deaths.set_index("DESYNPUF_ID")["BENE_DEATH_DT"]
    earlier: set[str] = set()
    for _, file, summary in summaries:
        ids = summary["DESYNPUF_ID"].astype("str")
        new = summary[~ids.isin(earlier)]
        earlier |= set(ids)
        person_id = new["DESYNPUF_ID"].astype("str")
        rows = pd.DataFrame(
            {
                "person_id": person_id,
                "birth_date": new["BENE_BIRTH_DT"],
                "sex": new["BENE_SEX_IDENT_CD"].astype("str").map({"1": "male", "2": "female"}),
                "death_date": person_id.map(death_of),
            }
        )
        yield _frame(PERSONS, rows.assign(sex=rows["sex"].fillna("unknown")), file)


def _observation_periods(year: int, file: Path, summary: pd.DataFrame) -> SourceFrame:
    months = summary[_VISIBLE_MONTHS].astype("str").apply(pd.to_numeric, errors="coerce")
    rows = pd.DataFrame(
        {
            "person_id": summary["DESYNPUF_ID"],
            "start": pd.Timestamp(year, 1, 1),
            "end": pd.Timestamp(year + 1, 1, 1),
            "share": months.mean(axis=1, skipna=False) / 12,
            "recorded_at": pd.Timestamp(year, 12, 31),
        }
    )
    return _frame(OBSERVATION_PERIODS, rows, file)


def _chronic(year: int, file: Path, summary: pd.DataFrame) -> SourceFrame:
    flags = {name: summary[f"SP_{name}"].astype("str") == "1" for name in CHRONIC}
    flags["ESRD"] = summary["BENE_ESRD_IND"].astype("str") == "Y"
    found = [
        pd.DataFrame({"person_id": summary["DESYNPUF_ID"][flagged], "code": name})
        for name, flagged in flags.items()
    ]
    day = pd.Timestamp(year, 12, 31)
    # Position 2: a condition that is present, not what a stay was for.
    rows = pd.concat(found).assign(date=day, recorded_at=day, system="ccw", position=2)
    return _frame(DIAGNOSES, rows, file)


def _stays(file: Path) -> Iterator[SourceFrame]:
    claims = _read(file, _STAY + _DIAGNOSES + _PROCEDURES)
    claims = claims.astype("str").assign(row=claims.index)
    claims = claims.sort_values(["CLM_ID", "SEGMENT", "row"], ignore_index=True)
    stays = claims.groupby("CLM_ID", sort=True).agg(
        row=("row", "first"),
        person_id=("DESYNPUF_ID", "first"),
        start=("CLM_ADMSN_DT", "min"),
        end=("NCH_BENE_DSCHRG_DT", "max"),
        care_unit=("PRVDR_NUM", "first"),
    )
    stays = stays.rename_axis("contact_id").reset_index()
    contacts = stays.assign(setting="inpatient", form="visit", urgency="unknown")
    yield _frame(CONTACTS, contacts.set_index("row"), file)

    discharged = stays.set_index("contact_id")["end"]
    first_segment = ~claims["CLM_ID"].duplicated()
    for table, columns, system in (
        (DIAGNOSES, _DIAGNOSES, "icd9cm"),
        (PROCEDURES, _PROCEDURES, "icd9cm_proc"),
    ):
        rows = pd.concat(
            pd.DataFrame(
                {
                    "row": claims["row"],
                    "person_id": claims["DESYNPUF_ID"],
                    "contact_id": claims["CLM_ID"],
                    "code": claims[column].str.strip(),
                    "position": np.where(first_segment, number, max(number, 2)),
                }
            )
            for number, column in enumerate(columns, start=1)
        )
        rows = rows[rows["code"].notna() & (rows["code"] != "")]
        rows = rows.assign(date=rows["contact_id"].map(discharged), system=system)
        if table is PROCEDURES:
            rows = rows.drop(columns="position")
        yield _frame(table, rows.set_index("row"), file)
