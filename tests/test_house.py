"""The front door ties the rooms together; no room may reach for it."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("features", "models", "training", "serving")


def test_no_room_imports_the_front_door() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                assert "framsynt" not in {name.split(".")[0] for name in names}, path


def test_help_answers_without_the_heavy_libraries() -> None:
    heavy = {"pandas", "numpy", "lightgbm", "mlflow", "sklearn", "shap", "bentoml"}
    code = (
        "import sys, framsynt\n"
        "sys.argv = ['framsynt', '--help']\n"
        "try:\n    framsynt.main()\nexcept SystemExit:\n    pass\n"
        f"sys.exit(bool({heavy!r} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
