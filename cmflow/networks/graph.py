"""Meta's Graph API, as Facebook and Threads both speak it.

https://developers.facebook.com/docs/graph-api/guides/error-handling. Read in November 2026.
"""

from __future__ import annotations

from typing import Any

from cmflow.network import Trouble
from cmflow.reply import Reply

_RATE = {4, 17, 32, 341, 613, 80001, 80002, 80007}
_AUTH = {10, 102, 190, 458, 459, 460, 463, 464, 467, 492}
_TRANSIENT = {1, 2, 506}


def judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort a refusal by the code in it, for the status is 400 to nearly everything.

    506 says that the same text stands already: that may be the very note that we try to send.
    """
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int) or not isinstance(error, dict):
        return None
    if code in _RATE:
        return Trouble.RATE
    if code in _AUTH or 200 <= code < 300:
        return Trouble.AUTH
    if code in _TRANSIENT or error.get("is_transient") is True:
        return Trouble.TRANSIENT
    return Trouble.CONTENT if reply.status // 100 == 4 else None


def gone(reply: Reply, said: Any) -> Trouble | None:
    """Sort as `judge`, when something is deleted: code 100 then says that it is not there."""
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, dict) and error.get("code") == 100:
        return Trouble.CONTENT
    return judge(reply, said)
