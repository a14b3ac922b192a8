"""Compiled templates say what Django's own would say."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.template import Context, engines
from django.template import Template as DjangoTemplate
from django.urls import reverse, set_script_prefix
from django.utils import translation

from messaging_center.compiled import address


def rendered(source: str, **known: object) -> str:
    return str(engines["jinja2"].from_string(source).render(known))


def test_an_address_is_that_of_the_urls() -> None:
    one, other = uuid4(), uuid4()
    assert address("thread", one) == reverse("thread", args=[one])
    assert address("thread", other) == reverse("thread", args=[other])
    assert address("place_thread", one, "archived") == reverse("place_thread", args=[one, "archived"])
    assert address("inbox") == reverse("inbox")


def test_an_address_keeps_the_prefix_of_the_installation() -> None:
    thread = uuid4()
    without = address("thread", thread)
    set_script_prefix("/below/")
    try:
        assert address("thread", thread) == f"/below{without}"
    finally:
        set_script_prefix("/")


@pytest.mark.rule("SEC-2")
def test_what_people_wrote_is_escaped() -> None:
    page = "{{ text }}|{{ text|linebreaks }}|{{ gettext('Reply to %(other_name)s', other_name=text) }}"
    said = rendered(page, text="<b onclick='x'>&")
    assert "<b" not in said
    assert said.count("&lt;b onclick=") == 3


@pytest.mark.rule("ACC-10")
def test_texts_are_those_of_the_catalogs() -> None:
    pages = "{{ gettext('Has attachments') }}", "{% load i18n %}{% translate 'Has attachments' %}"
    with translation.override("de"):
        ours, django = rendered(pages[0]), DjangoTemplate(pages[1]).render(Context())
    assert ours == django != "Has attachments"


def test_what_a_page_does_not_give_is_empty() -> None:
    page = "{{ thread.id }}|{% if thread.id == row.id %}open{% endif %}"
    assert rendered(page, row={"id": 1}) == "|"


def test_a_page_takes_a_compiled_part_with_all_it_knows_and_what_it_gives() -> None:
    page = DjangoTemplate('{% load compiled %}{% compiled "messages_app/_views.html" swapped=True %}')
    views = [{"name": "unread"}, {"name": "sent"}]
    said = page.render(Context({"views": views, "view": views[1], "counts": {"unread": 7}}))
    assert 'hx-swap-oob="true"' in said
    assert re.findall(r'view=(\w+)"( aria-current="page")?>', said) == [
        ("unread", ""),
        ("sent", ' aria-current="page"'),
    ]
    assert '<span class="count">7</span>' in said
