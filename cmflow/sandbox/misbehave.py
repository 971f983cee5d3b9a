"""What a network does on a bad day, on demand: which fault, how often, at which requests."""

from __future__ import annotations

import datetime as dt
import enum

import msgspec

from cmflow.sandbox.web import Answer, to_json


class Fault(enum.Enum):
    """What goes wrong. *before* means that nothing was done, *after* that all of it was."""

    DROP_AFTER_COMMIT = "drop-after-commit"
    TOO_MANY = "429"
    BROKEN_BEFORE = "500-before"
    BROKEN_AFTER = "500-after"
    SLOW = "slow"
    RESET = "reset"
    EXPIRED_TOKEN = "expired-token"  # noqa: S105  # the name of a fault
    HTML = "html"
    HTML_AFTER = "html-after"


COMMITS = {Fault.DROP_AFTER_COMMIT, Fault.BROKEN_AFTER, Fault.SLOW, Fault.HTML_AFTER}
"""The faults that happen after the work was done."""

SILENT = {Fault.DROP_AFTER_COMMIT, Fault.RESET}
"""The faults that end the connection without an answer."""


class Misbehaviour(msgspec.Struct, forbid_unknown_fields=True):
    """An order: which fault next, how many times, and for which requests.

    The first `skip` requests go well. `path` is a part of the paths that are meant; empty, all are.
    `seconds` is how late *slow* answers, and what *429* gives as `Retry-After`.
    """

    next: Fault
    count: int = 1
    skip: int = 0
    path: str = ""
    seconds: float = 1.0


class Mood:
    """The orders that are left, the oldest first."""

    def __init__(self) -> None:
        self._orders: list[Misbehaviour] = []

    @property
    def orders(self) -> tuple[Misbehaviour, ...]:
        """What is still to go wrong."""
        return tuple(self._orders)

    def add(self, order: Misbehaviour) -> None:
        """Let something go wrong."""
        self._orders.append(order)

    def clear(self) -> None:
        """Let all go well again."""
        self._orders.clear()

    def strike(self, path: str) -> Misbehaviour | None:
        """Return what goes wrong with a request, and count it."""
        for order in self._orders:
            if order.path not in path:
                continue
            if order.skip > 0:
                order.skip -= 1
                return None
            order.count -= 1
            if order.count < 1:
                self._orders.remove(order)
            return order
        return None


_PAGE = b"<!doctype html><title>Just a moment...</title><h1>Checking your browser</h1>"


def answer(order: Misbehaviour, path: str, now: dt.datetime) -> Answer | None:
    """Return what a fault answers instead; `None` where the real answer goes out, or none does."""
    xrpc = path.startswith("/xrpc/")
    match order.next:
        case Fault.TOO_MANY:
            wait = max(1, round(order.seconds))
            until = now + dt.timedelta(seconds=wait)
            reset = str(int(until.timestamp())) if xrpc else until.isoformat()
            headers = {
                "Retry-After": str(wait),
                ("RateLimit-Reset" if xrpc else "X-RateLimit-Reset"): reset,
            }
            return to_json(_said(xrpc, "RateLimitExceeded", "Too many requests"), 429, headers)
        case Fault.BROKEN_BEFORE | Fault.BROKEN_AFTER:
            return to_json(_said(xrpc, "InternalServerError", "Internal Server Error"), 500)
        case Fault.EXPIRED_TOKEN if xrpc:
            return to_json(_said(xrpc, "ExpiredToken", "Token has expired"), 400)
        case Fault.EXPIRED_TOKEN:
            return to_json(_said(xrpc, "", "The access token expired"), 401)
        case Fault.HTML | Fault.HTML_AFTER:
            return Answer(200, _PAGE, "text/html; charset=utf-8")
    return None


def _said(xrpc: bool, error: str, words: str) -> dict[str, str]:  # noqa: FBT001  # which network
    return {"error": error, "message": words} if xrpc else {"error": words}
