"""How a decision ended, in a moderator's words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from messages_app.services.decided import Decided, Outcome
from messages_app.wording import rule_name


def said_of(decided: Decided) -> str:
    """How a decision ended, for the moderator."""
    match decided.outcome:
        case Outcome.DONE:
            return _("Decided.")
        case Outcome.ALREADY:
            return _("Somebody has decided this already, so nothing was changed.")
        case Outcome.OWN:
            return _("You are a party of this thread, so somebody else has to decide. Nothing was changed.")
        case Outcome.NO_REASON:
            return _("Type a reason first: it is kept with the decision.")
        case Outcome.LOOK_FIRST:
            return _("This one needs a look of its own: open it and decide about it alone.")
        case Outcome.NOT_POSSIBLE:
            return _("This cannot be decided that way. Choose another decision.")
    rules = ", ".join(dict.fromkeys(rule_name(one.code) for one in decided.objections))
    return _("It cannot be released now: %(rules)s. It waits on; try later, or reject it.") % {"rules": rules}
