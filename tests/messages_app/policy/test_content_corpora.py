"""How well the content rules tell honest messages from bad ones, per language, on corpora of our own.

`data/<language>.toml` was written along with the detectors, `unseen/` and `later/` each after what was
learned from the ones before.
"""

import tomllib
from pathlib import Path

import pytest

from messages_app.policy.content import Judged, judge

DATA = Path(__file__).parent / "data"
CORPORA = sorted(DATA.rglob("*.toml"))
MARKETPLACE = frozenset({"marketplace.example"})


def rules(text: str) -> set[str]:
    judged = Judged(text=text, marketplace_domains=MARKETPLACE, alias_domains=MARKETPLACE, carriers=True)
    return {match.rule for match in judge(judged)}


def name(path: Path) -> str:
    return str(path.relative_to(DATA))


@pytest.fixture(params=CORPORA, ids=name)
def corpus(request: pytest.FixtureRequest) -> dict[str, list[str]]:
    path: Path = request.param
    return tomllib.loads(path.read_text("utf-8"))


def test_there_is_a_corpus_of_each_kind_for_each_language() -> None:
    languages = ("de", "en", "es", "fr", "it", "pl")
    expected = {f"{folder}{language}.toml" for folder in ("", "unseen/", "later/") for language in languages}
    assert {name(path) for path in CORPORA} == expected


@pytest.mark.rule("POL-5")
def test_addresses_are_found(corpus: dict[str, list[str]]) -> None:
    missed = [text for text in corpus["email"] if "contact_email" not in rules(text)]
    assert len(missed) <= 0.05 * len(corpus["email"]), missed


@pytest.mark.rule("POL-1", "POL-6")
def test_what_is_called_an_address_is_one(corpus: dict[str, list[str]]) -> None:
    found = sum("contact_email" in rules(text) for text in corpus["email"])
    wrong = [text for text in corpus["honest"] + corpus["link"] if "contact_email" in rules(text)]
    assert found / (found + len(wrong)) >= 0.97, wrong


@pytest.mark.rule("POL-3", "POL-5")
def test_links_are_found(corpus: dict[str, list[str]]) -> None:
    missed = [text for text in corpus["link"] if "external_link" not in rules(text)]
    assert len(missed) <= 0.1 * len(corpus["link"]), missed


@pytest.mark.rule("POL-6")
def test_honest_messages_pass(corpus: dict[str, list[str]]) -> None:
    stopped = [text for text in corpus["honest"] if rules(text)]
    assert len(stopped) <= 0.02 * len(corpus["honest"]), stopped
