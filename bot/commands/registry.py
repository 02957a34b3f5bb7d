"""The registry finds commands by name, by typed words and by similarity."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz import fuzz, process

from bot.commands.command import Command
from bot.commands.parser import TEXT_MAX_CHARS, parse_arguments, split_text
from services.errors import Invalid
from services.people import Language
from services.permissions import Permission

WORDS_MAX: Final = 3
"""The longest command has three words."""
SUGGESTION_MIN_SCORE: Final = 55
"""Below this score of WRatio, suggestions were unrelated words."""


@dataclass(slots=True)
class Registry:
    """All commands."""

    commands: dict[str, Command] = field(default_factory=dict[str, Command])
    _by_words: dict[tuple[str, ...], Command] = field(default_factory=dict[tuple[str, ...], Command])

    def add(self, *commands: Command) -> None:
        """Register commands. Raises ValueError for a name or a word that is taken."""
        for command in commands:
            taken = [word for word in command.words if tuple(word.split()) in self._by_words]
            if command.name in self.commands or taken:
                message = f"{command.name} is registered twice, or its words are taken: {taken}"
                raise ValueError(message)
            self.commands[command.name] = command
            self._by_words.update({tuple(word.split()): command for word in command.words})

    def parse(self, text: str) -> tuple[Command, dict[str, Any]] | None:
        """Find the command of the first words, the longest match first, and parse its raw arguments.

        Returns None when the words name no command. Raises Invalid when the text is too long or has more arguments
        than the command takes.
        """
        if len(text) > TEXT_MAX_CHARS:
            raise Invalid("text", "too_long", TEXT_MAX_CHARS)
        tokens = split_text(text)
        folded = [token.folded for token in tokens]
        for size in range(min(WORDS_MAX, len(tokens)), 0, -1):
            command = self._by_words.get(tuple(folded[:size]))
            if command is not None:
                return command, parse_arguments(command, text, tokens[size:])
        return None

    def suggest(
        self, text: str, language: Language, *, allowed: Callable[[Permission], bool], limit: int = 3
    ) -> list[tuple[str, Command]]:
        """List the commands most similar to a typed text, best first, each with a word of the reader's language."""
        words = {
            word: command
            for command in self.commands.values()
            if command.listed and allowed(command.permission)
            for word in command.words
        }
        typed = " ".join(token.folded for token in split_text(text[:80])[:WORDS_MAX])
        suggestions: dict[str, tuple[str, Command]] = {}
        matches = process.extract(typed, list(words), scorer=fuzz.WRatio, limit=12, score_cutoff=SUGGESTION_MIN_SCORE)
        for word, _score, _ in matches:
            translations = words[word].words_in(language)
            suggestions.setdefault(words[word].name, (word if word in translations else translations[0], words[word]))
        return list(suggestions.values())[:limit]
