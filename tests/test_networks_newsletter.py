"""The newsletter: a draft to the team, by a server that may fail at any word."""

import email
import email.policy
import smtplib
import socket
import socketserver
import threading

import pytest
from wire import CANARY, CREATED, PICTURE, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Trouble
from cmflow.networks.newsletter import NETWORK, draft


class _Session(socketserver.StreamRequestHandler):
    """Speaks as much SMTP as a test wants; `script` says what a word gets, None hangs up."""

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            self.server.heard.append(line)
            reply = self.server.script.get(
                word, {"DATA": "354 go", "QUIT": "221 bye"}.get(word, "250 ok")
            )
            if reply is None:
                return
            self.say(reply)
            if word == "QUIT":
                return
            if word == "DATA" and reply.startswith("354"):
                body = []
                while (line := self.rfile.readline()) != b".\r\n":
                    body.append(line)
                self.server.mails.append(b"".join(body))
                if self.server.script.get("after", "250 queued") is None:
                    return
                self.say(self.server.script.get("after", "250 queued"))

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")


@pytest.fixture
def smtp():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.script, server.mails, server.heard = {}, [], []
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def deliver(smtp, what=None, *, secrets=None, server=""):
    port = smtp.server_address[1] if smtp else 0
    one = account(
        NETWORK, Wire(), secrets=secrets or {}, server=server or f"smtp://127.0.0.1:{port}"
    )
    return NETWORK.send(one, what or note(), 0, reservation(), ())


def read(mail):
    return email.message_from_bytes(mail, policy=email.policy.default)


def test_a_draft_goes_to_the_team_and_to_nobody_else(smtp):
    sent = deliver(smtp)
    mail = read(smtp.mails[0])
    assert mail["To"] == mail["From"] == "team@acme.example"
    assert [line for line in smtp.heard if line.lower().startswith("rcpt")] == [
        "rcpt TO:<team@acme.example>"
    ]
    assert mail["Subject"] == "La fête"
    assert mail["Message-ID"] == sent.id
    assert mail["Date"] == "Fri, 20 Nov 2026 09:41:07 +0000"
    assert mail["X-Unsent"] == "1"
    assert mail["Content-Language"] == "fr"
    assert "Une fête « #Cité »" in mail.get_content()


def test_a_title_cannot_add_a_recipient(smtp):
    evil = note("x")
    evil = type(evil)(**{
        **{field: getattr(evil, field) for field in evil.__struct_fields__},
        "title": "Hi\r\nBcc: everybody@example.com",
    })  # fmt: skip
    deliver(smtp, evil)
    assert read(smtp.mails[0])["Bcc"] is None
    assert sum(line.lower().startswith("rcpt") for line in smtp.heard) == 1


def test_the_same_note_is_the_same_mail_to_the_byte():
    one = account(NETWORK, Wire(), secrets={})
    what = note(media=(PICTURE,))
    first, second = (draft(one, what, 0, reservation()).as_bytes() for _ in range(2))
    assert first == second
    attached = next(read(first).iter_attachments())
    assert attached["Content-Description"] == "Une table, des chaises"
    assert attached.get_filename() == "fete.jpg"


@pytest.mark.parametrize(
    ("script", "trouble", "certain"),
    [
        ({"RCPT": "550 no such user"}, Trouble.CONTENT, True),
        ({"RCPT": "450 greylisted"}, Trouble.RATE, True),
        ({"MAIL": "530 authentication required"}, Trouble.AUTH, True),
        ({"EHLO": None}, Trouble.TRANSIENT, True),
        ({"DATA": "554 refused"}, Trouble.CONTENT, True),
        ({"after": "452 disk full"}, Trouble.RATE, True),
        ({"after": None}, Trouble.TRANSIENT, False),
    ],
)
def test_a_mail_is_in_doubt_only_when_the_answer_to_it_is_lost(smtp, script, trouble, certain):
    smtp.script = script
    with pytest.raises(NetworkError) as caught:
        deliver(smtp)
    assert (caught.value.trouble, caught.value.certain) == (trouble, certain)


def test_a_server_that_hangs_up_after_it_took_the_mail_has_taken_it(smtp):
    smtp.script = {"QUIT": None}
    assert deliver(smtp).id
    assert len(smtp.mails) == 1


def test_a_wrong_password_is_named_but_not_shown(smtp):
    secrets = {"USER": "team", "PASSWORD": f"{CANARY}-password"}
    smtp.script = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": f"535 bad {CANARY}-password"}
    with pytest.raises(NetworkError) as caught:
        deliver(smtp, secrets=secrets)
    assert caught.value.trouble is Trouble.AUTH
    assert CANARY not in caught.value.words


def test_a_password_is_not_sent_in_clear_over_the_net(monkeypatch, smtp):
    asked = smtplib.SMTP

    def there(host, port, **more):
        return asked("127.0.0.1", smtp.server_address[1], **more)

    monkeypatch.setattr(smtplib, "SMTP", there)
    smtp.script = {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
    with pytest.raises(NetworkError) as caught:
        deliver(smtp, secrets={"USER": "team", "PASSWORD": CANARY}, server="smtp://mail.example:25")
    assert caught.value.trouble is Trouble.AUTH
    assert not any(line.upper().startswith("AUTH") for line in smtp.heard)
    assert not smtp.mails


def test_nobody_listening_is_certain():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        deliver(None, server=f"smtp://127.0.0.1:{port}")
    assert (caught.value.trouble, caught.value.certain) == (Trouble.TRANSIENT, True)


@pytest.mark.parametrize("server", ["", "mail.example", "https://mail.example", "file:"])
def test_a_server_that_is_none_is_told(server):
    one = account(NETWORK, Wire(), secrets={}, server=server)
    with pytest.raises(NetworkError) as caught:
        NETWORK.send(one, note(), 0, reservation(), ())
    assert caught.value.trouble is Trouble.AUTH


def test_a_draft_may_be_a_file_that_is_found_again(tmp_path):
    one = account(NETWORK, Wire(), secrets={}, server=f"file:{tmp_path}/drafts")
    assert NETWORK.find(one, note(), 0, reservation()) is Answer.ABSENT
    sent = NETWORK.send(one, note(), 0, reservation(), ())
    assert NETWORK.find(one, note(), 0, reservation()) == sent
    (file,) = (tmp_path / "drafts").iterdir()
    assert file.suffix == ".eml"
    assert read(file.read_bytes())["Message-ID"] == sent.id
    NETWORK.send(one, note(), 0, reservation(created=CREATED), ())
    assert len(list((tmp_path / "drafts").iterdir())) == 1


def test_a_mail_server_cannot_tell():
    one = account(NETWORK, Wire(), secrets={})
    assert NETWORK.find(one, note(), 0, reservation()) is Answer.CANNOT_TELL
