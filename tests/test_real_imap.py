"""Mails in a real mailbox (Dovecot): they become comments, and stay in it as they were."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sites import CONFIG as SITE
from sites import a_post, make_site

from cmflow import mkdocs_yml
from cmflow.heard import Topic
from cmflow.http import Client
from cmflow.network import Account, NetworkError, Trouble
from cmflow.shelf import FileShelf
from cmflow.source import Source
from cmflow.sources import mail_box
from cmflow.sources.mail import LISTENER
from cmflow.thread import Status, grow, walk

pwd = pytest.importorskip("pwd")
grp = pytest.importorskip("grp")
trustme = pytest.importorskip("trustme")

ROOT = Path(__file__).parent.parent
READY = 20
MAILBOX = "blog@ateliers.example"
PASSWORD = "un mot de passé « oui »"
SLUG = "la-voile"
LETTER = {
    "From": "Zoé Martin <zoe.martin@lectrice.example>",
    "To": MAILBOX,
    "Subject": f"Re: La voile [{SLUG}]",
    "Date": "Fri, 20 Nov 2026 10:41:07 +0100",
    "Message-ID": "<un@lectrice.example>",
}
SERVER = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{root}/Maildir
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}
}}
first_valid_uid = 1
auth_failure_delay = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.xdist_group("imap")]


def somebody():
    """Who the server runs as: never root, whose mail Dovecot does not show."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def hand_over(*paths):
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, somebody().pw_uid, somebody().pw_gid)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """A running server: its folder and its ports; it ends with the tests of this file."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("no IMAP server is here: dovecot-imapd of Debian")
    me = somebody()
    with tempfile.TemporaryDirectory(prefix="cmflow-imap-") as folder:
        root = Path(folder)
        certificate = trustme.CA().issue_cert("localhost", "127.0.0.1")
        certificate.private_key_pem.write_to_path(root / "key.pem")
        certificate.cert_chain_pems[0].write_to_path(root / "cert.pem")
        ports = {"tls": free_port(), "starttls": free_port()}
        (root / "dovecot.conf").write_text(
            SERVER.format(
                root=root, user=me.pw_name, group=grp.getgrgid(me.pw_gid).gr_name, uid=me.pw_uid,
                gid=me.pw_gid, **ports,
            )
        )  # fmt: skip
        (root / "users").write_text(f"{MAILBOX}:{PASSWORD}::::::\n", "utf-8")
        for name in ("run", "state", "Maildir", "Maildir/new", "Maildir/cur", "Maildir/tmp"):
            (root / name).mkdir()
        hand_over(root, *root.rglob("*"))
        change = {"user": me.pw_uid, "group": me.pw_gid, "extra_groups": []}
        process = subprocess.Popen(
            [program, "-F", "-c", str(root / "dovecot.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **(change if os.geteuid() == 0 else {}),
        )  # fmt: skip
        try:
            wait_for(ports["tls"], process, root / "log")
            yield root, ports
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def wait_for(port, process, log):
    for _ in range(READY * 10):
        assert process.poll() is None, log.read_text() if log.exists() else "Dovecot ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


class Box:
    """An empty mailbox on the server, and a small site that listens to it."""

    def __init__(self, server, root):
        self.folder, self.ports = server[0] / "Maildir", server[1]
        for path in self.folder.rglob("*"):
            if path.is_file():
                path.unlink()
        source = {"kind": "mail", "server": f"127.0.0.1:{self.ports['tls']}", "account": MAILBOX}
        said = {"timezone": "Europe/Paris", "cards": {"enabled": False},
                "comments": {"hold": "none"}, "sources": {"courrier": source}}  # fmt: skip
        plugins = [*SITE["plugins"][:-1], {"cmflow": said}]
        posts = {f"blog/posts/{slug}.md": a_post(slug) for slug in (SLUG, "le-banc")}
        self.config = make_site(root, posts, plugins=plugins)

    def put(self, text, html="", **headers):
        """Let a mail arrive, as a server delivers it."""
        mail = EmailMessage(policy=SMTP)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {**LETTER, **said}.items():
            mail[name] = value
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        self.arrive(mail.as_bytes())

    def arrive(self, data):
        path = self.folder / "tmp" / f"{time.time_ns()}.cmflow.localhost"
        path.write_bytes(data)
        hand_over(path)
        path.rename(self.folder / "new" / path.name)

    def mails(self):
        """The mails, each under its flags: a mail that was read has another name."""
        found = self.folder.rglob("*.cmflow.localhost*")
        return {(path.name.partition(":2,")[2], path.read_bytes()) for path in found}

    def run(self, *arguments, password=PASSWORD):
        environ = {**os.environ, "CMFLOW_COURRIER_PASSWORD": password, "PYTHONPATH": str(ROOT),
                   "LANGUAGE": "en"}  # fmt: skip
        command = [sys.executable, "-m", "cmflow", "-f", str(self.config), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environ, timeout=120, check=False
        )

    def files(self):
        folder = self.config.parent / "content" / "community"
        return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def comments(self, slug=SLUG):
        shelf = FileShelf(mkdocs_yml.load(self.config)[0])
        return [one.comment for one in shelf.comments(slug).kept.values()]


@pytest.fixture
def box(server, tmp_path):
    return Box(server, tmp_path / "site")


def test_mails_become_a_thread_under_their_post_and_stay_unread(box):
    box.put("Bravo.\n\nD’où vient le lin ?\n\n-- \nZoé Martin\n06 12 34 56 78\n")
    box.put(
        "De Bretagne !\n\nLe ven. 20 nov. 2026 à 10:41, Zoé Martin <zoe.martin@lectrice.example>\n"
        "a écrit :\n\n> Bravo.\n",
        From="Ali <ali@lecteur.example>", Message_ID="<deux@lecteur.example>",
        In_Reply_To="<un@lectrice.example>", Date="Fri, 20 Nov 2026 12:00:00 +0100",
    )  # fmt: skip
    box.put("Rien à voir.", Subject="Facture [2026]", Message_ID="<trois@x.example>")
    before = box.mails()
    done = box.run("collect")
    assert done.returncode == 0, done.stderr
    read = [(r.depth, r.comment.author.name, r.comment.text) for r in walk(grow(box.comments()))]
    assert read == [
        (0, "Zoé Martin", "<p>Bravo.</p>\n<p>D’où vient le lin ?</p>"),
        (1, "Ali", "<p>De Bretagne !</p>"),
    ]
    assert box.mails() == before
    written = b"".join(box.files().values())
    assert b"@" not in written
    assert b"06 12" not in written


def test_a_second_run_fetches_no_mail_and_changes_no_byte(box):
    box.put("Bravo.")
    box.run("collect")
    before = box.files()
    assert "rien de nouveau" in box.run("collect").stdout
    (box.config.parent / ".cmflow" / "marks.json").unlink()
    assert "rien de nouveau" in box.run("collect").stdout
    assert box.files() == before


def test_a_mail_that_comes_later_is_heard_though_the_mailbox_was_tidied(box):
    box.put("Le premier.")
    box.run("collect")
    for path in box.folder.rglob("*.cmflow.localhost*"):
        path.unlink()
    box.put("Le second.", Message_ID="<deux@lectrice.example>")
    box.run("collect")
    assert {one.text for one in box.comments()} == {"<p>Le premier.</p>", "<p>Le second.</p>"}
    assert {one.status for one in box.comments()} == {Status.APPROVED}


def test_who_knows_the_id_of_a_mail_cannot_change_what_it_said(box):
    box.put("Bravo.")
    box.run("collect")
    box.put("Achetez !", From="Zoé Martin <zoe.martin@spam.example>")
    box.run("collect")
    assert {one.text for one in box.comments()} == {"<p>Bravo.</p>", "<p>Achetez !</p>"}


def test_the_page_shows_what_was_mailed(box):
    box.put("", "<p>Du <b>lin</b> <script>alert(1)</script>{{ 7*7 }}</p><blockquote>x</blockquote>")
    box.run("collect")
    assert box.run("build").returncode == 0
    page = (box.config.parent / "site" / "articles" / SLUG / "index.html").read_text("utf-8")
    assert "Du lin {{ 7*7 }}" in page
    assert "Zoé Martin" in page
    assert f"mailto:{MAILBOX}?subject=Re%3A%20La%20Voile%20%5B{SLUG}%5D" in page
    assert "lectrice.example" not in page


def test_a_wrong_password_is_named_and_kept_secret(box):
    done = box.run("collect", password="wrong-canary")
    assert done.returncode == 1
    assert "CMFLOW_COURRIER_PASSWORD" in done.stdout
    assert "wrong-canary" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def account(box, **settings):
    chosen = {"server": f"127.0.0.1:{box.ports['tls']}", "account": MAILBOX, **settings}
    secrets = {"PASSWORD": PASSWORD}
    client = Client(secrets=secrets.values())
    return Account("courrier", Source(kind="mail", **chosen), secrets, client, lambda _path: b"")


def texts(account, marks=None):
    from sites import NOW

    topic = Topic(SLUG, f"https://essai.example/articles/{SLUG}/", "La voile", NOW)
    batches = list(LISTENER.listen(account, (topic,), marks or {}))
    return [one.html for batch in batches for one in batch.heard]


def test_starttls_is_used_where_tls_is_not_from_the_first_byte(box, server):
    box.put("Bravo.")
    assert texts(account(box, server=f"imap://127.0.0.1:{box.ports['starttls']}")) == [
        "<p>Bravo.</p>"
    ]
    said = [line for line in (server[0] / "log").read_text().splitlines() if "Login:" in line]
    assert ", TLS," in said[-1]


def test_a_certificate_that_nobody_vouches_for_is_refused(box, monkeypatch):
    monkeypatch.setattr(mail_box, "is_loopback", lambda _host: False)
    with pytest.raises(NetworkError) as refused:
        texts(account(box))
    assert refused.value.trouble is Trouble.AUTH
    assert "certificate" in refused.value.words


def test_a_folder_of_any_name_is_found_and_one_that_is_not_there_is_named(box):
    name = "Réponses & « co »"
    encoded = ".R&AOk-ponses &- &AKs- co &ALs-"
    for part in ("", "new", "cur", "tmp"):
        (box.folder / encoded / part).mkdir()
    hand_over(*(box.folder / encoded).rglob("*"), box.folder / encoded)
    box.put("Bravo.")
    (mail,) = box.folder.rglob("*.cmflow.localhost*")
    mail.rename(box.folder / encoded / "new" / mail.name)
    assert texts(account(box, folder=name)) == ["<p>Bravo.</p>"]
    with pytest.raises(NetworkError) as refused:
        texts(account(box, folder="Rien"))
    assert "folder:" in refused.value.remedy.template


def test_a_huge_mail_is_read_as_far_as_its_words(box):
    mail = EmailMessage(policy=SMTP)
    for name, value in LETTER.items():
        mail[name] = value
    mail.set_content("Voici la photo.")
    mail.add_attachment(os.urandom(2_000_000), maintype="image", subtype="jpeg", filename="a.jpg")
    box.arrive(mail.as_bytes())
    assert texts(account(box)) == ["<p>Voici la photo.</p><p>📎 × 1</p>"]


def test_a_hundred_mails_come_in_steps_and_a_stopped_run_goes_on(box):
    for at in range(120):
        box.put(
            f"Mot {at}", Message_ID=f"<{at}@x.example>", Subject=f"[{SLUG}]" if at % 10 else "x"
        )
    from sites import NOW

    topic = Topic(SLUG, "https://essai.example/", "La voile", NOW)
    steps = LISTENER.listen(account(box), (topic,), {})
    first = next(steps)
    steps.close()
    assert (first.step, first.of, len(first.heard)) == (100, 120, 90)
    rest = list(LISTENER.listen(account(box), (topic,), first.marks))
    assert [(one.step, one.of, len(one.heard)) for one in rest] == [(20, 20, 18)]
