"""The demo's login: one user, one token, kept in a file that only its owner reads.

For trying the system on simulated people. Real data need the organisation's own login.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from hmac import compare_digest
from typing import Self

from features.errors import SettingsError
from features.home import Home


@dataclass(frozen=True)
class Login:
    """``user`` and ``password`` open the pages, ``token`` the API, ``secret`` signs cookies."""

    user: str
    password: str
    token: str
    secret: str

    @classmethod
    def of(cls, home: Home) -> Self:
        """The home's login, made up at first use. SettingsError if the file is damaged."""
        home.path.mkdir(parents=True, exist_ok=True)
        made = cls(
            user="demo",
            password="-".join(secrets.token_hex(2) for _ in range(3)),
            token=secrets.token_urlsafe(32),
            secret=secrets.token_urlsafe(32),
        )
        draft = home.login_file.with_name(f".login-{os.getpid()}-{secrets.token_hex(4)}")
        try:
            return cls._read(home)
        except FileNotFoundError:
            pass
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(made), file, indent=2)
        try:
            os.link(draft, home.login_file)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return cls._read(home)

    @classmethod
    def _read(cls, home: Home) -> Self:
        try:
            return cls(**json.loads(home.login_file.read_text(encoding="utf-8")))
        except (TypeError, ValueError):
            raise SettingsError(
                "the login file is damaged",
                where=str(home.login_file),
                do="Remove it; a new one is made at the next start.",
            ) from None

    def opens_pages(self, user: str, password: str) -> bool:
        right_user = compare_digest(user.encode(), self.user.encode())
        return compare_digest(password.encode(), self.password.encode()) and right_user

    def opens_api(self, token: str) -> bool:
        return compare_digest(token.encode(), self.token.encode())
