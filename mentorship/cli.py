"""The commands of the people who run the site: ``flask --app wsgi …``."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
