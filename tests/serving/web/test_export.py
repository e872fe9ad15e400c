"""The list as a file: opens in a Swedish Excel, and runs nothing there."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.desk import Desk
from serving.register.models import Access
from serving.web import export
from tests.serving.conftest import EAST, Client, entry, new_run
from tests.serving.web.visiting import LIST, decide, log_in


@pytest.fixture
def visitor(client: Client) -> Client:
    return log_in(client)


def test_csv_as_excel_in_swedish_reads_it(visitor: Client, desk: Desk) -> None:
    decide(visitor, "P2", kind="decline", reason="other", note="Flyttar; ring inte")
    answer = visitor.get(f"{LIST}/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="framsynt-2026-W47.csv"' in answer.headers["content-disposition"]
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Plats;Person;Ålder;Kön;Målgrupper;Risk (%);")
    assert lines[1].startswith("1;P1;82;kvinna;Sköra äldre, Multisjuka;31;")
    assert '"Avböjd: Flyttar; ring inte"' in lines[2]
    with Session(desk.register.engine) as session:
        log = {(a.who, a.what, a.care_unit) for a in session.scalars(select(Access))}
    assert ("samordnare", "export", EAST) in log


def test_xlsx_opens_and_holds_the_same(visitor: Client) -> None:
    answer = visitor.get(f"{LIST}/export.xlsx?only=new")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][:3] == (2, "P2", 82)
    assert rows[1][5] == 18


@pytest.mark.parametrize("text", ["=1+1", "+46", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_begins_like_a_formula_is_made_harmless(text: str) -> None:
    assert export.harmless(text) == f"'{text}"
    written = export.as_csv([["a", text]]).decode("utf-8-sig")
    assert f"'{text}".split("\r")[0] in written
    sheet = load_workbook(BytesIO(export.as_xlsx([["a"], [text]], "x"))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value[0] == "'"


def test_numbers_stay_numbers() -> None:
    assert export.harmless(-5) == -5


def test_a_pseudonym_that_begins_like_a_formula(visitor: Client, desk: Desk) -> None:
    listed = [entry(1, "=P1", EAST, ["new"], 0.3)]
    desk.register.add(new_run(entries=listed, reasons=[], model_version="4"))
    assert ";'=P1;" in visitor.get(f"{LIST}/export.csv").content.decode()


def test_another_kind_of_file_is_not_made(visitor: Client) -> None:
    assert visitor.get(f"{LIST}/export.pdf").status_code in (400, 404)
