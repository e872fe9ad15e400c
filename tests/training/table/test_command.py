from pathlib import Path

from typer.testing import CliRunner

from framsynt import app

from .tables import saved, visits


def test_from_a_file_to_a_report(tmp_path: Path) -> None:
    file = saved(visits(), tmp_path)
    words = f"evaluate-table {file} --label outcome --person person --time year --group smokes"
    done = CliRunner().invoke(app, [*words.split(), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "LightGBM less logistic regression" in done.output
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "## By smokes" in report
    assert "nobody and no time in the test was learnt from" in report


def test_an_error_says_what_to_do(tmp_path: Path) -> None:
    file = saved(visits(), tmp_path)
    done = CliRunner().invoke(app, ["evaluate-table", str(file), "--label", "died"])
    assert "there is no column 'died'" in str(done.exception)
    for option in ("--test-share", "--list-share", "--seed"):
        words = ["evaluate-table", str(file), "--label", "outcome", option, "many"]
        assert "not a number" in str(CliRunner().invoke(app, words).exception)
