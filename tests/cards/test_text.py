from datetime import UTC, date, datetime, timedelta

import pytest

from cards.examples import NOW, ZONE
from cards.model import Amount, Day, Instant, Param, T, TimeStyle, t, tn, verbatim
from cards.render.text import RenderContext, find_zone
from services.people import Language

GERMAN = RenderContext(Language.GERMAN, ZONE, NOW)
ENGLISH = RenderContext(Language.ENGLISH, ZONE, NOW)


def both(text: T) -> tuple[str, str]:
    """The sentence in German and in English; the space that does not break stands as a space."""
    german, english = (writer.format_text(text).replace("\xa0", " ") for writer in (GERMAN, ENGLISH))
    return german, english


def at(style: TimeStyle, **distance: float) -> T:
    """A point in time so far from now."""
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
def test_parameters_are_worded_for_the_reader(param: Param, german: str, english: str) -> None:
    """Money, numbers, days and sentences inside a sentence read as the reader writes them."""
    assert both(T("{value}", {"value": param})) == (german, english)


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
def test_a_clock_shows_as_much_as_is_needed(distance: dict[str, float], german: str, english: str) -> None:
    """The time today, the weekday too within a week, the date beyond."""
    assert both(at(TimeStyle.CLOCK, **distance)) == (german, english)


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
def test_near_times_are_relative(distance: dict[str, float], german: str, english: str) -> None:
    """What is near is so long ago or ahead; what is far has a date."""
    assert both(at(TimeStyle.RELATIVE, **distance)) == (german, english)


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
def test_what_is_left_has_two_units(distance: dict[str, float], german: str, english: str) -> None:
    """What is left of a deadline is said in its two largest units, a begun minute counts."""
    assert both(at(TimeStyle.LEFT, **distance)) == (german, english)


def test_a_date_is_the_readers_date() -> None:
    """Near midnight the date is the one of the reader's zone."""
    text = T("{at}", {"at": Instant(datetime(2026, 11, 26, 23, 30, tzinfo=UTC), TimeStyle.DATE)})
    assert both(text) == ("27.11.2026", "27 Nov 2026")


def test_an_unknown_zone_is_utc() -> None:
    """A zone that no system knows leaves the times in UTC instead of leaving the reader without an answer."""
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
def test_sentences_count(count: int, german: str, english: str) -> None:
    """Singular and plural are right in both languages."""
    assert both(tn("{n} more is not shown here.", "{n} more are not shown here.", count)) == (german, english)


def test_a_sentence_ends_once() -> None:
    """A date that ends with a full stop ends the sentence too."""
    text = T("Until {day}. Then again.", {"day": Day(date(2026, 11, 27))})
    assert both(text) == ("Until 27.11. Then again.", "Until 27 Nov. Then again.")


def test_what_people_write_is_no_sentence() -> None:
    """User text is not translated, and placeholders in it stay what they are."""
    assert GERMAN.format_text(t("{name} and {other}", name="just now", other="{name}")) == "just now and {name}"
    assert GERMAN.format_text(verbatim("just now {text}")) == "just now {text}"


def test_an_unknown_placeholder_stays_visible() -> None:
    """A sentence that lacks a value is shown with the gap: a chat without an answer would be worse."""
    assert GERMAN.format_text(T("Hello {name}")) == "Hello {name}"
    assert GERMAN.format_text(T("")) == ""


def test_nothing_hides_or_turns_what_is_written() -> None:
    """Control characters and direction overrides in user text are gone, halves of characters are marked."""
    assert GERMAN.format_text(verbatim("a\u202eb\x00c\u2066d\ufeff")) == "abcd"
    assert GERMAN.format_text(verbatim("a\ud800b")) == "a\ufffdb"


def test_a_title_has_one_line() -> None:
    """What must stand on one line stands on one line."""
    assert GERMAN.format_line(verbatim(" a\r\n  b\n\nc\u2028d ")) == "a b cd"
