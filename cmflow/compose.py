"""A post and a channel become a note: the author's words as they are, or a template's, cut."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from cmflow import urls
from cmflow.channel import Channel
from cmflow.cut import cut, fits, holds
from cmflow.errors import Finding, Level, Message, say
from cmflow.frontmatter import KeyPath, Source
from cmflow.lengths import octets
from cmflow.library import Library
from cmflow.network import Limits, Network
from cmflow.note import Card, Media, Note, Part
from cmflow.pictures import KINDS, absent, unusable
from cmflow.plain import plain
from cmflow.post import NoteMeta, Picture, Post
from cmflow.settings import Settings
from cmflow.wording import Wording

# Bluesky counts a visible link in full, and its card is a part of the post that cannot get lost.
_CARD_IS_LINK = frozenset({"bluesky"})
# These carry addresses to machines: there is nobody to follow one more.
_WORDLESS = frozenset({"webmention", "websub"})
_TAKES_MARKDOWN = frozenset({"devto"})


class Facts(msgspec.Struct, frozen=True):
    """What notes are made from.

    `networks` are by channel; `files` maps paths below `docs_dir` to sizes in bytes.
    """

    settings: Settings
    library: Library
    networks: Mapping[str, Network]
    files: Mapping[str, int]
    wording: Wording


def wanted(post: Post, id_: str) -> bool:
    """Tell whether the author wants a note of a post on a channel at all."""
    return post.meta.notes.get(id_) is not False


def said(post: Post, id_: str) -> NoteMeta:
    """Return what the author says of a post on a channel, or an empty note."""
    return post.meta.notes.get(id_) or NoteMeta()


def compose(post: Post, id_: str, facts: Facts) -> Note | tuple[Finding, ...]:
    """Make the note of a post for a channel, or say why there is none.

    An author's words are never shortened: what is too long is a finding; a template's are cut. No
    finding and no note means that there is nothing to say, as for a mention without a link.
    """
    return _Composer(post, id_, facts).note()


class _Composer:
    def __init__(self, post: Post, id_: str, facts: Facts) -> None:
        self.post = post
        self.id = id_
        self.facts = facts
        self.channel: Channel = facts.settings.cmflow.channels[id_]
        self.meta = said(post, id_)
        self.source: Source = facts.library.sources[post.path]
        self.findings: list[Finding] = []

    def note(self) -> Note | tuple[Finding, ...]:
        settings, post = self.facts.settings, self.post
        network = self.facts.networks.get(self.id)
        if network is None:
            return (self._unknown_network(),)
        url = address_of(post, settings)
        if not url:
            return (_no_address(self.source.path),)
        language = self.meta.language or self.channel.language or settings.locale
        self._unfit(network)
        pictures = self._pictures(network)
        texts = self._texts(network, url, language, pictures)
        if self.findings or not texts:
            return tuple(self.findings)
        parts = [Part(text, () if at else pictures) for at, text in enumerate(texts)]
        return Note(
            slug=post.slug,
            channel=self.id,
            url=url,
            title=plain(post.title),
            language=language.replace("_", "-"),
            parts=tuple(parts),
            warning=self.meta.warning.strip(),
            card=self._card(url),
            tags=post.meta.tags,
        )

    # Texts

    def _texts(
        self, network: Network, url: str, language: str, pictures: Sequence[Media]
    ) -> list[str]:
        carried = network.name in _WORDLESS or (network.name in _CARD_IS_LINK and not pictures)
        if not self.meta.text.strip() and not self.meta.parts:
            text = self.facts.wording.text(self.post, self.id, self.channel, language, url)
            if isinstance(text, Finding):
                self.findings.append(text)
                return []
            limits = self._bounds(network, pictures=bool(pictures))
            return self._template(text, limits, "" if carried else url)
        return self._author(network, "" if carried else url, pictures)

    def _template(self, text: str, limits: Limits, url: str) -> list[str]:
        if url and not holds(text, url):
            text = f"{text}\n\n{url}".strip()
        if not text:
            return []
        try:
            return [cut(text, limits, url)]
        except ValueError:
            self._too_long((), text, limits)
            return []

    def _author(self, network: Network, url: str, pictures: Sequence[Media]) -> list[str]:
        """Take the author's words as they are, without their Markdown, and add the link."""
        places: list[tuple[KeyPath, str]] = [(("text",), self.meta.text)]
        if self.meta.parts:
            places = [(("parts", at), text) for at, text in enumerate(self.meta.parts)]
        keep = network.name in _TAKES_MARKDOWN
        texts = [text.strip() if keep else plain(text, links=True) for _, text in places]
        for (place, _), text in zip(places, texts, strict=True):
            if not text:
                self._find("note-empty", place, say("A part of the note is empty."),
                           say("Write it, or take it out."))  # fmt: skip
        if url and not any(holds(text, url) for text in texts):
            texts[0] = f"{texts[0]}\n\n{url}"
        for at, ((place, _), text) in enumerate(zip(places, texts, strict=True)):
            limits = self._bounds(network, pictures=bool(pictures) and not at)
            if not fits(text, limits):
                self._too_long(place, text, limits)
        return texts

    def _bounds(self, network: Network, *, pictures: bool) -> Limits:
        return bounds(network, self.channel.limit, self.meta.warning, pictures=pictures)

    def _too_long(self, place: KeyPath, text: str, limits: Limits) -> None:
        length, most = limits.count(text), limits.text
        if length <= most:
            length, most = octets(text), limits.octets
        self._find(
            "note-too-long",
            place,
            say("The note for “{id}” counts {length}, with its link; there may be {most}.",
                id=self.id, length=length, most=most),
            say("Shorten it, or break it into parts."),
        )  # fmt: skip

    # Pictures and card

    def _pictures(self, network: Network) -> tuple[Media, ...]:
        """Return the author's pictures, or the main one where no card would show it."""
        if self.meta.pictures:
            return tuple(self._named(network))
        image = self.post.meta.image
        if image is None or not network.limits.media or network.abilities.card:
            return ()
        media = self._media(image)
        usable = media is not None and not unusable(media, network.limits) and media.alt
        return (media,) if media is not None and usable else ()

    def _named(self, network: Network) -> Iterator[Media]:
        pictures, limits = self.meta.pictures, network.limits
        if len(pictures) > limits.media:
            self._find(
                "note-picture",
                ("pictures",),
                say("{network} takes {most} pictures in a note, not {count}.",
                    network=network.title, most=limits.media, count=len(pictures)),
                say("Take some out."),
            )  # fmt: skip
        for at, picture in enumerate(pictures):
            place: KeyPath = ("pictures", at)
            media = self._media(picture)
            fault = absent(picture) if media is None else unusable(media, limits)
            if fault:
                self._find("note-picture", (*place, "src"), *fault)
            if not picture.alt.strip():
                self._find(
                    "note-alt",
                    (*place, "alt"),
                    say("The picture {src} has no words for those who do not see it.",
                        src=picture.src),
                    say("Say in alt what it shows."),
                )  # fmt: skip
            if media is not None:
                yield media

    def _media(self, picture: Picture) -> Media | None:
        """Describe a picture of the site; one from elsewhere, or that is not there, is none."""
        if urlsplit(picture.src).scheme:
            return None
        path = urls.asset_path(picture.src, self.post.path)
        size = self.facts.files.get(path)
        kind = KINDS.get(posixpath.splitext(path)[1].lower(), "")
        return None if size is None else Media(path, kind, picture.alt.strip(), size)

    def _card(self, url: str) -> Card:
        post = self.post
        media = self._media(post.meta.image) if post.meta.image else None
        description = plain(post.meta.summary or post.meta.description)
        return Card(url, plain(post.title), description, media if media and media.kind else None)

    # Faults

    def _unfit(self, network: Network) -> None:
        """Name what the author asks for and the network cannot do."""
        meta = self.meta
        if meta.warning.strip() and not network.abilities.warning:
            self._find("note-unfit", ("warning",),
                       say("{network} has no content warnings.", network=network.title),
                       say("Say it in the text instead."))  # fmt: skip
        if len(meta.parts) > 1 and not network.abilities.thread:
            self._find("note-unfit", ("parts",),
                       say("{network} has no threads.", network=network.title),
                       say("Write one text instead."))  # fmt: skip
        if meta.text.strip() and meta.parts:
            self._find("note-unfit", ("parts",),
                       say("The note has a text and parts."),
                       say("Keep one of them."))  # fmt: skip

    def _unknown_network(self) -> Finding:
        return Finding(
            "note-channel",
            self.facts.settings.config.name,
            0,
            say("The network “{network}” of the channel “{id}” is unknown.",
                network=self.channel.network, id=self.id),
            say("Correct “network” of the channel."),
        )  # fmt: skip

    def _find(self, rule: str, place: KeyPath, message: Message, remedy: Message) -> None:
        line = self.source.line_of("notes", self.id, *place) if self.post.meta.notes else 1
        self.findings.append(Finding(rule, self.source.path, line, message, remedy, Level.ERROR))


def address_of(post: Post, settings: Settings) -> str:
    """Return the canonical address of a post; nothing where the site or the post has none."""
    try:
        url = urls.absolute(urls.post_url(post, settings), settings)
    except (ValueError, LookupError, ArithmeticError):
        return ""
    return url if urlsplit(url).netloc else ""


def bounds(network: Network, own: int = 0, warning: str = "", *, pictures: bool = False) -> Limits:
    """Return the limits of one part: a warning takes its share, and pictures leave less.

    `own` is the limit of the channel, where it has one.
    """
    limits = network.limits
    most = limits.caption if pictures and limits.caption else own or limits.text
    share = limits.count(warning.strip()) if network.abilities.warning else 0
    return replace(limits, text=most - share)


def _no_address(path: str) -> Finding:
    return Finding(
        "note-unfit",
        path,
        0,
        say("The post has no address to which a note could lead."),
        say("Write site_url in mkdocs.yml, like https://blog.example/."),
    )
