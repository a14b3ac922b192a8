"""What browsers are told, and Django's own check of the shipped production settings (SEC-3)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.messaging_center.conftest import PRODUCTION, ReadSettings


@pytest.mark.rule("SEC-3")
def test_check_deploy_has_nothing_to_say(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": "", "DATA_DIR": str(tmp_path), **PRODUCTION}
    checked = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    found = re.findall(r"\((\w+\.[EWIDC]\d+)\)", checked.stdout + checked.stderr)
    # But that nothing was collected, where that is so: tests collect no static files.
    assert (checked.returncode, found) in ((0, []), (1, ["messaging_center.E002"]))


@pytest.mark.rule("SEC-3")
def test_headers_of_every_page(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = dict(re.findall(r"([a-z-]+) ([^;]+)", headers["Content-Security-Policy"]))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.rule("SEC-3")
@pytest.mark.parametrize(
    ("changes", "secure"),
    [({}, True), ({"DEBUG": "on", "PUBLIC_URL": "http://127.0.0.1:8000"}, False)],
    ids=["https", "http"],
)
def test_cookies_are_secure_where_the_address_is_https(
    read_settings: ReadSettings, changes: dict[str, str | None], secure: bool
) -> None:
    values = read_settings(**changes)
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert values[f"{cookie}_COOKIE_SECURE"] is secure
        assert values[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
        assert values[f"{cookie}_COOKIE_HTTPONLY"] is True
    assert (values["SECURE_HSTS_SECONDS"] > 0) is secure
    assert values["SECURE_SSL_REDIRECT"] is secure
