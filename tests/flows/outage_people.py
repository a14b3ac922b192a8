"""Who lives in a world of outages: `python -m tests.flows.outage_people [make|told]`.

A process of its own, with the product's settings: the tests' own database is another one.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()  # before the models that the imports below bring

from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.queries.pairs import alias_of  # noqa: E402
from messages_app.models import Message  # noqa: E402
from messages_app.policy.facts import Side  # noqa: E402
from messages_app.vault.content import written_content  # noqa: E402
from messages_app.vault.keys import open_key  # noqa: E402
from tests.factories import PairFactory  # noqa: E402
from tests.messages_app.relay.mail_world import say  # noqa: E402


def make() -> dict[str, str]:
    """A buyer who has written to a seller and is signed in."""
    pair = PairFactory.create()
    thread = say(pair, Side.BUYER, "Where is it?", now=timezone.now()).thread_id
    browser = Client()
    browser.force_login(pair.buyer.user)
    return {
        "buyer": pair.buyer.user.email,
        "seller_alias": alias_of(pair, "seller"),
        "thread": f"/messages/{thread}/",
        "session": browser.cookies["sessionid"].value,
    }


def told() -> dict[str, list[str]]:
    """The texts of all messages."""
    messages = Message.objects.select_related("thread__key").order_by("id")
    texts = [written_content(open_key(one.thread.key), one).new_text for one in messages]
    return {"texts": texts}


if __name__ == "__main__":
    print(json.dumps({"make": make, "told": told}[sys.argv[1]]()))
