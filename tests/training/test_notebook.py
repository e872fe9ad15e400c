"""The notebook trains as the command does: the same function, a run in the same store."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from models.registry import Registry

from .toy import toy_home

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of Jupyter's own
def test_it_runs_from_top_to_bottom_and_leaves_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = toy_home(tmp_path, people=700)
    monkeypatch.setenv("FRAMSYNT_HOME", str(home.path))
    notebook = nbformat.read(NOTEBOOKS / "train.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": NOTEBOOKS}}).execute()
    (version,) = Registry(home).versions()
    assert version.params["targets"] == "avoidable_365"
    made_again = notebook.cells[-1].outputs[0].text
    assert "same" in made_again
    assert "DIFFERS" not in made_again
