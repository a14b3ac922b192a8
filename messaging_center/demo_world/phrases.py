"""What people say in the grown marketplace, in six languages. `{number}` is the order's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """A language's sentences; the last ones of a side are those of a person who is done."""

    topics: tuple[str, ...]  # subjects of mails
    questions: tuple[str, ...]
    more: tuple[str, ...]  # what a buyer adds
    answers: tuple[str, ...]
    begins: tuple[str, ...]  # a seller's first words
    thanks: tuple[str, ...]
    names: tuple[str, ...]  # family names
    first_names: tuple[str, ...]
    shops: tuple[str, ...]


PHRASES = {
    "en": Phrases(
        topics=("Where is it?", "A question", "Damaged item", "Return", "Invoice please"),
        questions=(
            "Good morning, when will the parcel for order {number} reach me?",
            "Hello, the box arrived today and one of the corners is dented.",
            "Could you tell me how to look after the wood? The leaflet is missing.",
            "I ordered the large one and got the small one, what shall I do?",
            "Please send me the invoice for order {number}, I need it for my taxes.",
            "I would like to return the item, it is darker than in the picture.",
        ),
        more=(
            "The neighbours did not take anything in either.",
            "I have added a photograph so that you can see it.",
            "It is a birthday present, so I am a little worried.",
            "Apart from that I am very happy with it.",
            "A replacement of the lid alone would be enough.",
        ),
        answers=(
            "Thank you for writing, we have asked the carrier and will tell you tomorrow.",
            "We are sorry to hear that, a new one leaves our workshop this afternoon.",
            "Please wipe it with a dry cloth and oil it once a year.",
            "You can send it back in the same box, the label lies in the parcel.",
            "The parcel was handed over on Monday and should be with you by Thursday.",
            "We have looked into it: the part is in stock and costs you nothing.",
        ),
        begins=(
            "Hello, we are about to make your order {number} and have one question about the size.",
            "Good morning, the carrier asks whether somebody is at home on Friday for order {number}.",
        ),
        thanks=("Thank you, that was quick!", "Perfect, thanks a lot.", "All is well now, thank you."),
        names=("Harlow", "Whitcombe", "Ashdown", "Pemberley", "Oakes", "Thornbury", "Marlow", "Kestrel"),
        first_names=("Alice", "Ben", "Clara", "Dylan", "Edith", "Frank", "Grace", "Henry"),
        shops=("Harbour Crafts", "Willow Yard", "The Clay Room", "Fern and Slate", "Copper Lane"),
    ),
    "de": Phrases(
        topics=("Wo bleibt es?", "Eine Frage", "Beschädigt", "Rückgabe", "Rechnung bitte"),
        questions=(
            "Guten Tag, wann kommt das Paket zur Bestellung {number} bei mir an?",
            "Hallo, der Karton war heute da, und eine Ecke ist eingedrückt.",
            "Können Sie mir sagen, wie ich das Holz pflegen soll? Die Anleitung fehlt.",
            "Ich hatte den großen bestellt und den kleinen bekommen, was nun?",
            "Bitte schicken Sie mir die Rechnung zur Bestellung {number} für die Steuer.",
            "Ich möchte den Artikel zurückgeben, er ist dunkler als auf dem Bild.",
        ),
        more=(
            "Auch bei den Nachbarn wurde nichts abgegeben.",
            "Ich habe ein Foto angehängt, damit Sie es sehen können.",
            "Es ist ein Geburtstagsgeschenk, deshalb bin ich etwas unruhig.",
            "Sonst bin ich sehr zufrieden damit.",
            "Ein neuer Deckel allein würde mir schon reichen.",
        ),
        answers=(
            "Danke für Ihre Nachricht, wir haben beim Paketdienst gefragt und melden uns morgen.",
            "Das tut uns leid, heute Nachmittag verlässt ein neues Stück unsere Werkstatt.",
            "Bitte trocken abwischen und einmal im Jahr ölen.",
            "Sie können es im selben Karton zurückschicken, das Etikett liegt bei.",
            "Das Paket wurde am Montag übergeben und sollte bis Donnerstag bei Ihnen sein.",
            "Wir haben nachgesehen: das Teil ist vorrätig und kostet Sie nichts.",
        ),
        begins=(
            "Guten Tag, wir beginnen mit Ihrer Bestellung {number} und haben eine Frage zur Größe.",
            "Hallo, der Paketdienst fragt, ob am Freitag jemand zu Hause ist, Bestellung {number}.",
        ),
        thanks=("Danke, das ging schnell!", "Wunderbar, vielen Dank.", "Jetzt ist alles gut, danke."),
        names=("Ahrens", "Brückner", "Dornbusch", "Eichler", "Falkner", "Grothe", "Hollmann", "Lindner"),
        first_names=("Anke", "Bernd", "Carla", "Dieter", "Elke", "Fritz", "Greta", "Holger"),
        shops=("Ufer und Kiesel", "Werkhof Nord", "Tonstube Elbe", "Lindenholz", "Kupfergasse"),
    ),
    "fr": Phrases(
        topics=("Où en est-elle ?", "Une question", "Article abîmé", "Retour", "Facture"),
        questions=(
            "Bonjour, quand le colis de la commande {number} arrivera-t-il chez moi ?",
            "Bonjour, le carton est arrivé aujourd'hui et un coin est enfoncé.",
            "Pouvez-vous me dire comment entretenir le bois ? La notice manque.",
            "J'avais commandé le grand et j'ai reçu le petit, que faire ?",
            "Merci de m'envoyer la facture de la commande {number} pour mes impôts.",
            "Je souhaite rendre l'article, il est plus foncé que sur la photo.",
        ),
        more=(
            "Les voisins n'ont rien reçu non plus.",
            "J'ai joint une photographie pour que vous puissiez voir.",
            "C'est un cadeau d'anniversaire, alors je m'inquiète un peu.",
            "Pour le reste j'en suis très contente.",
            "Un nouveau couvercle me suffirait.",
        ),
        answers=(
            "Merci pour votre message, nous avons interrogé le transporteur et vous répondrons demain.",
            "Nous en sommes désolés, une autre pièce quitte notre atelier cet après-midi.",
            "Passez un chiffon sec et un peu d'huile une fois par an.",
            "Vous pouvez le renvoyer dans le même carton, l'étiquette s'y trouve.",
            "Le colis a été remis lundi et devrait être chez vous jeudi.",
            "Nous avons vérifié : la pièce est en stock et ne vous coûtera rien.",
        ),
        begins=(
            "Bonjour, nous commençons votre commande {number} et avons une question sur la taille.",
            "Bonjour, le transporteur demande si quelqu'un sera là vendredi pour la commande {number}.",
        ),
        thanks=("Merci, c'était rapide !", "Parfait, merci beaucoup.", "Tout va bien maintenant, merci."),
        names=("Aubry", "Bellanger", "Carpentier", "Delorme", "Fontaine", "Garnier", "Lambert", "Rivière"),
        first_names=("Adèle", "Bruno", "Cécile", "Damien", "Élise", "Fabien", "Gaëlle", "Hugo"),
        shops=("Atelier du Quai", "Terre et Lin", "La Grange Bleue", "Bois Clair", "Rue du Cuivre"),
    ),
    "it": Phrases(
        topics=("Dov'è?", "Una domanda", "Articolo rovinato", "Reso", "Fattura"),
        questions=(
            "Buongiorno, quando arriva da me il pacco dell'ordine {number}?",
            "Salve, la scatola è arrivata oggi e un angolo è ammaccato.",
            "Mi può dire come trattare il legno? Il foglietto manca.",
            "Avevo ordinato quello grande e ho ricevuto il piccolo, che cosa faccio?",
            "Vorrei la fattura dell'ordine {number}, mi serve per le tasse.",
            "Vorrei rendere l'articolo, è più scuro che nella fotografia.",
        ),
        more=(
            "Anche i vicini non hanno ritirato nulla.",
            "Ho allegato una fotografia perché possiate vederlo.",
            "È un regalo di compleanno, perciò sono un po' in pensiero.",
            "Per il resto sono molto contenta.",
            "Mi basterebbe un coperchio nuovo.",
        ),
        answers=(
            "Grazie per averci scritto, abbiamo chiesto al corriere e le diremo domani.",
            "Ci dispiace molto, oggi pomeriggio parte un pezzo nuovo dal laboratorio.",
            "Basta passare un panno asciutto e un velo d'olio una volta l'anno.",
            "Può rimandarlo nella stessa scatola, l'etichetta è dentro.",
            "Il pacco è stato consegnato lunedì e dovrebbe arrivare entro giovedì.",
            "Abbiamo controllato: il pezzo c'è e non le costa nulla.",
        ),
        begins=(
            "Buongiorno, stiamo iniziando il suo ordine {number} e abbiamo una domanda sulla misura.",
            "Salve, il corriere chiede se venerdì c'è qualcuno in casa per l'ordine {number}.",
        ),
        thanks=("Grazie, siete stati veloci!", "Perfetto, mille grazie.", "Ora va tutto bene, grazie."),
        names=("Amato", "Bellini", "Conti", "Donati", "Fabbri", "Gallo", "Marchetti", "Vitale"),
        first_names=("Anna", "Bruno", "Chiara", "Dario", "Elena", "Fabio", "Gaia", "Ivo"),
        shops=("Bottega del Porto", "Creta e Lino", "Il Cortile", "Noce Antico", "Via del Rame"),
    ),
    "pl": Phrases(
        topics=("Gdzie jest paczka?", "Pytanie", "Uszkodzony", "Zwrot", "Faktura"),
        questions=(
            "Dzień dobry, kiedy dotrze do mnie paczka z zamówienia {number}?",
            "Dzień dobry, pudełko przyszło dzisiaj i jeden róg jest wgnieciony.",
            "Proszę powiedzieć, jak dbać o drewno? Brakuje ulotki.",
            "Zamawiałam duży, a przyszedł mały, co mam zrobić?",
            "Proszę o fakturę do zamówienia {number}, potrzebuję jej do podatków.",
            "Chciałbym zwrócić towar, jest ciemniejszy niż na zdjęciu.",
        ),
        more=(
            "Sąsiedzi też niczego nie odebrali.",
            "Dołączam zdjęcie, żeby było widać.",
            "To prezent na urodziny, więc trochę się martwię.",
            "Poza tym jestem bardzo zadowolona.",
            "Wystarczyłaby mi sama nowa pokrywka.",
        ),
        answers=(
            "Dziękujemy za wiadomość, zapytaliśmy przewoźnika i jutro damy znać.",
            "Bardzo nam przykro, dziś po południu wysyłamy nową sztukę z warsztatu.",
            "Wystarczy przetrzeć suchą szmatką i raz w roku naoliwić.",
            "Można odesłać w tym samym pudełku, etykieta jest w środku.",
            "Paczka została nadana w poniedziałek i powinna dotrzeć do czwartku.",
            "Sprawdziliśmy: część jest na miejscu i nic Państwa nie kosztuje.",
        ),
        begins=(
            "Dzień dobry, zaczynamy zamówienie {number} i mamy jedno pytanie o rozmiar.",
            "Dzień dobry, kurier pyta, czy w piątek ktoś będzie w domu, zamówienie {number}.",
        ),
        thanks=("Dziękuję, szybko poszło!", "Doskonale, bardzo dziękuję.", "Już wszystko dobrze, dziękuję."),
        names=("Adamska", "Borecki", "Dudek", "Górska", "Jaworski", "Kalina", "Malicki", "Sowa"),
        first_names=("Alicja", "Bartek", "Celina", "Damian", "Ewa", "Filip", "Grażyna", "Igor"),
        shops=("Pracownia Nad Rzeką", "Glina i Len", "Stara Stodoła", "Jasne Drewno", "Miedziana"),
    ),
    "es": Phrases(
        topics=("¿Dónde está?", "Una pregunta", "Artículo dañado", "Devolución", "Factura"),
        questions=(
            "Buenos días, ¿cuándo me llega el paquete del pedido {number}?",
            "Hola, la caja ha llegado hoy y una esquina está abollada.",
            "¿Me pueden decir cómo cuidar la madera? Falta el folleto.",
            "Pedí el grande y me ha llegado el pequeño, ¿qué hago?",
            "Necesito la factura del pedido {number} para mis impuestos, por favor.",
            "Quiero devolver el artículo, es más oscuro que en la foto.",
        ),
        more=(
            "Los vecinos tampoco han recogido nada.",
            "He añadido una fotografía para que puedan verlo.",
            "Es un regalo de cumpleaños, por eso estoy algo inquieta.",
            "Por lo demás estoy muy contento.",
            "Con una tapa nueva me bastaría.",
        ),
        answers=(
            "Gracias por escribir, hemos preguntado al transportista y mañana le decimos.",
            "Lo sentimos mucho, esta tarde sale una pieza nueva de nuestro taller.",
            "Basta con pasar un paño seco y un poco de aceite una vez al año.",
            "Puede devolverlo en la misma caja, la etiqueta está dentro.",
            "El paquete se entregó el lunes y debería llegarle antes del jueves.",
            "Lo hemos mirado: la pieza está en el almacén y no le cuesta nada.",
        ),
        begins=(
            "Hola, estamos empezando su pedido {number} y tenemos una pregunta sobre la medida.",
            "Buenos días, el transportista pregunta si el viernes hay alguien en casa, pedido {number}.",
        ),
        thanks=("¡Gracias, qué rapidez!", "Perfecto, muchas gracias.", "Ya está todo bien, gracias."),
        names=("Aguilar", "Bravo", "Cano", "Durán", "Fuentes", "Gallego", "Molina", "Vega"),
        first_names=("Alba", "Bruno", "Carmen", "Diego", "Elena", "Félix", "Gloria", "Hugo"),
        shops=("Taller del Puerto", "Barro y Lino", "El Patio", "Nogal", "Calle del Cobre"),
    ),
}
