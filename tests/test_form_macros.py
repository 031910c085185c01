"""Each kind of field gets its label, its hint and its errors, and the summary leads to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
NONE_RIGHT = [InputRequired("Please answer")]
CHOICES = [SelectChoice("a", "First", {"description": "More words"}), SelectChoice("b", "Second")]


class Hours(Form):
    start = StringField("From", NONE_RIGHT)
    end = StringField("To")


class Every(Form):
    name = StringField("Name", NONE_RIGHT, description="As you say it")
    email = EmailField("E-mail", NONE_RIGHT)
    password = PasswordField("Password", NONE_RIGHT)
    year = IntegerField("Year", NONE_RIGHT)
    country = SelectField("Country", choices=CHOICES, validators=NONE_RIGHT)
    stage = RadioField("Stage", choices=CHOICES, validators=NONE_RIGHT)
    topics = SelectMultipleField("Topics", choices=CHOICES, validators=NONE_RIGHT)
    goals = TextAreaField("Goals", [*NONE_RIGHT, Length(max=200)])
    agree = BooleanField("I agree", NONE_RIGHT)
    ranked = FieldList(
        SelectField("Wish", choices=CHOICES, validators=NONE_RIGHT),
        label="Wishes",
        min_entries=2,
    )
    monday = FormField(Hours, label="Monday")
    token = HiddenField(validators=NONE_RIGHT)


class Optional(Form):
    name = StringField("Name")
    about = StringField("About you", NONE_RIGHT)


@pytest.fixture(scope="module")
def forms() -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True
    )
    environment.globals["url_for"] = lambda _endpoint, filename: f"/static/{filename}"
    return environment.get_template("_macros/forms.html").module


def parse(html: str) -> Element:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(f"<!doctype html><title>x</title>{html}")
    assert parser.errors == []
    return tree


def words(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def test_every_field_is_labelled_once(forms: Any) -> None:
    tree = parse("".join(forms.field(field) for field in Every()))
    labels = [label.get("for") for label in tree.iter("label")]
    fields = [
        element.get("id")
        for tag in ("input", "select", "textarea")
        for element in tree.iter(tag)
        if element.get("type") != "hidden"
    ]
    assert sorted(fields, key=str) == sorted(labels, key=str)
    assert len(set(fields)) == len(fields) == 15


def test_a_choice_of_several_is_a_group_with_a_name(forms: Any) -> None:
    tree = parse(forms.field(Every()["topics"]))
    assert words(tree.find(".//fieldset/legend")) == "Topics"
    assert {box.get("type") for box in tree.iter("input")} == {"checkbox"}
    assert words(tree.find(".//label[@for='topics-0']")) == "FirstMore words"


def test_what_is_wrong_is_said_at_the_field_and_leads_there_from_the_top(forms: Any) -> None:
    form = Every()
    assert not form.validate()
    fields = "".join(forms.field(field) for field in form)
    tree = parse(f"{forms.error_summary(form)}{fields}")
    ids = {element.get("id") for element in tree.iter()}
    links = [a.get("href", "") for a in tree.iterfind(".//div[@data-error-summary]//a")]
    assert len(links) == 12
    assert [href for href in links if href.removeprefix("#") not in ids] == []
    for field in ("name", "email", "password", "year", "country", "goals", "agree"):
        control = tree.find(f".//*[@id='{field}']")
        assert control is not None
        assert control.get("aria-invalid") == "true"
        assert f"{field}-error" in str(control.get("aria-describedby"))
        assert "Please answer" in words(tree.find(f".//*[@id='{field}-error']"))


def test_a_form_without_errors_has_no_summary(forms: Any) -> None:
    assert forms.error_summary(Every()).strip() == ""


def test_a_hint_belongs_to_its_field(forms: Any) -> None:
    tree = parse(forms.field(Every()["name"]))
    assert words(tree.find(".//*[@id='name-hint']")) == "As you say it"
    control = tree.find(".//input")
    assert control is not None
    assert control.get("aria-describedby") == "name-hint"


def test_only_what_may_stay_empty_is_marked_unless_asked_otherwise(forms: Any) -> None:
    form = Optional()
    assert "(optional)" in forms.field(form["name"])
    assert "(optional)" not in forms.field(form["about"])
    assert "(required)" in forms.field(form["about"], mark="required")
    assert "(optional)" not in forms.field(form["name"], mark="")


def test_a_long_text_says_how_long_it_may_be(forms: Any) -> None:
    tree = parse(forms.field(Every()["goals"]))
    assert "up to 200 characters" in words(tree.find(".//*[@id='goals-count']"))


def test_what_somebody_typed_cannot_become_markup(forms: Any) -> None:
    form = Optional(data={"name": '"><script>alert(1)</script>'})
    tree = parse(forms.field(form["name"]))
    assert tree.find(".//script") is None
