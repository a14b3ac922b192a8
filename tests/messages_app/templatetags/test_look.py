"""Where the focus goes in a form that came back (UX-2)."""

from __future__ import annotations

import pytest
from django import forms

from messages_app.templatetags.look import control, to_mend, whole


class Door(forms.Form):
    name = forms.CharField(widget=forms.TextInput(attrs={"autofocus": True}))
    count = forms.IntegerField(required=False)
    word = forms.CharField(widget=forms.PasswordInput, required=False)

    def clean(self) -> None:
        if self.data.get("word") == "wrong":
            raise forms.ValidationError("These do not go together.")


class Plain(forms.Form):
    name = forms.CharField(required=False)

    def clean(self) -> None:
        raise forms.ValidationError("Not today.")


@pytest.mark.rule("UX-2")
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "Ana", "word": "right"}, ""),
        ({"name": "Ana", "word": "wrong"}, "word"),  # it comes back empty
        ({"name": "", "word": "wrong"}, "name"),
        ({"name": "Ana", "count": "many"}, "count"),
        ({"name": "", "count": "many"}, "name"),
    ],
)
def test_the_first_field_to_mend_has_the_focus(data: dict[str, str], field: str) -> None:
    form = Door(data)
    assert to_mend(form) == field
    if field:
        assert [one.name for one in form if "autofocus" in control(one)] == [field]


@pytest.mark.rule("UX-2")
def test_a_new_form_keeps_the_focus_that_it_asks_for() -> None:
    assert [one.name for one in Door() if "autofocus" in control(one)] == ["name"]


@pytest.mark.rule("UX-2")
def test_where_no_field_is_wrong_none_has_the_focus() -> None:
    form = Plain({"name": "Ana"})
    assert to_mend(form) == ""
    assert "autofocus" not in control(form["name"])


def test_an_order_number_is_escaped() -> None:
    assert whole("<b>") == '<span class="mono whole">&lt;b&gt;</span>'
