"""What stands in the log, in words: for each action what was done, and to which room it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mentorship import audit
from mentorship.rounds.history import ACTIONS as OF_ROUNDS

ROOMS: Mapping[str, str] = MappingProxyType(
    {
        "accounts": "Accounts and sign-in",
        "people": "Members and leaders",
        "rounds": "Match rounds",
        "answers": "Answers to offers",
        "pairs": "Mentorships",
        "words": "News, letters and pages",
        "facts": "Toolkit and resources",
        "privacy": "Privacy and this log",
    }
)

_SAID: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "accounts.settings": "Changed the account settings",
        "accounts.claim": "Opened an account that waited for them",
        "security.register": "Created an account, or asked for one",
        "security.login": "Signed in, or tried to",
        "security.logout": "Signed out",
        "security.verify": "Proved again who they are",
        "security.change_password": "Changed the password",
        "security.forgot_password": "Asked for a way in by mail",
        "security.reset_password": "Chose a new password by a mailed link",
        "security.send_confirmation": "Asked to confirm the address again",
        "security.confirm_email": "Confirmed the email address",
        "account.sign_in": "Signed in",
        "account.sign_in.fail": "A sign-in failed",
        "account.second_step.fail": "A second step of a sign-in failed",
        "account.again.fail": "Did not prove again who they are",
        "account.password.change": "Changed the password",
        "account.password.reset": "Chose a new password by a mailed link",
        "account.email.ask": "Asked to change the email address",
        "account.email.take_back": "Took the change of the email address back",
        "account.email.change": "Changed the email address",
        "account.administrator.appoint": "Was made an administrator, by a command on the server",
        "account.factor.add": "Set up a second factor",
        "account.factor.remove": "Took a second factor off",
        "account.factor.reset": "Reset somebody's second factor",
        "account.recovery_codes.make": "Made new recovery codes",
        "account.recovery_codes.use": "Used a recovery code",
        "account.identity.join": "Created an account by a sign-in provider",
        "account.identity.add": "Connected an account elsewhere to sign in with",
        "account.identity.remove": "Took an account elsewhere off",
        "providers.start": "Went to a sign-in provider",
        "providers.connect": "Went to a sign-in provider, to connect an account",
        "providers.again": "Went to a sign-in provider, to prove again who they are",
        "providers.join": "Created an account by a sign-in provider, or asked for one",
        "providers.disconnect": "Took an account elsewhere off",
        "session.end": "Ended a session",
        "session.end_all": "Ended all sessions of a person, or all but one",
        "session.end_everybodys": "Ended the sessions of everybody, by a command",
        "account.switch_off": "Switched an account off",
        "account.switch_on": "Switched an account on",
        "signins.end": "Ended a session",
        "signins.end_others": "Ended all sessions but one",
        "signins.end_all": "Ended all sessions",
        "accounts_desk.end_sessions": "Ended all sessions of a person",
        "accounts_desk.switch_off": "Switched an account off",
        "accounts_desk.switch_on": "Switched an account on",
        "emails.change": "Asked to change the email address",
        "emails.keep": "Took the change of the email address back",
        "emails.confirm": "Opened the link of a new email address",
        "factors.add_app": "Began to set up an app's codes",
        "factors.add_passkey": "Began to set up a passkey",
        "factors.new_codes": "Made new recovery codes",
        "factors.remove_app": "Took an app's codes off",
        "factors.remove_passkey": "Took a passkey off",
        "factors.take_second_step": "Took the second step of a sign-in",
        "factors.reset": "Reset somebody's second factor",
    },
    "people": {
        "sections_admin.create": "Made a section",
        "sections_admin.change": "Changed a section",
        "sections_admin.appoint": "Appointed a leader",
        "sections_admin.invite": "Invited a leader",
        "sections_admin.dismiss": "Dismissed a leader",
        "sections.ask": "Asked to join",
        "sections.left": "Left, or took a request back",
        "sections.approve": "Approved a request",
        "sections.decline": "Declined a request",
        "profiles.save_img": "Saved the IMG profile",
        "profiles.save_mentor": "Saved the mentor profile",
        "breaks.save_pause": "Began a break as a mentor",
        "breaks.end_pause": "Ended a break as a mentor",
        "profiles.save_step": "Saved a step of the profile",
        "community.show_me": "Joined the directory",
        "community.hide_me": "Left the directory",
        "hosts.allow": "Put a host on the list of those that we ask",
        "hosts.refuse": "Refused a host, or took it off the list",
        "roster.import.begin": "Began an import of rosters",
        "roster.import.try": "Tried an import out",
        "roster.import.write": "Brought a roster in",
        "roster.import.done": "Wrote an import of rosters",
        "roster.import.change": "Changed somebody by an import of rosters",
        "roster.import.forget": "Dropped an import",
        "roster.export": "Exported rosters",
        "finding.save_set_up": "Changed who may look others up",
    },
    "rounds": {**OF_ROUNDS, "round.template.remove": "Removed a template"},
    "answers": {
        "rounds.accept": "Said yes as the mentor",
        "rounds.decline_offer": "Declined as the mentor",
        "rounds.confirm": "Said yes as the IMG",
        "rounds.decline_match": "Declined as the IMG",
        "rounds.send_request": "Asked a mentor directly",
        "rounds.take_back_request": "Took a request back",
        "rounds.join": "Joined a round that was open",
        "rounds.withdraw": "Withdrew from a round",
        "rounds.come_back": "Came back to a round",
    },
    "pairs": {
        "mentorships.write_agreement": "Changed an agreement",
        "mentorships.accept_agreement": "Accepted an agreement",
        "mentorships.raise_concern": "Told about a concern",
        "mentorships.give_feedback": "Gave feedback on a mentorship",
        "mentorships.end": "Ended a mentorship",
        "led_mentorships.close_concern": "Closed a concern",
        "led_mentorships.end": "Ended a mentorship as a leader",
    },
    "words": {
        "community_desk.create": "Added to the section's pages",
        "community_desk.change": "Changed the section's pages",
        "community_desk.remove": "Removed from the section's pages",
        "community_desk.add_step": "Noted a step of a resolution",
        "community.propose": "Proposed a resolution",
        "spotlight.create": "Began a letter",
        "spotlight.change": "Changed a letter",
        "spotlight.submit": "Sent a letter to the leaders",
        "spotlight.take_back": "Took a letter back",
        "spotlight.delete": "Deleted a letter",
        "spotlight_desk.change": "Edited a letter as a leader",
        "spotlight_desk.decide": "Decided on a letter",
        "news_desk.create": "Wrote a news post",
        "news_desk.change": "Changed a news post",
        "news_desk.delete": "Deleted a news post",
        "news_desk.publish": "Published a news item",
        "news_desk.hide": "Hid a news item",
        "news_desk.decide_everybodys": "Showed or hid an item that all sections have",
        "news_desk.add_feed": "Added a feed",
        "news_desk.change_feed": "Changed a feed",
        "news_desk.switch_feed": "Switched a feed on or off",
        "news_desk.remove_feed": "Removed a feed",
    },
    "facts": {
        "curating.create": "Added a resource",
        "curating.change": "Changed a resource",
        "curating.place": "Moved or hid a resource",
        "curating.restore": "Put back an earlier version of a resource",
        "curating.settle": "Settled a report on a resource",
        "curating.forget_miss": "Cleared a search that found nothing",
        "shelf.send_report": "Reported a resource",
        "facts.correct": "Corrected a fact",
        "facts.check": "Checked a fact",
        "facts.check_all": "Checked facts",
        "facts.put_back": "Undid a correction",
    },
    "privacy": {
        "consents.save": "Changed a privacy choice",
        "privacy.ask_for_data": "Asked for a copy of their data",
        "privacy.data.made": "A copy of somebody's data was made",
        "privacy.ask_to_erase": "Asked to be erased",
        "privacy.keep_me": "Took the wish to be erased back",
        "privacy.erasure.done": "A person was erased",
        "glass.break_glass": "Opened somebody's sealed answers",
        "operations.restore": "The whole database was replaced by a backup",
        "privacy.retention": "What is past its time was removed",
        audit.FORGOTTEN: "Entries of this log past their time were removed",
    },
}

WORDS: Mapping[str, str] = MappingProxyType(
    {action: words for said in _SAID.values() for action, words in said.items()}
)
ACTIONS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {room: tuple(said) for room, said in _SAID.items()}
)

# Entries of before that nobody reads: who asked somebody to be put in touch would read the "no".
UNTOLD = ("introductions.ask", "introductions.answer", "introductions.end")

# What one of a pair tells the leaders, and that a leader saw to it. The chain keeps it, and nobody
# reads it here: an administrator or a leader may be the other of the two. It is left out for every
# reader alike: left out for the other only, a number that a file lacks would say whose it was.
IN_CONFIDENCE = (
    *("mentorships.raise_concern", "mentorships.give_feedback"),
    "led_mentorships.close_concern",
)


def in_words(action: str) -> str:
    """Return what was done; an action of an earlier version of the service speaks for itself."""
    return WORDS.get(action, action)
