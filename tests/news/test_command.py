"""``flask news`` as somebody runs it, and the file of news as shipped and when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mentorship.news.shipped import read_sources
from mentorship.toolkit.entries import FactsRefused


def test_the_commands_say_what_they_did(app: Flask, session: Session) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["news", "poll"]).output == "0 answered, 0 failed, 0 new items\n"
    assert run(args=["news", "digest"]).output == "0 mails posted\n"


def test_a_broken_file_of_news_is_refused_whole_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "news.yaml"
    file.write_text(
        "feeds:\n- {organization: A, url: not-a-url, topic: match, checked: likely}\n"
        "items:\n- {id: x, title: T, topic: weather, organization: B}\n",
        encoding="utf-8",
    )
    with pytest.raises(FactsRefused) as refused:
        read_sources(file)
    told = "\n".join(refused.value.problems)
    for part in ("feeds[1]: url", "confidence: is missing", "items[x]: topic", "as_of: is missing"):
        assert part in told, part
