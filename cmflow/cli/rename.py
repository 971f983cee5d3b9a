"""`cmflow rename`: give a post another slug."""

from __future__ import annotations

import click

from cmflow import mkdocs_yml, rename
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import say


@skin.command(
    "rename",
    N_("OLD and NEW are slugs. The old address leads to the new one, the answers and receipts move "
       "along, and links in other posts follow. Cut off, it is ended by the same command."),
)  # fmt: skip
@skin.argument("old", metavar="OLD")
@skin.argument("new", metavar="NEW")
def command(old: str, new: str) -> None:
    """Rename a post and name what was touched."""
    path = skin.config()
    for touched in rename.rename(path, old, new):
        click.echo(touched.relative_to(path.parent).as_posix())
    site, _ = mkdocs_yml.load(path)
    if (site.community / "receipts" / old).exists():
        speech.tell(say("The receipts were moved on their branch; git pull brings them here."))
    speech.tell(say("“{old}” is now “{new}”. Commit these changes together.", old=old, new=new))
