"""Putting things in the index, and finding them."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.search.index import Groups, Stems, index_of
from mentorship.search.models import SearchEntry
from mentorship.search.words import asked, stems

PER_PAGE = 15
# what was said or decided, one day, one fact, and what something costs come after what helps
BEHIND = {"news": 0.7, "policy": 0.7, "date": 0.9, "cost": 0.6, "fact": 0.5}
FEW = 3  # entries with every word are too few to stop at
LACKING = 0.5  # how much of the lowest score with every word the best without one has, at most
IN_TITLE = 1.5  # times, at least, when the title has every word of the question
LONG = 6  # letters; in a shorter word one other letter makes another word
NEAR_SHORT = 0.85
NEAR = 0.75  # how alike a word of a title is to one that nothing has, where the letters count


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something to be found. ``keywords`` are what it is filed under, ``text`` all it says."""

    source: str
    key: str
    title: str
    summary: str
    href: str
    note: str = ""
    keywords: str = ""
    text: str = ""
    section_id: uuid.UUID | None = None

    @property
    def digest(self) -> str:
        parts = (self.title, self.summary, self.href, self.note, self.keywords, self.text)
        return hashlib.sha256("\0".join((*parts, str(self.section_id))).encode()).hexdigest()


# Where the entries of one kind come from: a name, and what reads all of them.
Sources = Mapping[str, Callable[[Session], Iterable[Entry]]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, best first; ``counts`` say how many of each source.

    ``near``: nothing has the words as they were typed, these have words that look like them.
    """

    rows: Sequence[SearchEntry]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    near: bool = False


def put(session: Session, *entries: Entry) -> bool:
    """Put entries in the index, or bring them up to date; tell whether anything changed."""
    changed = replaced = False
    for entry in entries:
        before = _present(session, entry.source, [entry.key]).get(entry.key)
        written = _put(session, entry, before)
        changed |= written
        replaced |= written and before is not None
    if replaced:
        index_of(session).forget(session)
    return changed


def drop(session: Session, source: str, keys: Collection[str]) -> None:
    """Take entries out of the index."""
    rows = _present(session, source, keys).values()
    _drop(session, rows)
    if rows:
        index_of(session).forget(session)


def rebuild(session: Session, sources: Sources) -> int:
    """Bring the index up to date with these sources; return how many entries changed."""
    changed = 0
    for source, read in sources.items():
        wanted = {entry.key: entry for entry in read(session)}
        present = _present(session, source)
        gone = [row for key, row in present.items() if key not in wanted]
        _drop(session, gone)
        changed += len(gone)
        changed += sum(_put(session, entry, present.get(key)) for key, entry in wanted.items())
    if changed:
        index_of(session).forget(session)
    return changed


def find(  # noqa: PLR0913  what is asked, and by whom
    session: Session,
    text: str,
    *,
    sections: sa.Select[uuid.UUID],
    hidden: Mapping[str, sa.Select[str] | sa.CompoundSelect[str]],
    source: str = "",
    page: int = 1,
) -> Found:
    """Return what a question finds in the reader's ``sections``.

    ``hidden`` names, by source, keys that are not shown to this reader.
    """
    groups: Groups = asked(text)
    near = False
    scores = _scores(session, groups)
    if not scores and (alike := _nearest(session, groups)):
        groups, near = alike, True
        scores = _scores(session, groups)
    visible = _visible(session, scores, sections=sections, hidden=hidden)
    counts: dict[str, int] = {}
    for row in visible:
        counts[row.source] = counts.get(row.source, 0) + 1
    rows = [row for row in visible if not source or row.source == source]
    rows.sort(key=lambda row: (-_score(row, scores[row.id], groups), row.title, row.key))
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, page), pages)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Found(shown, len(rows), page, pages, counts, near)


def keys_found(session: Session, text: str, source: str) -> Sequence[str]:
    """Return the keys of one source that a question finds, best first, whoever may see them."""
    groups = asked(text)
    scores = _scores(session, groups)
    rows = session.scalars(
        sa.select(SearchEntry).where(SearchEntry.id.in_(scores), SearchEntry.source == source)
    ).all()
    best = sorted(rows, key=lambda row: (-_score(row, scores[row.id], groups), row.title, row.key))
    return [row.key for row in best]


# --- Underneath ---------------------------------------------------------------------------------


def _scores(session: Session, groups: Groups) -> dict[int, float]:
    """Return what matches by its number: with every word, or all but one, or else with any.

    Where only a few have every word, those that lack one come after them.
    """
    if not groups:
        return {}
    index = index_of(session)
    found: dict[int, float] = {}
    for least in dict.fromkeys(n for n in (len(groups), len(groups) - 1, 1) if n > 0):
        more = index.matches(session, groups, least=least)
        lowest = min(found.values(), default=0.0)
        highest = max((score for key, score in more.items() if key not in found), default=0.0)
        behind = min(1.0, LACKING * lowest / highest) if found and highest else 1.0
        found = {key: score * behind for key, score in more.items()} | found
        if len(found) >= FEW:
            break
    return found


def _nearest(session: Session, groups: Groups) -> Groups:
    """Return the words of titles everybody may see that look like those asked for."""
    open_to_all = sa.select(SearchEntry.title).where(SearchEntry.section_id.is_(None))
    known = sorted({stem for title in session.scalars(open_to_all) for stem in stems(title)})
    found = (_alike(group[0], known) for group in groups)
    return tuple(tuple(words) for words in found if words)


def _alike(word: str, known: Iterable[str]) -> Sequence[str]:
    """Return what somebody may have meant; people seldom mistype how a word begins."""
    cutoff = NEAR_SHORT if len(word) < LONG else NEAR
    same = [each for each in known if each[0] == word[0]]
    return difflib.get_close_matches(word, same, n=2, cutoff=cutoff)


def _visible(
    session: Session,
    ids: Collection[int],
    *,
    sections: sa.Select[uuid.UUID],
    hidden: Mapping[str, sa.Select[str] | sa.CompoundSelect[str]],
) -> Sequence[SearchEntry]:
    if not ids:
        return []
    shown = [
        sa.not_(sa.and_(SearchEntry.source == source, SearchEntry.key.in_(keys)))
        for source, keys in hidden.items()
    ]
    mine = sa.or_(SearchEntry.section_id.is_(None), SearchEntry.section_id.in_(sections))
    return session.scalars(
        sa.select(SearchEntry).where(SearchEntry.id.in_(ids), mine, *shown)
    ).all()


def _score(row: SearchEntry, score: float, groups: Sequence[Sequence[str]]) -> float:
    """Lift an entry whose title has every word of the question.

    Most where it has the very words, not others for the same, and no word beside them.
    """
    score *= BEHIND.get(row.source, 1.0)
    title = set(stems(row.title))
    in_question = title.intersection(itertools.chain.from_iterable(groups))
    if not all(title.intersection(group) for group in groups):
        return score
    as_typed = 1.0 if all(group[0] in title for group in groups) else 0.0
    return score * (IN_TITLE + as_typed + len(in_question) / len(title))


def _present(
    session: Session, source: str, keys: Collection[str] | None = None
) -> dict[str, SearchEntry]:
    rows = sa.select(SearchEntry).where(SearchEntry.source == source)
    if keys is not None:
        rows = rows.where(SearchEntry.key.in_(keys))
    return {row.key: row for row in session.scalars(rows)}


def _put(session: Session, entry: Entry, row: SearchEntry | None) -> bool:
    if row is not None and row.digest == entry.digest:
        return False
    row = row or SearchEntry(source=entry.source, key=entry.key)
    row.title, row.summary, row.href, row.note = entry.title, entry.summary, entry.href, entry.note
    row.section_id, row.digest = entry.section_id, entry.digest
    session.add(row)
    session.flush()
    kept = Stems(
        title=" ".join(stems(entry.title)),
        keywords=" ".join(stems(entry.keywords)),
        body=" ".join(stems(f"{entry.summary} {entry.text}")),
    )
    index_of(session).write(session, row.id, kept)
    return True


def _drop(session: Session, rows: Iterable[SearchEntry]) -> None:
    rows = list(rows)
    index_of(session).erase(session, [row.id for row in rows])
    for row in rows:
        session.delete(row)
    session.flush()
