"""Matching of headings to fields, in German and English, with similar ones as suggestions."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process

SIMILARITY_MIN: Final = 84
"""Similarity in percent between a heading and a word that makes a suggestion."""
SHORT_MAX_CHARS: Final = 3
"""Shorter words are similar by chance."""
_APART: Final = re.compile(r"[^a-z0-9]+")
_ASIDE: Final = re.compile(r"[(\[].*?[)\]]")
_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class HeadingMatches:
    """Columns of the fields, by index."""

    exact: dict[str, int] = field(default_factory=dict[str, int])
    similar: dict[str, int] = field(default_factory=dict[str, int])
    """Suggested fields; the user has to check them."""


def normalise_heading(heading: str) -> str:
    """Normalise a heading for comparison: `E-Mail-Adresse (privat)` → `emailadresse`."""
    text = unicodedata.normalize("NFC", _ASIDE.sub("", heading)).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _APART.sub("", plain)


def match_headings(headings: Sequence[str], words: Mapping[str, Sequence[str]]) -> HeadingMatches:
    """Match headings to fields; each field and each column once, the first column first."""
    meanings = {normalise_heading(word): name for name, several in words.items() for word in several}
    known: dict[str, int] = {}
    for index, heading in enumerate(headings):
        name = meanings.get(normalise_heading(heading))
        if name is not None:
            known.setdefault(name, index)
    return HeadingMatches(known, _near(headings, meanings, known))


def _near(headings: Sequence[str], meanings: Mapping[str, str], known: Mapping[str, int]) -> dict[str, int]:
    near: dict[str, int] = {}
    for index, heading in enumerate(headings):
        text = normalise_heading(heading)
        if index in known.values() or len(text) <= SHORT_MAX_CHARS or text in meanings:
            continue
        found = process.extractOne(text, list(meanings), scorer=fuzz.WRatio, score_cutoff=SIMILARITY_MIN)
        if found and meanings[found[0]] not in known:
            near.setdefault(meanings[found[0]], index)
    return near
