"""Pictures of people who speak, kept small on the site itself, only where it shows faces."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping

from cmflow.git import Files
from cmflow.heard import Heard
from cmflow.http import Client
from cmflow.network import NetworkError
from cmflow.settings import Settings
from cmflow.shelf import Shelf

FOLDER = "avatars"
"""The folder of the pictures, below `content/community`."""

_SIDE = 96
_MOST = 40_000_000


class Faces:
    """Fetches the picture of each address once; what is no picture is left out."""

    def __init__(self, settings: Settings, shelf: Shelf, client: Client) -> None:
        self._wanted = settings.cmflow.comments.avatars
        self._shelf = shelf
        self._client = client
        self._failed: set[str] = set()

    def __call__(self, heard: Iterable[Heard]) -> tuple[Mapping[str, str], Files]:
        """Return the name of the file of each address, and the files that are new."""
        names: dict[str, str] = {}
        files: dict[str, bytes | None] = {}
        for url in dict.fromkeys(one.avatar for one in heard if self._wanted and one.avatar):
            name = f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.png"
            path = f"{FOLDER}/{name}"
            if not self._shelf.has(path):
                picture = self._fetched(url)
                if picture is None:
                    continue
                files[path] = picture
            names[url] = name
        return names, files

    def _fetched(self, url: str) -> bytes | None:
        if url in self._failed:
            return None
        try:
            reply = self._client.page(url)
            picture = small(reply.body) if reply.status == 200 else None
        except NetworkError:
            picture = None
        if picture is None:
            self._failed.add(url)
        return picture


def unused(names: Iterable[str], shelf: Shelf, besides: frozenset[str]) -> Files:
    """Take away the pictures that no comment shows but those of the files `besides`."""
    every = (shelf.comments(slug).kept.values() for slug in shelf.slugs())
    used = {one.comment.author.avatar for some in every for one in some if one.path not in besides}
    return {f"{FOLDER}/{name}": None for name in set(names) - used}


def small(data: bytes) -> bytes | None:
    """Draw a picture anew as a square PNG, so that nothing else of the file is kept."""
    try:
        from PIL import Image, ImageOps  # an extra; a site without it shows initials
    except ImportError:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            if image.width * image.height > _MOST:
                return None
            square = ImageOps.fit(image.convert("RGB"), (_SIDE, _SIDE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    out = io.BytesIO()
    square.save(out, "PNG", optimize=True)
    return out.getvalue()
