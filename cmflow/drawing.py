"""Draw a social card with Pillow, in the bundled font, without a network or a system font.

The size is that of https://ogp.me images as networks show them: 1.91 to 1.
"""

from __future__ import annotations

import functools
import io
import re
import unicodedata
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from cmflow.cards import Card
from cmflow.colours import Colour, legible, mix, parse
from cmflow.lettering import Measure, Setting, fit, shorten
from cmflow.settings import Cards

SIZE = (1200, 630)
LARGEST = 120_000
"""Bytes: what a card may weigh."""

# Colours, and how much a picture is softened: foliage and gravel press badly.
_STEPS = ((256, 0), (128, 0), (64, 0), (64, 1), (64, 2), (32, 4), (16, 8))

_FONTS = Path(__file__).parent / "assets" / "fonts"
_HEAVY = "Commissioner-ExtraBold.ttf"
_LIGHT = "Commissioner-SemiBold.ttf"

_MARGIN = 72
_TITLE_SIZES = (*range(124, 60, -4), *range(60, 42, -2))
_TITLE_ROWS = 4
_TITLE_HEIGHT = 292
_LEADING = 1.12
_KICKER = 30
_AIR = 2
_FOOTER = 30
# The picture ends, to the left, in the curve of a great circle, like a sail.
_SAIL = (1530, 300, 760)
_STRIPE = 16
_SMOOTH = 3
# A code point that never is a character, so that no font has it.
_NOWHERE = "\U0010ffff"


class _Palette(msgspec.Struct, frozen=True):
    background: Colour
    text: Colour
    quiet: Colour
    kicker: Colour
    accent: Colour
    relief: Colour


def paint(card: Card, colours: Cards, picture: bytes | None) -> bytes:
    """Draw a card; see `cards.draw`."""
    palette = _palette(colours)
    photo = _open(picture) if picture else None
    data = b""
    for depth, softness in _STEPS:
        data = _png(_compose(card, palette, photo, softness), depth)
        if len(data) <= LARGEST:
            break
    return data


def _compose(
    card: Card, palette: _Palette, photo: Image.Image | None, softness: int
) -> Image.Image:
    image = Image.new("RGB", SIZE, palette.background)
    if photo is None:
        _rings(image, palette)
        width = SIZE[0] - 2 * _MARGIN
    else:
        _sail(image, photo, palette, softness)
        width = _SAIL[0] - _SAIL[2] - _STRIPE - 40 - _MARGIN
    _write(image, card, palette, width)
    return image


def _palette(colours: Cards) -> _Palette:
    """Bring the colours of the settings to the contrast that WCAG asks of text."""
    standard = Cards()
    background = parse(colours.background, standard.background)
    text = legible(parse(colours.text, standard.text), background, 7)
    accent = parse(colours.accent, standard.accent)
    return _Palette(
        background=background,
        text=text,
        quiet=legible(mix(text, background, 0.3), background, 4.5),
        kicker=legible(mix(accent, text, 0.35), background, 4.5),
        accent=legible(accent, background, 1.5),
        relief=mix(background, text, 0.06),
    )


def _open(picture: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _rings(image: Image.Image, palette: _Palette) -> None:
    """Fill the corner of a card that has no picture."""
    centre = (SIZE[0] - 40, SIZE[1] + 20)
    for radius, thick in ((470, 34), (370, 34), (270, 34)):
        image.paste(palette.relief, mask=_disc(*centre, radius, hole=radius - thick))
    image.paste(palette.accent, mask=_disc(*centre, 170))


def _sail(image: Image.Image, photo: Image.Image, palette: _Palette, softness: int) -> None:
    x, y, radius = _SAIL
    left = x - radius
    image.paste(palette.accent, mask=_disc(x, y, radius + _STRIPE))
    # Of a portrait, the upper part says more than the middle.
    cut = ImageOps.fit(
        photo, (SIZE[0] - left, SIZE[1]), Image.Resampling.LANCZOS, centering=(0.5, 0.35)
    )
    layer = Image.new("RGBA", SIZE, palette.relief)
    layer.alpha_composite(cut.filter(ImageFilter.GaussianBlur(softness)), (left, 0))
    image.paste(layer.convert("RGB"), mask=_disc(x, y, radius))


@functools.cache
def _disc(x: int, y: int, radius: int, hole: int = 0) -> Image.Image:
    """Make the mask of a disc, or of a ring, with a smooth edge."""
    large = Image.new("L", (SIZE[0] * _SMOOTH, SIZE[1] * _SMOOTH))
    pen = ImageDraw.Draw(large)
    pen.circle((x * _SMOOTH, y * _SMOOTH), radius * _SMOOTH, fill=255)
    if hole:
        pen.circle((x * _SMOOTH, y * _SMOOTH), hole * _SMOOTH, fill=0)
    return large.resize(SIZE, Image.Resampling.LANCZOS)


def _write(image: Image.Image, card: Card, palette: _Palette, width: int) -> None:
    pen = ImageDraw.Draw(image)
    top = _MARGIN
    kicker = _drawable(card.kicker).upper()
    pen.rectangle((_MARGIN, top, _MARGIN + 64, top + 9), fill=palette.accent)
    top += 34
    _spaced(pen, top, shorten(kicker, _spaced_width, width), palette.kicker)
    top += _KICKER + 24
    bottom = _footer(pen, card, palette, width)
    title = _title(card, width)
    step = round(title.size * _LEADING)
    # Between kicker and footer, a little above the middle.
    top += max(0, round((bottom - top - step * len(title.lines)) * 0.4))
    for row, line in enumerate(title.lines):
        pen.text((_MARGIN, top + row * step), line, palette.text, _font(_HEAVY, title.size))


def _spaced(pen: ImageDraw.ImageDraw, top: int, capitals: str, colour: Colour) -> None:
    """Write the kicker: capitals want a little air."""
    left = float(_MARGIN)
    for char in capitals:
        pen.text((left, top), char, colour, _font(_LIGHT, _KICKER))
        left += _spaced_width(char)


def _spaced_width(capitals: str) -> float:
    return _measure(_LIGHT, _KICKER)(capitals) + _AIR * len(capitals)


def _title(card: Card, width: int) -> Setting:
    """Set the title; where the font has none of its letters, the site's name stands for it."""
    text = _drawable(card.title) or _drawable(card.site)
    return fit(
        text,
        _TITLE_SIZES,
        lambda size: _measure(_HEAVY, size),
        width,
        lambda size: min(_TITLE_ROWS, int(_TITLE_HEIGHT // (size * _LEADING))),
    )


def _footer(pen: ImageDraw.ImageDraw, card: Card, palette: _Palette, width: int) -> int:
    """Write the site and, above it, the authors at the bottom; returns where they begin."""
    top = SIZE[1] - _MARGIN - _FOOTER
    for name, words, colour in (
        (_HEAVY, card.site, palette.text),
        (_LIGHT, ", ".join(card.authors), palette.quiet),
    ):
        line = shorten(_drawable(words), _measure(name, _FOOTER), width)
        if line:
            pen.text((_MARGIN, top), line, colour, _font(name, _FOOTER))
            top -= round(_FOOTER * 1.4)
    return top


def _png(image: Image.Image, depth: int) -> bytes:
    file = io.BytesIO()
    flat = image.quantize(depth, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat.save(file, "PNG", optimize=True)
    return file.getvalue()


@functools.cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is the same on every machine; the other depends on what is installed.
    return ImageFont.truetype(_FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


def _measure(name: str, size: int) -> Measure:
    return _font(name, size).getlength


def _drawable(text: str) -> str:
    """Drop what the font lacks: emoji and other scripts would be boxes."""
    kept = (char for char in unicodedata.normalize("NFC", text) if char.isspace() or _known(char))
    return re.sub(r"[ \t\r\n\f\v]+", " ", "".join(kept)).strip()


@functools.cache
def _known(char: str) -> bool:
    """Tell whether the font shows a character: it draws all that it lacks alike."""
    if unicodedata.category(char).startswith("C"):
        return False
    font = _font(_LIGHT, 20)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NOWHERE))
