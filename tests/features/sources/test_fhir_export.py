"""The export client against a server that is slow, busy, forgetful and cut off."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from features.errors import DataError, SettingsError, SourceUnreachable
from features.home import Home
from features.sources import FhirSource
from features.sources.fhir.export import BulkExport, Patience
from features.sources.fhir.files import STATE
from features.store import ExtractStore
from tests.features.sources.small_fhir import RESOURCES, ndjson

TOKEN = "hemlig-token"


class Server(ThreadingHTTPServer):
    """Exports ``RESOURCES``; what goes wrong is set by the test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.polls_before_done = 0
        self.answers: dict[str, list[tuple[int, dict[str, str]]]] = {}  # path -> first answers
        self.cut_after: dict[str, int] = {}  # path -> bytes, once
        self.needs_token = True
        self.changed = False
        self.asked: Counter[str] = Counter()
        self.headers_of: dict[str, list[dict[str, str]]] = {}
        self.job = 0
        self.errors = 0
        self.manifest: Any = None  # instead of its own
        self.named = self.address  # how it calls itself

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def file(self, kind: str) -> bytes:
        return ndjson(kind, RESOURCES[kind]).encode()


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.server.asked[path] += 1
        self.server.headers_of.setdefault(path, []).append(dict(self.headers))
        scripted = self.server.answers.get(path)
        if scripted:
            status, headers = scripted.pop(0)
            outcome = {"issue": [{"code": "processing", "diagnostics": "patient 19121212-1212"}]}
            return self._answer(status, json.dumps(outcome).encode(), headers)
        if path.endswith("$export"):
            self.server.job += 1
            place = f"{self.server.named}/job/{self.server.job}"
            return self._answer(202, b"", {"Content-Location": place})
        if path.startswith("/job/"):
            return self._status(path)
        return self._file(path)

    def do_DELETE(self) -> None:
        self.server.asked["DELETE " + self.path] += 1
        self._answer(202, b"", {})

    def _status(self, path: str) -> None:
        if path != f"/job/{self.server.job}":
            return self._answer(404, b"", {})
        if self.server.polls_before_done:
            self.server.polls_before_done -= 1
            return self._answer(202, b"", {"X-Progress": "slow"})
        output = [
            {"type": kind, "url": f"{self.server.address}/file/{kind}?signature=hemlig"}
            for kind in RESOURCES
        ]
        manifest: dict[str, Any] = {
            "transactionTime": "2024-03-15T10:00:00+01:00",
            "requiresAccessToken": self.server.needs_token,
            "output": output,
            "error": [],
        }
        if self.server.errors:
            manifest["error"] = [{"url": f"{self.server.address}/file/errors"}]
        said = json.dumps(self.server.manifest or manifest).encode()
        self._answer(200, said, {}, self.server.cut_after.pop(path, None))

    def _file(self, path: str) -> None:
        kind = path.removeprefix("/file/")
        if kind == "errors":
            return self._answer(
                200, b'{"resourceType":"OperationOutcome"}\n' * self.server.errors, {}
            )
        whole, tag = self.server.file(kind), '"new"' if self.server.changed else '"old"'
        wanted = self.headers.get("Range")
        if wanted and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
            return self._answer(206, whole[start:], {"Content-Range": span, "ETag": tag})
        return self._answer(200, whole, {"ETag": tag}, self.server.cut_after.pop(path, None))

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


class Waiting(list[float]):
    """A clock that stands still but for the waiting."""

    def sleep(self, seconds: float) -> None:
        self.append(round(seconds, 3))

    def clock(self) -> float:
        return sum(self)


def client(server: Server, folder: Path, waits: Waiting | None = None, **more: Any) -> BulkExport:
    waits = Waiting() if waits is None else waits
    return BulkExport(
        f"{server.address}/fhir/Group/65plus/$export",
        folder,
        token=TOKEN,
        patience=Patience(first_wait=1, longest_wait=4, tries=4, whole=60),
        sleep=waits.sleep,
        clock=waits.clock,
        **more,
    )


def test_what_comes_can_be_ingested_and_the_servers_copy_is_deleted(
    tmp_path: Path, server: Server
) -> None:
    server.errors = 3
    done = client(server, tmp_path / "in").run()
    assert done.files == dict.fromkeys(RESOURCES, 1)
    assert done.problems == 3
    assert server.asked["DELETE /job/1"] == 1
    assert not (tmp_path / "in" / STATE).exists()
    kick_off = server.headers_of["/fhir/Group/65plus/$export"][0]
    assert kick_off["Prefer"] == "respond-async"
    assert kick_off["Authorization"] == f"Bearer {TOKEN}"
    extract = ExtractStore(Home.at(tmp_path / "home")).ingest(FhirSource(), tmp_path / "in")
    assert extract.manifest.n_persons == 2
    assert f"{extract.manifest.data_through}" == "2024-03-15"
    assert "hemlig" not in (tmp_path / "in" / "manifest.json").read_text()


def test_waits_as_long_as_the_server_says_else_ever_longer(tmp_path: Path, server: Server) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    server.answers["/fhir/Group/65plus/$export"] = [(429, {"Retry-After": "7"}), (503, {})]
    server.answers["/job/1"] = [(202, {}), (202, {}), (202, {"Retry-After": soon}), (202, {})]
    waits = Waiting()
    client(server, tmp_path / "in", waits).run()
    assert waits[:4] == [7, 2, 1, 2]
    assert 15 < waits[4] <= 20
    assert waits[5] == 4  # no longer than the longest


@pytest.mark.parametrize("needed", [True, False])
def test_the_token_goes_with_files_only_where_it_is_asked_for(
    tmp_path: Path, server: Server, needed: bool
) -> None:
    server.needs_token = needed
    client(server, tmp_path / "in").run()
    assert ("Authorization" in server.headers_of["/file/Patient"][0]) is needed


def test_a_file_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, server: Server) -> None:
    server.cut_after["/file/Encounter"] = 100
    client(server, tmp_path / "in").run()
    ranges = [asked.get("Range") for asked in server.headers_of["/file/Encounter"]]
    assert ranges == [None, "bytes=100-"]
    assert (tmp_path / "in" / "Encounter.003.ndjson").read_bytes() == server.file("Encounter")


def test_an_export_that_was_killed_goes_on(tmp_path: Path, server: Server) -> None:
    server.answers["/file/Condition"] = [(503, {})] * 4
    with pytest.raises(SourceUnreachable, match="the server answers 503"):
        client(server, tmp_path / "in").run()
    part = tmp_path / "in" / "Condition.004.ndjson.part"
    part.write_bytes(server.file("Condition")[:50])  # as if it had died in the middle
    state = json.loads((tmp_path / "in" / STATE).read_text())
    state["tags"][part.name.removesuffix(".part")] = '"old"'
    (tmp_path / "in" / STATE).write_text(json.dumps(state))
    client(server, tmp_path / "in").run()
    assert server.asked["/fhir/Group/65plus/$export"] == 1
    assert server.asked["/file/Patient"] == 1
    assert server.headers_of["/file/Condition"][-1]["Range"] == "bytes=50-"
    assert (tmp_path / "in" / "Condition.004.ndjson").read_bytes() == server.file("Condition")


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    tmp_path: Path, server: Server
) -> None:
    folder = tmp_path / "in"
    server.answers["/file/Patient"] = [(503, {})] * 4
    with pytest.raises(SourceUnreachable):
        client(server, folder).run()
    (folder / "Patient.000.ndjson.part").write_bytes(b"something older")
    state = json.loads((folder / STATE).read_text())
    (folder / STATE).write_text(json.dumps({**state, "tags": {"Patient.000.ndjson": '"old"'}}))
    server.changed = True
    client(server, folder).run()
    assert (folder / "Patient.000.ndjson").read_bytes() == server.file("Patient")


def test_expired_addresses_are_asked_for_anew(tmp_path: Path, server: Server) -> None:
    server.answers["/file/Procedure"] = [(403, {})]
    client(server, tmp_path / "in").run()
    assert server.asked["/job/1"] == 2
    server.answers["/file/Procedure"] = [(410, {}), (410, {})]
    with pytest.raises(DataError, match="the exported files have expired") as error:
        client(server, tmp_path / "other").run()
    assert "hemlig" not in str(error.value)
    client(server, tmp_path / "other").run()  # a new export
    assert server.job == 3


def test_a_job_that_the_server_has_forgotten_is_begun_again(tmp_path: Path, server: Server) -> None:
    server.answers["/file/Patient"] = [(503, {})] * 4
    with pytest.raises(SourceUnreachable):
        client(server, tmp_path / "in").run()
    server.job = 7
    client(server, tmp_path / "in").run()
    assert server.job == 8


def test_a_server_that_never_finishes_is_given_up_and_can_be_asked_again(
    tmp_path: Path, server: Server
) -> None:
    server.polls_before_done = 10_000
    with pytest.raises(SourceUnreachable, match="not finished the export"):
        client(server, tmp_path / "in").run()
    server.polls_before_done = 0
    client(server, tmp_path / "in").run()
    assert server.job == 1


def test_refusals_name_no_patient_and_no_token(tmp_path: Path, server: Server) -> None:
    server.answers["/fhir/Group/65plus/$export"] = [(400, {}), (401, {}), (200, {})]
    for error, message in (
        (DataError, r"the server refuses: 400 \(processing\)"),
        (SettingsError, "does not accept the token"),
        (DataError, "the server refuses: 200"),
    ):
        with pytest.raises(error, match=message) as raised:
            client(server, tmp_path / "in").run()
        assert "1912" not in str(raised.value)
        assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("url", ["http://fhir.example/fhir", "ftp://x/y", "fhir", "https://"])
def test_health_data_do_not_travel_in_the_clear(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="not an address to export from"):
        BulkExport(url, tmp_path / "in").run()


def test_nor_to_an_address_that_the_server_names(tmp_path: Path, server: Server) -> None:
    """A server behind a proxy may call itself by http, and so may a file's signed address."""
    unencrypted = "http://fhir.example/file"
    refused = "fhir.example/file.*: the server names an address that is not encrypted"
    server.named = unencrypted
    with pytest.raises(DataError, match=refused):
        client(server, tmp_path / "a").run()
    server.named = server.address
    client(server, tmp_path / "a").run()  # nothing of it was kept
    server.manifest = {"output": [{"type": "Patient", "url": unencrypted}]}
    with pytest.raises(DataError, match=refused):
        client(server, tmp_path / "b").run()
    server.manifest = None
    server.answers["/file/Patient"] = [(302, {"Location": unencrypted})]
    with pytest.raises(DataError, match=refused):
        client(server, tmp_path / "c").run()


def test_a_manifest_that_was_cut_off_is_asked_for_again(tmp_path: Path, server: Server) -> None:
    server.cut_after["/job/1"] = 20
    client(server, tmp_path / "in").run()
    assert server.asked["/job/1"] == 2


@pytest.mark.parametrize("manifest", [[1], {"error": []}, {"output": "x"}, {"output": 7}])
def test_a_manifest_that_is_none(tmp_path: Path, server: Server, manifest: object) -> None:
    server.manifest = manifest
    with pytest.raises(DataError, match="is not the manifest of an export"):
        client(server, tmp_path / "in").run()


def test_a_server_that_asks_to_come_back_in_years_is_given_up(
    tmp_path: Path, server: Server
) -> None:
    waits = Waiting()
    server.answers["/fhir/Group/65plus/$export"] = [(429, {"Retry-After": "99999999"})]
    with pytest.raises(SourceUnreachable, match="the server answers 429"):
        client(server, tmp_path / "in", waits).run()
    assert waits == []


def test_a_type_that_is_a_path_is_refused(tmp_path: Path, server: Server) -> None:
    RESOURCES["../x"] = []
    try:
        with pytest.raises(DataError, match="a file without type or address"):
            client(server, tmp_path / "in").run()
    finally:
        del RESOURCES["../x"]


def test_nobody_there(tmp_path: Path, server: Server) -> None:
    export = client(server, tmp_path / "in")
    export.url = "http://127.0.0.1:1/fhir"
    with pytest.raises(SourceUnreachable, match="does not answer"):
        export.run()
