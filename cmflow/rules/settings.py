"""A wrong key or value in the settings of cmflow or of the blog in `mkdocs.yml`, or in `team.yml`.

A key that is misspelled is a setting that does nothing; the finding names its path and its line. A
charter that is not there cannot be read by those whose words it judges.

Wrong:

```yaml
plugins:
  - cmflow:
      timezon: Europe/Paris
```

Right:

```yaml
plugins:
  - cmflow:
      timezone: Europe/Paris
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.rules.view import View

NAME = "settings"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found, and a charter that is not there."""
    yield from (found for found in view.reading if found.rule == NAME)
    charter = view.settings.cmflow.comments.charter
    if charter and charter not in view.files:
        yield Finding(
            NAME,
            view.settings.config.name,
            view.setting_line("cmflow", "comments", "charter"),
            say("The charter {path} is not there.", path=charter),
            say("Write it, or name the page that it is, below {docs}.", docs=view.docs),
        )
