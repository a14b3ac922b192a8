"""Message catalogs: collected, checked and compiled without gettext's programs (ACC-10)."""

import gettext
import os
import re
from pathlib import Path

import polib
import pytest

from messaging_center.catalogs import Text, compile_stale, problems_of, sources_of, texts_of, update

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
title = _("Messages")
def count(n):
    return ngettext("%(n)s message", "%(n)s messages", n) % {"n": n}
verb = pgettext_lazy("button", "Order")
print("not a text")
"""
TEMPLATE = """
{% load i18n %}<h1>{% translate "Inbox" %}</h1>{# {% translate "gone" %} #}
<a title='{% translate "It's due" context "clock" %}'>
{% blocktranslate count n=rows|length trimmed %}
  {{ n }} thread
{% plural %}
  {{ n }} threads
{% endblocktranslate %}
"""

COMPILED = """
{# {{ gettext("gone") }} #}
<li title="{{ pgettext("row", "Open") }}">{{ gettext("Mark") }}</li>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small product with a view and a template, and tests whose texts do not count."""
    (tmp_path / "app").mkdir()
    (tmp_path / "templates" / "app").mkdir(parents=True)
    (tmp_path / "templates" / "compiled" / "app").mkdir(parents=True)
    (tmp_path / "templates" / "compiled" / "app" / "_row.html").write_text(COMPILED)
    (tmp_path / "tests").mkdir()
    (tmp_path / "app" / "views.py").write_text(PYTHON)
    (tmp_path / "templates" / "app" / "page.html").write_text(TEMPLATE)
    (tmp_path / "tests" / "test_views.py").write_text("_('only here')")
    return tmp_path


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """Where the Polish catalog lies."""
    return tmp_path / "locale" / "pl" / "LC_MESSAGES" / "django.po"


def translate_all(catalog: Path) -> None:
    """Fill in something for every text."""
    file = polib.pofile(str(catalog))
    for entry in file:
        if entry.msgid_plural:
            entry.msgstr_plural = {form: f"{form} {entry.msgid_plural}" for form in entry.msgstr_plural}
        else:
            entry.msgstr = entry.msgid.upper()
    file.save()


def test_texts_are_found_in_python_and_templates(root: Path) -> None:
    assert texts_of(root) == {
        Text("", "Messages", ""),
        Text("", "%(n)s message", "%(n)s messages"),
        Text("button", "Order", ""),
        Text("", "Inbox", ""),
        Text("clock", "It's due", ""),
        Text("", "%(n)s thread", "%(n)s threads"),
        Text("row", "Open", ""),
        Text("", "Mark", ""),
    }


@pytest.mark.rule("ACC-10")
def test_a_catalog_is_complete_only_when_every_form_is_there(root: Path, catalog: Path) -> None:
    texts = texts_of(root)
    assert len(problems_of(catalog, "pl", texts)) == len(texts)
    assert update(catalog, "pl", texts) == len(texts)
    assert {problem.split(": ")[1] for problem in problems_of(catalog, "pl", texts)} == {"not translated"}
    translate_all(catalog)
    assert problems_of(catalog, "pl", texts) == []
    file = polib.pofile(str(catalog))
    next(entry for entry in file if entry.msgid_plural).msgstr_plural[1] = ""
    file.save()
    assert len(problems_of(catalog, "pl", texts)) == 1


def test_variables_must_be_those_of_the_original(root: Path, catalog: Path) -> None:
    texts = {Text("", "%(count)s of {total}", "")}
    update(catalog, "pl", texts)
    for translation, fine in [("{total}: %(count)s", True), ("{suma}: %(count)s", False), ("{total}", False)]:
        file = polib.pofile(str(catalog))
        file[0].msgstr = translation
        file.save()
        assert (problems_of(catalog, "pl", texts) == []) is fine


def test_an_update_keeps_translations_and_drops_what_is_gone(root: Path, catalog: Path) -> None:
    update(catalog, "pl", {Text("", "Old", ""), Text("", "Kept", "")})
    translate_all(catalog)
    assert update(catalog, "pl", {Text("", "Kept", ""), Text("", "New", "")}) == 1
    assert {entry.msgid: entry.msgstr for entry in polib.pofile(str(catalog))} == {"Kept": "KEPT", "New": ""}
    assert problems_of(catalog, "pl", {Text("", "Kept", "")}) == ["pl: no longer used: 'New'"]


def test_compiling_is_done_once_for_each_change(root: Path, catalog: Path) -> None:
    update(catalog, "pl", texts_of(root))
    translate_all(catalog)
    locale = root / "locale"
    assert [compile_stale(locale), compile_stale(locale)] == [1, 0]
    compiled = gettext.translation("django", str(locale), ["pl"])
    assert compiled.gettext("Inbox") == "INBOX"
    assert compiled.pgettext("button", "Order") == "ORDER"
    assert [compiled.ngettext("%(n)s thread", "%(n)s threads", n)[0] for n in (1, 2, 5, 12, 22)] == list(
        "01221"
    )
    later = catalog.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(catalog, ns=(later, later))
    assert compile_stale(locale) == 1


@pytest.mark.rule("ACC-10")
def test_no_template_adds_a_colon_to_a_translated_text() -> None:
    """French puts a space before it; so the colon belongs to the text."""
    templates = [path for path in sources_of(ROOT) if path.suffix in (".html", ".txt")]
    assert len(templates) > 50
    colon = re.compile(r"(?:\{% (?:translate [^%]*|endblocktranslate) %|\{ p?gettext\([^}]*\})\}\s?:")
    assert [path.name for path in templates if colon.search(path.read_text("utf-8"))] == []
