"""``policy.yaml`` as rows: each statement with its source, and the ways to take part."""

from __future__ import annotations

from mentorship.toolkit.entries import Entry
from mentorship.toolkit.fact_rows import Facts, source
from mentorship.toolkit.policy_models import PolicyStatement, Theme, WayToTakePart


def read_policy(file: Entry, facts: Facts) -> None:
    for theme in Theme:
        for position, entry in enumerate(file.entries(theme.value), start=1):
            facts.add(
                PolicyStatement,
                entry,
                id=entry.key(),
                theme=theme,
                position=position,
                title=entry.text("title"),
                text=entry.text("text"),
                number=entry.text_if_any("number"),
                status=entry.text_if_any("status"),
                stance=entry.text_if_any("stance"),
                **source(entry),
            )
            entry.close()
    for position, entry in enumerate(file.entries("take_part"), start=1):
        facts.add(
            WayToTakePart,
            entry,
            id=entry.key(),
            position=position,
            title=entry.text("title"),
            steps=entry.texts("steps"),
            example_url=entry.url_if_any("example"),
        )
        entry.close()
    file.close()
