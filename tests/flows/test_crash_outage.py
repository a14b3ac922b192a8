"""Redis and PostgreSQL are killed while the product runs (MAIL-4, REL-1, REL-3)."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Iterator

import pytest

from tests.flows.outages import Installation, installation
from tests.messages_app.relay.inbound_world import mail_from
from tests.messages_app.relay.mail_world import wait_for

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def whole() -> Iterator[Installation]:
    with installation() as started:
        started.wait_until_sent(1)
        yield started


def mail_server(whole: Installation) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", whole.door.port, local_hostname="mta.example", timeout=30)


def send(smtp: smtplib.SMTP, whole: Installation, text: str) -> None:
    smtp.sendmail(
        whole.people["buyer"],
        [whole.people["seller_alias"]],
        mail_from(whole.people["buyer"], text, fields=[f"Message-ID: <{uuid.uuid4()}@client.example>"]),
    )


def reply(text: str) -> dict[str, str]:
    return {"text": text, "token": uuid.uuid4().hex}


@pytest.mark.rule("MAIL-4", "REL-3")
def test_without_redis_everything_is_taken_and_runs_off_when_it_is_back(whole: Installation) -> None:
    before = len(whole.texts())
    with mail_server(whole) as smtp:
        send(smtp, whole, "Before")
        whole.redis.kill()
        send(smtp, whole, "Within, first")
        assert whole.page("/readyz").status == 503
        assert whole.page(whole.people["thread"]).status == 200
        assert whole.page("/sign-in/").status in (200, 302)
        assert whole.page(whole.people["thread"], reply("Within, by page")).status == 302
        send(smtp, whole, "Within, second")
        whole.redis.start()
        send(smtp, whole, "After")
    whole.wait_until_sent(before + 5)
    said = ["Before", "Within, first", "Within, by page", "Within, second", "After"]
    assert sorted(whole.texts()[before:]) == sorted(said)


@pytest.mark.rule("REL-1", "REL-3", "MAIL-2")
def test_without_postgresql_doors_say_later_and_go_on_when_it_is_back(whole: Installation) -> None:
    before = len(whole.texts())
    form = reply("By page")
    with mail_server(whole) as smtp:
        send(smtp, whole, "Before")
        smtp.mail(whole.people["buyer"])
        smtp.rcpt(whole.people["seller_alias"])
        whole.postgres.kill()
        assert smtp.data(b"Subject: Within\r\n\r\nWithin\r\n")[0] == 451
        smtp.mail(whole.people["buyer"])
        assert smtp.rcpt(whole.people["seller_alias"])[0] == 451
        assert whole.page(whole.people["thread"]).status == 503
        answer = whole.page(whole.people["thread"], form)
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert "Nothing that was shown as sent is lost" in answer.text
        assert whole.page("/readyz").status == 503
        assert whole.page("/healthz").status == 200
        whole.postgres.start()
        wait_for(lambda: whole.page("/readyz").status == 200, 60)
        smtp.rset()
        send(smtp, whole, "After")
    assert whole.page(whole.people["thread"], form).status == 302
    whole.wait_until_sent(before + 3)
    assert sorted(whole.texts()[before:]) == ["After", "Before", "By page"]
