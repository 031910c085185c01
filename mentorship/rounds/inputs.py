"""What decides a run: people, rules, policy and draw; gathered anew, or as a run kept them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import vocabulary
from mentorship.accounts.models import User
from mentorship.matching import Market
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.pool import gather
from mentorship.rounds.agreed import Agreed, Key, agreed_of
from mentorship.rounds.candidates import Candidate
from mentorship.rounds.choices import OUT
from mentorship.rounds.models import Round, RoundState, Run
from mentorship.rounds.priority import priority_of
from mentorship.rounds.rest import still_free
from mentorship.rounds.rest_runs import offered_before
from mentorship.rounds.run_rules import RunRules, forbidden
from mentorship.rounds.setup import SetUp
from mentorship.rounds.snapshot import restored
from mentorship.rounds.traits import Traits, let_in


class NobodyToMatch(ValueError):
    """No IMG takes part."""


class InputsForgotten(ValueError):
    """What the run was made of is deleted, whole or in part, so it cannot be solved again."""

    def __init__(self, run: Run) -> None:
        super().__init__(f"run {run.number}")
        self.deleted_at = run.inputs_deleted_at
        self.whole = run.inputs is None


class BadProfile(ValueError):
    """One profile cannot be matched as it is; ``name`` is the person's."""

    def __init__(self, name: str, why: str, profile_id: uuid.UUID) -> None:
        super().__init__(why)
        self.name, self.why, self.profile_id = name, why, profile_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """``means`` are those of an earlier run that is solved again, or None to work them out.

    ``counted`` are keys of the IMGs who agree to statistics; nobody else is in them.
    """

    market: Market
    rules: RunRules
    policy: str
    lottery: int
    means: Mapping[str, int] | None = None
    counted: frozenset[str] = frozenset()


def gathered(
    session: Session, round_: Round, *, rules: RunRules, policy: str, now: dt.datetime
) -> Inputs:
    """Gather whoever takes part and can; mentors with the seats that are free for this round.

    Locks of people who are not in it wait, and what leaders forbade is kept, for later runs in
    which they may be back: the matcher passes over whoever is not here.

    Raises
    ------
    NobodyToMatch, BadProfile
        No IMG takes part, or one profile cannot be read.

    """
    people = still_free(session, round_, now=now)
    if rules.two_mentors is None:  # asked for before a run kept it
        set_up = SetUp.from_json(round_.rules)
        rules = dataclasses.replace(rules, two_mentors=set_up.two_mentors)
    agreed = Agreed() if round_.state in OUT else agreed_of(session, round_.id)
    market = _market(session, round_, _taking_part(people), now.date(), agreed, rules)
    offered = offered_before(session, round_.id)
    here = agreed.applied(rules).of_those(market, passing=offered)
    if at_odds := _at_odds(market, here, agreed):
        people = agreed.besides(people, at_odds)
        market = _market(session, round_, _taking_part(people), now.date(), agreed, rules)
        here = here.of_those(market, passing=offered)
    return Inputs(market=market, rules=here, policy=policy, lottery=round_.lottery)


def _taking_part(people: Sequence[Candidate]) -> Sequence[Candidate]:
    return [each for each in people if each.takes_part]


def _at_odds(market: Market, rules: RunRules, agreed: Agreed) -> Collection[Key]:
    """Return the pairs that agreed by request and that a rule has come to forbid since."""
    imgs, mentors = {img.key for img in market.imgs}, {each.key for each in market.mentors}
    here = {
        (str(img), str(mentor)): (img, mentor)
        for img, mentor in agreed.standing
        if str(img) in imgs and str(mentor) in mentors
    }
    return {here[pair] for pair in forbidden(market, rules, frozenset(here))}


def people_now(
    session: Session, round_: Round, *each_traits: Traits, now: dt.datetime
) -> list[list[Candidate]]:
    """Return whoever takes part and can, once for each of the traits.

    Of a draft it is whoever would take part if it were opened now with these traits. Later they
    change nothing for those who take part already.
    """
    people = still_free(session, round_, now=now)
    if round_.state is not RoundState.DRAFT:
        return [[*_taking_part(people)] for _ in each_traits]
    newcomers = [each for each in people if each.is_newcomer]
    return [let_in(session, round_, traits, newcomers) for traits in each_traits]


def thinned(people: Sequence[Candidate], most_pairs: int) -> Sequence[Candidate]:
    """Return people, of a larger round only as many IMGs as make ``most_pairs`` with all mentors.

    They are one in so many, the same every time.
    """
    imgs = [each for each in people if each.kind is ProfileKind.IMG]
    mentors = [each for each in people if each.kind is ProfileKind.MENTOR]
    if len(imgs) * len(mentors) <= most_pairs:
        return people
    count = max(1, most_pairs // len(mentors))
    in_order = sorted(imgs, key=lambda each: each.profile_id)
    return [*(in_order[len(in_order) * n // count] for n in range(count)), *mentors]


def market_now(
    session: Session,
    round_: Round,
    people: Sequence[Candidate] | None = None,
    *,
    now: dt.datetime,
) -> Market:
    """Return whoever takes part and can, or these people, as the matcher knows them.

    Mentors have the limits they set, also where the round does not keep to them.

    Raises
    ------
    NobodyToMatch, BadProfile
        As ``gathered``.

    """
    if people is None:
        (people,) = people_now(session, round_, Traits(), now=now)
    return _market(session, round_, people, now.date(), Agreed(), RunRules())


def _market(  # noqa: PLR0913, PLR0917  whose round, who, when, and what holds
    session: Session,
    round_: Round,
    people: Sequence[Candidate],
    today: dt.date,
    agreed: Agreed,
    rules: RunRules,
) -> Market:
    seats = {str(each.profile_id): each.seats for each in people}
    ids = [each.profile_id for each in people]
    monday = today - dt.timedelta(days=today.weekday())
    try:
        imgs, mentors = gather(session, ids)
        imgs = [
            dataclasses.replace(
                img, mentors_wanted=max(img.mentors_wanted, agreed.held[uuid.UUID(img.key)])
            )
            for img in rules.wanting(imgs)
        ]
        first = priority_of(session, ids)
        imgs = [dataclasses.replace(img, priority=uuid.UUID(img.key) in first) for img in imgs]
        free = [dataclasses.replace(mentor, seats=seats[mentor.key]) for mentor in mentors]
        free = [*rules.limiting(free)]
        market = Market.of(imgs, free, vocabulary.tables(), week=monday)
    except ValueError:
        _name_bad_profile(session, ids, today)
        raise
    if not imgs:
        raise NobodyToMatch(round_.name)
    return market


def kept(
    run: Run,
    *,
    rules: RunRules | None = None,
    policy: str | None = None,
    of: str | None = None,
    mentor: str | None = None,
) -> Inputs:
    """Return what a run was made of, under other rules or another policy if given.

    ``of`` is the key of an IMG whose scores alone are asked for, those with one ``mentor`` if that
    is given, see ``restored``.

    Raises
    ------
    InputsForgotten
        Retention has ended, or somebody in it was erased.

    """
    inputs = run.inputs
    if inputs is None or inputs.get("erased"):
        raise InputsForgotten(run)
    market, own_rules, means = restored(inputs, of=of, mentor=mentor)
    return Inputs(
        market=market,
        rules=rules or own_rules,
        policy=policy or run.policy,
        lottery=run.lottery,
        means=means,
    )


def _name_bad_profile(session: Session, ids: Collection[uuid.UUID], today: dt.date) -> None:
    """Find the profile that the matcher cannot read, and say whose it is."""
    monday = today - dt.timedelta(days=today.weekday())
    for profile_id in ids:
        try:
            alone = gather(session, [profile_id])
            Market.of(*alone, vocabulary.tables(), week=monday)
        except ValueError as problem:
            name = session.scalars(
                sa.select(User.name)
                .join(Profile, Profile.person_id == User.id)
                .where(Profile.id == profile_id)
            ).one()
            raise BadProfile(name, str(problem), profile_id) from problem
