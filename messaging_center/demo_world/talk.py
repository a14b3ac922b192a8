"""What was said in the sample marketplace. Every line goes through the gate at its moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from messages_app.mail.evidence import Evidence
from messages_app.policy.facts import Door, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message; `hours` before the seeding. Lines of one `talk` share a thread."""

    talk: str
    order: str
    author: Side
    hours: float
    text: str
    about: str = ""  # contact reason or topic
    subject: str = ""
    door: Door = Door.WEB
    by: str = ""  # a member's address; empty: the owner, or the buyer
    evidence: Evidence = Evidence.PAGE
    automatic: bool = False
    picture: str = field(default="")  # name of a small picture that comes along


def _buyer(talk: str, order: str, hours: float, text: str, about: str = "", **more: object) -> Line:
    return Line(talk=talk, order=order, author=Side.BUYER, hours=hours, text=text, about=about, **more)  # type: ignore[arg-type]


def _seller(talk: str, order: str, hours: float, text: str, about: str = "", **more: object) -> Line:
    return Line(talk=talk, order=order, author=Side.SELLER, hours=hours, text=text, about=about, **more)  # type: ignore[arg-type]


HANNAH, HANNAH_SIGN = "302-5518274-9034671", "302-7741903-2265018"
EMILIE, PAWEL, GIULIA = "403-6620187-5539204", "405-1183392-7740618", "404-3305917-8821467"
OLIVER, OLIVER_PLAN = "304-9027716-3348825", "304-1150482-6671930"
LUCIA, JAMES, RUTH = "407-8842016-1193575", "302-2206648-7510934", "302-6093315-4482207"
EMILIE_LAMPE, OLIVER_HOCKER = "403-7715520-9906413", "304-7730164-5590028"
MARTA, LUCIA_BOARD = "404-9913057-2284601", "407-6208831-3317940"

LINES = (
    # Needs a response, soon due.
    _buyer(
        "hannah", HANNAH, 23.2,
        "Hello, the tracking page has said “Daventry” since Saturday and I need the casserole for Sunday, "
        "we're eight at the table. Could you find out whether it is moving at all?\n\n"
        "If it won't make it, I'd rather cancel than wait. Thank you!\nHannah",
        "where_is_it",
    ),
    # Overdue, with a picture.
    _buyer(
        "emilie", EMILIE, 26.1,
        "Bonjour,\n\nle couvercle est arrivé fendu, je joins une photo. Que dois-je faire pour avoir un "
        "couvercle intact ? Le reste est très beau.\n\nÉmilie",
        "damaged_or_wrong_item", picture="couvercle.png",
    ),
    _buyer(
        "pawel", PAWEL, 24.6,
        "Dzień dobry, zwrot dotarł do Państwa jedenaście dni temu, a pieniędzy nadal nie widzę na koncie. "
        "Kiedy mogę się ich spodziewać?",
        "refund",
    ),
    # Answered, then asked again by mail.
    _buyer(
        "giulia", GIULIA, 90,
        "Buongiorno, la targa è bella, ma manca il secondo cognome. Si può rifare con il doppio cognome?",
        "product_question",
    ),
    _seller(
        "giulia", GIULIA, 81,
        "Buongiorno Giulia,\n\ncerto: c'è posto per due cognomi, fino a 22 lettere in tutto. Ci scriva "
        "il testo esatto e la prepariamo entro tre giorni.\n\nAlder & Pine Home",
        by="jonas@alder-pine.example",
    ),
    _buyer(
        "giulia", GIULIA, 5,
        "Perfetto, allora vorrei: Ferri Montanari. Se serve, la mia e-mail è giulia.ferri@posta.example. "
        "Grazie!",
        door=Door.MAIL, subject=f"Re: Domanda su un prodotto, {GIULIA}", evidence=Evidence.MESSAGE_ID,
    ),
    # Answered and done.
    _buyer("lucia", LUCIA, 50, "Hola, ¿la cazuela sirve para inducción?", "product_question"),
    _seller(
        "lucia", LUCIA, 47,
        "Hola Lucía:\n\nSí, el hierro fundido funciona en inducción, gas y horno. Solo le pedimos que no la "
        "arrastre sobre el cristal.\n\nUn saludo,\nAlder & Pine Home",
        by="mia@alder-pine.example",
    ),
    _buyer(
        "lucia", LUCIA, 46, "¡Gracias, muy amables!",
        door=Door.MAIL, subject=f"Re: Pregunta sobre un producto, {LUCIA}", evidence=Evidence.MESSAGE_ID,
    ),
    # The seller begins, with a critical reason; the buyer opted out later.
    _seller(
        "oliver", OLIVER, 30,
        "Hello Oliver,\n\nour fitter would come on Thursday between 9 and 12. Does that suit you?",
        "service_details",
    ),
    _buyer(
        "oliver", OLIVER, 4,
        "Ich bin bis Montag nicht im Büro und lese Ihre Nachricht erst danach.",
        door=Door.MAIL, subject="Automatische Antwort: Service", evidence=Evidence.MESSAGE_ID, automatic=True,
    ),
    # Blocked: an opted-out buyer and a tip nobody asked for.
    _seller(
        "oliver-tip", OLIVER_PLAN, 20,
        "Hello Oliver, we hope you enjoy the garden plan. Here is a tip for spring: start with the beds.",
        "other", door=Door.MAIL, subject="A tip for your garden plan", evidence=Evidence.NONE,
    ),
    # Blocked: an address in the text.
    _seller(
        "james", JAMES, 1.5,
        "Hello James, could you send the engraving to studio (at) alder-pine dot example? That is quicker.",
        "order_question",
    ),
    # Held: it may be a product's name, or a site.
    _seller(
        "hannah-sign", HANNAH_SIGN, 2,
        "Hello Hannah, your sign: nordic.green as in the picture, or plain oak?",
        "customization",
    ),
    _seller(
        "hannah-name", HANNAH_SIGN, 1.3,
        "Hello Hannah, we would like to start on your sign. Could you send us the name to engrave?",
        "customization",
    ),
    # About a cancelled order: only problem_with_order is possible.
    _seller(
        "ruth", RUTH, 40,
        "Hello Ruth, the trivet you cancelled was already packed; if it reaches you all the same, please "
        "leave it sealed.",
        "problem_with_order",
    ),
    _seller(
        "ruth", RUTH, 38,
        "Hello Ruth, the carrier has stopped it and brings it back: there is nothing left for you to do.",
        "problem_with_order",
    ),
    # Other shops.
    _buyer(
        "emilie-lampe", EMILIE_LAMPE, 6,
        "Bonjour, la lampe est-elle livrée avec une ampoule ?",
        "product_question",
    ),
    _buyer(
        "oliver-hocker", OLIVER_HOCKER, 70,
        "Guten Tag, ein Bein des Hockers wackelt. Haben Sie eine Schraube für mich?",
        "damaged_or_wrong_item",
    ),
    _seller(
        "oliver-hocker", OLIVER_HOCKER, 60,
        "Guten Tag, die Schraube geht heute mit der Post an Sie ab. Entschuldigen Sie bitte die Umstände!",
    ),
    _buyer("marta", MARTA, 12, "Buongiorno, il sottopentola arriva prima di venerdì?", "where_is_it"),
    _buyer(
        "lucia-board", LUCIA_BOARD, 300,
        "Hola, quiero devolver la tabla: le ha salido una grieta.",
        "return",
    ),
    _seller(
        "lucia-board", LUCIA_BOARD, 296,
        "Buongiorno Lucía, certo: metta nel pacco il modulo di reso e lo consegni al corriere.",
    ),
    _seller("lucia-board", LUCIA_BOARD, 200, "Buongiorno, il tagliere è arrivato: il rimborso parte oggi."),
)  # fmt: skip
