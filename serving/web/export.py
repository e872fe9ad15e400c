"""A list as a file for Excel: a workbook, or CSV as a Swedish Excel reads it."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from serving.review import Row
from serving.web.decided import Deeds
from serving.web.words import Speech, sentence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTHS = (7, 16, 8, 10, 28, 8, 46, 46, 46, 9, 46, 26, 40, 22)

Cell = str | int | float | None


def table(rows: Sequence[Row], target: str, speech: Speech) -> list[list[Cell]]:
    """Headings and a line per person. Risk is in whole percent."""
    deeds = Deeds(speech)
    lines: list[list[Cell]] = [
        [
            speech.text("rank"),
            speech.text("person"),
            speech.text("age"),
            speech.text("sex"),
            speech.text("groups"),
            speech.text("risk_percent"),
            *(speech.text("reason_n", n=n) for n in (1, 2, 3)),
            speech.text("model"),
            speech.text("rule"),
            speech.text("changed"),
            speech.text("decision"),
            speech.text("decided_by"),
        ]
    ]
    for row in rows:
        entry = row.entry
        reasons = [sentence(speech.words(r.words)) for r in entry.reasons]
        lines.append(
            [
                entry.rank,
                entry.person_id,
                entry.age,
                speech.sex(entry.sex),
                ", ".join(speech.group(g) for g in entry.groups),
                round(entry.probabilities[target] * 100),
                *([*reasons, "", "", ""])[:3],
                entry.mobile_model.model if entry.mobile_model else "",
                speech.rule(entry.mobile_model) if entry.mobile_model else "",
                ", ".join(speech.change(c) for c in entry.changed),
                deeds.state(row),
                deeds.by(row.decision) if row.decision else "",
            ]
        )
    return lines


def as_csv(lines: Sequence[Sequence[Cell]]) -> bytes:
    """Semicolons and a byte order mark: a Swedish Excel opens it with a double click."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Sequence[Sequence[Cell]], title: str) -> bytes:
    """One sheet, headings frozen, with a filter on each column."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:31]
    for line in lines:
        sheet.append([harmless(cell) for cell in line])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for line_of_cells in sheet.iter_rows(min_row=2):
        for cell in line_of_cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula, as text."""
    if isinstance(cell, str) and cell.startswith(BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
