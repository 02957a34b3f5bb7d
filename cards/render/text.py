"""The only place where sentences are built: translate, format the parameters for the reader, escape for the target."""

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

from cards.locale import load_translations
from cards.model import Amount, Day, File, Instant, Param, Size, State, T, TimeStyle, t
from services.people import Language

PLACEHOLDER_PATTERN: Final = re.compile(r"\{(\w+)\}")

TRANSLATIONS: Final = {language: load_translations(language) for language in Language}

# English is for European readers: en_GB gives 24 hours and day first; en_US writes $ instead of US$.
DATE_LOCALES: Final = {Language.GERMAN: Locale("de"), Language.ENGLISH: Locale("en", "GB")}
NUMBER_LOCALES: Final = {Language.GERMAN: Locale("de"), Language.ENGLISH: Locale("en", "US")}
SHORT_DAY_FORMATS: Final = {Language.GERMAN: "dd.MM.", Language.ENGLISH: "d MMM"}

JUST_NOW: Final = t("just now")
WEEK: Final = timedelta(days=7)
ALMOST_A_DAY: Final = timedelta(hours=23, minutes=30)
MONTH: Final = timedelta(days=30)
CENTS: Final = 100
KILOBYTE: Final = 1024
MEGABYTE: Final = 1024 * KILOBYTE

# Control characters, bidirectional overrides (Unicode TR36) and surrogates display a text other than the typed one.
INVISIBLE_CHARS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
LINE_BREAKS: Final = re.compile(r"\s*\n\s*")
SURROGATES: Final = re.compile("[\ud800-\udfff]")

SYMBOLS: Final = {State.OPEN: "● ", State.DONE: "✓ ", State.WARNING: "⚠ ", State.NONE: ""}
"""Symbol in front of a line, by state."""

EscapeFunction = Callable[[str], str]
"""Escapes a text for the markup of the target."""


def keep_text(text: str) -> str:
    """Return the text unchanged, for plain text and for HTML, which htpy escapes."""
    return text


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """Return the time zone of that name, or UTC when it is unknown, so that rendering never fails."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def remove_invisible(text: str) -> str:
    """Remove control characters, direction overrides and surrogates from user text."""
    if text.isprintable():
        return text
    return SURROGATES.sub(
        "\ufffd", INVISIBLE_CHARS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    )


def file_text(file: File) -> T:
    """Describe a file by name and size."""
    return T("{name} · {size}", {"name": file.name, "size": Size(file.size_bytes)})


@lru_cache(maxsize=4096)
def format_money(cents: int, currency: str, language: Language) -> str:
    """Format money, without decimals when the cents are zero."""
    locale = NUMBER_LOCALES[language]
    pattern = locale.currency_formats["standard"].pattern
    pattern_without_cents = pattern.replace(".00", "") if cents % CENTS == 0 else None
    return format_currency(
        Decimal(cents) / CENTS,
        currency,
        pattern_without_cents,
        locale=locale,
        currency_digits=pattern_without_cents is None,
    )


@lru_cache(maxsize=4096)
def _constant_line(source: str, language: Language, escape: EscapeFunction) -> str:
    """Translate and escape a line without parameters, cached."""
    return escape(LINE_BREAKS.sub(" ", _translate(source, language)).strip())


@lru_cache(maxsize=4096)
def _translate(source: str, language: Language) -> str:
    return TRANSLATIONS[language].gettext(source) if source else ""


@lru_cache(maxsize=4096)
def _split_placeholders(sentence: str) -> tuple[str, ...]:
    """Split a sentence into texts and, at every odd index, placeholder names."""
    return tuple(PLACEHOLDER_PATTERN.split(sentence))


def find_placeholders(source: str) -> set[str]:
    """Find the placeholder names of a sentence."""
    return set(PLACEHOLDER_PATTERN.findall(source))


@dataclass(frozen=True, slots=True)
class RenderContext:
    """Reader and target of a rendering: language, time zone, present time, and escape function."""

    language: Language
    zone: str
    now: datetime
    escape: EscapeFunction = keep_text

    def escape_text(self, text: T) -> str:
        """Format a sentence for the reader, escaped for the target."""
        return self.escape(self.format_text(text))

    def escape_line(self, text: T) -> str:
        """Format a sentence on one line, escaped: titles, labels, cells."""
        if not text.params and not text.plural:
            return _constant_line(text.source, self.language, self.escape)
        return self.escape(self.format_line(text))

    def format_line(self, text: T) -> str:
        """Format a sentence on one line, not escaped: buttons, mail subjects."""
        if not text.params and not text.plural:
            return _constant_line(text.source, self.language, keep_text)
        line = self.format_text(text)
        return (LINE_BREAKS.sub(" ", line) if "\n" in line else line).strip()

    def format_text(self, text: T) -> str:
        """Format a sentence for the reader, not escaped: for targets without markup."""
        pieces = _split_placeholders(self.translate(text))
        if len(pieces) == 1:
            return pieces[0]
        parts = list(pieces)
        for index in range(1, len(parts), 2):
            name = parts[index]
            param = text.params.get(name)
            if param is None:
                parts[index] = f"{{{name}}}"
                continue
            value = self.format_value(param)
            # "bis 27.11." at the end of a sentence must not end with two full stops.
            ends_twice = isinstance(param, Day | Instant) and value.endswith(".") and parts[index + 1][:1] == "."
            parts[index] = value[:-1] if ends_twice else value
        return "".join(parts)

    def translate(self, text: T) -> str:
        if text.plural:
            return TRANSLATIONS[self.language].ngettext(text.source, text.plural, text.count)
        return _translate(text.source, self.language)

    def format_value(self, param: Param) -> str:
        match param:
            case str():
                return remove_invisible(param)
            case int():
                return format_decimal(param, locale=NUMBER_LOCALES[self.language])
            case Amount() | Size():
                return self.format_amount(param) if isinstance(param, Amount) else self.format_size(param.size_bytes)
            case Day():
                return self.format_day(param.day)
            case Instant():
                return self.format_instant(param)
            case T():
                return self.format_text(param)

    def format_size(self, size_bytes: int) -> str:
        """Format a file size: whole KB rounded up, from 1 MB on with one decimal."""
        if size_bytes < MEGABYTE:
            return f"{format_decimal(-(-size_bytes // KILOBYTE), locale=NUMBER_LOCALES[self.language])} KB"
        tenths = Decimal(size_bytes * 10 // MEGABYTE) / 10
        return f"{format_decimal(tenths, locale=NUMBER_LOCALES[self.language])} MB"

    def format_amount(self, amount: Amount) -> str:
        return format_money(amount.cents, amount.currency, self.language)

    def format_day(self, day: date) -> str:
        """Format a day, with its year unless it is the present one."""
        if day.year == self.to_local_time(self.now).year:
            return format_date(day, SHORT_DAY_FORMATS[self.language], locale=DATE_LOCALES[self.language])
        return self.format_date(day)

    def format_date(self, day: date) -> str:
        return format_date(day, "medium", locale=DATE_LOCALES[self.language])

    def format_instant(self, instant: Instant) -> str:
        match instant.style:
            case TimeStyle.RELATIVE:
                return self.format_relative(instant.at)
            case TimeStyle.CLOCK:
                return self.format_clock(instant.at)
            case TimeStyle.DATE:
                return self.format_date(self.to_local_time(instant.at).date())
            case TimeStyle.LEFT:
                return self.format_remaining(instant.at)

    def to_local_time(self, at: datetime) -> datetime:
        return at.astimezone(find_zone(self.zone))

    def format_clock(self, at: datetime) -> str:
        """Format a time of day; add the weekday within a week, show the date beyond."""
        local, today = self.to_local_time(at), self.to_local_time(self.now).date()
        if abs(local.date() - today) >= WEEK:
            return self.format_date(local.date())
        time = format_time(local, "HH:mm", locale=DATE_LOCALES[self.language])
        if local.date() == today:
            return time
        return f"{format_date(local, 'EEE', locale=DATE_LOCALES[self.language])} {time}"

    def format_relative(self, at: datetime) -> str:
        """Format the distance from now; the date when it is 30 days or more."""
        distance = at - self.now
        if abs(distance) >= MONTH:
            return self.format_date(self.to_local_time(at).date())
        if abs(distance) < timedelta(minutes=1):
            return self.format_text(JUST_NOW)
        # babel switches to weeks above the threshold; weeks are too coarse for a deadline, so it is never reached.
        granularity, threshold = ("day", sys.maxsize) if abs(distance) >= ALMOST_A_DAY else ("minute", 1)
        return format_timedelta(
            distance, granularity, threshold, add_direction=True, format="short", locale=DATE_LOCALES[self.language]
        )

    def format_remaining(self, until: datetime) -> str:
        """Format the remaining time in its two largest units, rounded up to a minute."""
        minutes = max(0, -((self.now - until) // timedelta(minutes=1)))
        days, minutes = divmod(minutes, 24 * 60)
        hours, minutes = divmod(minutes, 60)
        if days:
            days_text = format_unit(days, "day", "long", locale=DATE_LOCALES[self.language])
            return f"{days_text} {hours} h" if hours else days_text
        if hours:
            return f"{hours} h {minutes} min" if minutes else f"{hours} h"
        return f"{minutes} min"
