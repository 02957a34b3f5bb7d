"""Patterns by which people give their name and address in messages, in German and English."""

import re
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LABELS: Final = {
    "name": "name|vor- und nachname|vollständiger name|full name|your name|ihr name|kontaktperson|contact person"
    "|contact name|kontakt|contact|ansprechpartner|ansprechpartnerin|ansprechperson|kunde|kundin|customer"
    "|interessent|interessentin|anrufer|anruferin|caller",
    "first": "vorname|first name|given name",
    "last": "nachname|familienname|last name|surname|family name",
    "sender": "von|from|absender|sender|reply-to|antwort an",
    "to": "an|to|cc|bcc|kopie|empfänger|recipient",
    "email": "e-mail|email|mail|e-mail-adresse|email address|e-mail address|mailadresse",
    "phone": "telefon|tel|tel.|fon|phone|telephone|telefonnummer|phone number|rufnummer|mobil|mobile|handy|cell"
    "|mobilnummer|mobile number|rückruf|call back",
    "fax": "fax|telefax",
    "company": "firma|firmenname|unternehmen|company|company name|organisation|organization|betrieb|business",
    "postcode": "plz|postleitzahl|postcode|post code|zip|zip code|postal code|plz/ort|plz, ort|plz ort|ort|city"
    "|plz / ort|anschrift|adresse|address|standort|location",
    "title": "betreff|subject|thema|topic|anliegen|worum geht es|re|aw|wg|fwd",
    "sent": "gesendet|sent|datum|date",
}
LABEL_FIELDS: Final = {word: field for field, words in LABELS.items() for word in words.split("|")}

LABEL: Final = re.compile(r"[ \t]{0,20}[*•>\-–]{0,3}[ \t]{0,5}([^\W\d_][\w .,/-]{0,30}?)\**[ \t]{0,5}:\**[ \t]*(\S.*)")

GREETING: Final = re.compile(
    r"(?:sehr geehrte[rs]?|liebe[rs]?|hallo|hi|hey|guten (?:tag|morgen|abend)|moin|servus|grüezi|grüß gott|"
    r"dear|hello|good (?:morning|afternoon|evening)|to whom)\b[^,!:.]{0,100}[,!:.]?[ \t]*",
    re.IGNORECASE,
)
"""It names the recipient, not the writer; any text may follow it on its line."""
CLOSING: Final = re.compile(
    r"(?:mit )?(?:(?:freundliche[nm]?|beste[nm]?|viele[nm]?|liebe[nm]?|herzliche[nm]?|schöne[nm]?|sonnige[nm]?|"
    r"freundlichem)[ \t]+(?:grüße[n]?|grüsse[n]?|gruß|gruss|dank)|mfg|lg|vg|bg|gruß|grüße|grüsse|"
    r"(?:with )?(?:best|kind|warm|many)(?:est)? (?:regards|wishes|thanks)|regards|sincerely|yours (?:sincerely|"
    r"faithfully|truly)|cheers|thanks|thank you|vielen dank|danke|besten dank|all the best)\b"
    r"(?:[ \t]+(?:aus|from)[ \t]+\w{2,30}|[ \t]+(?:und|and)[ \t]+[\w ]{2,30}?(?:grüße|grüsse|regards))?[ \t]*[,.!–-]?",
    re.IGNORECASE,
)
SEPARATOR: Final = re.compile(r"(?:--|__+|==+|—|–)[ \t]*")

_WORD: Final = r"[A-ZÄÖÜÀ-Þ][^\W\d_]*(?:[-'’][A-ZÄÖÜÀ-Þa-z][^\W\d_]*)*"
_TITLE: Final = r"(?:Dr\.|Prof\.|Dipl\.-Ing\.|Ing\.|Mag\.)"
_PARTICLE: Final = r"(?:von|van|de|der|den|zu|del|di|da|la|le|el|al|ten|ter)"
PERSON: Final = re.compile(
    rf"(?:(?:Herr|Frau|Mr|Mrs|Ms|Mr\.|Mrs\.|Ms\.)[ \t]+)?(?:{_TITLE}[ \t]*){{0,3}}"
    rf"({_WORD}\.?(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}{_WORD}){{0,3}})"
)
_FULL_NAME: Final = (
    rf"(?:(?:Herr|Frau|Mr\.?|Mrs\.?|Ms\.?)[ \t]+)?(?:{_TITLE}[ \t]*){{0,3}}"
    rf"({_WORD}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}{_WORD}){{1,3}})"
)
INTRODUCTION: Final = re.compile(
    r"\b(?:mein name ist|ich heiße|ich heisse|my name is|my name's|ich bin|hier ist|hier schreibt|i am|i'm|i’m|this is)"
    rf"[ \t]+(?-i:{_FULL_NAME})",
    re.IGNORECASE,
)
_BEGINS: Final = r"(?:^|[.!?,][ \t]+)"
_ENDS: Final = r"(?=[ \t]*(?:$|[.,!;–(]|(?:von|vom|aus|from|of|at)\b))"
NAME_MENTIONS: Final = (
    re.compile(rf"{_BEGINS}(?i:hier)[ \t]+(?:nochmals?[ \t]+|wieder[ \t]+)?{_FULL_NAME}{_ENDS}"),
    re.compile(rf"{_BEGINS}{_FULL_NAME}[ \t]+(?i:hier|here){_ENDS}"),
    re.compile(rf"{_BEGINS}{_FULL_NAME}[ \t]+(?:from|(?:von|vom)(?=[^.!?]{{1,80}}?(?<![\w.])(?:GmbH|AG|KG|e\.K\.)))\b"),
)
"""Names between other words, where any two nouns would match: see THINGS."""
EMPLOYER: Final = re.compile(r"[ \t]+(?:von|vom)[ \t]")
"""Text behind a first and a last name is the company rather than a part of the name."""
COMMON_NOUNS: Final = re.compile(
    r"\w*(?:ung|ungen|heit|keit|schaft|tion|tionen|tät|anlage|anlagen|dach|pumpe|module?|haus|bau|amt|werk|stelle|"
    r"platz|stück|daten|angebote?|anfragen?|auftrag|termin|kunden?|firma|team|büro|straße|strasse|stadt|messe|"
    r"nummer|preise?|liste|foto|fotos|bild|bilder|link|info|infos|lead|leads|projekt|problem|frage|fragen|"
    r"requests?|quotes?|offers?|orders?|leads?|repair|repairs|roof|solar|project|meeting|call|calls|message|"
    r"messages|news|update|website|support|sales|service|inquiry|enquiry|customer|customers|company|prices?|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday|januar|februar|märz|april|juni|juli|august|september|oktober|november|dezember|morning|"
    r"mr|mrs|ms|herrn?|frau|familie|dear|greetings|regards|hallo|hello|hi|moin|wie|was|wer|wann|wo|wir|ich|sie|der|die|das|ein|eine|"
    r"for|from|here|there|we|he|she|it|they|this|that|what|who|when|where)",
    re.IGNORECASE,
)
"""Words that are no part of a person's name, even if capitalised."""
HONORIFIC: Final = re.compile(
    rf"\b(Herrn?|Frau|Familie|Mr\.?|Mrs\.?|Ms\.?)[ \t]+(?:{_TITLE}[ \t]*){{0,3}}"
    rf"((?:{_PARTICLE}[ \t]+){{0,2}}{_WORD}(?:[ \t]+{_WORD}){{0,2}})"
)
NOT_A_NAME: Final = _set(
    "ihr ihre team vertrieb einkauf sales support service geschäftsführung geschäftsführer geschäftsführerin inhaber "
    "inhaberin ceo cto cfo manager director gesendet sent iphone android outlook tel telefon mobil email "
    "e-mail www danke thanks gruß grüße regards ps p.s. bitte please und and i. a. i.a. i.v. the your our "
    "interessiert interested sehr very new neu neuer neue looking writing"
)

_FORMS: Final = (
    r"GmbH[ \t]{0,2}&[ \t]{0,2}Co\.?[ \t]{0,2}KGa?A?|gGmbH|GmbH|mbH|KGaA|PartG(?:mbB)?|OHG|GbR|e\.[ \t]?K(?:fr|fm)?\.|"
    r"e\.[ \t]?V\.|eG|UG(?:[ \t]\(haftungsbeschränkt\))?|AG|KG|SE|Ltd\.?|Limited|Inc\.?|LLC|LLP|PLC|plc|Corp\.?|"
    r"S\.?[àa]\.?r\.?l\.?|SARL|SAS|S\.A\.|B\.V\.|BV|N\.V\.|S\.r\.l\.|S\.p\.A\.|ApS|Oy|AB"
)
LEGAL_FORM: Final = re.compile(rf"(?<![\w.])(?:{_FORMS})(?![\w])")
CONNECTORS: Final = frozenset({"&", "+", "und", "and", "für", "of", "for"})
"""Small words in the middle of a company's name."""
NOT_OF_A_NAME: Final = _set(
    "firma company unternehmen fa. die der das den dem des the a ein eine einer wir we i ich from von bei at for für "
    "herr frau mr mrs ms und and of inhaber"
)
"""Words with which a company's name cannot begin, in any case."""

EMAIL: Final = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
NO_REPLY: Final = re.compile(r"(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|notifications?)\b", re.IGNORECASE)

IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \t]?[\dA-Z]{4}){3,7}(?:[ \t]?[\dA-Z]{1,3})?\b")
FAX_WORDS: Final = re.compile(r"\b(?:tele)?fax\b[^\d+\n]{0,12}$", re.IGNORECASE)
PHONE_WORDS: Final = re.compile(
    r"\b(?:tel|telefon|fon|phone|mobil|mobile|handy|cell|call|rückruf|erreichbar|erreichen|reach)\b[^\d+\n]{0,30}$",
    re.IGNORECASE,
)

_PLACE_NAME: Final = (
    r"[A-ZÄÖÜ][^\W\d_]{1,30}\.?(?:[ \t\-/][A-ZÄÖÜ][^\W\d_]{1,30}){0,3}"
    r"(?:[ \t](?:am|an der|im|in|ob der)[ \t][A-ZÄÖÜ][^\W\d_]{1,30})?"
)
COUNTRY_CODE: Final = re.compile(r"(?<![\w-])(?:(D|DE)[- ]{1,2}(\d{5})|(A|AT|CH)[- ]{1,2}(\d{4}))(?![\w.-]?\d)")
"""`D-70192`, `A-1010`, `CH-8001`."""
POSTCODE_IN_ADDRESS: Final = re.compile(
    rf"(?:^[ \t]*|,[ \t]*|\b(?:in|aus|nach|near|from|bei)[ \t]+|\d[a-z]?[ \t]+)(\d{{4,5}})[ \t]+"
    rf"({_PLACE_NAME})(?=[ \t]*(?:$|[,.;!?)]|[a-zäöü]))",
    re.MULTILINE,
)
WHOLE_LINE: Final = re.compile(rf"[ \t]*\d{{4,5}}[ \t]+{_PLACE_NAME}[ \t]*[,.]?(?:[^\W\d_ \t]{{4,12}})?[ \t]*")
NUMBER_ALONE: Final = re.compile(r"(?<![\w.,-])(\d{4,5})(?![\w.,-]?\d)")
UNITS: Final = _set(
    "euro eur stück quadratmeter kilometer km liter kilowattstunden kwh mitarbeiter mitarbeitende mitarbeiterinnen "
    "personen uhr tonnen meter einheiten watt wp kwp module flyer exemplare stunden seiten prozent dollar usd pieces "
    "units users employees people miles hours schrauben artikel karten lizenzen franken chf jahre"
)
COUNTRIES: Final = {
    "AT": re.compile(r"\b(?:österreich|oesterreich|austria|wien|vienna|graz|linz|salzburg|innsbruck)\b", re.IGNORECASE),
    "CH": re.compile(r"\b(?:schweiz|switzerland|zürich|zurich|bern|basel|luzern|winterthur)\b", re.IGNORECASE),
}

REPLY_PREFIX: Final = re.compile(r"(?:(?:re|aw|wg|fwd?|antw)[ \t]*:[ \t]*){1,5}", re.IGNORECASE)
NUMBER_AT_END: Final = re.compile(
    r"[.,;:][ \t]{0,4}(?:(?:tel|telefon|phone|mobil|mobile)\.?:?[ \t]{0,3})?[+\d][\d ()/-]{6,24}$", re.IGNORECASE
)
SENTENCE_END: Final = re.compile(r"(?<=[.!?])[ \t]+(?=[A-ZÄÖÜ„“\"(])")
REQUEST_WORDS: Final = re.compile(
    r"\b(?:angebot|anfrage|such(?:e|en|t)|brauch(?:e|en|t)|benötig(?:e|en|t)|interess(?:e|iert|ieren)|möchte[nt]?|"
    r"hätte[n]? gerne?|plan(?:e|en|t)|kosten(?:voranschlag)?|preis|beratung|termin|"
    r"quote|quotation|offer|enquiry|inquiry|looking for|need[s]?|interested|price|pricing|"
    r"would like|wants?|planning)\b",
    re.IGNORECASE,
)
