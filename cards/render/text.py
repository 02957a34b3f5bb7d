"""The only place where sentences are made: translate, format the parameters for the reader, escape for the target."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from cards.locale import load
from cards.model import Amount, Day, File, Instant, Param, Size, State, T, TimeStyle, t
from services.people import Language

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")

TRANSLATIONS: Final = {language: load(language) for language in Language}

# English is for readers in Europe (24 hours, the day first), with the plain $ of the price list.
DATES: Final = {Language.GERMAN: Locale("de"), Language.ENGLISH: Locale("en", "GB")}
NUMBERS: Final = {Language.GERMAN: Locale("de"), Language.ENGLISH: Locale("en", "US")}
SHORT_DAY: Final = {Language.GERMAN: "dd.MM.", Language.ENGLISH: "d MMM"}

JUST_NOW: Final = t("just now")
WEEK: Final = timedelta(days=7)
ALMOST_A_DAY: Final = timedelta(hours=23, minutes=30)
MONTH: Final = timedelta(days=30)
CENTS: Final = 100
KILOBYTE: Final = 1024
MEGABYTE: Final = 1024 * KILOBYTE

# Control characters, text direction overrides and halves of characters draw something else than what was written.
UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
LINE_BREAKS: Final = re.compile(r"\s*\n\s*")
HALVES: Final = re.compile("[\ud800-\udfff]")

SYMBOLS: Final = {State.OPEN: "● ", State.DONE: "✓ ", State.WARNING: "⚠ ", State.NONE: ""}
"""The one symbol of a line, in front of its words."""

Escape = Callable[[str], str]
"""Makes words harmless for a target that knows markup."""


def as_is(words: str) -> str:
    """For plain text, and for HTML, which htpy escapes."""
    return words


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name; UTC where the name is none, because a time in UTC is better than no answer."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def visible(text: str) -> str:
    """User text without characters that hide or turn what is written."""
    if text.isprintable():
        return text
    return HALVES.sub("\ufffd", UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")))


def file_line(file: File) -> T:
    """A file in a line: what it is called and how large it is."""
    return T("{name} · {size}", {"name": file.name, "size": Size(file.size_bytes)})


@lru_cache(maxsize=4096)
def money(cents: int, currency: str, language: Language) -> str:
    """Money; whole sums without ",00", which is noise in every row."""
    locale = NUMBERS[language]
    pattern = locale.currency_formats["standard"].pattern
    whole = pattern.replace(".00", "") if cents % CENTS == 0 else None
    return format_currency(Decimal(cents) / CENTS, currency, whole, locale=locale, currency_digits=whole is None)


@lru_cache(maxsize=4096)
def _fixed(source: str, language: Language, escape: Escape) -> str:
    """A line that says the same to everybody."""
    return escape(LINE_BREAKS.sub(" ", _translated(source, language)).strip())


@lru_cache(maxsize=4096)
def _translated(source: str, language: Language) -> str:
    return TRANSLATIONS[language].gettext(source) if source else ""


@lru_cache(maxsize=4096)
def _pieces(sentence: str) -> tuple[str, ...]:
    """What stands between the placeholders and, at every second place, their names."""
    return tuple(PLACEHOLDER.split(sentence))


def placeholders(source: str) -> set[str]:
    """The names that a sentence wants."""
    return set(PLACEHOLDER.findall(source))


@dataclass(frozen=True, slots=True)
class Writer:
    """Words for one reader: language, time zone, the moment of reading, and how the target is escaped."""

    language: Language
    zone: str
    now: datetime
    escape: Escape = as_is

    def say(self, text: T) -> str:
        """The sentence in the reader's words, escaped for the target."""
        return self.escape(self.words(text))

    def line(self, text: T) -> str:
        """The sentence on one line, escaped: titles, labels, cells."""
        if not text.params and not text.plural:
            return _fixed(text.source, self.language, self.escape)
        return self.escape(self.one_line(text))

    def one_line(self, text: T) -> str:
        """The sentence on one line, not escaped: buttons, subjects of mails."""
        if not text.params and not text.plural:
            return _fixed(text.source, self.language, as_is)
        words = self.words(text)
        return (LINE_BREAKS.sub(" ", words) if "\n" in words else words).strip()

    def words(self, text: T) -> str:
        """The sentence in the reader's words, not escaped: for targets that know no markup."""
        pieces = _pieces(self.translated(text))
        if len(pieces) == 1:
            return pieces[0]
        said = list(pieces)
        for place in range(1, len(said), 2):
            name = said[place]
            param = text.params.get(name)
            if param is None:
                said[place] = f"{{{name}}}"
                continue
            value = self.value(param)
            # "bis 27.11." at the end of a sentence has one full stop.
            ends_twice = isinstance(param, Day | Instant) and value.endswith(".") and said[place + 1][:1] == "."
            said[place] = value[:-1] if ends_twice else value
        return "".join(said)

    def translated(self, text: T) -> str:
        if text.plural:
            return TRANSLATIONS[self.language].ngettext(text.source, text.plural, text.count)
        return _translated(text.source, self.language)

    def value(self, param: Param) -> str:
        match param:
            case str():
                return visible(param)
            case int():
                return format_decimal(param, locale=NUMBERS[self.language])
            case Amount() | Size():
                return self.amount(param) if isinstance(param, Amount) else self.size(param.size_bytes)
            case Day():
                return self.day(param.day)
            case Instant():
                return self.instant(param)
            case T():
                return self.words(param)

    def size(self, size_bytes: int) -> str:
        """What a file holds, as the systems of the readers say it: begun kilobytes, from a megabyte on one decimal."""
        if size_bytes < MEGABYTE:
            return f"{format_decimal(-(-size_bytes // KILOBYTE), locale=NUMBERS[self.language])} KB"
        tenths = Decimal(size_bytes * 10 // MEGABYTE) / 10
        return f"{format_decimal(tenths, locale=NUMBERS[self.language])} MB"

    def amount(self, amount: Amount) -> str:
        return money(amount.cents, amount.currency, self.language)

    def day(self, day: date) -> str:
        """The day, with its year when that is not the present one."""
        if day.year == self.local(self.now).year:
            return format_date(day, SHORT_DAY[self.language], locale=DATES[self.language])
        return self.dated(day)

    def dated(self, day: date) -> str:
        return format_date(day, "medium", locale=DATES[self.language])

    def instant(self, instant: Instant) -> str:
        match instant.style:
            case TimeStyle.RELATIVE:
                return self.relative(instant.at)
            case TimeStyle.CLOCK:
                return self.clock(instant.at)
            case TimeStyle.DATE:
                return self.dated(self.local(instant.at).date())
            case TimeStyle.LEFT:
                return self.left(instant.at)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(zone_named(self.zone))

    def clock(self, at: datetime) -> str:
        """The time of day; with its weekday within a week, the date beyond."""
        local, today = self.local(at), self.local(self.now).date()
        if abs(local.date() - today) >= WEEK:
            return self.dated(local.date())
        time = format_time(local, "HH:mm", locale=DATES[self.language])
        if local.date() == today:
            return time
        return f"{format_date(local, 'EEE', locale=DATES[self.language])} {time}"

    def relative(self, at: datetime) -> str:
        """How long ago, or in how long; the date when that is far."""
        distance = at - self.now
        if abs(distance) >= MONTH:
            return self.dated(self.local(at).date())
        if abs(distance) < timedelta(minutes=1):
            return self.words(JUST_NOW)
        # A threshold that nothing reaches keeps days from becoming weeks, which are too coarse for a deadline.
        granularity, threshold = ("day", sys.maxsize) if abs(distance) >= ALMOST_A_DAY else ("minute", 1)
        return format_timedelta(
            distance, granularity, threshold, add_direction=True, format="short", locale=DATES[self.language]
        )

    def left(self, until: datetime) -> str:
        """What is left, in the two largest units; a begun minute counts."""
        minutes = max(0, -((self.now - until) // timedelta(minutes=1)))
        days, minutes = divmod(minutes, 24 * 60)
        hours, minutes = divmod(minutes, 60)
        if days:
            said = format_unit(days, "day", "long", locale=DATES[self.language])
            return f"{said} {hours} h" if hours else said
        if hours:
            return f"{hours} h {minutes} min" if minutes else f"{hours} h"
        return f"{minutes} min"
