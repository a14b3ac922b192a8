"""System checks of settings that belong together."""

import pytest
from django.core.checks import run_checks
from django.test import override_settings


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
