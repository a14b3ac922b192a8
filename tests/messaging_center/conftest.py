"""Settings read afresh from a given environment."""

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ReadSettings = Callable[..., dict[str, Any]]

PRODUCTION = {
    "SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-0123456789-abcdef",
    "MASTER_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "PUBLIC_URL": "https://messages.example.org",
    "MAIL_SENDER_AUTH": "trusted-header",
    "MAIL_AUTHSERV_ID": "mx.example.org",
    "EMAIL_URL": "smtp+tls://relay:secret@mail.example.org:587",
}


@pytest.fixture
def read_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ReadSettings:
    """Execute settings.py in the environment of a production installation, changed as the caller says.

    A value of None takes a variable away.
    """

    def read(**changes: str | None) -> dict[str, Any]:
        for name in list(os.environ):
            if name not in ("PATH", "HOME"):
                monkeypatch.delenv(name)
        for name, value in {"ENV_FILE": "", "DATA_DIR": str(tmp_path), **PRODUCTION, **changes}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "messaging_center" / "settings.py"))

    return read
