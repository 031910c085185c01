"""The commands of the people who run the site: ``flask --app wsgi …``."""

from __future__ import annotations

import click

from mentorship.accounts.command import create_admin
from mentorship.notices.command import mail
from mentorship.rosters.command import roster
from mentorship.toolkit.command import toolkit

COMMANDS: tuple[click.Command, ...] = (create_admin, mail, roster, toolkit)
