"""Why a pair suits, in a plain sentence a criterion, told to the IMG, the mentor or the leader.

Which answers a sentence may rest on is for the caller to say: it is worked out from people who are
cut to what the hearer may read (``profiles/telling.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from mentorship.matching.scores.closeness import RANKED_FIELDS
from mentorship.matching.scores.voices import (
    TO_IMG,
    TO_LEADER,
    TO_MENTOR,
    Names,
    Pair,
    Voice,
    in_words,
    sentence,
)
from mentorship.matching.scores.words import stems
from mentorship.matching.scores.year import in_common

# with what others speak of pairs with
__all__ = ["TO_IMG", "TO_LEADER", "TO_MENTOR", "Names", "Pair", "Voice", "in_words", "sentence"]

MOST_WORDS = 3  # of a text, named in a sentence


def topics(pair: Pair) -> str:
    met = [topic for topic in pair.img.topics[:5] if topic in pair.mentor.topics]
    voice = pair.voice
    if not met:
        return f"{voice.mentor_verb('do', 'does')} not offer the topics {voice.img} asked for."
    need = f"{voice.img_verb('need', 'needs')} {pair.listed('topic', met)}"
    return f"{need}; {voice.mentor_verb('offer', 'offers')} {'it' if len(met) == 1 else 'them'}."


def specialty(pair: Pair) -> str:
    voice, near = pair.voice, pair.tables.closeness
    fields = (*pair.mentor.specialties, *pair.mentor.subspecialties)
    ranked = tuple(zip(pair.img.specialties, RANKED_FIELDS, strict=False))
    wanted, field, _ = max(
        (
            (target, field, near(target, field) * much)
            for target, much in ranked
            for field in fields
        ),
        key=lambda found: found[2],
    )
    choice = f"{voice.img_of} {_ordinal(pair.img.specialties.index(wanted))} choice"
    if wanted == field:
        return f"{voice.mentor_verb('work', 'works')} in {_field(pair, field)}, {choice}."
    if near(wanted, field):
        return f"{voice.mentor_of} field, {_field(pair, field)}, is close to {choice}."
    another = f"{voice.mentor_verb('work', 'works')} in another field than"
    return f"{another} {voice.img} {_hope(voice)} for."


def stage(pair: Pair) -> str:
    voice, stage = pair.voice, pair.img.stage or ""
    ahead = pair.tables.level_order.get(pair.mentor.career_level or "", 0)
    further = ahead > pair.tables.stage_order.get(stage, 0)
    gone = f"{'have' if voice.you == 'mentor' else 'has'} gone further"
    if stage in pair.mentor.stages:
        helps = f"{voice.mentor_verb('help', 'helps')} people at {_stage(pair)}"
        return f"{helps} and {gone}." if further else f"{helps}."
    if further:
        return f"{voice.mentor} {gone} than {_stage(pair)}."
    return f"{voice.mentor_verb('do', 'does')} not name {_stage(pair)} as one to help at."


def visa(pair: Pair) -> str:
    helping = pair.tables.visa_helped_by.get(pair.img.visa or "", frozenset())
    lived = [path for path in pair.mentor.visas if path in helping]
    voice = pair.voice
    have = "have" if voice.you == "mentor" else "has"
    if not lived:
        not_lived = f"{voice.mentor} {have} not lived through a visa path"
        return f"{not_lived} that helps in {voice.img_of} situation."
    paths = pair.listed("visa_path", lived)
    return f"{voice.mentor} {have} lived through {paths}, which helps in {voice.img_of} situation."


def languages(pair: Pair) -> str:
    shared = [each for each in pair.img.languages if each in pair.mentor.languages]
    if not shared:
        return "No language in common."
    return f"{pair.voice.both} speak {pair.listed('language', shared)}."


def location(pair: Pair) -> str:
    voice, img, mentor = pair.voice, pair.img, pair.mentor
    known = {*mentor.states_licensed, *([mentor.state] if mentor.state else [])}
    hoped = [state for state in img.states if state in known]
    knows = voice.mentor_verb("live or hold a license", "lives or holds a license")
    if hoped:
        return f"{knows} in {pair.listed('state', hoped)}, where {voice.img} {_hope(voice)} to be."
    if img.state in known:
        home = pair.listed("state", [img.state or ""])
        return f"{knows} in {home}, where {voice.img} {_live(voice)}."
    regions = pair.tables.state_regions
    around = {regions.get(state) for state in known}
    if around & {regions.get(state) for state in (*img.states, img.state or "") if state}:
        return f"{knows} in the same region of the country."
    return f"{knows} in another region of the country."


def availability(pair: Pair) -> str:
    """Tell the time in common of the poorest week of a year, for the sentence is read for long."""
    img, mentor = pair.img, pair.mentor
    least, most = in_common(
        (img.availability, img.timezone or "UTC"),
        (mentor.availability, mentor.timezone or "UTC"),
        pair.week,
    )
    if most == 0:
        return "No free time in common in a usual week."
    if least == 0:
        return "Free time in common in part of the year only, as clocks change."
    if least == most:
        return f"{_hours(least)} of free time in common a week."
    some = f"At least {_hours(least)} of free time in common a week"
    return f"{some}, and more in part of the year, as clocks change."


def formats(pair: Pair) -> str:
    return _in_common(pair, "format", pair.img.formats, pair.mentor.formats, "way of working")


def channels(pair: Pair) -> str:
    return _in_common(pair, "channel", pair.img.channels, pair.mentor.channels, "way to talk")


def rhythm(pair: Pair) -> str:
    voice = pair.voice
    wanted, given = pair.img.meetings_a_month or 0, pair.mentor.meetings_a_month or 0
    would = f"{voice.img} would like {_times(wanted)} a month"
    return f"{would}; {voice.mentor} can make {'one' if given == 1 else given}."


def words(pair: Pair) -> str:
    """Name a few words that stand in both texts, the longest, which tell most.

    The two read each other's text in full. A leader reads neither and is told a number only.
    """
    said, heard = stems(pair.img.goals), stems(pair.mentor.about)
    shared = [word for stem, word in said.items() if stem in heard]
    if not shared:
        return "What both wrote has no words in common."
    if not pair.voice.you:
        return f"What both wrote has {_words(len(shared))} in common."
    telling = sorted(shared, key=len, reverse=True)[:MOST_WORDS]
    named = in_words([word for word in shared if word in telling])
    return f"{pair.voice.both} write about {named}."


def requests(pair: Pair) -> str:
    voice = pair.voice
    if pair.mentor.key not in pair.img.requests[:5]:
        return f"{voice.img} asked for somebody else by name."
    if voice.you == "mentor":  # who reads "as fourth choice" is hurt, and nobody is helped
        return f"{voice.img} asked for you by name."
    rank = _ordinal(pair.img.requests.index(pair.mentor.key))
    return f"{voice.img} asked for this mentor by name, as {rank} choice."


def welcomes(pair: Pair) -> str:
    """Tell an IMG that they are welcome, but never that a mentor would rather have others."""
    voice = pair.voice
    if pair.img.key in pair.mentor.welcomes:
        return f"{voice.mentor} would gladly take {voice.img}."
    if voice.you == "img":
        return "Whom a mentor would gladly take is theirs to say."
    return f"{voice.mentor} marked other IMGs, not this one."


def same_country(pair: Pair) -> str:
    """Name the country to the two, who read it of each other; leaders do not."""
    voice, country = pair.voice, pair.names("country", pair.img.school_country or "")
    if pair.img.school_country == pair.mentor.school_country:
        where = country if voice.you else "the same country"
        return f"{voice.both} went to medical school in {where}, as {voice.img} wished."
    where = country if voice.you else "the same country"
    return f"{voice.img} wished for somebody who studied in {where}; this is not so."


def same_gender(pair: Pair) -> str:
    if pair.img.gender == pair.mentor.gender:
        return f"{pair.voice.both} gave the same gender, as {pair.voice.img} wished."
    return f"{pair.voice.img} wished for a mentor of the same gender; this is not so."


def mentor_is_img(pair: Pair) -> str:
    are = pair.voice.mentor_verb("are", "is")
    if pair.mentor.is_img:
        return f"{are} an IMG, as {pair.voice.img} wished."
    return f"{pair.voice.img} wished for a mentor who is an IMG; this is not so."


def priority(pair: Pair) -> str:
    verb = pair.voice.img_verb("have", "has")
    return f"{verb} priority: no mentor last time, or one lost through no fault of theirs."


def _in_common(
    pair: Pair, list_name: str, one: Sequence[str], other: Sequence[str], what: str
) -> str:
    shared = [each for each in one if each in other]
    if not shared:
        return f"No {what} in common."
    several = what.replace("way", "ways") if len(shared) > 1 else what
    return f"{several} in common: {pair.listed(list_name, shared)}."


def _field(pair: Pair, code: str) -> str:
    sub = code in pair.mentor.subspecialties and code not in pair.mentor.specialties
    return pair.names("subspecialty" if sub else "specialty", code)


def _stage(pair: Pair) -> str:
    return f"the stage “{pair.names('stage', pair.img.stage or '')}”"


def _hope(voice: Voice) -> str:
    return "hope" if voice.you == "img" else "hopes"


def _live(voice: Voice) -> str:
    return "live" if voice.you == "img" else "lives"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0))


def _times(count: int) -> str:
    return "one meeting" if count == 1 else f"{count} meetings"


def _words(count: int) -> str:
    return "one word" if count == 1 else f"{count} words"


def _ordinal(place: int) -> str:
    return ("first", "second", "third", "fourth", "fifth")[place]
