"""Give a post another slug: its address changes, and its whole history moves along.

What has to change is worked out first and kept in a journal; then it is done. A run that was cut
off is finished by the next one, so that people see all of it or nothing.
"""

from __future__ import annotations

import difflib
import hashlib
import posixpath
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow import frontmatter, library, mkdocs_yml, relink, urls
from cmflow.errors import CmflowError, Finding, Message, failure, say
from cmflow.library import Library
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.text import SLUG, slugify

JOURNAL = Path(".cmflow") / "rename.json"
"""Where the steps of a rename stand while it runs, below the folder of `mkdocs.yml`."""


class Write(msgspec.Struct, frozen=True, tag=True):
    """A file that gets other contents; `before` is the SHA-256 of what it must hold until then."""

    path: str
    before: str
    text: str


class Move(msgspec.Struct, frozen=True, tag=True):
    """A file or folder that gets another name."""

    path: str
    to: str


class Journal(msgspec.Struct, frozen=True):
    """A rename: both slugs, and its steps in order. Paths are relative to the root."""

    old: str
    new: str
    steps: tuple[Write | Move, ...]


def rename(config: Path, old: str, new: str) -> tuple[Path, ...]:
    """Rename a post; returns the paths of what was changed or moved, as they are now.

    Raises `CmflowError` where the new slug is none or is taken, where no post has the old one, or
    where a file was changed by somebody else while a rename was cut off.
    """
    site, _ = mkdocs_yml.load(config)
    path = site.root / JOURNAL
    journal = _unfinished(path, old, new)
    if journal is None:
        journal = plan(site, library.load(site), old, new)
        if _on_a_branch(site):
            _move_receipts(site, old, new)
            # The checkout followed its branch, and may hold other texts now.
            journal = plan(site, library.load(site), old, new)
        frontmatter.write(path, msgspec.json.encode(journal))
    _possible(site.root, journal)
    for step in journal.steps:
        _do(site.root, step)
    path.unlink()
    moved = {step.path: step.to for step in journal.steps if isinstance(step, Move)}
    touched = dict.fromkeys(moved.get(step.path, step.path) for step in journal.steps)
    return tuple(site.root / path for path in touched)


def _on_a_branch(site: Settings) -> bool:
    return site.cmflow.ledger.store == "git"


def _move_receipts(site: Settings, old: str, new: str) -> None:
    """Move the receipts where all machines see it, before anything is changed here."""
    # What speaks is loaded only where it is needed.
    from cmflow.gitstore import GitStore
    from cmflow.receipts import key_of
    from cmflow.trip import store_of

    store = store_of(site)
    if isinstance(store, GitStore):
        with store.opened():
            store.move(old, new, lambda channel: key_of(site.site_url, old, channel, 0))


def plan(site: Settings, read: Library, old: str, new: str) -> Journal:
    """Work out the steps of a rename, and change nothing."""
    post = _post(site, read, old)
    renamed = msgspec.structs.replace(
        post,
        slug=new,
        path=_renamed(post.path, old, new),
        meta=msgspec.structs.replace(post.meta, slug=new),
    )
    moves = list(_moves(site, post, renamed))
    findings = [*_unfit(site, read, post, renamed)] or [*_in_the_way(site, moves)]
    if findings:
        raise CmflowError(*findings)
    return Journal(old, new, (*_writes(site, read, post, renamed), *moves))


def _post(site: Settings, read: Library, old: str) -> Post:
    found = [post for post in read.posts if post.slug == old]
    if len(found) == 1:
        return found[0]
    place = site.below_root(site.docs / site.posts)
    if found:
        paths = ", ".join(sorted(post.path for post in found))
        raise failure(
            place,
            say("More than one post has the slug “{slug}”: {paths}.", slug=old, paths=paths),
            say("Give each a slug of its own first, by hand."),
        )
    slugs = [post.slug for post in read.posts]
    near = [slug for slug in slugs if old and old in slug]
    near += difflib.get_close_matches(old, slugs, n=1, cutoff=0.5)
    raise failure(
        place,
        say("No post has the slug “{slug}”.", slug=old),
        say("Did you mean “{near}”?", near=near[0])
        if near
        else say("The slug is the line “slug:” of the post."),
    )


def _unfit(site: Settings, read: Library, post: Post, renamed: Post) -> Iterator[Finding]:
    old, new, place = post.slug, renamed.slug, site.below_root(site.docs / post.path)
    if not SLUG.fullmatch(new):
        remedy = say("Write it like this: {slug}", slug=slugify(new) or "new-slug")
        yield _refuse(place, say("“{slug}” is no slug.", slug=new), remedy)
        return
    if new == old:
        yield _refuse(place, say("The post has this slug already."), say("Nothing is to be done."))
        return
    url = urls.post_url(renamed, site)
    for other in read.posts:
        aliases = {_plain(alias) for alias in other.meta.aliases}
        if other.slug == new or (other.slug != old and _plain(url) in aliases):
            yield _refuse(
                site.below_root(site.docs / other.path),
                say("The slug “{slug}” is taken: this post has it, or had it.", slug=new),
                say("Choose another one."),
            )


def _moves(site: Settings, post: Post, renamed: Post) -> Iterator[Move]:
    """Yield the files that bear the slug as their name: the post's own, and what came back."""
    pairs = [(site.docs / post.path, site.docs / renamed.path)] if post.path != renamed.path else []
    # Receipts on a branch are moved there, and come back with it.
    kept = () if _on_a_branch(site) else ("receipts/{}",)
    for pattern in ("comments/{}", "reactions/{}.yml", *kept):
        pairs.append(
            (
                site.community / pattern.format(post.slug),
                site.community / pattern.format(renamed.slug),
            )
        )
    for path, to in pairs:
        if path.exists():
            yield Move(site.below_root(path), site.below_root(to))


def _in_the_way(site: Settings, moves: list[Move]) -> Iterator[Finding]:
    for move in moves:
        if (site.root / move.to).exists():
            yield _refuse(
                move.to,
                say("This is in the way: {path} would get its name.", path=move.path),
                say("Look whether it is still needed; move it away, or choose another slug."),
            )


def _writes(site: Settings, read: Library, post: Post, renamed: Post) -> Iterator[Write]:
    """Yield the changed texts: the post's front matter, the links to its file, and its ideas."""
    for relative in sorted(read.sources):
        path = site.docs / relative
        data = path.read_bytes()
        text = changed = data.decode()
        if relative == post.path:
            changed = _front_matter(site, text, post, renamed)
        if post.path != renamed.path:
            name = posixpath.basename(renamed.path)
            changed = relink.relink(changed, relative, post.path, name)
        if changed != text:
            yield Write(site.below_root(path), hashlib.sha256(data).hexdigest(), changed)
    for path in sorted((site.plan / "ideas").glob("*.md")):
        data = path.read_bytes()
        source, _ = frontmatter.read(path.name, data)
        if source is not None and source.meta.get("post") == post.slug:
            text = relink.repost(data.decode(), post.slug, renamed.slug)
            yield Write(site.below_root(path), hashlib.sha256(data).hexdigest(), text)


def _front_matter(site: Settings, text: str, post: Post, renamed: Post) -> str:
    """Return a post's text with its new slug, and with its former address as an alias."""
    was, becomes = urls.post_url(post, site), urls.post_url(renamed, site)
    changed = relink.reslug(text, renamed.slug)
    if was != becomes:
        changed = relink.add_alias(changed, was, instead_of=becomes)
    # A person writes YAML in more ways than we change it; better say so than break it.
    source, _ = frontmatter.read(post.path, changed.encode())
    read, _ = library.read_post(post.path, source, site.zone) if source else (None, [])
    if (
        read is None
        or read.slug != renamed.slug
        or (was != becomes and was not in read.meta.aliases)
    ):
        raise failure(
            site.below_root(site.docs / post.path),
            say("The front matter is written in a way that cannot be changed by one line."),
            say(
                "Write “slug: {old}” and “aliases: []” on lines of their own first.", old=post.slug
            ),
        )
    return changed


def _unfinished(path: Path, old: str, new: str) -> Journal | None:
    """Return the journal of this rename where it was cut off; another one has to be ended first."""
    try:
        journal = msgspec.json.decode(path.read_bytes(), type=Journal)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise failure(
            JOURNAL.as_posix(),
            say("The journal of a rename cannot be read."),
            say("Look at what git status shows, then delete the file."),
        ) from None
    if (journal.old, journal.new) != (old, new):
        raise failure(
            JOURNAL.as_posix(),
            say("A rename was cut off: {old} to {new}.", old=journal.old, new=journal.new),
            say("End it first: cmflow rename {old} {new}", old=journal.old, new=journal.new),
        )
    return journal


def _possible(root: Path, journal: Journal) -> None:
    """Make sure that every step can be done or has been done, before one is."""
    moved = {step.path: step.to for step in journal.steps if isinstance(step, Move)}
    findings = []
    for step in journal.steps:
        path, later = root / step.path, root / moved.get(step.path, step.path)
        if isinstance(step, Move):
            strange = path.exists() == later.exists()
        else:
            data = (
                path.read_bytes()
                if path.is_file()
                else later.read_bytes()
                if later.is_file()
                else b""
            )
            strange = data != step.text.encode() and hashlib.sha256(data).hexdigest() != step.before
        if strange:
            findings.append(
                _refuse(
                    step.path,
                    say("The file was changed while the rename was cut off."),
                    say(
                        "Undo that with git, or delete {path} and begin again.",
                        path=JOURNAL.as_posix(),
                    ),
                )
            )
    if findings:
        raise CmflowError(*findings)


def _do(root: Path, step: Write | Move) -> None:
    path = root / step.path
    if not path.exists():
        # An earlier run has moved it already; it wrote before it moved.
        return
    if isinstance(step, Move):
        path.rename(root / step.to)
    else:
        frontmatter.write(path, step.text.encode())


def _renamed(path: str, old: str, new: str) -> str:
    folder, name = posixpath.split(path)
    return posixpath.join(folder, f"{new}.md") if name == f"{old}.md" else path


def _plain(address: str) -> str:
    return address.strip("/").removesuffix("/index.html")


def _refuse(path: str, message: Message, remedy: Message) -> Finding:
    return failure(path, message, remedy).findings[0]
