"""The initials of a person, drawn in the page: no picture is fetched to show who speaks."""

from __future__ import annotations

import colorsys
import functools
import hashlib

from markupsafe import Markup

from cmflow.colours import WHITE, Colour, legible

# A "letter" can carry a thousand marks, which would be drawn all over the page.
_LONGEST = 10
_ENOUGH = 4.5
_DRAWING = Markup(
    '<svg class="cm-face" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">'
    '<circle cx="20" cy="20" r="20" fill="#{}"/>'
    '<text x="20" y="20" dy="0.36em" text-anchor="middle" font-size="{}" fill="#fff">{}</text>'
    "</svg>"
)


def letters(name: str) -> str:
    """Return the first letters of the first and the last word, or the first sign of any kind.

    >>> letters("Éloïse d’Arc"), letters("zoé"), letters("🦀🦀"), letters("")
    ('ÉA', 'Z', '🦀', '?')
    """
    import regex  # slow, and many sites have no answer yet

    words = regex.findall(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*", name)
    if words:
        ends = words if len(words) == 1 else (words[0], words[-1])
        return "".join(word[0].upper()[0] for word in ends)
    signs = (sign for sign in regex.findall(r"\X", name[:200]) if sign[0].isprintable())
    return next((sign[:_LONGEST] for sign in signs if not sign.isspace()), "?")


def colour(name: str) -> Colour:
    """Return the colour of a name, always the same, on which white can be read (WCAG 2.2, AA)."""
    hue = int.from_bytes(hashlib.sha256(name.encode(errors="replace")).digest()[:2]) / 65536
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.4, 0.4))
    return legible((red, green, blue), WHITE, _ENOUGH)


# One person speaks often, and below many posts.
@functools.lru_cache(maxsize=4096)
def drawing(name: str) -> Markup:
    """Draw a name's initials as a piece of SVG, which says nothing to who listens to the page."""
    said = letters(name)
    red, green, blue = colour(name)
    return _DRAWING.format(f"{red:02x}{green:02x}{blue:02x}", 15 if len(said) > 1 else 18, said)
