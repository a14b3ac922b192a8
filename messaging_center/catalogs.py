"""Message catalogs without gettext's programs: collect the texts, check the translations, compile them."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize
from jinja2.ext import babel_extract

# Function names of Django's translation module, each with the positions of its texts ("c" marks the context).
KEYWORDS: dict[str, Any] = {
    f"{name}{ending}": places
    for name, places in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for ending in ("", "_lazy", "_noop")
} | {"_": None}
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "it": "nplurals=2; plural=(n != 1);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}
VARIABLE = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
COMPILED = "compiled"  # the folder among the templates of those that are compiled
# Read every other file of the product but what belongs to tools, tests and data.
SKIPPED = {"tests", "benchmarks", "migrations", "var", "staticfiles", "docs", "deploy"}


@dataclass(frozen=True, order=True)
class Text:
    """One text to translate: context, singular and plural (both empty where there is none)."""

    context: str
    singular: str
    plural: str


def compile_stale(locale: Path) -> int:
    """Compile the catalogs that are newer than their compiled form; returns how many were."""
    compiled = 0
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        half = target.with_suffix(".mo.new")  # processes that start together never see half a file
        polib.pofile(str(source)).save_as_mofile(str(half))
        half.replace(target)
        compiled += 1
    return compiled


def texts_of(root: Path) -> set[Text]:
    """Every text that Python files and templates below `root` hand to gettext."""
    found: set[Text] = set()
    for path in sources_of(root):
        content = path.read_text("utf-8")
        if path.suffix == ".py":
            found.update(_texts_in(content))
        elif COMPILED in path.relative_to(root).parts:
            found.update(_texts_in(content, method=babel_extract))
        else:
            found.update(_texts_in_template(content, str(path)))
    return found


def _texts_in_template(content: str, origin: str) -> Iterator[Text]:
    # Django turns a template into something like Python, one call a line and fillers around it that are
    # no Python as a whole: so each line is read by itself.
    for line in templatize(content, origin=origin).splitlines():
        if "(" in line:
            yield from _texts_in(line.strip())


def _texts_in(source: str, method: Any = "python") -> Iterator[Text]:
    for _line, messages, _comments, context in extract(method, io.BytesIO(source.encode()), KEYWORDS):
        parts = messages if isinstance(messages, tuple) else (messages,)
        singular, plural = parts[0], parts[1] if len(parts) > 1 else ""
        if singular:
            yield Text(context or "", singular, plural)


def sources_of(root: Path) -> Iterator[Path]:
    """Python files, and templates of pages and mails."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if SKIPPED & set(parts) or any(part.startswith(".") for part in parts) or not path.is_file():
            continue
        if path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in parts):
            yield path


def update(catalog: Path, language: str, texts: Iterable[Text]) -> int:
    """Bring a catalog in step with the texts: new ones untranslated, those gone dropped; returns new ones."""
    old = {text_of(entry): entry for entry in polib.pofile(str(catalog))} if catalog.exists() else {}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": PLURALS[language],
    }
    for text in sorted(texts):
        fresh.append(old.get(text) or entry_for(text, language))
    catalog.parent.mkdir(parents=True, exist_ok=True)
    if not catalog.exists() or catalog.read_text("utf-8") != str(fresh):
        catalog.write_text(str(fresh), "utf-8")
    return len(set(texts) - set(old))


def problems_of(catalog: Path, language: str, texts: Iterable[Text]) -> list[str]:
    """What is missing or wrong in a catalog, a sentence each."""
    entries = {text_of(entry): entry for entry in polib.pofile(str(catalog))} if catalog.exists() else {}
    wanted = set(texts)
    problems = [
        f"{language}: not in the catalog: {text.singular!r}" for text in sorted(wanted - set(entries))
    ]
    problems += [f"{language}: no longer used: {text.singular!r}" for text in sorted(set(entries) - wanted)]
    for text in sorted(wanted & set(entries)):
        entry = entries[text]
        forms = list(entry.msgstr_plural.values()) if text.plural else [entry.msgstr]
        if entry.fuzzy or not forms or not all(forms):
            problems.append(f"{language}: not translated: {text.singular!r}")
        elif any(variables(form) != variables(text.plural or text.singular) for form in forms[-1:]):
            problems.append(f"{language}: other variables than the original: {text.singular!r}")
    return problems


def entry_for(text: Text, language: str) -> polib.POEntry:
    """An entry without a translation."""
    forms = int(PLURALS[language].removeprefix("nplurals=")[0])
    return polib.POEntry(
        msgctxt=text.context or None,
        msgid=text.singular,
        msgid_plural=text.plural,
        msgstr_plural=dict.fromkeys(range(forms), "") if text.plural else {},
    )


def text_of(entry: polib.POEntry) -> Text:
    """The text that an entry translates."""
    return Text(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def variables(text: str) -> list[str]:
    """The variables in a text, in a fixed order."""
    return sorted(VARIABLE.findall(text.replace("%%", "")))
