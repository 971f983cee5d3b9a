"""Whether a published page is this very version: its head names the digest of its source."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from cmflow.errors import Message, say
from cmflow.steps import Live

Fetch = Callable[[str], tuple[int, str]]
"""Asks for an address and returns the status and the text; raises an `Exception` with its words."""

AGAIN = dt.timedelta(minutes=5)
"""How long a page that is not live is left alone: a publication takes its time."""

_VERSION = re.compile(r'<meta name="cmflow:version" content="([0-9a-f]{16})">')


def look(url: str, version: str, fetch: Fetch, now: dt.datetime) -> Live:
    """Ask whether the page at an address is the one made of the text with this digest."""
    reason = _doubt(url, version, fetch)
    if reason is not None:
        return Live(ok=False, reason=reason, when=now + AGAIN)
    return Live(ok=True, reason=say("Its page is live."))


def _doubt(url: str, version: str, fetch: Fetch) -> Message | None:
    try:
        status, text = fetch(url)
    except Exception as error:  # a page that cannot be asked for is not live
        return say("Its page cannot be reached: {words}.", words=str(error))
    if status != 200:
        return say("Its page is not live: {url} answers {status}.", url=url, status=status)
    found = _VERSION.search(text)
    if found is None:
        return say("Its page does not say of which version it is: {url}", url=url)
    if found[1] != version:
        return say("Its page still shows another version: {url}", url=url)
    return None
