"""What invented readers of the sandbox say first in `make demo`: fiction, like the company.

They speak on the network of this machine only. Nothing of it is ever sent anywhere, and nobody
answers them: that is for the person who tries the demo.
"""

from __future__ import annotations

from typing import NamedTuple

from cmflow.sandbox import Sandbox, Shown


class Line(NamedTuple):
    """What one reader says: about a post, on a network, or in answer to another reader of ours."""

    name: str
    post: str
    network: str
    text: str
    to: str = ""


LINES = (
    Line(
        "Soizic Le Bihan", "troisieme-machine", "mastodon",
        "Ce qu’une offre ne dit jamais : qui va m’apprendre, et est-ce que cette personne en a "
        "envie. Ici c’est écrit, et signé. J’habite Auray, c’est loin pour tous les jours ?",
    ),
    Line(
        "Karim Belhadj", "troisieme-machine", "mastodon",
        "Auray-Lorient, c’est vingt-cinq minutes de train, je le fais. Et « la radio, c’est chacun "
        "sa semaine », c’est le détail qui m’a fait croire tout le reste.",
        to="Soizic Le Bihan",
    ),
    Line(
        "Anouk Perrot", "troisieme-machine", "bluesky",
        "Douze ans de couture d’ameublement : les avant-bras, je confirme. C’est la première "
        "annonce où je le lis.",
    ),
    Line(
        "Jean-Marc Hervé", "odile-marchaland", "bluesky",
        "Mon voisin répare des motos le dimanche. Après cet entretien je suis allé sonner, avec "
        "un gâteau. Il ne savait pas. On a fixé des heures.",
    ),
    Line(
        "Tout pour l’Atelier", "troisieme-machine", "mastodon",
        "Machines à coudre à prix cassés : https://machines.example/promo et "
        "https://machines.example/lots",
    ),
)  # fmt: skip
"""The last one has more links than the blog lets pass: a rule holds it."""

LIKED = {"troisieme-machine": 7, "odile-marchaland": 11}
"""How many readers like each note."""


def speak(sandbox: Sandbox) -> None:
    """Let the readers answer and like the notes that stand on the sandbox."""
    notes = sandbox.notes()
    said: dict[str, str] = {}
    for line in LINES:
        above = said.get(line.to) or _note(notes, line.network, line.post)
        if above:
            said[line.name] = sandbox.answer(above, line.text, name=line.name)
    for post, likes in LIKED.items():
        for network in ("mastodon", "bluesky"):
            note = _note(notes, network, post)
            for at in range(likes if note else 0):
                sandbox.like(note, name=f"Lectrice {at}")


def _note(notes: list[Shown], network: str, post: str) -> str:
    """Return the id of the first note about a post; empty where none was sent."""
    link = f"/articles/{post}/"
    found = (
        note.id
        for note in notes
        if note.network == network and link in f"{note.text} {note.card.get('uri', '')}"
    )
    return next(found, "")
