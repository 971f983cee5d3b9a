"""The commands by name, each with its sentence; a command's module is named like the command."""

from __future__ import annotations

from collections.abc import Mapping

from cmflow.cli.speech import N_

COMMANDS: Mapping[str, str] = {
    "init": N_("Begin a blog in a folder."),
    "new": N_("Begin a post, an interview, a page, an event, an idea or a persona."),
    "rename": N_("Give a post another slug, and keep its history."),
    "check": N_("Look for mistakes in everything that was written."),
    "build": N_("Build the site."),
    "serve": N_("Show the site on this machine, anew after every change."),
    "calendar": N_("Show what is planned, what is missing, and why."),
    "schedule": N_("Give a post or an idea another time."),
    "preview": N_("Show what each channel will say of a post."),
    "syndicate": N_("Tell each channel what is due, once."),
    "collect": N_("Bring home what people answered, as files."),
    "moderate": N_("Decide what stands under the posts."),
    "inbox": N_("Show who waits for an answer."),
    "forget": N_("Erase a person, for good."),
    "tick": N_("Do all that is due, once: for cron, or for a CI of any kind."),
    "doctor": N_("See whether secrets, tokens, schedules and workflows are in order."),
    "ci": N_("The small steps of the workflows."),
    "workflows": N_("Write the workflows that publish, speak and listen on GitHub."),
    "sandbox": N_("Open a network on this machine, to try everything out on."),
    "schema": N_("Print a JSON Schema, for editors."),
    "completion": N_("Print the script that lets a shell complete commands."),
}
