"""Fetches a bulk export from a FHIR server: `$export` as HL7's Bulk Data Access guide has it
(https://hl7.org/fhir/uv/bulkdata).

Kick-off, polling, download, and the server's copy deleted. It waits as long as `Retry-After`
says, else twice as long each time. Killed or cut off, it goes on where it was: the job's
address and what has come of each file are kept in the folder until it is done. No address is
asked that is not encrypted, whoever names it. Errors name neither tokens nor signed
addresses, and never what a server says of a patient.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from features.errors import DataError, SettingsError, SourceUnreachable
from features.sources.fhir.files import MANIFEST, STATE, TYPES

TOKEN_VARIABLE = "FRAMSYNT_FHIR_TOKEN"
_TYPE = re.compile(r"[A-Za-z]{1,64}")
_GONE = {403, 404, 410}


@dataclass(frozen=True)
class Patience:
    """Seconds. ``tries``: how often one request is made before the server is given up."""

    first_wait: float = 2.0
    longest_wait: float = 300.0
    tries: int = 8
    whole: float = 24 * 60 * 60


@dataclass
class _State:
    """What an interrupted export needs to go on. ``tags``: file -> ETag of what has come."""

    request: str
    job: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exported:
    """``files``: by type. ``problems``: how many resources the server could not export."""

    transaction_time: str
    files: dict[str, int]
    problems: int


@dataclass
class BulkExport:
    """One export into one folder. ``sleep`` and ``clock`` are the clock's, but for tests."""

    url: str
    folder: Path
    types: tuple[str, ...] = TYPES
    token: str = ""
    patience: Patience = Patience()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def run(self) -> Exported:
        """Raises SettingsError (address, token), DataError (refused, failed, expired) and
        SourceUnreachable; the folder then goes on with the next run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        request = self._request()
        self._state = self._left_over(request)
        hooks = {"request": [_stop_in_the_clear]}  # also called for what is redirected to
        with httpx.Client(timeout=60.0, follow_redirects=True, event_hooks=hooks) as self._client:
            manifest = self._manifest(request)
            files: dict[str, int] = {}
            for number, (kind, _) in enumerate(_outputs(manifest)):
                self._fetch(manifest, number, kind, f"{kind}.{number:03d}.ndjson")
                files[kind] = files.get(kind, 0) + 1
            problems = self._problems(manifest)
            done = Exported(str(manifest.get("transactionTime", "")), files, problems)
            _write(self.folder / MANIFEST, json.dumps({"transactionTime": done.transaction_time}))
            self._delete()
        (self.folder / STATE).unlink(missing_ok=True)
        return done

    def _request(self) -> str:
        parts = urlsplit(self.url)
        if not parts.hostname or not _is_encrypted(parts.scheme, parts.hostname):
            raise SettingsError(
                "not an address to export from", where="URL", do="Write https://server/fhir/…"
            )
        base = self.url if "$export" in parts.path else self.url.rstrip("/") + "/$export"
        wanted = f"_type={','.join(self.types)}" if self.types else ""
        return base + (("&" if "?" in base else "?") + wanted if wanted else "")

    def _left_over(self, request: str) -> _State:
        """What an earlier run of the same request left; other leftovers are removed."""
        try:
            state = _State(**json.loads((self.folder / STATE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            state = _State("")
        if state.request == request:
            return state
        for file in self.folder.glob("*.ndjson*"):
            file.unlink()
        return _State(request)

    def _save(self) -> None:
        _write(self.folder / STATE, json.dumps(asdict(self._state)))

    def _manifest(self, request: str) -> dict:
        """Of the job that was begun, or of a new one."""
        if self._state.job:
            try:
                return self._poll()
            except _Expired:
                self._begin_again()
        self._state.job = self._kick_off(request)
        self._save()
        try:
            return self._poll()
        except _Expired:
            raise DataError(
                "the server does not know of the export that it began", where=_named(request)
            ) from None

    def _begin_again(self) -> None:
        self._state = _State(self._state.request)
        for file in self.folder.glob("*.ndjson*"):
            file.unlink()

    def _kick_off(self, request: str) -> str:
        headers = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
        with self._asked("GET", request, headers) as answer:
            place = answer.headers.get("Content-Location")
            if answer.status_code != 202 or not place:
                raise _refused(answer)
            job = urljoin(request, place)
            _stop_in_the_clear(httpx.Request("GET", job))  # before it is kept for the next run
            return job

    def _poll(self) -> dict:
        """The manifest, when the server has made the files. Raises _Expired."""
        until, cut_off = self.clock() + self.patience.whole, 0
        for wait in self._waits():
            with self._asked("GET", self._state.job, {"Accept": "application/json"}) as answer:
                if answer.status_code in (404, 410):
                    raise _Expired
                if answer.status_code not in (200, 202):
                    raise _refused(answer)
                pause = _retry_after(answer, wait)
                try:
                    answer.read()
                    if answer.status_code == 200:
                        return _manifest_of(answer)
                except httpx.TransportError as error:
                    cut_off += 1
                    if cut_off == self.patience.tries:
                        raise _silent(self._state.job, error) from None
            if self.clock() + pause > until:
                break
            self.sleep(pause)
        raise SourceUnreachable(
            "the server has not finished the export",
            where=_named(self._state.job),
            do="Run the same command again later: it goes on with the same export.",
        )

    def _fetch(self, manifest: dict, number: int, kind: str, name: str) -> None:
        """One file, whole, under its name. An address that has expired is asked for anew."""
        if (self.folder / name).exists():
            return
        for again in (False, True):
            if again:
                try:
                    manifest.update(self._poll())
                except _Expired:
                    break
            outputs = _outputs(manifest)
            if number >= len(outputs) or outputs[number][0] != kind:
                break
            try:
                self._download(outputs[number][1], manifest, name)
                return
            except _Expired:
                continue
        self._begin_again()
        self._save()
        raise DataError(
            "the exported files have expired",
            where=_named(self._state.request),
            do="Run the same command again: it begins a new export.",
        )

    def _download(self, url: str, manifest: dict, name: str) -> None:
        part = self.folder / f"{name}.part"
        token = bool(manifest.get("requiresAccessToken"))
        for attempt, wait in enumerate(self._waits(), start=1):
            try:
                self._download_once(url, token, name, part)
                part.replace(self.folder / name)
                return
            except httpx.TransportError as error:
                if attempt == self.patience.tries:
                    raise _silent(url, error) from None
                self.sleep(wait)

    def _download_once(self, url: str, token: bool, name: str, part: Path) -> None:
        come = part.stat().st_size if part.exists() else 0
        tag = self._state.tags.get(name, "")
        headers = {"Accept": "application/fhir+ndjson", "Accept-Encoding": "identity"}
        if come and tag:
            headers |= {"Range": f"bytes={come}-", "If-Range": tag}
        with self._asked("GET", url, headers, token=token) as answer:
            if answer.status_code in _GONE:
                raise _Expired
            if answer.status_code == 416 and come:
                part.unlink()
                raise httpx.ReadError("the file has another length")
            if answer.status_code not in (200, 206):
                raise _refused(answer)
            self._state.tags[name] = _strong(answer.headers.get("ETag", ""))
            self._save()
            whole = _whole_length(answer)
            with part.open("ab" if answer.status_code == 206 else "wb") as file:
                for chunk in answer.iter_raw():
                    file.write(chunk)
                os.fsync(file.fileno())
        if whole is not None and part.stat().st_size != whole:
            raise httpx.ReadError("the file ended before its length")

    def _problems(self, manifest: dict) -> int:
        """How many outcomes the server reports; what they say is of patients and not kept."""
        total = 0
        for item in manifest.get("error") or ():
            name = ".errors.ndjson"
            self._state.tags.pop(name, None)
            self._download(str(item.get("url")), manifest, name)
            with (self.folder / name).open("rb") as lines:
                total += sum(1 for line in lines if line.strip())
            (self.folder / name).unlink()
        return total

    def _delete(self) -> None:
        """The server's copy; that it cannot be deleted is its own affair."""
        try:
            with self._asked("DELETE", self._state.job, {}):
                pass
        except (SourceUnreachable, DataError):
            return

    @contextmanager
    def _asked(
        self, method: str, url: str, headers: dict[str, str], *, token: bool = True
    ) -> Iterator[httpx.Response]:
        """An answer that is not "later": 429 and 5xx are asked again."""
        if token and self.token:
            headers = {**headers, "Authorization": f"Bearer {self.token}"}
        for attempt, wait in enumerate(self._waits(), start=1):
            last = attempt == self.patience.tries
            try:
                request = self._client.build_request(method, url, headers=headers)
                answer = self._client.send(request, stream=True)
            except httpx.TransportError as error:
                if last:
                    raise _silent(url, error) from None
                self.sleep(wait)
                continue
            try:
                if answer.status_code == 401:
                    raise SettingsError(
                        "the server does not accept the token",
                        where=_named(url),
                        do=f"Put a valid one into {TOKEN_VARIABLE} and run the command again.",
                    )
                if answer.status_code != 429 and answer.status_code < 500:
                    yield answer
                    return
                pause = _retry_after(answer, wait)
            finally:
                answer.close()
            if last or pause > self.patience.whole:
                raise SourceUnreachable(
                    f"the server answers {answer.status_code}",
                    where=_named(url),
                    do="Run the same command again later: it goes on where it was.",
                )
            self.sleep(pause)

    def _waits(self) -> Iterator[float]:
        wait = self.patience.first_wait
        while True:
            yield wait
            wait = min(2 * wait, self.patience.longest_wait)


class _Expired(Exception):
    """The server no longer has it."""


def _outputs(manifest: dict) -> list[tuple[str, str]]:
    """(type, address) of every file."""
    found = []
    for item in manifest.get("output") or ():
        kind, url = str(item.get("type", "")), str(item.get("url", ""))
        if not _TYPE.fullmatch(kind) or not url:
            raise DataError("the manifest names a file without type or address", do="Export anew.")
        found.append((kind, url))
    return found


def _manifest_of(answer: httpx.Response) -> dict:
    """Raises DataError where it is none: no object, or files that are not listed."""
    try:
        manifest = answer.json()
        lists = [manifest["output"], manifest.get("error") or []]
        if all(isinstance(item, dict) for named in lists for item in list(named)):
            return manifest
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise DataError(
        "the server's answer is not the manifest of an export",
        where=_named(str(answer.url)),
        do="Check that the address is that of a Bulk Data export.",
    )


def _is_encrypted(scheme: str, host: str) -> bool:
    """Health data, and the token to them, travel so or not at all; this machine may do without."""
    return scheme == "https" or (scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))


def _stop_in_the_clear(request: httpx.Request) -> None:
    if not _is_encrypted(request.url.scheme, request.url.host):
        raise DataError(
            "the server names an address that is not encrypted",
            where=_named(str(request.url)),
            do="Have whoever runs the server name its addresses with https; nothing was asked.",
        )


def _retry_after(answer: httpx.Response, otherwise: float) -> float:
    """Seconds, from a number of them or a date."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return otherwise


def _strong(tag: str) -> str:
    """A weak ETag does not promise the same bytes."""
    return "" if tag.startswith("W/") else tag


def _whole_length(answer: httpx.Response) -> int | None:
    ranged = re.fullmatch(r"bytes \d+-\d+/(\d+)", answer.headers.get("Content-Range", ""))
    if ranged:
        return int(ranged.group(1))
    length = answer.headers.get("Content-Length", "")
    return int(length) if answer.status_code == 200 and length.isdigit() else None


def _refused(answer: httpx.Response) -> DataError:
    """With the codes of an OperationOutcome, not its words."""
    codes = []
    try:
        answer.read()
        codes = [str(issue.get("code", "")) for issue in answer.json().get("issue", [])]
    except (ValueError, AttributeError, TypeError, httpx.TransportError):
        pass
    plain = ", ".join(code for code in codes if re.fullmatch(r"[a-z-]{1,40}", code))
    said = f"{answer.status_code} ({plain})" if plain else f"{answer.status_code}"
    return DataError(
        f"the server refuses: {said}",
        where=_named(str(answer.url)),
        do="Check the address, the types and what the token gives access to.",
    )


def _silent(url: str, error: httpx.TransportError) -> SourceUnreachable:
    return SourceUnreachable(
        f"the server does not answer, or stopped answering ({type(error).__name__})",
        where=_named(url),
        do="Run the same command again: it goes on where it was.",
    )


def _named(url: str) -> str:
    """Host and path: what stands behind them may be a secret."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


def _write(file: Path, text: str) -> None:
    part = file.with_name(file.name + ".new")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
