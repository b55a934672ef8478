"""Who left a lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.leads.contacts import Contact, contact_of, name_parts, phone_key, phone_spellings


@pytest.mark.parametrize(
    ("question", "value", "contact"),
    [
        ("full_name", "Asha Rao", Contact("Asha Rao", None, None)),
        ("Full Name", "आशा राव", Contact("आशा राव", None, None)),
        ("Your name?", "Asha", Contact("Asha", None, None)),
        ("email", "a@b.in", Contact(None, "a@b.in", None)),
        ("E-mail address*", " A@b.in ", Contact(None, "A@b.in", None)),
        ("work_email", "a@b.in", Contact(None, "a@b.in", None)),
        ("phone_number", "+91 98765 43210", Contact(None, None, "+919876543210")),
        ("WhatsApp number", "9876543210", Contact(None, None, "+919876543210")),
        ("मोबाइल नंबर", "९८७६५४३२१०", Contact(None, None, "+919876543210")),
        ("which_products?", "a@b.in", Contact(None, None, None)),
        ("email", "none", Contact(None, None, None)),
        ("phone", "call me", Contact(None, None, None)),
        ("email", "  ", Contact(None, None, None)),
    ],
)
def test_usual_questions_are_known_in_their_usual_spellings(question: str, value: str, contact: Contact) -> None:
    assert contact_of({question: [value]}) == contact


def test_a_full_name_is_joined_of_first_and_last_where_it_is_not_asked() -> None:
    assert contact_of({"last_name": ["Rao"], "first_name": ["Asha"]}).full_name == "Asha Rao"
    assert contact_of({"first_name": ["Asha"]}).full_name == "Asha"
    assert contact_of({"first_name": ["Asha"], "full_name": ["Asha Devi Rao"]}).full_name == "Asha Devi Rao"


def test_of_several_answers_the_first_that_makes_sense_counts() -> None:
    answers = {"email": ["nobody", "a@b.in", "c@d.in"], "work_email": ["w@x.in"], "phone": [], "mobile": ["9876543210"]}
    assert contact_of(answers) == Contact(None, "a@b.in", "+919876543210")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+91 98765 43210", "+919876543210"),
        ("0091-98765-43210", "+919876543210"),
        ("919876543210", "+919876543210"),
        ("(0) 98765.43210", "+919876543210"),
        ("98765/43210", "+919876543210"),
        ("+919876543210", "+919876543210"),
        ("+49 30 901820", "+4930901820"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("14155550123", "+14155550123"),
        # Too short for a whole number, too long for one, or none at all.
        ("98765", None),
        ("+1234567", None),
        ("+1234567890123456", None),
        ("98765 43210 ext. 5", None),
        ("+0 98765 43210", None),
        ("++919876543210", None),
        ("", None),
    ],
)
def test_a_phone_has_one_form(text: str, key: str | None) -> None:
    assert phone_key(text) == key


@given(st.text(alphabet="0123456789+-() ./", max_size=20))
def test_a_key_is_its_own_key_and_each_of_its_spellings_has_it(text: str) -> None:
    key = phone_key(text)
    if key is not None:
        assert phone_key(key) == key
        assert {phone_key(spelling) for spelling in phone_spellings(key)} == {key}
        bare = text.translate(str.maketrans("", "", " -()./"))
        assert bare in phone_spellings(key)


@given(st.text(alphabet=" ab", max_size=12))
def test_the_parts_of_a_name_are_the_whole_name(full_name: str) -> None:
    assert " ".join(part for part in name_parts(full_name) if part) == " ".join(full_name.split())
