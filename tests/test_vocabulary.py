"""The closed lists: complete, unambiguous, in American English, and consistent among themselves."""

from __future__ import annotations

import re
import zoneinfo

import pytest

from mentorship import vocabulary


def test_lists_are_those_the_house_agreed_on() -> None:
    assert list(vocabulary.LISTS) == [
        "specialty",
        "subspecialty",
        "stage",
        "topic",
        "visa",
        "visa_path",
        "language",
        "country",
        "state",
        "career_level",
        "channel",
        "format",
        "gender",
        "wish",
        "importance",
    ]


@pytest.mark.parametrize("list_name", vocabulary.LISTS)
def test_every_word_is_understood_by_id_name_and_other_spelling_and_means_one_thing(
    list_name: str,
) -> None:
    for term in vocabulary.LISTS[list_name].values():
        for said in (term.id, term.name, *term.also):
            assert vocabulary.parse(said.upper(), list_name) == term.id
        assert vocabulary.name(list_name, term.id) == term.name


def test_ids_and_names_are_fit_for_keys_and_pages() -> None:
    for list_name, terms in vocabulary.LISTS.items():
        names = [term.name for term in terms.values()]
        assert len(names) == len(set(names)), list_name
        for term in terms.values():
            assert re.fullmatch(r"[A-Za-z0-9_]{1,60}", term.id)
            assert not set("|=\n") & set(term.name + "".join(term.also)), "would break a roster"
            assert not re.search("programme|licence", term.name), term.name


def test_a_field_in_two_lists_is_called_the_same_in_both() -> None:
    specialty, subspecialty = vocabulary.LISTS["specialty"], vocabulary.LISTS["subspecialty"]
    both = specialty.keys() & subspecialty.keys()
    assert "sleep_medicine" in both
    assert {specialty[i].name for i in both} == {subspecialty[i].name for i in both}


def test_a_slip_names_the_words_it_may_have_been() -> None:
    with pytest.raises(vocabulary.UnknownWord) as error:
        vocabulary.parse("Residncy", "stage")
    assert str(error.value) == '"Residncy" is not known; did you mean "Residency"?'
    with pytest.raises(vocabulary.UnknownWord) as error:
        vocabulary.parse("zzzz", "stage")
    assert error.value.right == 'use a word of the list, such as "Medical school"'
    with pytest.raises(vocabulary.UnknownWord) as error:
        vocabulary.parse("huge", "importance")
    assert error.value.right == 'use "Low", "Normal", "High"'


def test_lists_are_tried_in_their_order_and_spaces_do_not_matter() -> None:
    assert vocabulary.parse(" internal   medicine ", "specialty", "subspecialty") == (
        "internal_medicine"
    )
    assert vocabulary.parse("Cardiology", "specialty", "subspecialty") == "cardiovascular_disease"
    with pytest.raises(vocabulary.UnknownWord):
        vocabulary.parse("Cardiology", "specialty")


def test_an_unknown_id_has_no_name() -> None:
    with pytest.raises(vocabulary.UnknownWord):
        vocabulary.name("stage", "nowhere")


@pytest.mark.parametrize("said", ["prefer_not", "", None])
def test_preferring_not_to_say_is_no_answer(said: str | None) -> None:
    assert vocabulary.answer(said) is None
    assert vocabulary.answer("woman") == "woman"


def test_every_visa_situation_that_needs_a_sponsor_is_helped_by_known_paths_with_reasons() -> None:
    situations = vocabulary.LISTS["visa"]
    needy = {term.id for term in situations.values() if term.extra["needs_sponsor"]}
    assert needy <= vocabulary.VISA_HELP.keys() <= situations.keys()
    for paths in vocabulary.VISA_HELP.values():
        assert paths
        assert paths.keys() <= vocabulary.LISTS["visa_path"].keys()
        assert all(reason.endswith(".") for reason in paths.values())


def test_tables_speak_only_of_words_in_the_lists() -> None:
    tables, lists = vocabulary.tables(), vocabulary.LISTS
    fields = lists["specialty"].keys() | lists["subspecialty"].keys()
    assert tables.specialty_groups.keys() == lists["specialty"].keys()
    assert tables.specialty_parents.keys() == lists["subspecialty"].keys()
    assert set().union(*tables.specialty_parents.values()) <= lists["specialty"].keys()
    assert set().union(*tables.specialty_clusters) <= fields
    assert tables.state_regions.keys() == lists["state"].keys()
    assert tables.level_order.keys() == lists["career_level"].keys()
    assert tables.common_language in lists["language"]


def test_tables_order_the_journey() -> None:
    tables = vocabulary.tables()
    assert list(tables.stage_order.values()) == list(range(1, 17))
    assert tables.stage_order["eras_application"] < tables.match_stage
    assert tables.match_stage < tables.stage_order["residency"]
    levels = tables.level_order
    assert levels["resident_pgy1"] == tables.stage_order["residency"]
    assert levels["applicant"] < levels["fellow"] < levels["senior_attending"]


def test_topics_name_stages_and_states_name_time_zones_that_exist() -> None:
    stages, zones = vocabulary.LISTS["stage"].keys(), zoneinfo.available_timezones()
    for topic in vocabulary.LISTS["topic"].values():
        assert set(topic.extra["stages"]) <= stages
    for state in vocabulary.LISTS["state"].values():
        assert set(state.extra["time_zones"]) <= zones
    assert set(vocabulary.COMMON_TIME_ZONES) <= zones


def test_counts_of_physicians_carry_year_and_source() -> None:
    counted = [t for t in vocabulary.LISTS["country"].values() if "licensed_in_us" in t.extra]
    assert counted
    for country in counted:
        assert {"year", "source_url"} <= country.extra.keys()


def test_every_country_lies_in_one_region() -> None:
    listed = [c for region in vocabulary.REGIONS.values() for c in region.extra["countries"]]
    assert sorted(listed) == sorted(vocabulary.LISTS["country"])
