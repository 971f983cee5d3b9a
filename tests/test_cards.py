"""Social cards are small, legible, the same every time, and never show a box or a torn title."""

import io
import sys

import pytest

from cmflow import cards
from cmflow.cards import Card
from cmflow.colours import BLACK, contrast
from cmflow.settings import Cards

Image = pytest.importorskip("PIL.Image")
ImageFilter = pytest.importorskip("PIL.ImageFilter")

LONG = " ".join(["Ce que nous avons appris en réparant trois cents spis de régate"] * 4)
PLAIN = Card("La voile rouge", "Les Ateliers", "Atelier", ("Léa Kervella",))


def picture(size=(1600, 900), mode="RGB", kind="JPEG", blur=12):
    """Return a picture of clouds, or with less blur one of gravel, which presses badly."""
    noise = Image.effect_noise(size, 60).filter(ImageFilter.GaussianBlur(blur)).convert(mode)
    file = io.BytesIO()
    noise.save(file, kind)
    return file.getvalue()


PHOTO = picture()


def drawn(card=PLAIN, colours=None, photo=None):
    data = cards.draw(card, colours or Cards(), photo)
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("photo", [None, PHOTO], ids=["plain", "photo"])
@pytest.mark.parametrize("title", ["Oui", LONG, "Anticonstitutionnellement" * 3, ""])
def test_a_card_is_a_small_png_of_the_size_that_networks_want(title, photo):
    data = cards.draw(Card(title, "Les Ateliers", title, (title,) * 3), Cards(), photo)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(data) <= 120_000


def test_gravel_is_softened_until_the_card_is_small():
    assert len(cards.draw(PLAIN, Cards(), picture(blur=0))) <= 120_000


def test_the_same_card_is_the_same_bytes_and_tells_no_time():
    first = cards.draw(PLAIN, Cards(), PHOTO)
    assert cards.draw(PLAIN, Cards(), PHOTO) == first
    assert not {b"tIME", b"tEXt", b"pHYs", b"eXIf"} & {first[i : i + 4] for i in range(len(first))}


@pytest.mark.parametrize("title", [LONG, "W" * 200, "Oui", "« Attention » ! " * 9])
def test_words_stay_inside_the_margin_and_off_the_picture(title):
    colours = Cards(background="#000000", text="#ffffff", accent="#ff0000")
    card = Card(title, title, title, (title,))
    plain, beside = drawn(card, colours), drawn(card, colours, PHOTO)
    for box in ((0, 0, 70, 630), (0, 0, 1200, 70), (0, 570, 600, 630), (1130, 0, 1200, 175)):
        assert plain.crop(box).getcolors() == [((box[2] - box[0]) * (box[3] - box[1]), BLACK)]
    # Between the longest line and the stripe beside the picture there is nothing but background.
    assert beside.crop((716, 100, 750, 540)).getcolors() == [(34 * 440, BLACK)]


def test_what_the_font_lacks_leaves_no_box_and_no_gap():
    odd = Card("Fil 🧵 日本 & 🏴‍☠️ aiguille\u200d\ufe0f !", "Les \x00Ateliers 🎉", "Ate\u00adlier")
    even = Card("Fil & aiguille !", "Les Ateliers", "Atelier")
    assert cards.draw(odd, Cards()) == cards.draw(even, Cards())


def test_accents_that_were_typed_apart_are_drawn_as_one():
    apart = Card("Re\u0301gate d’e\u0302tre", "Les Ateliers")
    assert cards.draw(apart, Cards()) == cards.draw(Card("Régate d’être", "Les Ateliers"), Cards())


@pytest.mark.parametrize("title", ["日本語", "🧵🪡", "", " \n"])
def test_a_title_of_which_nothing_can_be_drawn_gives_way_to_the_site(title):
    assert cards.draw(Card(title, "Essai"), Cards()) == cards.draw(Card("Essai", "Essai"), Cards())


@pytest.mark.parametrize(
    "text", ["Œuvres « d’été » – n° 5…", "Łódź Český Ţară Ğ ñ ß", "Αθήνα", "Чайка", "12 % – 30 €"]
)
def test_the_languages_of_europe_are_drawn_whole(text):
    from cmflow import drawing

    assert drawing._drawable(text) == text


@pytest.mark.parametrize(
    "photo", [b"", b"no picture", PHOTO[:500], b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_a_picture_that_cannot_be_read_is_left_out(photo):
    assert cards.draw(PLAIN, Cards(), photo) == cards.draw(PLAIN, Cards())


def test_a_picture_of_too_many_pixels_is_left_out(monkeypatch):
    large = picture((2000, 1000))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 800_000)
    assert cards.draw(PLAIN, Cards(), large) == cards.draw(PLAIN, Cards())


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "PNG"), ("RGBA", "PNG"), ("P", "GIF"), ("CMYK", "JPEG"), ("RGB", "WEBP")],
)
@pytest.mark.parametrize("size", [(4000, 10), (10, 400), (1, 1)])
def test_every_kind_and_shape_of_picture_is_shown(mode, kind, size):
    assert drawn(photo=picture(size, mode, kind)).tobytes() != drawn().tobytes()


@pytest.mark.parametrize(
    "colours",
    [
        Cards(),
        Cards(background="#ffdd00", text="#ffff00", accent="#ffe000"),
        Cards(background="#808080", text="#808080", accent="#808080"),
        Cards(background="red", text="", accent="{{ 7*7 }}"),
    ],
)
def test_the_words_stand_out_whatever_colours_are_chosen(colours):
    from cmflow import drawing

    palette = drawing._palette(colours)
    for colour in (palette.text, palette.quiet, palette.kicker):
        assert contrast(colour, palette.background) >= 4.5
        assert contrast(colour, palette.relief) >= 4
    shown = drawn(colours=colours)
    found = {colour for _, colour in shown.getcolors(maxcolors=10_000)}
    assert palette.background in found


def test_the_key_changes_with_everything_that_is_drawn():
    base = cards.key(PLAIN, Cards(), PHOTO)
    others = [
        cards.key(PLAIN, Cards()),
        cards.key(PLAIN, Cards(), b""),
        cards.key(PLAIN, Cards(accent="#000000"), PHOTO),
        cards.key(Card("La voile", "Les Ateliers", "Atelier", ("Léa Kervella",)), Cards(), PHOTO),
        cards.key(Card("La voile rouge", "Les Ateliers", "Atelier"), Cards(), PHOTO),
    ]
    assert len({base, *others}) == 6
    assert cards.key(PLAIN, Cards(), PHOTO) == base


def test_without_pillow_there_are_no_cards(monkeypatch):
    assert cards.available()
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert not cards.available()
