"""Who is it? The demo's login or an identity provider, sessions and tokens, in one object."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from features.errors import MissingError
from features.home import Home
from serving.cds.settings import CdsSettings
from serving.cds.tokens import CdsClients
from serving.security.csrf import token_of
from serving.security.limits import Buckets
from serving.security.login import TOKEN_PRINCIPAL, Login, principal_of, signing_secret
from serving.security.oidc.provider import Provider
from serving.security.oidc.settings import OidcSettings
from serving.security.oidc.tokens import TokenRefused, bearer_principal
from serving.security.sessions import Session, Sessions, hash_of
from serving.security.settings import Settings
from serving.security.who import Principal

SESSION_KEY = "sid"  # where the signed cookie holds the session's id


@dataclass
class Security:
    """``desk``: a function that gives the desk, None while the service is starting.

    ``login`` is the demo's; ``reread`` gives it again when somebody has made a new one. With
    a ``provider`` there is no login of the demo.
    """

    desk: Callable[[], Any]
    settings: Settings
    secret: str
    login: Login | None = None
    reread: Callable[[], Login] | None = None
    provider: Provider | None = None
    cds: CdsSettings = field(default_factory=CdsSettings)
    principals: Buckets = field(init=False)
    addresses: Buckets = field(init=False)
    logins: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self.principals = Buckets(self.settings.per_principal)
        self.addresses = Buckets(self.settings.per_address)
        self.logins = Buckets(self.settings.per_login)
        self._cds_clients = CdsClients(self.cds.clients, lambda: self.register.engine)

    @classmethod
    def of_home(cls, home: Home, desk: Callable[[], Any]) -> "Security":
        """As the environment says. SettingsError, that names the variable."""
        settings = Settings.from_environment()
        oidc, cds = OidcSettings.from_environment(), CdsSettings.from_environment()
        if oidc is not None:
            return cls(desk, settings, signing_secret(home), provider=Provider(oidc), cds=cds)
        login, _words = Login.of(home)
        watched = _Watched(home)
        return cls(desk, settings, login.secret, login, watched, cds=cds)

    @property
    def register(self) -> Any:
        """MissingError (503) while the service is starting."""
        desk = self.desk()
        if desk is None:
            raise MissingError("the service is still starting", do="Try again in a few seconds.")
        return desk.register

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.register.engine)

    @property
    def cookie(self) -> str:
        """``__Host-``: browsers take it over https only, for this host and no other."""
        return "__Host-framsynt" if self.settings.https else "framsynt"

    @property
    def form_targets(self) -> tuple[str, ...]:
        """Where a form may lead besides this host: to the identity provider."""
        if self.provider is None:
            return ()
        about = self.provider.known
        urls = (about.get("authorization_endpoint"), about.get("end_session_endpoint"))
        parts = [urlsplit(str(u)) for u in (self.provider.settings.issuer, *urls) if u]
        return tuple(sorted({f"{p.scheme}://{p.netloc}" for p in parts}))

    # -- asked by the door --------------------------------------------------------------

    def bearer(self, token: str) -> Principal | None:
        """Whose token it is; None for one that opens nothing. ProviderDown (503)."""
        if self.provider is not None:
            try:
                return bearer_principal(self.provider, token)
            except TokenRefused:
                return None
        login = self._login()
        return TOKEN_PRINCIPAL if login is not None and login.opens_api(token) else None

    def hook_bearer(self, token: str, path: str) -> Principal | None:
        """The same for cards: a record system's own token for this very address, or anybody's
        that opens the API."""
        try:
            found = self._cds_clients.principal(token, self.settings.public_url + path)
        except TokenRefused:
            return None
        return found or self.bearer(token)

    def session(self, cookie: Any) -> Session | None:
        """The session that a signed cookie speaks of, if it still holds."""
        session_id = cookie.get(SESSION_KEY)
        if not isinstance(session_id, str):
            return None
        found = self.sessions.find(session_id)
        login = self._login()
        if found and login is not None and found.began < login.made_at:
            return None  # a new login was made since
        return found

    def csrf(self, cookie: Any) -> str:
        return token_of(self.secret, str(cookie.get(SESSION_KEY)))

    # -- asked by the pages for coming and going ----------------------------------------

    def check_password(self, user: str, password: str) -> Principal | None:
        """Who logs in with the demo's login; None if it is not right."""
        login = self._login()
        if login is None or not login.opens_pages(user, password):
            return None
        desk = self.desk()
        run = desk.register.current() if desk is not None else None
        units = [u.care_unit for u in desk.register.units(run.id)] if run else []
        return principal_of(user, units)

    def begin(self, cookie: Any, principal: Principal) -> None:
        """A new session with a new id; nothing from before the login lives on but language."""
        language, before = cookie.get("lang"), cookie.get(SESSION_KEY)
        if isinstance(before, str):
            self.sessions.end(hash_of(before))
        session_id = self.sessions.begin(principal)
        cookie.clear()
        cookie[SESSION_KEY] = session_id
        if language:
            cookie["lang"] = language

    def end(self, cookie: Any, session: Session | None) -> None:
        """Ends the session here, whatever becomes of the cookie."""
        language = cookie.get("lang")
        if session is not None:
            self.sessions.end(session.id_hash)
        cookie.clear()
        if language:
            cookie["lang"] = language

    def _login(self) -> Login | None:
        return self.reread() if self.reread is not None else self.login


class _Watched:
    """The home's login, read again when its file is another."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._file = home.login_file
        self._mark: tuple[int, int] | None = None
        self._login: Login | None = None

    def __call__(self) -> Login:
        mark = _mark(self._file)
        if self._login is None or mark != self._mark:
            self._login, _ = Login.of(self.home)
            self._mark = _mark(self._file)
        return self._login


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        about = os.stat(file)
    except FileNotFoundError:
        return None
    return about.st_mtime_ns, about.st_ino
