"""How a travel server is called: private addresses only, patient but not for ever, and never more than it may send."""

import ipaddress
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from data.travel.source import TravelFailed

_AGAIN = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Manners:
    """How a server is treated.

    ``seconds`` is the longest wait for one answer, ``tries`` how often a question is put, ``most_bytes`` the longest
    answer read. ``anywhere`` lets the address be public: children's homes would leave the council, so only an
    administrator may say so.
    """

    seconds: float = 30.0
    tries: int = 3
    most_bytes: int = 50_000_000
    anywhere: bool = False


def refuse_public(url: str, *, anywhere: bool) -> None:
    """Raise TravelFailed unless every address of a server is private or this machine's own."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise TravelFailed(f"{parts.hostname or url!r} is not the address of a server: give http://host:port")
    if anywhere:
        return
    try:
        found = {item[4][0] for item in socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise TravelFailed(f"the travel server {parts.hostname} cannot be found: check its name") from error
    for address in found:
        where = ipaddress.ip_address(str(address).split("%")[0])
        if not (where.is_private or where.is_loopback) or where.is_unspecified or where.is_multicast:
            raise TravelFailed(
                f"the travel server {parts.hostname} is outside the council's network, and homes would be sent to it: "
                "use one inside, or let an administrator allow it"
            )


@dataclass
class Caller:
    """Asks one server, again where that may help, and says plainly what went wrong."""

    url: str
    manners: Manners = field(default_factory=Manners)
    sleep: Callable[[float], None] = time.sleep

    def get(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the JSON of a GET."""
        return self._ask("GET", path, params=dict(query))

    def post(self, path: str, body: Any) -> Any:
        """Return the JSON of a POST."""
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        refuse_public(self.url, anywhere=self.manners.anywhere)
        last = ""
        for turn in range(self.manners.tries):
            if turn:
                self.sleep(0.5 * 2 ** (turn - 1))
            try:
                status, body = self._once(method, path, **what)
            except (httpx.TransportError, httpx.DecodingError) as error:
                last = f"{type(error).__name__}"
                continue
            if status in _AGAIN:
                last = f"answered {status}"
                continue
            return self._read(status, body)
        raise TravelFailed(
            f"the travel server {self._host} did not answer in {self.manners.tries} tries ({last}): nothing of it was "
            "used; start it again, or plan on the roads file or the estimate"
        )

    def _once(self, method: str, path: str, **what: Any) -> tuple[int, bytes]:
        deadline = time.monotonic() + self.manners.seconds
        # trust_env is off so that no proxy of the environment sees a home, and redirects are not followed.
        with (
            httpx.Client(timeout=self.manners.seconds, trust_env=False, follow_redirects=False) as client,
            client.stream(method, self.url.rstrip("/") + path, **what) as answer,
        ):
            held = bytearray()
            for part in answer.iter_bytes():
                held += part
                if len(held) > self.manners.most_bytes:
                    raise TravelFailed(f"the travel server {self._host} sent more than it may: ask for smaller blocks")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the whole answer took too long")
            return answer.status_code, bytes(held)

    def _read(self, status: int, body: bytes) -> Any:
        try:
            read = json.loads(body)
        except ValueError as error:
            raise TravelFailed(
                f"the travel server {self._host} answered {status} and not in JSON: is it the server it is said to be?"
            ) from error
        if status != 200:
            said = read.get("message") or read.get("error") or "" if isinstance(read, dict) else ""
            raise TravelFailed(f"the travel server {self._host} refused the question ({status}, {str(said)[:120]})")
        return read

    @property
    def _host(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
