"""A browser's part over real HTTP: cookies, CSRF tokens, forms with files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

_TOKEN = re.compile(r'name="(csrfmiddlewaretoken|token)" value="([^"]+)"')


class WebClient:
    """One person's browser. Pages that answer with an error status come back like others."""

    def __init__(self, web: str) -> None:
        self._web = web
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._open(Request(self._web + path))

    def send(self, path: str, fields: Mapping[str, Any], *, page: str = "") -> str:
        """Fills the form of `page` (default: the same path) and sends it; the page that follows."""
        tokens = dict(_TOKEN.findall(self.get(page or path)))
        body = encode_multipart(BOUNDARY, {**tokens, **fields})
        return self._open(Request(self._web + path, data=body, headers={"Content-Type": MULTIPART_CONTENT}))

    def sign_in(self, email: str, password: str) -> str:
        return self.send("/sign-in/", {"username": email, "password": password})

    def _open(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return str(answer.read().decode())
        except HTTPError as refused:
            return refused.read().decode()
