"""Letters set apart ("j o h n @ g m a i l . c o m"), put together again (POL-5)."""

from __future__ import annotations

import re

from messages_app.policy.content.normalise import View

# One character, a separator, the next one, the same separator ...
_LONG_RUN = re.compile(r"(?<!\w)[\w@]([ \n\t._*|-])(?:[\w@.+-]\1){3,}[\w@](?!\w)")
_RUN = re.compile(r"(?<!\w)[\w@]([ \n\t._*|-])(?:[\w@.+-]\1)*[\w@.](?!\w)")


def squeeze(view: View) -> View | None:
    """The view with its runs of single characters joined; None where there is no long run."""
    if _LONG_RUN.search(view.text) is None:
        return None
    keep: list[int] = []
    done = 0
    for run in _RUN.finditer(view.text):
        keep += range(done, run.start())
        keep += range(run.start(), run.end(), 2)
        done = run.end()
    keep += range(done, len(view.text))
    return View(
        "".join(view.text[position] for position in keep),
        [view.starts[position] for position in keep],
        [view.ends[position] for position in keep],
        frozenset(new for new, old in enumerate(keep) if old in view.folded),
    )
