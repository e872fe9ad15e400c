"""Clients made from the API's description by other people's generators call the service.

The generators are fetched from the package indexes that the machine is set up with; where there
is none, or no uv or npm, the test is skipped and says so.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from serving.api.app import create_app
from tests.serving.clients.conftest import Running
from tests.serving.conftest import EAST

PYTHON_GENERATOR = "openapi-python-client>=0.29,<0.30"
TYPESCRIPT = ("openapi-typescript@7.13.0", "openapi-fetch@0.14.1", "typescript@5.9.3")

CALLS_PYTHON = """
import sys
from framsynt_client import AuthenticatedClient
from framsynt_client.api.changes import changes
from framsynt_client.api.decisions_and_teams import new_decision
from framsynt_client.api.lists_and_people import person, weekly_list
from framsynt_client.models import NewDecision, NewDecisionKind

url, unit = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token="a-token")
listed = weekly_list.sync(unit, "current", client=client)
assert [e.person_id for e in listed.entries] == ["P1", "P2"], listed
assert listed.entries[0].reasons[0].words.sv.startswith("3 oplanerade")
found = person.sync("P1", client=client)
assert found.probabilities["avoidable_365"] == 0.31
body = NewDecision(person_id="P1", kind=NewDecisionKind.WAIT, follows=0)
made = new_decision.sync_detailed(unit, client=client, body=body, idempotency_key="k1")
assert made.status_code == 201, made
again = new_decision.sync_detailed(unit, client=client, body=body, idempotency_key="k1")
assert again.parsed == made.parsed
late = new_decision.sync_detailed(unit, client=client, body=body, idempotency_key="k2")
assert late.status_code == 409, late
assert late.parsed["decision"]["id"] == made.parsed.decision.id
told = changes.sync(client=client, care_unit=unit)
assert told.changes[-1].decision.id == made.parsed.decision.id
print("called")
"""
CALLS_TYPESCRIPT = """
import createClient from "openapi-fetch";
import type { paths } from "./schema";

async function main(url: string, unit: string): Promise<void> {
  const headers = { Authorization: "Bearer a-token" };
  const client = createClient<paths>({ baseUrl: url, headers });
  const path = { care_unit: unit, week: "current" };
  const { data, error } = await client.GET(
    "/api/v1/care-units/{care_unit}/lists/{week}", { params: { path } });
  if (!data) throw new Error(JSON.stringify(error));
  const people: string[] = data.entries.map((entry) => entry.person_id);
  if (people.join() !== "P1,P2") throw new Error(people.join());
  const made = await client.POST("/api/v1/care-units/{care_unit}/decisions", {
    params: { path: { care_unit: unit }, header: { "idempotency-key": "k1" } },
    body: { person_id: "P1", kind: "wait", follows: 0, note: "" },
  });
  if (made.response.status !== 201 || made.data?.decision.kind !== "wait") {
    throw new Error(String(made.response.status));
  }
  const late = await client.POST("/api/v1/care-units/{care_unit}/decisions", {
    params: { path: { care_unit: unit } },
    body: { person_id: "P1", kind: "decline", reason: "palliative", follows: 0, note: "" },
  });
  if (late.response.status !== 409 || !late.error?.decision) throw new Error(late.error?.detail);
  console.log("called");
}

main(process.argv[2]!, process.argv[3]!).catch((error) => {
  console.error(error);
  process.exit(1);
});
"""


def run(*command: str, where: Path) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def needed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def fetched(*command: str, where: Path) -> None:
    """Fetches a generator, or skips: a machine without package index has none."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"{command[0]} cannot fetch the generator here")


@pytest.fixture
def description(tmp_path: Path) -> Path:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(create_app().openapi()), encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_python_client(running: Running, description: Path, tmp_path: Path) -> None:
    uv = needed("uv")
    generator = (uv, "tool", "run", "--from", PYTHON_GENERATOR, "openapi-python-client")
    fetched(*generator, "--version", where=tmp_path)
    said = run(
        *(*generator, "generate", "--path", str(description), "--meta", "none"),
        *("--output-path", "framsynt_client", "--fail-on-warning"),
        where=tmp_path,
    )
    assert "error" not in said.lower()
    (tmp_path / "calls.py").write_text(CALLS_PYTHON)
    assert "called" in run(sys.executable, "calls.py", running.url, EAST, where=tmp_path)


@pytest.mark.slow
def test_a_typescript_client(running: Running, description: Path, tmp_path: Path) -> None:
    npm, node = needed("npm"), needed("node")
    (tmp_path / "package.json").write_text('{"private": true}')
    fetched(npm, "install", "--no-fund", "--no-audit", "--silent", *TYPESCRIPT, where=tmp_path)
    programs = tmp_path / "node_modules" / ".bin"
    run(str(programs / "openapi-typescript"), description.name, "-o", "schema.d.ts", where=tmp_path)
    (tmp_path / "calls.ts").write_text(CALLS_TYPESCRIPT)
    (tmp_path / "node.d.ts").write_text(
        "declare const process: { argv: string[]; exit(code: number): never };\n"
    )
    run(
        *(str(programs / "tsc"), "--strict", "--target", "es2022", "--lib", "es2022,dom"),
        *("--module", "commonjs", "--moduleResolution", "node10", "--skipLibCheck"),
        *("calls.ts", "node.d.ts"),
        where=tmp_path,
    )
    assert "called" in run(node, "calls.js", running.url, EAST, where=tmp_path)


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = create_app().openapi()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert {"weekly_list", "person", "new_decision", "changes"} <= set(names)
