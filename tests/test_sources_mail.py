"""Mails as answers: whose they are, what of them is said, and what nobody may read."""

import contextlib
import datetime as dt
import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import CANARY, Wire

from cmflow import safe
from cmflow.heard import Topic
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.source import Source
from cmflow.sources import mail_box, mail_html, mail_message, mail_text
from cmflow.sources.base import UnreadableError
from cmflow.sources.mail import LISTENER, door
from cmflow.sources.mail_box import Found, Mailbox

CASES = yaml.safe_load((Path(__file__).parent / "cases/mails.yml").read_text("utf-8"))
MAILBOX = "blog@ateliers.example"
RECEIVED = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
TOPIC = Topic("la-voile", "https://blog.example/la-voile/", "La voile", RECEIVED)
ADDRESS = re.compile(r"(?<![\w@/.+-])[\w.+-]+@[\w-]+\.[\w-]+")
HEADERS = {
    "From": "Zoé Martin <zoe.martin@lectrice.example>",
    "Subject": "Re: La voile [la-voile]",
    "Date": "Fri, 20 Nov 2026 10:41:07 +0100",
    "Message-ID": "<un@lectrice.example>",
}


@pytest.mark.parametrize("name", CASES)
def test_a_mail_says_what_its_author_says(name):
    case = CASES[name]
    written = case["mail"].replace("·", " ")
    assert mail_text.own(written, flowed=case.get("flowed", False)) == case["own"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(["", "> x", ">> y", "-- ", "Le 20 nov. 2026 à 10:41, Zoé a écrit :",
                           "zoe@lectrice.example", "De : x", "Objet : y", "https://x.example/", " "]),
        max_size=30,
    ),
    st.booleans(),
)  # fmt: skip
def test_whatever_is_mailed_is_safe_html_without_an_address(lines, flowed):
    said = mail_text.own("\n".join(lines), flowed=flowed)
    assert not ADDRESS.search(said)
    assert re.sub(r"</?(?:p|br|blockquote|a)(?: href=\"[^\"<>]*\")?>", "", said).count("<") == 0


def letter(text="Bravo.", *, html="", data=None, **headers):
    """A mail as it lies in a mailbox; a header that is `None` is not there."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if data is None:
        mail = EmailMessage(policy=SMTP)
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        data = mail.as_bytes()
    head = "".join(f"{k}: {v}\r\n" for k, v in {**HEADERS, **said}.items() if v is not None)
    return Found(7, head.encode("utf-8", "surrogateescape") + data, RECEIVED)


def read(*arguments, **more):
    return mail_message.read(letter(*arguments, **more), "la-voile")


def test_a_mail_becomes_a_comment_of_a_name_and_words():
    one = read("Bravo.\n\nEt merci.")
    assert (one.author.name, one.html, one.about) == (
        "Zoé Martin", "<p>Bravo.</p><p>Et merci.</p>", "la-voile",
    )  # fmt: skip
    assert one.published.isoformat() == "2026-11-20T10:41:07+01:00"
    assert (one.author.url, one.url, one.avatar, one.ours, one.edited) == ("", "", "", False, None)
    assert re.fullmatch(r"mail/[0-9a-f]{32}", one.id)
    assert "@" not in repr(one)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("=?utf-8?q?Zo=C3=A9_Martin?= <z@x.example>", "Zoé Martin"),
        ('"Martin, Zoé" <z@x.example>', "Martin, Zoé"),
        ("zoe.martin+blog@x.example", "zoe.martin"),
        ('"zoe@x.example" <zoe@x.example>', "zoe"),
        ('"zoe@x.example via Groupes" <groupe@x.example>', "zoe via Groupes"),
        ("=?utf-8?q?zoe=40x=2Eexample?= <zoe@x.example>", "zoe"),
        ("Zoé <z@x.example>, Ali <a@x.example>", "Zoé"),
        ("=?klingon?q?Zoe?= <z@x.example>", "Zoe"),
        (b"Zo\xe9 <z@x.example>".decode("ascii", "surrogateescape"), "Zoé"),
        ("=?utf-8?q?Zo=C3?= <z@x.example>", "Zo?"),
        ("<z@x.example>", "z"),
    ],
)
def test_of_who_wrote_a_name_is_kept_and_never_an_address(sender, name):
    assert read(From=sender).author.name == name


@pytest.mark.parametrize("sender", [None, "", "   ", ";;;", "<>"])
def test_a_mail_of_nobody_is_told_and_not_shown(sender):
    with pytest.raises(UnreadableError):
        read(From=sender)


def test_two_senders_in_two_headers_are_the_first_one():
    two = Found(7, b"From: Ali <a@x.example>\r\n" + letter().data, RECEIVED)
    assert mail_message.read(two, "la-voile").author.name == "Ali"


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Fri, 20 Nov 2026 10:41:07 -0000", "2026-11-20T10:41:07+00:00"),
        (None, RECEIVED.isoformat()),
        ("hier soir", RECEIVED.isoformat()),
        ("Fri, 20 Nov 2099 10:41:07 +0100", RECEIVED.isoformat()),
        ("Fri, 99 Nov 2026 10:41:07 +0100", RECEIVED.isoformat()),
    ],
)
def test_a_day_that_cannot_be_is_the_day_on_which_it_was_received(date, published):
    assert read(Date=date).published.isoformat() == published


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "Ça alors, Élodie"),
        ("iso-8859-1", "Ça alors, Élodie".encode("latin-1")),
        ("us-ascii", "Ça alors, Élodie"),
        ("iso-8859-1", "Ça alors, Élodie"),
        ("utf-8", "Ça alors, Élodie".encode("cp1252")),
        ("klingon", "Ça alors, Élodie"),
        ("idna", "Ça alors, Élodie"),
        ("unicode_escape", "Ça alors, Élodie"),
        ("zlib", "Ça alors, Élodie"),
        ("", "Ça alors, Élodie"),
    ],
)
def test_a_mail_that_lies_about_its_letters_is_read_all_the_same(charset, data):
    data = data.encode() if isinstance(data, str) else data
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert read(data=head.encode() + data).html == "<p>Ça alors, Élodie</p>"


def test_html_is_read_where_there_are_no_plain_words():
    html = """<style>p {}</style><div>Du <b>lin</b>, <a href="https://x.example/y">de là</a>.<br>
      Oui&nbsp;!</div><p>Deux</p><ul><li>un</li><li>deux</li></ul>
      <div class="gmail_signature">Zoé, 06 12</div><div style="display:none">caché</div>
      <div class="gmail_quote"><div class="gmail_attr">Le ven. 20 nov. 2026 à 10:41, Léa
      &lt;<a href="mailto:lea@x.example">lea@x.example</a>&gt; a écrit :<br></div>
      <blockquote><p>Une fête</p></blockquote></div><script>alert(1)</script>"""
    said = read(data=b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()).html
    assert said == (
        '<p>Du lin, de là (<a href="https://x.example/y">https://x.example/y</a>).<br>Oui\u00a0!</p>'
        "<p>Deux</p><p>- un<br>- deux</p>"
    )
    assert read("", html="<p>Seul</p>").html == "<p>Seul</p>"
    assert read("Clair", html="<p>Autre</p>").html == "<p>Clair</p>"


def test_a_quotation_in_html_is_marked_as_in_plain_text():
    html = "a<blockquote>b<blockquote>c</blockquote></blockquote>d<blockquote>e"
    said = [line for line in mail_html.plain(html).splitlines() if line.strip("> ")]
    assert said == ["a", "> b", "> > c", "d", "> e"]


def test_what_is_attached_is_counted_and_left_out():
    mail = EmailMessage(policy=SMTP)
    mail.set_content("Voici.")
    mail.add_attachment(b"x", maintype="image", subtype="jpeg", filename="zoe@x.example.jpg")
    mail.add_attachment("Un texte joint", filename="a.txt")
    assert read(data=mail.as_bytes()).html == "<p>Voici.</p><p>📎 × 2</p>"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x=y"},
        {"Precedence": "bulk"},
        {"List_Id": "<x.example>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@x.example"},
        {"From": "Ne pas répondre <no-reply@x.example>"},
    ],
    ids=str,
)
def test_what_a_machine_sent_is_not_heard(headers):
    assert read(**headers) is None


def test_a_report_of_a_failed_delivery_is_not_heard():
    assert (
        read(data=b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")
        is None
    )


def test_a_person_who_says_that_no_machine_wrote_is_heard():
    assert read(Auto_Submitted="no").html == "<p>Bravo.</p>"


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; boundary=b", "application/pkcs7-mime; smime-type=enveloped-data"]
)
def test_an_encrypted_mail_is_told_and_not_shown(kind):
    with pytest.raises(UnreadableError) as lost:
        read(data=f"Content-Type: {kind}\r\n\r\n--b\r\n\r\nx\r\n--b--".encode())
    assert "encrypted" in lost.value.why.template


def test_a_mail_has_one_id_however_often_it_is_read_and_no_other_mail_has_it():
    here = read().id
    assert read("Autre chose").id == here
    assert read(From="Zoé Martin <zoe.martin@spam.example>").id != here
    assert read(Message_ID="<deux@lectrice.example>").id != here
    assert read(Date="Fri, 20 Nov 2026 10:41:08 +0100").id != here
    nameless = {read(text, Message_ID=None).id for text in ("un", "deux", "un")}
    assert len(nameless) == 2


def test_what_a_mail_answers_is_told_from_the_nearest_on():
    found = letter(
        In_Reply_To="<c@x.example>", References="<a@x.example>\r\n <b@x.example> <c@x.example>"
    )
    assert mail_message.answered(found) == ("<c@x.example>", "<b@x.example>", "<a@x.example>")
    assert mail_message.answered(letter(In_Reply_To='"; rm -rf" nothing')) == ()


@pytest.mark.parametrize(
    ("to", "slugs"),
    [
        ("blog+la-voile@ateliers.example", ["la-voile"]),
        ("Le blog <Blog+la-voile@Ateliers.example>, zoe+x@x.example", ["la-voile"]),
        ("zoe+la-voile@x.example", []),
        (MAILBOX, []),
    ],
)
def test_an_address_with_a_plus_names_a_post_where_it_is_our_own(to, slugs):
    message = mail_message.parsed(letter(To=to).data)
    assert list(mail_message.plus_slugs(message, MAILBOX)) == slugs


@settings(max_examples=300, deadline=None)
@given(
    head=st.lists(
        st.tuples(
            st.sampled_from(["From", "To", "Date", "Message-ID", "Content-Type", "References",
                             "Content-Transfer-Encoding", "Content-Disposition", "Subject"]),
            st.text(max_size=40).map(lambda text: re.sub(r"[\r\n]", " ", text))
            | st.sampled_from(["multipart/mixed; boundary=b", "text/html; charset=x", "base64", "=?x?q?=",
                               "Zoé <z@x.example>", "=?utf-8?q?=C3?= <z@x.example>", '"', "(", "<", "=?utf-8?b?####?=", "attachment"]),
        ),
        max_size=8,
    ),
    body=st.binary(max_size=80) | st.sampled_from([b"--b\r\n\r\nx\r\n--b--", b"--b\r\nContent-Type: text/html\r\n\r\n<p>x"]),
)  # fmt: skip
def test_a_mail_of_any_shape_is_heard_left_alone_or_told(head, body):
    data = "".join(f"{name}: {value}\r\n" for name, value in head)
    found = Found(1, data.encode("utf-8", "surrogatepass") + b"\r\n" + body, RECEIVED)
    message = mail_message.parsed(found.data)
    list(mail_message.plus_slugs(message, MAILBOX))
    mail_message.answered(found)
    mail_message.identity(message)
    try:
        one = mail_message.read(found, "la-voile")
    except UnreadableError:
        return
    assert one is None or (one.author.name and safe.kept(one.html))
    assert one is None or not ADDRESS.search(f"{one.author.name} {one.html}")
    assert one is None or repr(one).encode()


BOMBS = {
    "nested parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (at, at) for at in range(5000)
    ),
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50_000,
    "a type without end": b"Content-Type: " + b"text/plain;" * 50_000 + b"\n\nx",
    "an encoding of domains": b"Content-Type: text/plain; charset=idna\n\n" + b"a" * 500_000,
    "nested divisions": b"Content-Type: text/html\n\n" + b"<div>x" * 50_000,
    "nested quotations": b"Content-Type: text/html\n\n" + b"<blockquote>x<br>" * 20_000,
    "a line without end": b"\n" + b"a@" * 300_000,
    "introductions": b"\n" + b"Le 1 x a \xc3\xa9crit\n" * 20_000,
    "signatures": b"\n" + b"--\n" * 60 + b"\n" * 500_000,
    "brackets": b"Subject: " + b"[" * 500_000 + b"\n\nx",
    "senders": b"From: " + b'"a' * 100_000 + b"\n\nx",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_mail_made_to_last_forever_does_not(name):
    found = Found(1, b"From: Zoe <z@x.example>\n" + BOMBS[name], RECEIVED)
    with contextlib.suppress(UnreadableError):
        mail_message.read(found, "la-voile")


# The mailbox


class Server:
    """Answers as an IMAP server does, once connected; keeps what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def uid(self, *command):
        self.asked.append(" ".join(command))
        return "OK", self.answers.pop(0)


def account(**settings):
    said = Source(kind="mail", **{"server": "imap.x.example", "account": MAILBOX, **settings})
    return Account("courrier", said, {"PASSWORD": CANARY}, Wire().client(), lambda _path: b"")


def test_only_newer_mails_are_asked_for_though_servers_tell_the_last_one_too():
    server = Server([b"7 12 9"])
    assert Mailbox(account(), server).since(dt.date(2026, 3, 1), 8) == [9, 12]
    assert server.asked == ["SEARCH SINCE 1-Mar-2026 UID 9:*"]


@pytest.mark.parametrize(
    "answer",
    [
        [(b'1 (UID 7 INTERNALDATE "20-Nov-2026 13:00:00 +0100" BODY[]<0> {2}', b"xy"), b")"],
        [(b"1 (BODY[]<0> {2}", b"xy"), b' UID 7 INTERNALDATE "20-Nov-2026 13:00:00 +0100")'],
        [b"2 (FLAGS (\\Seen) UID 9)", (b'1 (UID 7 INTERNALDATE " 20-Nov-2026 13:00:00 +0100" BODY[] {2}', b"xy"), b")"],
    ],
    ids=["before", "behind", "beside"],
)  # fmt: skip
def test_an_answer_is_read_wherever_a_server_puts_its_parts(answer):
    assert Mailbox(account(), Server(answer)).mail(7) == Found(7, b"xy", RECEIVED)


def test_a_mail_that_was_not_asked_for_or_just_deleted_is_none():
    assert Mailbox(account(), Server([(b"1 (UID 8 BODY[] {1}", b"x"), b")"])).mail(7) is None
    assert Mailbox(account(), Server([None])).mail(7) is None


def test_nothing_is_ever_asked_that_marks_a_mail_as_read():
    server = Server([], [], [])
    box = Mailbox(account(), server)
    box.addressed([1, 2])
    box.mail(1)
    box.named("<un@x.example>")
    assert all("BODY.PEEK[" in one for one in server.asked if one.startswith("FETCH"))
    assert not any(re.search(r"BODY\[|STORE|COPY|MOVE|EXPUNGE", one) for one in server.asked)


@pytest.mark.parametrize(
    "name", ['<a"b@x>', "<a\\b@x>", "<é@x>", "a@x", "<a b@x>", "<" + "a" * 500 + "@x>"]
)
def test_a_name_that_is_no_message_id_is_never_put_into_a_command(name):
    server = Server()
    assert Mailbox(account(), server).named(name) is None
    assert server.asked == []


@pytest.mark.parametrize(
    ("server", "place"),
    [
        ("imap.x.example", ("imap.x.example", 993, "imaps")),
        ("imap.x.example:1993", ("imap.x.example", 1993, "imaps")),
        ("imap.x.example:143", ("imap.x.example", 143, "imap")),
        ("imap://127.0.0.1:1143", ("127.0.0.1", 1143, "imap")),
        ("imaps://imap.x.example", ("imap.x.example", 993, "imaps")),
    ],
)
def test_the_settings_name_a_server(server, place):
    assert mail_box._place(account(server=server)) == place


@pytest.mark.parametrize(
    "server", ["", "https://x.example", "imap.x.example:imap", "imap.x.example:99999"]
)
def test_a_server_that_is_none_is_refused_before_anything_is_asked(server):
    with pytest.raises(NetworkError) as refused:
        list(LISTENER.listen(account(server=server), (TOPIC,), {}))
    assert refused.value.trouble is Trouble.AUTH


@pytest.mark.parametrize(
    ("folder", "written"),
    [
        ("INBOX", "INBOX"),
        ("Réponses & co", "R&AOk-ponses &- co"),
        ("台北", "&U,BTFw-"),
        ('a"b\\c', 'a\\"b\\\\c'),
    ],
)
def test_a_folder_is_named_as_servers_have_it(folder, written):
    assert mail_box._written(folder) == written


def test_who_tidies_a_mailbox_takes_nothing_back():
    assert LISTENER.ask(account(), TOPIC, "mail/1") is Answer.CANNOT_TELL


def test_anybody_may_write_any_name_so_nobody_is_believed():
    assert not LISTENER.vouches


# The door


def test_the_door_opens_a_mail_that_will_be_recognised():
    source = Source(kind="mail", account=MAILBOX)
    address = door(source, "la-voile", "La voile & le « lin » ?\n", TOPIC.url)
    assert address == (
        "mailto:blog@ateliers.example?subject="
        "Re%3A%20La%20voile%20%26%20le%20%C2%AB%20lin%20%C2%BB%20%3F%20%5Bla-voile%5D"
    )
    assert safe.address(address)


def test_a_mailbox_without_an_address_has_no_door():
    assert door(Source(kind="mail", account="blog"), "x", "x", TOPIC.url) == ""
