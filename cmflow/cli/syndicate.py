"""`cmflow syndicate`: tell each channel what is due, once."""

from __future__ import annotations

import datetime as dt
import os

import click

from cmflow import library, mkdocs_yml, receipts, syndicate_report, verdict
from cmflow.catalogue import Catalogue
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError, failure, say
from cmflow.network import NetworkError, Sent, Trouble
from cmflow.note import Note
from cmflow.patience import until_live
from cmflow.safe import address
from cmflow.syndicate import Report, foresee, syndicate
from cmflow.trip import Desk, opened, store_of


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _pair(value: str) -> tuple[str, str]:
    slug, mark, channel = value.partition("/")
    if not (slug and mark and channel):
        raise click.BadParameter(gettext(N_("Write the post and the channel: SLUG/CHANNEL.")))
    return slug, channel


def _address(value: str) -> str:
    url = address(value)
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(gettext(N_("Write an address that begins with https://.")))
    return url


@skin.command(
    "syndicate",
    N_(
        "Without an option it does what is due. --dry-run shows the plan and does nothing: it needs"
        " no secret, asks no network, and takes every page to be live unless --live is given."
    ),
)
@skin.option("--dry-run", is_flag=True, help=N_("Show the plan and do nothing."))
@skin.option("--live", is_flag=True, help=N_("With --dry-run: look whether the pages are live."))
@skin.option("--edit", is_flag=True, help=N_("Also edit notes whose text was changed since."))
@skin.option("--delete", is_flag=True, help=N_("Also take back notes of posts that are gone."))
@skin.option(
    "--wait", "minutes", type=click.IntRange(1, 120), metavar="MINUTES",
    help=N_("First wait until the pages of what is due are live, at most so long."),
)  # fmt: skip
@skin.option("--seed", is_flag=True, help=N_("Mark all that is published as old; send nothing."))
@skin.option(
    "--resolve", nargs=2, type=(_pair, click.Choice(verdict.VERDICTS)),
    metavar="SLUG/CHANNEL sent|retry|gone",
    help=N_("Say what is true of a note where no machine can know."),
)  # fmt: skip
@skin.option(
    "--url", type=_address, metavar="URL", help=N_("With --resolve sent: where it stands.")
)
@skin.option(
    "--paste", nargs=2, type=(_pair, _address), metavar="SLUG/CHANNEL URL",
    help=N_("Keep the address of a note that you pasted by hand."),
)  # fmt: skip
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def command(
    dry_run: bool,  # noqa: FBT001  # Click passes all by name
    live: bool,  # noqa: FBT001
    edit: bool,  # noqa: FBT001
    delete: bool,  # noqa: FBT001
    minutes: int | None,
    seed: bool,  # noqa: FBT001
    resolve: tuple[tuple[str, str], str] | None,
    url: str | None,
    paste: tuple[tuple[str, str], str] | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Do the one thing that was asked for; 1 where something failed or waits for a person."""
    uses = [bool(dry_run), bool(edit or delete), seed, bool(resolve), bool(paste)]
    if sum(uses) > 1:
        raise click.UsageError(gettext(N_("These options do not go together.")))
    if live and not dry_run:
        raise click.UsageError(gettext(N_("--live belongs to --dry-run; a run always looks.")))
    if minutes and (dry_run or seed or resolve or paste):
        raise click.UsageError(gettext(N_("--wait belongs to a run that sends.")))
    if resolve:
        return _resolve(*resolve, url or "")
    if seed:
        return _seed()
    with opened(skin.config(), os.environ, _now) as desk:
        if paste:
            return _paste(desk, *paste)
        if minutes:
            _wait(desk, minutes)
        done = (
            Report(foresee(desk.trip, live=live), ())
            if dry_run
            else syndicate(desk.trip, edit=edit, delete=delete)
        )
        shown = syndicate_report.Shown(done.steps, done.outcomes, desk)
        words: Catalogue = speech.words()
        form = syndicate_report.as_json if as_json else syndicate_report.text
        click.echo(form(shown, words))
        if dry_run and not live:
            speech.tell(say("Every page is taken to be live; --live looks."))
        return 1 if syndicate_report.failed(shown) else 0


def _wait(desk: Desk, minutes: int) -> None:
    def tell(count: int) -> None:
        speech.tell(say("Waiting until {count} pages are live.", count=count))

    missing = until_live(desk.trip, dt.timedelta(minutes=minutes), tell)
    if missing:
        speech.tell(say("{count} pages are not live after {minutes} minutes; what is said of them "
                        "stays due.", count=missing, minutes=minutes))  # fmt: skip


def _resolve(pair: tuple[str, str], verdict_: str, url: str) -> int:
    with opened(skin.config(), os.environ, _now) as desk:
        trip, (slug, id_) = desk.trip, pair
        if id_ not in trip.networks:
            raise _unknown_channel(id_, trip.scene.channels)
        proof = _proof(desk, id_, url) if url else None
        key = receipts.key_of(trip.site, slug, id_, 0)
        now = receipts.whole_second(trip.clock())
        network = trip.networks[id_].name
        verdict.resolve(trip.store, pair, network, verdict_, proof=proof, key=key, now=now)
    speech.tell(say("The ledger says so now."))
    return 0


def _proof(desk: Desk, id_: str, url: str) -> Sent:
    """Let the network read an address that a person copied."""
    network = desk.trip.networks[id_]
    try:
        found = network.id_of(desk.guest(id_), url)
    except NetworkError as error:
        message = say(
            "{network} cannot be asked: {words}", network=network.title, words=error.words
        )
        look = say("Look at the address; without --url it is kept without one.")
        remedy = error.remedy if error.trouble is Trouble.AUTH else look
        raise failure(url, message, remedy) from None
    if not found:
        raise failure(
            url,
            say("This is no address of a note on {network}.", network=network.title),
            say("Copy that of the note itself; without --url it is kept without an address."),
        )
    return Sent(found, url)


def _seed() -> int:
    found, findings = mkdocs_yml.load(skin.config())
    if findings:
        raise CmflowError(*findings)
    posts = library.load(found).posts
    count = verdict.seed(store_of(found), posts, found.cmflow.channels, _now())
    speech.tell(say("{count} notes are marked as old and will never be sent.", count=count))
    return 0


def _paste(desk: Desk, pair: tuple[str, str], url: str) -> int:
    slug, id_ = pair
    trip = desk.trip
    post = next((post for post in trip.posts if post.slug == slug), None)
    if post is None:
        raise failure(slug, say("There is no post of this slug."), say("Look at its front matter."))
    if id_ not in trip.networks:
        raise _unknown_channel(id_, trip.scene.channels)
    note = trip.voice(post, id_)
    if not isinstance(note, Note):
        raise failure(f"{slug}/{id_}", note.reason, say("Correct the note first."))
    version = trip.scene.versions[slug]
    now = receipts.whole_second(trip.clock())
    proof = _proof(desk, id_, url)
    verdict.paste(trip.store, note, trip.networks[id_].name, version, proof, now)
    speech.tell(say("Kept. The page will lead there after the next build."))
    return 0


def _unknown_channel(id_: str, known: object) -> CmflowError:
    names = ", ".join(str(name) for name in known) if isinstance(known, dict) else ""
    return failure(
        "mkdocs.yml",
        say("The channel “{id}” is unknown.", id=id_),
        say("Write one of: {known}.", known=names),
    )
