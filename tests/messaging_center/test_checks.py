"""System checks of settings that belong together."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings
from pytest_django import Settings


def alias_errors() -> list[str]:
    """Hints of the check on the aliases' room."""
    return [str(error.hint) for error in run_checks() if error.id == "messaging_center.E001"]


@pytest.mark.rule("ALI-1")
@pytest.mark.parametrize(
    ("domain", "length", "fits"),
    [
        ("marketplace.example", 35, True),
        ("x" * 14 + ".example", 35, True),  # leaves 12
        ("x" * 15 + ".example", 35, False),  # leaves 11
        ("x" * 15 + ".example", 36, True),
        ("x" * 40 + ".example", 35, False),
    ],
)
def test_a_domain_must_leave_twelve_characters(domain: str, length: int, fits: bool) -> None:
    with override_settings(RELAY_DOMAIN=domain, ALIAS_LENGTH=length):
        hints = alias_errors()
    assert hints == (
        [] if fits else [f"Write ALIAS_LENGTH={len(domain) + 13} or more, or choose a shorter RELAY_DOMAIN."]
    )


def collected_errors() -> list[str]:
    """What the check on static files says."""
    found = run_checks(include_deployment_checks=True)
    return [error.msg for error in found if error.id == "messaging_center.E002"]


@pytest.mark.rule("OPS-2")
def test_static_files_that_are_not_collected_are_named(settings: Settings, tmp_path: Path) -> None:
    sources = tmp_path / "static"
    sources.mkdir()
    (sources / "a.css").write_text("p { margin: 0 }", "ascii")
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    assert collected_errors() == []  # as here, where the sources themselves are served
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [sources], tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": manifest}
    assert collected_errors() == ["1 static files are not collected, a.css among them: pages will not open."]
    call_command("collectstatic", "--no-input", verbosity=0)
    assert collected_errors() == []
    (sources / "b.css").write_text("p { margin: 0 }", "ascii")  # as after an upgrade
    assert collected_errors() == ["1 static files are not collected, b.css among them: pages will not open."]
