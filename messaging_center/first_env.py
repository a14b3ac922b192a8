"""Make the demo's `.env` with keys of its own, once: `python -m messaging_center.first_env`.

Runs before Django, on any Python; an existing file is never touched, for its keys open what is stored.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

TEMPLATE = """\
# Made at the first start of the demo: these keys open what it stored. .env.example documents all settings.
DEMO=on
SECRET_KEY={secret}
MASTER_KEYS={master}
# INFO writes a line for each request.
LOG_LEVEL=WARNING
"""


def write_first_env(path: Path) -> bool:
    """Create `path` readable by its owner alone (SEC-8); False when it is there already."""
    text = TEMPLATE.format(
        secret=secrets.token_urlsafe(50),
        master=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    return True


if __name__ == "__main__":
    if write_first_env(Path(".env")):
        print("Made .env with fresh keys.", file=sys.stderr)
