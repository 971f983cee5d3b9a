"""Colours that can be read: contrast by WCAG 2.2, and a colour moved until it has enough.

See https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import re

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def parse(text: str, default: str) -> Colour:
    """Read `#12263f` or `#123`; what is neither becomes the default."""
    match = _HEX.fullmatch(text.strip())
    digits = match[1] if match else default.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour that has `share` (0 to 1) of the other in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 (the same) to 21 (black and white)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: Colour, background: Colour, ratio: float) -> Colour:
    """Move a colour towards white or black until it stands out from the background enough.

    Any background allows 4.5 at least, since white or black has it.
    """
    end = max(WHITE, BLACK, key=lambda extreme: contrast(extreme, background))
    steps = (mix(colour, end, step / 20) for step in range(21))
    return next((found for found in steps if contrast(found, background) >= ratio), end)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
