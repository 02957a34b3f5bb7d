"""Extraction of lead fields from a message."""

import time
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st

from services.lead.message_parser import READ_MAX_CHARS, parse_message
from services.lead.model import ENQUIRY_MAX_CHARS, TITLE_MAX_CHARS

NAMED: Final = {"name": "Tom Fritz"}
CALLED: Final = {"phone": "+49 711 5558877"}
READ: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "formal letter": (
        """Sehr geehrte Damen und Herren,

        wir suchen ein Angebot für die Sanierung eines Walmdachs, Baujahr 1974.

        Mit freundlichen Grüßen
        Elke Schneider
        Holm Bau GmbH
        Lindenstraße 5, 70192 Stuttgart
        Tel.: 0711 5558877
        E-Mail: elke.schneider@holm-bau.de""",
        {
            "title": "wir suchen ein Angebot für die Sanierung eines Walmdachs, Baujahr 1974",
            "name": "Elke Schneider",
            "company": "Holm Bau GmbH",
            "postcode": "70192",
            "phone": "+49 711 5558877",
            "email": "elke.schneider@holm-bau.de",
        },
    ),
    "form of a website": (
        """Neue Anfrage über das Kontaktformular
        Vorname: Eva
        Nachname: Lang
        E-Mail: eva.lang@posteo.de
        Telefon: 0171 2345678
        PLZ: 10115
        Firma: Lang & Söhne
        Nachricht: Bitte rufen Sie mich zu einer Wärmepumpe zurück.""",
        {
            "title": "Neue Anfrage über das Kontaktformular",
            "name": "Eva Lang",
            "company": "Lang & Söhne",
            "postcode": "10115",
            "phone": "+49 171 2345678",
            "email": "eva.lang@posteo.de",
        },
    ),
    "colleague who took a call": (
        "Frau Schneider von der Müller Bau GmbH hat angerufen, möchte ein Angebot für 120 m² Dach. 0711/1234567",
        {
            "title": "Frau Schneider von der Müller Bau GmbH hat angerufen, möchte ein Angebot für 120 m² Dach",
            "name": "Frau Schneider",
            "company": "Müller Bau GmbH",
            "phone": "+49 711 1234567",
        },
    ),
    "forwarded mail": (
        """Von: Schneider, Jörg <joerg.schneider@web.de>
        Gesendet: Montag, 2. März 2026 09:14
        An: vertrieb@solarhaus.de
        Betreff: AW: WG: Angebot PV-Anlage 10 kWp

        Guten Morgen Frau Weiß,
        anbei wie besprochen die Daten. Erreichbar bin ich unter 0160 5551234.
        Viele Grüße
        Jörg Schneider""",
        {
            "title": "Angebot PV-Anlage 10 kWp",
            "name": "Jörg Schneider",
            "email": "joerg.schneider@web.de",
            "phone": "+49 160 5551234",
        },
    ),
    "introduces themselves": (
        "Hallo zusammen, mein Name ist Dr. Max von der Heide. Ich benötige eine Beratung zu einer Wallbox. Danke!",
        {"title": "Ich benötige eine Beratung zu einer Wallbox", "name": "Max von der Heide"},
    ),
    "only here and a name": (
        "Hallo, hier Tom Fritz, ich brauche ein Angebot für ein Carport, tom@fritz.example",
        NAMED | {"email": "tom@fritz.example"},
    ),
    "a name and here": ("Tom Fritz hier, bitte um Rückruf wegen einer Wallbox: 0711 5558877", NAMED | CALLED),
    "here with a company": ("hier Tom Fritz von Acme. Wir suchen Paletten.", NAMED),
    "introduces themselves with a company": (
        "Guten Tag, mein Name ist Tom Fritz von der Holm Bau GmbH, bitte rufen Sie zurück.",
        NAMED | {"company": "Holm Bau GmbH"},
    ),
    "called by a company": (
        "Tom Fritz von der Holm Bau GmbH hätte gern ein Angebot.",
        NAMED | {"company": "Holm Bau GmbH"},
    ),
    "a noble name": ("Guten Tag, hier Max von der Heide. Ich suche Ziegel.", {"name": "Max von der Heide"}),
    "this is": ("Hi, this is Tom Fritz. I need a quote for a fence.", NAMED),
    "here, in English": ("Hi, Tom Fritz here. I need a quote for a fence.", NAMED),
    "from a company": ("Tom Fritz from Acme needs a quote for a fence.", NAMED),
    "here is a thing": ("Hier Anfrage Dachsanierung, bitte prüfen.", {}),
    "here is a place": ("Wir sind hier Mitten Drin in Ulm und suchen Ziegel.", {}),
    "things from somewhere": ("Solar Panels from China are too expensive, we need a quote.", {}),
    "request from a company": ("New Quote Request from Acme", {}),
    "two who are here": ("Hier Tom Fritz. Hier Eva Lang. Wir suchen ein Dach.", {}),
    "a thing is here": ("Angebot Walmdach hier, bitte prüfen.", {}),
    "short chat": ("Hat jemand Zeit für einen Termin morgen?", {"title": "Hat jemand Zeit für einen Termin morgen?"}),
    "nothing at all": ("👍", {}),
    "only a greeting": ("Hallo Frau Weiß,", {}),
    "english letter": (
        """Dear Sir or Madam,

        we are looking for a quote for solar panels on our warehouse.

        Kind regards,
        John O'Neill
        Acme Roofing Ltd
        Phone: +44 20 7946 0958
        john.oneill@acme-roofing.co.uk""",
        {
            "title": "we are looking for a quote for solar panels on our warehouse",
            "name": "John O'Neill",
            "company": "Acme Roofing Ltd",
            "phone": "+44 20 7946 0958",
            "email": "john.oneill@acme-roofing.co.uk",
        },
    ),
    "english form": (
        """Name: Mary-Jane Watson
        Email: mj@dailybugle.com
        Phone: +1 212 736 5000
        Company: Daily Bugle Inc.
        Subject: Pricing for 50 seats""",
        {
            "title": "Pricing for 50 seats",
            "name": "Mary-Jane Watson",
            "company": "Daily Bugle Inc.",
            "phone": "+1 212-736-5000",
            "email": "mj@dailybugle.com",
        },
    ),
    "english call": (
        "Mr Smith from Northwind Traders LLC called, he wants a demo next week. Please call back on +1 425 882 8080.",
        {"name": "Mr Smith", "company": "Northwind Traders LLC", "phone": "+1 425-882-8080"},
    ),
    "english introduction": (
        "Hi there, my name is Peter Parker and I'm interested in your product. peter@parker.net",
        {"name": "Peter Parker", "email": "peter@parker.net"},
    ),
    "austria": (
        """Grüß Gott,
        ich interessiere mich für eine Photovoltaikanlage.
        Mag. Anna Huber
        Mariahilfer Straße 10, A-1070 Wien
        Tel. +43 1 5223456""",
        {
            "title": "ich interessiere mich für eine Photovoltaikanlage",
            "postcode": "1070",
            "country": "AT",
            "phone": "+43 1 5223456",
        },
    ),
    "switzerland": (
        """Grüezi, wir brauchen eine Offerte für 40 Arbeitsplätze.
        Freundliche Grüsse
        Urs Meier
        Meier Informatik AG
        Bahnhofstrasse 1, 8001 Zürich
        Telefon 044 668 18 00""",
        {
            "name": "Urs Meier",
            "company": "Meier Informatik AG",
            "postcode": "8001",
            "country": "CH",
            "phone": "+41 44 668 18 00",
        },
    ),
    "two addresses": (
        "Bitte an a.meier@firma.de oder b.huber@firma.de schicken, wir brauchen das Angebot bald.",
        {"title": ""},
    ),
    "two numbers, one a fax": (
        "Anfrage von heute\nTelefon: 089 1234567\nFax: 089 1234568",
        {"title": "Anfrage von heute", "phone": "+49 89 1234567"},
    ),
    "two numbers, none called one": (
        "Erst 089 12345670 probieren, dann 030 12345679.",
        {"title": "Erst 089 12345670 probieren, dann 030 12345679"},
    ),
    "a sum is no postcode": (
        "Wir haben 50000 Euro Budget und suchen 15000 Schrauben.\n20000 Flyer brauchen wir auch.",
        {"title": "Wir haben 50000 Euro Budget und suchen 15000 Schrauben"},
    ),
    "a postcode in a sentence": (
        "Der Kunde aus 70192 Stuttgart sucht einen Dachdecker.",
        {"title": "Der Kunde aus 70192 Stuttgart sucht einen Dachdecker", "postcode": "70192"},
    ),
    "a bank account is no number": (
        "Unsere IBAN: DE89 3704 0044 0532 0130 00, bitte Angebot senden.",
        {"title": "Unsere IBAN: DE89 3704 0044 0532 0130 00, bitte Angebot senden"},
    ),
    "a colleague signs what another said": (
        "Herr Kaya interessiert sich für eine Wärmepumpe.\nViele Grüße\nMara Lind",
        {"title": "Herr Kaya interessiert sich für eine Wärmepumpe"},
    ),
    "two people": (
        "Herr Kaya und Frau Lind möchten ein Angebot.",
        {"title": "Herr Kaya und Frau Lind möchten ein Angebot"},
    ),
    "greeting names the reader's company": (
        "Hallo Solarhaus GmbH,\nich brauche ein Angebot für mein Dach.\nLG Tim",
        {"title": "ich brauche ein Angebot für mein Dach", "name": "Tim"},
    ),
    "machine sends": (
        "Von: noreply@portal.de\nName: Ute Kern\nE-Mail: ute.kern@gmx.de\nSucht Dachsanierung",
        {"title": "Sucht Dachsanierung", "name": "Ute Kern", "email": "ute.kern@gmx.de"},
    ),
    "a company with a long form": (
        "Die Anfrage kommt von der Gerda Holm Dach & Wand GmbH & Co. KG aus Ulm.",
        {"company": "Gerda Holm Dach & Wand GmbH & Co. KG"},
    ),
    "a small company": (
        "Dachdeckerei Vogt e.K. sucht einen Partner. Tel 07531 99887",
        {"company": "Dachdeckerei Vogt e.K.", "phone": "+49 7531 99887"},
    ),
    "two companies": ("Müller GmbH und Maier AG suchen je ein Angebot.", {"company": ""}),
    "weight is no company": (
        "Ich brauche 20 kg Kleber und ein Angebot.",
        {"title": "Ich brauche 20 kg Kleber und ein Angebot"},
    ),
    "umlaut domain": (
        "Kontakt: Bärbel Groß, info@bäckerei-groß.de",
        {"name": "Bärbel Groß", "email": "info@bäckerei-groß.de"},
    ),
    "mobile signature": (
        "Wir planen einen Carport und hätten gern ein Angebot.\nLG\nSabine\n\nGesendet von meinem iPhone",
        {"title": "Wir planen einen Carport und hätten gern ein Angebot", "name": "Sabine"},
    ),
    "signature with a role": (
        "We need a quote for 20 laptops.\nBest regards\nClaire Dubois | Head of IT\nDubois SARL",
        {"title": "We need a quote for 20 laptops", "name": "Claire Dubois", "company": "Dubois SARL"},
    ),
    "thanks is no farewell with a name": (
        "Vielen Dank für Ihr Angebot, wir melden uns.",
        {"title": "Vielen Dank für Ihr Angebot, wir melden uns"},
    ),
}
FIELDS: Final = ("title", "name", "email", "phone", "company", "postcode", "country")


@pytest.mark.parametrize(("text", "wanted"), READ.values(), ids=list(READ))
def test_fields_are_extracted(text: str, wanted: dict[str, str]) -> None:
    """Only fields that a message states for certain are filled in the lead."""
    draft = parse_message("\n".join(line.strip() for line in text.splitlines()))
    found = {field: getattr(draft, field) for field in FIELDS}
    certain = {**found, **{field: wanted.get(field, "") for field in FIELDS if field != "title" or "title" in wanted}}
    assert found == certain


def test_the_whole_message_is_the_enquiry() -> None:
    """The text of the message is kept unchanged, up to the limit of an enquiry."""
    assert parse_message("  Zeile eins\r\nZeile zwei  ").text == "Zeile eins\nZeile zwei"
    assert len(parse_message("x" * 50_000).text) == ENQUIRY_MAX_CHARS


def test_a_long_title_ends_at_a_word() -> None:
    """A first sentence beyond the limit of a title is cut after a word, with an ellipsis."""
    title = parse_message("Wir suchen " + "ganz besonders gute Dachdecker " * 20).title
    assert len(title) <= TITLE_MAX_CHARS
    assert title.endswith(("…",))
    assert title[:-1].split()[-1] in {"ganz", "besonders", "gute", "Dachdecker"}


HOSTILE: Final = (
    "a@" * READ_MAX_CHARS,
    "a." * READ_MAX_CHARS + "@",
    "1" * READ_MAX_CHARS,
    "0 1 " * READ_MAX_CHARS,
    "+49 " * READ_MAX_CHARS,
    "GmbH " * READ_MAX_CHARS,
    "A " * READ_MAX_CHARS + "GmbH",
    "Von der " * READ_MAX_CHARS,
    "Herr " * READ_MAX_CHARS,
    "Herr Von De La " * READ_MAX_CHARS,
    "Name: " * READ_MAX_CHARS,
    "\n" * READ_MAX_CHARS,
    "LG\n" * READ_MAX_CHARS,
    "12345 Aa " * READ_MAX_CHARS,
    "A-1010 " * READ_MAX_CHARS,
    "DE12 3456 " * READ_MAX_CHARS,
    "Re: " * READ_MAX_CHARS,
    "Hallo " * READ_MAX_CHARS,
    "- " * READ_MAX_CHARS,
    " " * READ_MAX_CHARS + ":",
    "A-" * READ_MAX_CHARS,
    "ich bin " * READ_MAX_CHARS,
    "089 1234567 " * READ_MAX_CHARS,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_messages_are_parsed_quickly(text: str) -> None:
    """A message of any length or structure is parsed in limited time."""
    started = time.perf_counter()
    parse_message(text)
    assert time.perf_counter() - started < LIMIT_S


LIMIT_S: Final = 1.0
PIECES: Final = ("a@b.de", "Herr ", "GmbH", "\n", "0711 ", "12345 ", "Name: ", "LG ", "Élise", "<", ",", "+", "ß", ": ")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(PIECES)), max_size=60).map("".join))
def test_any_message_is_parsed(text: str) -> None:
    """Extracted fields keep the limits of a lead and occur in the message, for any text."""
    draft = parse_message(text)
    assert len(draft.title) <= TITLE_MAX_CHARS
    assert len(draft.text) <= ENQUIRY_MAX_CHARS
    assert all("\n" not in getattr(draft, field) for field in FIELDS)
