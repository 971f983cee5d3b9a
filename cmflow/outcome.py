"""What came of a step, in words: the nouns and sentences of the desk that sends."""

from __future__ import annotations

import enum

import msgspec

from cmflow.errors import Message, say
from cmflow.network import Trouble


class Result(enum.Enum):
    """What came of one step."""

    SENT = "sent"
    FOUND = "found"
    EDITED = "edited"
    DELETED = "deleted"
    HELD = "held"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outcome(msgspec.Struct, frozen=True):
    """What was done about one part, in words; `url` where it can be seen, `remedy` what to do."""

    result: Result
    slug: str
    channel: str
    at: int
    words: Message
    url: str = ""
    remedy: Message | None = None


TROUBLES = {
    Trouble.AUTH: say("The network does not let us in"),
    Trouble.CONTENT: say("The network does not take the text"),
    Trouble.RATE: say("The network asks us to wait"),
    Trouble.TRANSIENT: say("The network failed"),
}
"""The kinds of trouble, in words."""

DECIDE = say("Look there yourself, then say what is true: cmflow syndicate --resolve.")
"""What to do where no machine can know."""

CANNOT_TELL = say("Nobody knows whether it was sent, and the network cannot tell.")
OTHER_TEXT = say("Nobody knows whether it was sent, and its text was changed since.")
LONG_AGO = say("It is not there; but it is long ago, and somebody may have deleted it.")
MAY_APPEAR = say("It is not there yet; it may still appear.")
ANOTHER = say("Another run is at it.")
SLEPT = say("The reservation grew old before the call; the next run sends it.")
REPORT = say("This is a mistake in cmflow or in an added network: please report it.")
