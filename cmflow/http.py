"""The way out: one client for every network, patient and discreet, which sorts failures."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec
import stamina

from cmflow import __version__, addresses
from cmflow.errors import Message
from cmflow.network import NetworkError, Trouble
from cmflow.redact import redact
from cmflow.reply import (
    ELSEWHERE,
    REMEDIES,
    Judge,
    Reply,
    by_status,
    of_a_stranger,
    pause,
    wait,
    words_of,
)

# It logs every address that it asks, and some networks want the secret in the address.
logging.getLogger("httpx2").addFilter(lambda _record: False)
# A person is told of what failed in the end, not of every attempt.
logging.getLogger("stamina").setLevel(logging.ERROR)

AGENT = f"cmflow/{__version__}"
"""How we name ourselves; some servers refuse a request without a name."""

CAP = 2_000_000
"""How many bytes of an answer are read, where the one who asks does not know better."""

_STEP = 20.0
_WHOLE = 60.0


class Client:
    """One account's way out: one request at a time, each on a connection of its own.

    Every connection is closed after its answer: some servers reset a pooled one in the middle of a
    request. `secrets` are taken out of whatever is said of a failure. `kept` lasts as long as the
    client: a session that was opened for it.
    """

    def __init__(
        self,
        *,
        secrets: Iterable[str] = (),
        transport: httpx2.BaseTransport | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        sleep: Callable[[float], None] = time.sleep,
        resolve: Callable[[str], tuple[str, ...]] | None = None,
    ) -> None:
        self.kept: dict[str, Any] = {}
        self.sleep = sleep
        self._now = now
        self._resolve = resolve or addresses.resolve
        self._secrets = {secret for secret in secrets if secret}
        self._lock = threading.Lock()
        self._client = httpx2.Client(
            transport=transport,
            timeout=_STEP,
            follow_redirects=False,
            limits=httpx2.Limits(max_keepalive_connections=0),
            headers={
                "User-Agent": AGENT,
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
        )

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def hide(self, secret: str) -> None:
        """Add a secret that a network gave us, such as the token of a session."""
        self._secrets.add(secret)

    def ask(
        self,
        method: str,
        url: str,
        *,
        commits: bool = False,
        repeatable: bool = False,
        reads: bool = True,
        judge: Judge | None = None,
        **content: Any,
    ) -> Any:
        """Send a request and return its answer, decoded from JSON; `None` where it has no body.

        `commits` marks the request that makes the note stand: a failure of any other one is
        certain, since there is no note without it. `repeatable` marks one that may be sent twice
        without harm; it is tried again, as every GET is. Without `reads`, what the answer says
        beside its status does not matter, and is not decoded. `content` is `headers`, `params`,
        `json`, `data`, `files` or `content`, as httpx takes them; `most` is how many bytes of the
        answer are read. Raises `NetworkError`.
        """
        return self.call(
            method, url, commits=commits, repeatable=repeatable, reads=reads, judge=judge, **content
        )[1]

    def call(
        self,
        method: str,
        url: str,
        *,
        commits: bool = False,
        repeatable: bool = False,
        reads: bool = True,
        unchanged: bool = False,
        judge: Judge | None = None,
        **content: Any,
    ) -> tuple[Reply, Any]:
        """Do as `ask` does, and return the reply too, for a network that answers in its headers.

        With `unchanged`, a 304 is an answer as well.
        """

        def once() -> tuple[Reply, Any]:
            reply = self._exchange(method, url, commits=commits, **content)
            if reply.status // 100 != 2 and not (unchanged and reply.status == 304):
                raise self._refused(reply, judge, commits=commits)
            return reply, self._decoded(reply, commits=commits) if reads else None

        with self._lock:
            return self._patiently(once) if repeatable or method == "GET" else once()

    def look(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        judge: Judge | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Fetch what may not have changed: a 304 is an answer too. Raises `NetworkError`."""
        return self.call(
            "GET", url, reads=False, unchanged=True, judge=judge, headers=headers, params=params
        )[0]

    def page(
        self,
        url: str,
        *,
        private: frozenset[str] = frozenset(),
        hops: int = 5,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Fetch a stranger's page, without any secret, through at most `hops` redirects.

        An address inside one's own network is refused at every hop, unless its host is in
        `private`. The name is resolved once and that very address is asked, so that it cannot
        become another one in between.
        """
        with self._lock:
            for _ in range(hops + 1):
                reply = self._stranger("GET", url, private, headers=headers)
                target = reply.headers.get("location")
                if reply.status not in (301, 302, 303, 307, 308) or not target:
                    return reply
                url = urljoin(url, target)
        raise self.refusal(Trouble.CONTENT, f"{url}: too many redirects")

    def tell(self, url: str, data: Mapping[str, str], *, private: frozenset[str]) -> Reply:
        """Post a form to a stranger's address, without any secret, under the rule of `page`."""
        with self._lock:
            reply = self._stranger("POST", url, private, data=data)
        if reply.status // 100 != 2:
            raise self._refused(reply, lambda reply, _: of_a_stranger(reply), commits=False)
        return reply

    def refusal(
        self,
        trouble: Trouble,
        words: str,
        *,
        certain: bool = True,
        again: float | None = None,
        remedy: Message | None = None,
    ) -> NetworkError:
        """Make the error of a refusal that a network put into other words than a status."""
        shown = redact(words, self._secrets)
        return NetworkError(
            trouble, shown, remedy=remedy or REMEDIES[trouble], certain=certain, again=again
        )

    def _patiently(self, once: Callable[[], tuple[Reply, Any]]) -> tuple[Reply, Any]:
        for attempt in stamina.retry_context(on=wait, attempts=3, timeout=_WHOLE):
            with attempt:
                return once()
        raise AssertionError  # pragma: no cover  # stamina raises what the last attempt raised

    def _exchange(
        self,
        method: str,
        url: str,
        *,
        commits: bool,
        named: str = "",
        most: int = CAP,
        **content: Any,
    ) -> Reply:
        named = named or url
        try:
            with self._client.stream(method, url, **content) as response:
                body = self._body(response, commits=commits, most=most)
                return Reply(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=body,
                    url=named,
                    links=tuple(response.headers.get_list("link")),
                )
        except _FAILURES as error:
            words = f"{urlsplit(named).hostname}: {type(error).__name__}: {error}"
            certain = not commits or isinstance(error, _NEVER_SENT)
            raise self.refusal(Trouble.TRANSIENT, words, certain=certain) from None

    def _body(self, response: httpx2.Response, *, commits: bool, most: int) -> bytes:
        body = bytearray()
        ends = time.monotonic() + _WHOLE
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most or time.monotonic() > ends:
                words = f"{response.url.host}: an answer without end"
                raise self.refusal(Trouble.TRANSIENT, words, certain=not commits)
        return bytes(body)

    def _stranger(
        self,
        method: str,
        url: str,
        private: frozenset[str],
        *,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host or parts.username:
            raise self.refusal(Trouble.CONTENT, f"{url}: not a web address")
        numeric = self._public(host, private)
        target = httpx2.URL(url)
        return self._exchange(
            method, str(target.copy_with(host=numeric)), commits=False, named=url, data=data,
            headers={
                "Accept": "text/html, */*;q=0.5", **(headers or {}),
                "Host": target.netloc.decode("ascii"),
            },
            extensions={"sni_hostname": host},
        )  # fmt: skip

    def _public(self, host: str, private: frozenset[str]) -> str:
        """Return one address of a host; raises where any of them is inside one's own network."""
        try:
            found = self._resolve(host)
        except (OSError, UnicodeError):
            raise self.refusal(Trouble.TRANSIENT, f"{host}: no such host") from None
        if not found or (host not in private and not all(map(addresses.is_public, found))):
            raise self.refusal(Trouble.CONTENT, f"{host}: an address of a private network")
        return found[0]

    def _decoded(self, reply: Reply, *, commits: bool) -> Any:
        if not reply.body:
            return None
        try:
            return reply.json()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            kind = reply.headers.get("content-type", "")
            words = (
                f"{urlsplit(reply.url).hostname}: {reply.status} with {kind or 'no type'}, not JSON"
            )
            raise self.refusal(Trouble.TRANSIENT, words, certain=not commits) from None

    def _refused(self, reply: Reply, judge: Judge | None, *, commits: bool) -> NetworkError:
        said: Any = None
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = reply.json()
        trouble = (judge and judge(reply, said)) or by_status(reply)
        words = f"{urlsplit(reply.url).hostname}: {reply.status} {words_of(said)}".rstrip()
        # A server that failed may have failed after it stored the note.
        certain = not commits or trouble is not Trouble.TRANSIENT
        again = pause(reply, said, self._now()) if trouble is Trouble.RATE else None
        moved = reply.status // 100 == 3 or reply.status in (404, 405, 410)
        remedy = ELSEWHERE if moved and trouble is Trouble.AUTH else None
        return self.refusal(trouble, words, certain=certain, again=again, remedy=remedy)


_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, ValueError)

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.InvalidURL,
    httpx2.LocalProtocolError,
)
