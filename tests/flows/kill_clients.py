"""Clients that keep what was not acknowledged and send the same again, as mail servers and people do."""

from __future__ import annotations

import itertools
import re
import smtplib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from tests.flows.kills import PATIENCE

_PAUSE = 0.05  # seconds between tries at somebody who is being restarted
_EDGE = "between-the-parts-of-a-form"
Told = Callable[[], bool]


@dataclass
class Score:
    """What several clients were told, together. `then` runs in the client's thread as soon as that many
    answers have come: the moment after an answer is where a promise would break. Where it says that it
    could not act, it is asked again after the next answer."""

    then: dict[int, Told] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)  # the mark of each mail or form
    retried: set[str] = field(default_factory=set)
    failed: list[BaseException] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, mark: str) -> None:
        with self._lock:
            self.acknowledged.append(mark)
            count = len(self.acknowledged)
            told = self.then.pop(count, None)
        if told and not told():
            with self._lock:
                self.then[max(count, len(self.acknowledged)) + 1] = told


class Client(threading.Thread):
    """Sends its items one after the other, each until it is acknowledged."""

    def __init__(self, score: Score, items: Sequence[tuple[str, bytes]]) -> None:
        super().__init__(daemon=True)
        self._score = score
        self._items = items

    def run(self) -> None:
        try:
            for mark, content in self._items:
                self._until_acknowledged(mark, content)
        except BaseException as error:  # the test looks at it, the thread cannot
            self._score.failed.append(error)
            raise

    def _until_acknowledged(self, mark: str, content: bytes) -> None:
        for tries in itertools.count():
            assert tries < PATIENCE / _PAUSE, "nobody took it"
            if tries:
                self._score.retried.add(mark)
                threading.Event().wait(_PAUSE)
            if self._was_taken(content):
                self._score.acknowledge(mark)
                return

    def _was_taken(self, content: bytes) -> bool:
        """Whether the other side said yes; no answer and "later" are no."""
        raise NotImplementedError


class MailClient(Client):
    """A sending mail server. The items' contents are mails, all of one sender to one alias."""

    def __init__(
        self, score: Score, items: Sequence[tuple[str, bytes]], *, port: int, sender: str, recipient: str
    ) -> None:
        super().__init__(score, items)
        self._port = port
        self._sender = sender
        self._recipient = recipient
        self._smtp: smtplib.SMTP | None = None

    def _was_taken(self, content: bytes) -> bool:
        try:
            if self._smtp is None:
                self._smtp = smtplib.SMTP("127.0.0.1", self._port, local_hostname="mta.example", timeout=30)
            self._smtp.sendmail(self._sender, [self._recipient], content)
        except (OSError, smtplib.SMTPException) as trouble:
            if self._smtp is not None:
                self._smtp.close()
                self._smtp = None
            if getattr(trouble, "smtp_code", 0) >= 500:
                raise  # a mail lost for good, where nothing was wrong with it
            return False
        return True

    def run(self) -> None:
        try:
            super().run()
        finally:
            if self._smtp is not None:
                self._smtp.close()


def _form_data(form: dict[str, str], files: dict[str, tuple[str, str]]) -> tuple[bytes, str]:
    """A body as browsers send it, and its Content-Type (RFC 7578)."""
    parts = [(f'name="{name}"', value) for name, value in form.items()]
    parts += [(f'name="{field}"; filename="{name}"', text) for field, (name, text) in files.items()]
    pieces = [
        f"--{_EDGE}\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n" for head, text in parts
    ]
    return "".join([*pieces, f"--{_EDGE}--\r\n"]).encode(), f"multipart/form-data; boundary={_EDGE}"


@dataclass(frozen=True)
class Page:
    """What a browser got."""

    status: int
    text: str
    headers: dict[str, str]


def fetch(
    port: int,
    path: str,
    *,
    cookies: dict[str, str],
    form: dict[str, str] | None = None,
    files: dict[str, tuple[str, str]] | None = None,
) -> Page:
    """One request over a connection of its own; `files` are names and contents by field. Raises OSError or
    HTTPException when no answer comes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    try:
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            body, headers["Content-Type"] = _form_data(form, files or {})
            connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return Page(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()})
    finally:
        connection.close()


class Browser(Client):
    """A signed-in person on a thread's page: reads the form once for each item, then posts the very same
    form until the page leads on. The items' contents are texts."""

    def __init__(
        self, score: Score, items: Sequence[tuple[str, bytes]], *, port: int, path: str, session: str
    ) -> None:
        super().__init__(score, items)
        self._port = port
        self._path = path
        self._cookies = {"sessionid": session}
        self._form: dict[str, str] | None = None

    def _was_taken(self, content: bytes) -> bool:
        try:
            if self._form is None and not self._open_page():
                return False
            assert self._form is not None
            form = {**self._form, "text": content.decode()}
            page = fetch(self._port, self._path, cookies=self._cookies, form=form)
        except (OSError, HTTPException):
            return False
        assert page.status in (302, 503), (page.status, page.text)
        if page.status == 302:
            self._form = None
        return page.status == 302

    def _open_page(self) -> bool:
        page = fetch(self._port, self._path, cookies=self._cookies)
        if page.status != 200:
            assert page.status == 503, (page.status, page.text)
            return False
        found = re.search(r"csrftoken=([^;]+)", page.headers.get("set-cookie", ""))
        if found:
            self._cookies["csrftoken"] = found[1]
        self._form = {
            name: value
            for name in ("csrfmiddlewaretoken", "token")
            for value in re.findall(f'name="{name}" value="([^"]+)"', page.text)[-1:]
        }
        assert len(self._form) == 2, page.text
        return True
