"""The full-text table of each database, with one way to write and to ask it.

Both hold stems made by :mod:`mentorship.search.words`: a title counts more than the words an entry
is filed under, and these more than its text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

MOST = 300  # matches looked at; the ranking decides which

Groups = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Stems:
    """An entry as the index keeps it: stems, separated by spaces."""

    title: str
    keywords: str
    body: str


class Index(Protocol):
    def write(self, session: Session, entry_id: int, stems: Stems) -> None: ...
    def erase(self, session: Session, entry_ids: Sequence[int]) -> None: ...
    def forget(self, session: Session) -> None: ...
    def matches(self, session: Session, groups: Groups, *, least: int) -> dict[int, float]: ...


class Fts5:
    """SQLite: a virtual table, ranked by BM25."""

    def write(self, session: Session, entry_id: int, stems: Stems) -> None:
        self._delete(session, entry_id)
        session.execute(
            sa.text(
                "INSERT INTO search_fts (rowid, title, keywords, body)"
                " VALUES (:id, :title, :keywords, :body)"
            ),
            {"id": entry_id, "title": stems.title, "keywords": stems.keywords, "body": stems.body},
        )

    def erase(self, session: Session, entry_ids: Sequence[int]) -> None:
        for entry_id in entry_ids:
            self._delete(session, entry_id)

    def forget(self, session: Session) -> None:
        """Leave no word of what went: FTS5 keeps them beside a mark until its parts are merged.

        That takes up to a second with thousands of entries: once for all that went.
        """
        session.execute(sa.text("INSERT INTO search_fts (search_fts) VALUES ('optimize')"))

    def _delete(self, session: Session, entry_id: int) -> None:
        session.execute(sa.text("DELETE FROM search_fts WHERE rowid = :id"), {"id": entry_id})

    def matches(self, session: Session, groups: Groups, *, least: int) -> dict[int, float]:
        """Return the entries with so many of the groups; stems are letters and digits only."""
        question = _question(groups, least, quote='"', both=" AND ", either=" OR ")
        rows = session.execute(
            sa.text(
                "SELECT rowid, -bm25(search_fts, 8.0, 4.0, 1.0) AS score FROM search_fts"
                " WHERE search_fts MATCH :question ORDER BY score DESC LIMIT :most"
            ),
            {"question": question, "most": MOST},
        )
        return {row[0]: row[1] for row in rows}


class TsVector:
    """PostgreSQL: one weighted text vector an entry."""

    def write(self, session: Session, entry_id: int, stems: Stems) -> None:
        session.execute(
            sa.text(
                "INSERT INTO search_fts (entry_id, words) VALUES (:id,"
                " setweight(to_tsvector('simple', :title), 'A')"
                " || setweight(to_tsvector('simple', :keywords), 'B')"
                " || setweight(to_tsvector('simple', :body), 'D'))"
                " ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words"
            ),
            {"id": entry_id, "title": stems.title, "keywords": stems.keywords, "body": stems.body},
        )

    def erase(self, session: Session, entry_ids: Sequence[int]) -> None:
        for entry_id in entry_ids:
            session.execute(
                sa.text("DELETE FROM search_fts WHERE entry_id = :id"), {"id": entry_id}
            )

    def forget(self, session: Session) -> None:
        """Leave it to the server, which cleans up after itself."""

    def matches(self, session: Session, groups: Groups, *, least: int) -> dict[int, float]:
        """Return the entries with so many of the groups; a longer text counts a little less."""
        question = _question(groups, least, quote="'", both=" & ", either=" | ")
        rows = session.execute(
            sa.text(
                "SELECT entry_id, ts_rank('{0.1, 0.2, 0.5, 1.0}', words, asked, 1) AS score"
                " FROM search_fts, to_tsquery('simple', :question) AS asked"
                " WHERE words @@ asked ORDER BY score DESC LIMIT :most"
            ),
            {"question": question, "most": MOST},
        )
        return {row[0]: row[1] for row in rows}


def index_of(session: Session) -> Index:
    """Return the index of the database this session talks to."""
    return Fts5() if session.get_bind().dialect.name == "sqlite" else TsVector()


def _question(groups: Groups, least: int, *, quote: str, both: str, either: str) -> str:
    """Write a question in the language of a database: so many of the groups at once."""
    alternatives = [
        f"({either.join(f'{quote}{stem}{quote}' for stem in group)})" for group in groups
    ]
    chosen = itertools.combinations(alternatives, least)
    return either.join(f"({both.join(some)})" for some in chosen)
