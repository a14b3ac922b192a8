"""The mails of the benchmark and the client that sends them."""

from __future__ import annotations

import random
import smtplib
import threading
import time
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.world import Writer

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCES = (
    "Could you tell me when the parcel will be here?",
    "Le couvercle est arrivé fendu, que dois-je faire ?",
    "Il pacco non è ancora arrivato, potete controllare?",
    "Dzień dobry, kiedy mogę się spodziewać przesyłki?",
    "Guten Tag, ein Bein des Hockers wackelt ein wenig.",
    "Buenos días, ¿la cazuela sirve para inducción?",
)


@dataclass(frozen=True, slots=True)
class Mail:
    mark: str  # "bench" and eight letters, found again in what leaves
    sender: str
    recipient: str
    content: bytes


def mails(writers: Sequence[Writer], count: int, *, seed: int) -> list[Mail]:
    """`count` mails of 9 kB on average, one in eight with a text file, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - test data
    return [_mail(chance, writers[number % len(writers)], number) for number in range(count)]


def _mail(chance: random.Random, writer: Writer, number: int) -> Mail:
    mark = "bench" + "".join(chance.choice(LETTERS) for _ in range(8))
    words = "\r\n".join(chance.choice(SENTENCES) for _ in range(chance.randint(2, 30)))
    body = f"{mark}\r\n{words}\r\n"
    attached = encodebytes(chance.randbytes(24_000).hex().encode()).replace(b"\n", b"\r\n")
    parts = [b'Content-Type: text/plain; charset="utf-8"\r\n\r\n' + body.encode()]
    html = "".join(f"<p>{line}</p>\r\n" for line in body.splitlines()) * 2
    parts.append(
        b'Content-Type: text/html; charset="utf-8"\r\n\r\n<html><body>' + html.encode() + b"</body></html>"
    )
    kind = b"alternative"
    if number % 8 == 0:
        kind = b"mixed"
        parts[1] = (
            b'Content-Type: text/plain; name="notes.txt"\r\n'
            b'Content-Disposition: attachment; filename="notes.txt"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n" + attached
        )
    head = (
        (
            f"From: {writer.address}\r\nTo: {writer.alias}\r\nSubject: Order {writer.order}\r\n"
            f"Message-ID: <{mark}@writer.example>\r\n"
            "Date: Tue, 10 Mar 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        ).encode()
        + b"Content-Type: multipart/"
        + kind
        + b'; boundary="b0b0"\r\n\r\n'
    )
    joined = b"".join(b"--b0b0\r\n" + part + b"\r\n" for part in parts)
    return Mail(mark, writer.address, writer.alias, head + joined + b"--b0b0--\r\n")


def send_all(port: int, mails: Sequence[Mail], *, connections: int = 4) -> float:
    """Sends as fast as the server takes them; returns the seconds from the first to the last 250."""
    start = threading.Barrier(connections + 1)
    failed: list[BaseException] = []

    def run(share: Sequence[Mail]) -> None:
        try:
            with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as client:
                client.ehlo()
                start.wait()
                for mail in share:
                    client.sendmail(mail.sender, [mail.recipient], mail.content)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [
        threading.Thread(target=run, args=[mails[number::connections]]) for number in range(connections)
    ]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.monotonic() - began


def send_paced(port: int, mails: Sequence[Mail], *, per_second: float) -> dict[str, float]:
    """Sends at a steady rate over one connection; returns when each mail was handed over, by mark."""
    sent: dict[str, float] = {}
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as client:
        client.ehlo()
        for number, mail in enumerate(mails):
            pause = began + number / per_second - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            sent[mail.mark] = time.monotonic()
            client.sendmail(mail.sender, [mail.recipient], mail.content)
    return sent
