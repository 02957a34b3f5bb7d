"""Parser of a message into a lead's contact and enquiry; what is not certain stays empty."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.lead import message_patterns
from services.lead.draft import LeadDraft
from services.lead.model import DEFAULT_COUNTRY, ENQUIRY_MAX_CHARS, LEAD_LINE_MAX_CHARS, TITLE_MAX_CHARS

READ_MAX_CHARS: Final = 8_000
"""Leading part of a message that is parsed; contacts do not occur after that."""
LINES_MAX: Final = 300
LINE_READ_CHARS: Final = 400
NUMBERS_TRIED: Final = 60
NAME_WORDS_MAX: Final = 6
SENTENCES_READ: Final = 40
TITLE_WORDS_MIN: Final = 2
SIGNATURE_LINES: Final = 3
DIGITS: Final = {"DE": 5, "AT": 4, "CH": 4}


def parse_message(text: str) -> LeadDraft:
    """Parse a plain-text message into a draft, with only what is certain."""
    whole = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    message = _Message(whole[:READ_MAX_CHARS])
    return LeadDraft(
        title=_title(message),
        name=_name(message)[:LEAD_LINE_MAX_CHARS],
        email=message.email,
        phone=_phone(message),
        company=_company(message)[:LEAD_LINE_MAX_CHARS],
        postcode=_postcode(message),
        country=message.country if message.country != DEFAULT_COUNTRY else "",
        text=whole[:ENQUIRY_MAX_CHARS],
    )


@dataclass(slots=True, weakref_slot=True)
class _Labelled:
    field: str
    value: str


class _Message:
    """Message in lines, with the values of its labels."""

    def __init__(self, text: str) -> None:
        self.lines = [line[:LINE_READ_CHARS].strip() for line in text.split("\n")[:LINES_MAX]]
        self.labelled = [_label(line) for line in self.lines]

    @cached_property
    def text(self) -> str:
        """Return the text without the lines that name its recipients and date."""
        return "\n".join(line for line, label in self._pairs if label is None or label.field not in {"to", "sent"})

    @property
    def _pairs(self) -> Iterable[tuple[str, _Labelled | None]]:
        return zip(self.lines, self.labelled, strict=True)

    def said(self, *fields: str) -> list[str]:
        """Return the values of these labels, in order."""
        return [label.value for label in self.labelled if label and label.field in fields]

    @cached_property
    def prose(self) -> list[str]:
        """Return the lines without labels and greeting."""
        bare = (message_patterns.GREETING.sub("", line, count=1) for line, label in self._pairs if label is None)
        return [line for line in bare if line]

    @cached_property
    def email(self) -> str:
        said = _only(_emails(" ".join(self.said("email", "sender"))))
        return said or _only(_emails(self.text))

    @cached_property
    def country(self) -> str:
        """Return the country that a postcode or a phone number implies; by default Germany."""
        if found := message_patterns.COUNTRY_CODE.search(self.text):
            return "DE" if found[1] else {"A": "AT", "AT": "AT", "CH": "CH"}[found[3]]
        dialled = {
            code
            for prefix, code in (("+43", "AT"), ("0043", "AT"), ("+41", "CH"), ("0041", "CH"))
            if prefix in self.text
        }
        named = {code for code, words in message_patterns.COUNTRIES.items() if words.search(self.text)}
        return _only(dialled or named) or DEFAULT_COUNTRY


def _label(line: str) -> _Labelled | None:
    found = message_patterns.LABEL.match(line)
    field = message_patterns.LABEL_FIELDS.get(" ".join(found[1].casefold().split())) if found else None
    return _Labelled(field, found[2].strip().strip("*").strip()) if found and field else None


def _only(found: Iterable[str]) -> str:
    """Return the value if it is the only distinct one, else empty."""
    distinct = list(dict.fromkeys(item for item in found if item))
    return distinct[0] if len(distinct) == 1 else ""


def _emails(text: str) -> Iterator[str]:
    for match in message_patterns.EMAIL.finditer(text):
        if message_patterns.NO_REPLY.match(match[0]):
            continue
        try:
            yield validate_email(match[0].strip("'"), check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            continue


def _phone(message: _Message) -> str:
    """Return the phone number to call; of several the first one marked as such."""
    text = message_patterns.IBAN.sub(" ", message_patterns.EMAIL.sub(" ", message.text))
    found = list(_numbers(text, message.country))
    called = [number for number, is_called in found if is_called]
    return called[0] if called else _only(number for number, _ in found)


def _numbers(text: str, country: str) -> Iterator[tuple[str, bool]]:
    matcher = phonenumbers.PhoneNumberMatcher(text, country, phonenumbers.Leniency.VALID, NUMBERS_TRIED)
    for match in matcher:
        before = text[max(0, match.start - 50) : match.start].rpartition("\n")[2]
        if not message_patterns.FAX_WORDS.search(before):
            written = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
            yield written, message_patterns.PHONE_WORDS.search(before) is not None


def _postcode(message: _Message) -> str:
    digits = DIGITS[message.country]
    coded = [found[2] or found[4] for found in message_patterns.COUNTRY_CODE.finditer(message.text)]
    said = [found[1] for value in message.said("postcode") for found in message_patterns.NUMBER_ALONE.finditer(value)]
    for certain in (coded, said, list(_in_addresses(message))):
        if found := [item for item in certain if len(item) == digits]:
            return _only(found)
    return ""


def _in_addresses(message: _Message) -> Iterator[str]:
    for found in message_patterns.POSTCODE_IN_ADDRESS.finditer(message.text):
        if found[2].split()[0].casefold().strip(".") in message_patterns.UNITS:
            continue
        line = message.text[message.text.rfind("\n", 0, found.start(1)) + 1 :].partition("\n")[0]
        # Example: "50000 Flyer brauchen wir" begins like an address and is none.
        if line.lstrip().startswith(found[1]) and not message_patterns.WHOLE_LINE.fullmatch(line.partition(",")[0]):
            continue
        yield found[1]


def _company(message: _Message) -> str:
    if said := message.said("company"):
        return _only(said)
    lines = [*message.said("name", "sender", "postcode"), *message.prose]
    return _only(name for line in lines for name in _companies(line))


def _companies(line: str) -> Iterator[str]:
    """Yield the names in front of legal forms."""
    start = 0
    for form in message_patterns.LEGAL_FORM.finditer(line):
        words = _words_before(line[start : form.start()])
        start = form.end()
        if words:
            yield f"{' '.join(words)} {form[0]}"


def _words_before(text: str) -> list[str]:
    words: list[str] = []
    for word in reversed(re.split(r"\s+", text.rpartition("(")[2].rpartition(":")[2].strip())[-NAME_WORDS_MAX:]):
        is_small = word in message_patterns.CONNECTORS and bool(words)
        if word.endswith((",", ";", "|", "!", "?")) or not (is_small or word[:1].isupper() or word[:1].isdigit()):
            break
        if word.casefold() in message_patterns.NOT_OF_A_NAME and not is_small:
            break
        words.append(word)
    while words and words[-1] in message_patterns.CONNECTORS:
        words.pop()
    return words[::-1]


def _name(message: _Message) -> str:
    """Return the person's name: from a label, an introduction, the signature, or a report about the person."""
    readers: tuple[Callable[[_Message], str], ...] = (_labelled_name, _introduced, _signed_or_reported)
    return next((name for reader in readers if (name := reader(message))), "")


def _labelled_name(message: _Message) -> str:
    first, last = _only(message.said("first")), _only(message.said("last"))
    if last:
        return " ".join(part for part in (first, last) if part)
    said = (message.said("name"), message.said("sender"))
    return next((name for values in said if (name := _only(map(_person_in, values)))), "")


def _person_in(value: str) -> str:
    """Return the name in `Schneider, Elke <elke@posteo.de>` and similar forms."""
    name = re.split(r"[<(\[|/;]|\s[–-]\s|@", message_patterns.EMAIL.sub("", value))[0].strip(" \"',")
    last, comma, first = name.partition(",")
    return _person(f"{first.strip()} {last.strip()}" if comma and " " not in first.strip() else last.strip())


def _person(text: str) -> str:
    """Return the name if the text is a name and nothing else."""
    found = message_patterns.PERSON.fullmatch(text.strip().rstrip(",."))
    if not found or message_patterns.LEGAL_FORM.search(text):
        return ""
    return "" if {word.casefold().strip(".,") for word in found[1].split()} & message_patterns.NOT_A_NAME else found[1]


def _introduced(message: _Message) -> str:
    said = (found[1] for line in message.prose for found in message_patterns.INTRODUCTION.finditer(line))
    return _only(map(_person, map(_without_employer, said))) or _only(_mentioned(message))


def _mentioned(message: _Message) -> Iterator[str]:
    """Yield the names in "hier Tom Fritz", "Tom Fritz here" and "Tom Fritz from Acme"; other nouns are none."""
    for line in message.prose:
        for found in (item for clue in message_patterns.NAME_MENTIONS for item in clue.finditer(line)):
            name = _without_employer(found[1])
            if not any(message_patterns.COMMON_NOUNS.fullmatch(word) for word in name.split() if word[0].isupper()):
                yield _person(name)


def _without_employer(name: str) -> str:
    """Return Tom Fritz for "Tom Fritz von Acme"; "Max von der Heide" is the whole name."""
    parts = message_patterns.EMPLOYER.split(name, maxsplit=1)
    return parts[0] if len(parts[0].split()) > 1 else name


def _signed_or_reported(message: _Message) -> str:
    """Return the signed name or the reported one.

    A member who reports a call signs with their own name: two different names give none.
    """
    signed, told = _signed(message), _reported_name(message)
    if not signed or not told:
        return signed or told
    return signed if told.split()[-1] in signed.split() else ""


def _signed(message: _Message) -> str:
    """Return the name under the last closing formula, or behind it."""
    for item in range(len(message.lines) - 1, -1, -1):
        closing = message_patterns.CLOSING.match(message.lines[item])
        if closing is None or message_patterns.REQUEST_WORDS.search(message.lines[item]):
            continue
        following = [
            line for line in message.lines[item + 1 :] if line and not message_patterns.SEPARATOR.fullmatch(line)
        ]
        for line in (message.lines[item][closing.end() :], *following[:SIGNATURE_LINES]):
            if line.strip(" ,.!–-"):
                return _person(re.split(r"\s*[,|•]\s*|\s[–-]\s", line.strip(" ,.!–-"))[0])
        return ""
    return ""


def _reported_name(message: _Message) -> str:
    people: list[str] = []
    for line in message.prose:
        for title, name in message_patterns.HONORIFIC.findall(line):
            words = [word for word in name.split() if word.casefold() not in message_patterns.NOT_A_NAME]
            polite = {"Herrn": "Herr"}.get(title, title)
            people.append(" ".join(words) if len(words) > 1 else f"{polite} {name}" if words else "")
    return _only(people)


def _title(message: _Message) -> str:
    """Return the message's subject, or the first sentence that asks for something."""
    if said := message.said("title"):
        return _shortened(message_patterns.REPLY_PREFIX.sub("", said[0], count=1))
    sentences = list(_sentences(message))
    wishes = (sentence for sentence in sentences if message_patterns.REQUEST_WORDS.search(sentence))
    return _shortened(next(wishes, sentences[0] if sentences else ""))


def _sentences(message: _Message) -> Iterator[str]:
    for line in message.prose[:SENTENCES_READ]:
        if message_patterns.CLOSING.match(line) and not message_patterns.REQUEST_WORDS.search(line):
            return
        for sentence in message_patterns.SENTENCE_END.split(line):
            tells = not message_patterns.EMAIL.search(sentence) and not message_patterns.INTRODUCTION.match(sentence)
            if tells and len(sentence.split()) >= TITLE_WORDS_MIN:
                yield sentence.strip(" .!-–•*>")


def _shortened(sentence: str) -> str:
    sentence = message_patterns.NUMBER_AT_END.sub("", sentence)
    if len(sentence) <= TITLE_MAX_CHARS:
        return sentence
    return f"{sentence[: TITLE_MAX_CHARS - 1].rpartition(' ')[0] or sentence[: TITLE_MAX_CHARS - 1]}…"
