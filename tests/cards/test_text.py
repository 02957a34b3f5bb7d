from datetime import UTC, date, datetime, timedelta

import pytest

from cards.examples import NOW, ZONE
from cards.model import Amount, Day, Instant, Param, T, TimeStyle, t, tn, verbatim
from cards.render.text import RenderContext, find_zone
from services.people import Language

GERMAN = RenderContext(Language.GERMAN, ZONE, NOW)
ENGLISH = RenderContext(Language.ENGLISH, ZONE, NOW)


def in_german_and_english(text: T) -> tuple[str, str]:
    """Return the sentence in both languages, with ordinary spaces for non-breaking ones."""
    german, english = (writer.format_text(text).replace("\xa0", " ") for writer in (GERMAN, ENGLISH))
    return german, english


def time_from_now(style: TimeStyle, **distance: float) -> T:
    """Return a sentence with the time that is `distance` from now."""
    return T("{at}", {"at": Instant(NOW + timedelta(**distance), style)})


@pytest.mark.parametrize(
    ("param", "german", "english"),
    [
        (Amount(1_850_000, "EUR"), "18.500 €", "€18,500"),
        (Amount(4_990, "USD"), "49,90 $", "$49.90"),
        (Amount(-5, "EUR"), "-0,05 €", "-€0.05"),
        (18_500, "18.500", "18,500"),
        (Day(date(2026, 11, 26)), "26.11.", "26 Nov"),
        (Day(date(2027, 1, 2)), "02.01.2027", "2 Jan 2027"),
        (t("just now"), "gerade eben", "just now"),
    ],
)
def test_parameters_are_localised(param: Param, german: str, english: str) -> None:
    """Money, numbers, dates and nested sentences are formatted for the reader's locale."""
    assert in_german_and_english(T("{value}", {"value": param})) == (german, english)


@pytest.mark.parametrize(
    ("distance", "german", "english"),
    [
        ({"minutes": -4}, "10:04", "10:04"),
        ({"days": -1}, "Mo. 10:08", "Mon 10:08"),
        ({"days": 6}, "Mo. 10:08", "Mon 10:08"),
        ({"days": -7}, "17.11.2026", "17 Nov 2026"),
        ({"days": 60}, "23.01.2027", "23 Jan 2027"),
    ],
)
def test_clock_time(distance: dict[str, float], german: str, english: str) -> None:
    """The time today, the weekday too within a week, the date beyond."""
    assert in_german_and_english(time_from_now(TimeStyle.CLOCK, **distance)) == (german, english)


@pytest.mark.parametrize(
    ("distance", "german", "english"),
    [
        ({"seconds": -20}, "gerade eben", "just now"),
        ({"minutes": -5}, "vor 5 Min.", "5 min ago"),
        ({"hours": 3}, "in 3 Std.", "in 3 hr"),
        ({"days": -1}, "vor 1 Tag", "1 day ago"),
        ({"days": -6}, "vor 6 Tagen", "6 days ago"),
        ({"days": -40}, "15.10.2026", "15 Oct 2026"),
    ],
)
def test_relative_time(distance: dict[str, float], german: str, english: str) -> None:
    """A near time is relative to now, a distant one is a date."""
    assert in_german_and_english(time_from_now(TimeStyle.RELATIVE, **distance)) == (german, english)


@pytest.mark.parametrize(
    ("distance", "german", "english"),
    [
        ({"minutes": 102}, "1 h 42 min", "1 h 42 min"),
        ({"minutes": 120}, "2 h", "2 h"),
        ({"seconds": 61}, "2 min", "2 min"),
        ({"seconds": -5}, "0 min", "0 min"),
        ({"days": 2, "hours": 3, "minutes": 5}, "2 Tage 3 h", "2 days 3 h"),
        ({"days": 1}, "1 Tag", "1 day"),
    ],
)
def test_time_left_has_two_units(distance: dict[str, float], german: str, english: str) -> None:
    """The time left has its two largest units, rounded up to a minute."""
    assert in_german_and_english(time_from_now(TimeStyle.LEFT, **distance)) == (german, english)


def test_a_date_is_the_readers_date() -> None:
    """Near midnight the date is the one of the reader's zone."""
    text = T("{at}", {"at": Instant(datetime(2026, 11, 26, 23, 30, tzinfo=UTC), TimeStyle.DATE)})
    assert in_german_and_english(text) == ("27.11.2026", "27 Nov 2026")


def test_an_unknown_zone_is_utc() -> None:
    """A zone that no system knows falls back to UTC, so that the card is still rendered."""
    for name in ("Mars/Olympus", "", "../etc/passwd", "a" * 5000):
        assert str(find_zone(name)) == "UTC"


@pytest.mark.parametrize(
    ("count", "german", "english"),
    [
        (0, "0 weitere Einträge sind hier nicht gezeigt.", "0 more are not shown here."),
        (1, "1 weiterer Eintrag ist hier nicht gezeigt.", "1 more is not shown here."),
        (1200, "1.200 weitere Einträge sind hier nicht gezeigt.", "1,200 more are not shown here."),
    ],
)
def test_plural_forms(count: int, german: str, english: str) -> None:
    """Singular and plural are correct in both languages."""
    assert in_german_and_english(tn("{n} more is not shown here.", "{n} more are not shown here.", count)) == (
        german,
        english,
    )


def test_sentence_has_one_full_stop() -> None:
    """A date that ends with a full stop adds no second one to the sentence."""
    text = T("Until {day}. Then again.", {"day": Day(date(2026, 11, 27))})
    assert in_german_and_english(text) == ("Until 27.11. Then again.", "Until 27 Nov. Then again.")


def test_user_text_is_not_translated() -> None:
    """User text is not translated, and placeholders in it stay unchanged."""
    assert GERMAN.format_text(t("{name} and {other}", name="just now", other="{name}")) == "just now and {name}"
    assert GERMAN.format_text(verbatim("just now {text}")) == "just now {text}"


def test_an_unknown_placeholder_stays_visible() -> None:
    """A sentence without a value keeps the placeholder, so that the card is still rendered."""
    assert GERMAN.format_text(T("Hello {name}")) == "Hello {name}"
    assert GERMAN.format_text(T("")) == ""


def test_control_characters_are_removed() -> None:
    """Control characters and direction overrides are removed, lone surrogates are replaced."""
    assert GERMAN.format_text(verbatim("a\u202eb\x00c\u2066d\ufeff")) == "abcd"
    assert GERMAN.format_text(verbatim("a\ud800b")) == "a\ufffdb"


def test_a_title_has_one_line() -> None:
    """`format_line` replaces line breaks by spaces."""
    assert GERMAN.format_line(verbatim(" a\r\n  b\n\nc\u2028d ")) == "a b cd"
