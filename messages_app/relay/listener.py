"""The mail door as a whole: listens, drains, ends (MAIL-1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from messages_app.relay.dialogue import new_dialogue
from messages_app.relay.door import Binding, Door


async def serve(binding: Binding, *, ready: Callable[[int], None], stop: asyncio.Event) -> None:
    """Listens until `stop` is set, then drains. `ready` hears the port. Raises OSError when it is taken."""
    # The library writes senders, recipients and, in its warnings too, what the client says here (PRV-5).
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    door = Door(binding)
    try:
        server = await asyncio.get_running_loop().create_server(
            partial(new_dialogue, door), binding.host, binding.port, backlog=256
        )
        ready(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
    finally:
        await door.close()
