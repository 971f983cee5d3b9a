"""A newsletter's draft on a real mail server (aiosmtpd), with STARTTLS and a password."""

import contextlib
import datetime as dt
import mailbox
import os
import socket
import ssl

import factory
import pytest
from speaking import Clock, Switch, World

from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.ledger import State
from cmflow.network import Account, NetworkError, Trouble
from cmflow.networks.newsletter import NETWORK
from cmflow.note import Media, Note, Part
from cmflow.syndicate import syndicate

trustme = pytest.importorskip("trustme")
controller = pytest.importorskip("aiosmtpd.controller")
handlers = pytest.importorskip("aiosmtpd.handlers")
smtp = pytest.importorskip("aiosmtpd.smtp")

TEAM = "equipe@ateliers.example"
PASSWORD = "a-long-password"

pytestmark = pytest.mark.enable_socket


class Post(handlers.Mailbox):
    """Keeps every mail; with `drops`, the line goes dead once the mail is kept."""

    drops = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # its name there
        said = await super().handle_DATA(server, session, envelope)
        if self.drops:
            server.transport.abort()
        return said


def _checked(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"equipe", PASSWORD.encode())
    return smtp.AuthResult(success=known, handled=False)


@pytest.fixture
def post(tmp_path):
    return Post(tmp_path / "maildir")


@pytest.fixture
def server(post):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(tls)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = controller.Controller(
        post, "127.0.0.1", port, tls_context=tls, require_starttls=True, auth_required=True,
        authenticator=_checked,
    )  # fmt: skip
    running.start()
    yield f"smtp://127.0.0.1:{port}"
    running.stop()


class Site(World):
    """A site whose only channel is the team's mailbox."""

    def __init__(self, root, server, password=PASSWORD):
        super().__init__(root, kinds=(), posts=[factory.post("un")], clock=Clock())
        since = dt.date(2026, 1, 1)
        self.channels = {
            "lettre": Channel(network="newsletter", server=server, account=TEAM, since=since)
        }
        self.networks = {"lettre": NETWORK}
        self.secrets = {"USER": "equipe", "PASSWORD": password}

    def account(self, channel):
        client = Client(secrets=self.secrets.values())
        return Account(
            channel, self.channels[channel], self.secrets, client, lambda _path: b"\x89PNG"
        )

    def voice(self, post, channel):
        url = f"https://ateliers.example/journal/{post.slug}"
        image = Media("a.png", "image/png", "Deux personnes à l’établi", 4)
        return Note(
            post.slug, channel, url, "L’été à l’atelier", "fr", (Part(f"Élodie — {url}", (image,)),)
        )

    @property
    def state(self):
        [receipt] = self.store.load().receipts.values()
        return receipt.parts[0].state


def mails(post):
    return list(mailbox.Maildir(post.mail_dir))


def test_a_draft_goes_to_the_team_alone_over_tls_and_once(server, post, tmp_path):
    site = Site(tmp_path / "site", server)
    for _ in range(2):
        syndicate(site.trip())
        site.clock.forward(minutes=5)
    [mail] = mails(post)
    assert mail["X-RcptTo"] == mail["To"] == TEAM
    assert "=?utf-8?" in mail["Subject"]
    text, picture = mail.get_payload()
    assert text.get_payload(decode=True).decode().strip().startswith("Élodie — https://")
    assert picture.get_content_type() == "image/png"
    assert site.state is State.SENT


def test_a_wrong_password_is_named_and_nothing_is_mailed(server, post, tmp_path):
    site = Site(tmp_path / "site", server, password="another")
    account = site.account("lettre")
    note = site.voice(site.posts[0], "lettre")
    with pytest.raises(NetworkError) as refused:
        NETWORK.send(account, note, 0, _reservation(), ())
    assert (refused.value.trouble, refused.value.certain) == (Trouble.AUTH, True)
    assert "another" not in refused.value.words
    assert not mails(post)


def test_a_mail_whose_answer_is_lost_is_not_sent_again(server, post, tmp_path):
    post.drops = True
    site = Site(tmp_path / "site", server)
    for _ in range(3):
        syndicate(site.trip())
        post.drops = False
        site.clock.forward(minutes=5)
    assert len(mails(post)) == 1
    assert site.state is State.UNKNOWN


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize(("at", "stands"), [(1, 0), (2, 1)])
def test_a_run_killed_around_the_mail_mails_it_at_most_once(server, post, tmp_path, at, stands):
    site = Site(tmp_path / "site", server)
    child = os.fork()
    if not child:
        switch = Switch(at)
        mail = NETWORK._mail

        def watched(*arguments):
            switch()
            mail(*arguments)
            switch()

        type(NETWORK)._mail = staticmethod(watched)
        with contextlib.suppress(BaseException):
            syndicate(site.trip())
        os._exit(1)
    os.waitpid(child, 0)
    for _ in range(2):
        site.clock.forward(minutes=5)
        syndicate(site.trip())
    assert len(mails(post)) == stands
    assert site.state in (State.UNKNOWN, State.RESERVED)


def _reservation():
    from cmflow.note import Reservation

    return Reservation(
        key="un/lettre/0", created=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), digest="0" * 16
    )
