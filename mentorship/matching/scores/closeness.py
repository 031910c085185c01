"""How well a mentor suits an IMG in one respect, for all pairs at once: one function a criterion.

Every function takes the arrays of n IMGs and m mentors with their lexicon, and returns ``Judged``:
marks from 0 to 10,000 in an (n, m) table, who answered, and for whom the criterion counts.
Nothing here raises; words that nobody listed simply match nothing. Why each criterion is there,
and how its marks were chosen, stands in ``docs/scoring.md``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mentorship.matching.marks import FULL, Flags, Ints, Judged, Marks, in_any, places, share
from mentorship.matching.scores.arrays import WISHES, ImgArrays, Lexicon, MentorArrays

RANKED_FIELDS = (100, 85, 70)  # per cent for the first, second and third target specialty
RANKED_REQUESTS = (10_000, 9_000, 8_000, 7_000, 6_000)
SERVED, AHEAD = 6_000, 4_000  # the two halves of "stage"
COMMON_ONLY, ONE_MORE = 3_000, 8_000  # languages: the common one only; one besides
AT_HOME, NEAR_HOPED, NEAR_HOME = 7_000, 5_000, 3_000  # places, besides the one hoped for
ENOUGH_SLOTS = 6  # half hours a week in common that earn full marks: three hours
WORDS_FACTOR = 2  # short texts are as close as they get at a cosine of one half


def topics(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge how much of what the IMG needs the mentor offers; what is needed most counts most.

    Asymmetric: topics a mentor offers beyond the need neither help nor hurt.
    """
    need = imgs.topics.sum(axis=1)
    met = _weighed(imgs.topics, mentors.topics)
    return _judged(share(met, need[:, None]), need > 0, in_any(mentors.topics))


def specialty(imgs: ImgArrays, mentors: MentorArrays, words: Lexicon) -> Judged:
    """Judge how close the mentor's fields come to the IMG's targets, the first counting most."""
    best = best_fields(mentors, words)
    marks = np.zeros((len(imgs.specialties), len(mentors.specialties)), dtype=np.int64)
    for per_cent, wanted in zip(RANKED_FIELDS, imgs.specialties.T, strict=True):
        np.maximum(marks, per_cent * best[wanted] // 100, out=marks)
    answered = in_any(imgs.specialties >= 0)
    return _judged(marks, answered, in_any(mentors.specialties))


def best_fields(mentors: MentorArrays, words: Lexicon) -> Marks:
    """Return (specialties + 1, m): how close a mentor comes to each field; the last row is 0."""
    table = np.pad(words.closeness, (0, 1))  # -1 is close to nothing
    best = np.zeros((len(table), len(mentors.specialties)), dtype=np.int32)
    for fields in places(mentors.specialties).T:
        np.maximum(best, table[:, fields], out=best)
    return best


def stage(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether the mentor helps people at this stage, and has gone further than it.

    A mentor who left out one of the two gets half of it.
    """
    listed, placed = in_any(mentors.stages), mentors.level_order > 0
    served = _columns(mentors.stages, imgs.stage)
    ahead = mentors.level_order > imgs.stage_order[:, None]
    marks = np.where(listed, SERVED * served, SERVED // 2)
    marks = marks + np.where(placed, AHEAD * ahead, AHEAD // 2)
    return _judged(marks, imgs.stage >= 0, listed | placed)


def visa(imgs: ImgArrays, mentors: MentorArrays, words: Lexicon) -> Judged:
    """Judge whether the mentor has lived through a visa path that helps the IMG.

    It does not count for an IMG whose situation needs no help.
    """
    wanted = np.zeros((len(imgs.visa), len(words.paths)), dtype=np.bool_)
    answered = imgs.visa >= 0
    wanted[answered] = words.helping[imgs.visa[answered]]
    marks = FULL * (_in_common(wanted, mentors.visas) > 0)
    applies = ~answered | in_any(wanted)
    return _judged(marks, answered, in_any(mentors.visas), applies)


def languages(imgs: ImgArrays, mentors: MentorArrays, words: Lexicon) -> Judged:
    """Judge languages in common. Nearly everybody has English, so another one says more."""
    both = _in_common(imgs.languages, mentors.languages)
    (common,) = words.languages.codes([words.tables.common_language])
    shares_common = imgs.languages[:, common, None] & mentors.languages[:, common]
    others = both - shares_common
    marks = np.select([others >= 2, others == 1, shares_common], [FULL, ONE_MORE, COMMON_ONLY], 0)
    return _judged(marks, in_any(imgs.languages), in_any(mentors.languages))


def location(imgs: ImgArrays, mentors: MentorArrays, words: Lexicon) -> Judged:
    """Judge whether the mentor knows a state the IMG hopes for, or the one they live in."""
    home = np.zeros_like(imgs.states)
    settled = imgs.state >= 0
    home[settled, imgs.state[settled]] = True
    near = around(mentors, words)
    marks = np.select(
        [
            _in_common(imgs.states, mentors.states) > 0,
            _in_common(home, mentors.states) > 0,
            _in_common(imgs.states, near) > 0,
            _in_common(home, near) > 0,
        ],
        [FULL, AT_HOME, NEAR_HOPED, NEAR_HOME],
        0,
    )
    return _judged(marks, in_any(imgs.states) | settled, in_any(mentors.states))


def around(mentors: MentorArrays, words: Lexicon) -> Flags:
    """Return (m, states): whether a state is in the region of one of the mentor's."""
    near: Flags = _in_common(mentors.states, words.neighbours) > 0
    return near


def availability(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge free half hours in common in the reference week; three hours are enough."""
    slots = np.minimum(_in_common(imgs.week, mentors.week), ENOUGH_SLOTS)
    return _judged(share(slots, ENOUGH_SLOTS), imgs.has_week, mentors.has_week)


def formats(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge how many of the ways of working the IMG wants the mentor offers."""
    wanted = imgs.formats.sum(axis=1)
    met = _in_common(imgs.formats, mentors.formats)
    return _judged(share(met, wanted[:, None]), wanted > 0, in_any(mentors.formats))


def channels(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge ways to talk in common, of the shorter list, so that a long one never hurts."""
    one, other = imgs.channels.sum(axis=1), mentors.channels.sum(axis=1)
    shorter = np.minimum(one[:, None], other)
    return _judged(share(_in_common(imgs.channels, mentors.channels), shorter), one > 0, other > 0)


def words(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge what the IMG's goals and the mentor's own words have in common, rare words most."""
    both = (imgs.words @ mentors.words.T).toarray()
    return _judged(np.minimum(WORDS_FACTOR * both, FULL), _says(imgs.words), _says(mentors.words))


def rhythm(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge meetings a month the mentor can give, as a share of those the IMG would like."""
    wanted, given = imgs.meetings, mentors.meetings
    marks = share(np.minimum(wanted[:, None], given), wanted[:, None])
    return _judged(marks, wanted > 0, given > 0)


def requests(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether the IMG asked for this mentor by name, and how high."""
    marks = np.zeros((len(imgs.requests), len(mentors.key)), dtype=np.int64)
    for earned, asked in zip(RANKED_REQUESTS, imgs.requests.T, strict=True):
        np.maximum(marks, earned * (asked[:, None] == mentors.key), out=marks)
    everybody = np.ones(len(mentors.key), dtype=np.bool_)
    return _judged(marks, in_any(imgs.requests != -1), everybody)


def welcomes(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether the mentor marked this IMG as somebody they would gladly take."""
    marks = FULL * mentors.welcomes[:, imgs.key].toarray().T
    return _judged(marks, np.ones(len(imgs.key), dtype=np.bool_), _says(mentors.welcomes))


def same_country(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether both studied in one country; counts only if the IMG asks."""
    return _same(imgs.country, mentors.country, _wish(imgs, "same_country"))


def same_gender(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether both have one gender; counts only if the IMG asks."""
    return _same(imgs.gender, mentors.gender, _wish(imgs, "same_gender"))


def mentor_is_img(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Judge whether the mentor is an IMG; counts only if the IMG asks."""
    wished = _wish(imgs, "mentor_is_img")
    marks = np.broadcast_to(FULL * (mentors.is_img == 1), (len(wished), len(mentors.is_img)))
    return _judged(marks, np.ones_like(wished), mentors.is_img >= 0, wished)


def priority(imgs: ImgArrays, mentors: MentorArrays, _: Lexicon) -> Judged:
    """Give full marks with every mentor to whoever has priority; nobody else has this."""
    marks = np.full((len(imgs.priority), len(mentors.key)), FULL)
    everybody = np.ones(len(mentors.key), dtype=np.bool_)
    return _judged(marks, np.ones_like(imgs.priority), everybody, imgs.priority)


def _judged(
    marks: Marks | Ints, imgs: Flags, mentors: Flags, applies: Flags | None = None
) -> Judged:
    for_all = np.ones_like(imgs) if applies is None else applies
    return Judged(np.asarray(marks, dtype=np.int32), imgs, mentors, for_all)


def _weighed(weights: Ints, flags: Flags) -> Ints:
    """Return ``weights @ flags.T`` in integers.

    Single-precision sums are exact below 2**24 and an order of magnitude faster than integer ones.
    """
    product = weights.astype(np.float32) @ flags.astype(np.float32).T
    return product.astype(np.int64)


def _in_common(one: Flags, other: Flags) -> Ints:
    """Return (n, m): how many columns hold in a row of both, 64 columns at a time.

    A product of matrices would say the same, but its library starts threads, which on a busy
    machine takes longer than a small round.
    """
    common = np.zeros((len(one), len(other)), dtype=np.int64)
    for mine, theirs in zip(_packed(one).T, _packed(other).T, strict=True):
        common += np.bitwise_count(mine[:, None] & theirs)
    return common


def _packed(flags: Flags) -> NDArray[np.uint64]:
    """Return (rows, words): 64 columns in a word."""
    rows, columns = flags.shape
    bits = np.zeros((rows, -(-columns // 64) * 64), dtype=np.bool_)
    bits[:, :columns] = flags
    return np.packbits(bits, axis=1).view(np.uint64)


def _says(rows: csr_array) -> Flags:
    """Return (rows,) bool: whether a sparse row holds anything."""
    some: Flags = np.diff(rows.indptr) > 0
    return some


def _columns(flags: Flags, codes: Ints) -> Flags:
    """Return (n, m) bool: whether row j of ``flags`` holds ``codes[i]``; -1 holds nowhere."""
    padded = np.zeros((flags.shape[1] + 1, len(flags)), dtype=np.bool_)
    padded[:-1] = flags.T
    columns: Flags = padded[codes]
    return columns


def _same(one: Ints, other: Ints, wished: Flags) -> Judged:
    return _judged(FULL * (one[:, None] == other), one >= 0, other >= 0, wished)


def _wish(imgs: ImgArrays, wish: str) -> Flags:
    column: Flags = imgs.wishes[:, WISHES.index(wish)]
    return column
