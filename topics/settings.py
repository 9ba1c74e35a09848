"""The settings of a model: one frozen record, checked once, each default with its reason beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from topics.errors import SettingError

# More topics than this cannot be read by anyone, and W would no longer be small.
MOST_TOPICS = 2000


@dataclass(frozen=True, slots=True)
class Settings:
    """How text becomes terms, terms become weights, and weights become topics."""

    # Twenty topics fit on a screen and suit a thousand to a hundred thousand articles.
    n_topics: int = 20
    # Only the start of a topic model draws random numbers.
    seed: int = 0
    language: str = "en"
    # Forms of a word are one term: better neighbours on every set tried, and no keyword list of minister, ministers.
    stem: bool = True
    # Headlines say what an article is about.
    title_weight: float = 2.0
    stop_words: tuple[str, ...] = ()
    max_iter: int = 200
    tol: float = 1e-4

    def __post_init__(self) -> None:
        self._whole("n_topics", 1, MOST_TOPICS)
        self._whole("seed", 0, 2**32 - 1)
        self._whole("max_iter", 1, 100_000)
        if not 0 <= self.title_weight <= 1000:
            raise SettingError(f"title_weight must lie between 0 and 1000; it is {self.title_weight!r}")
        if not 0 <= self.tol < 1:
            raise SettingError(f"tol must lie between 0 and 1; it is {self.tol!r}")

    def _whole(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise SettingError(f"{name} must be a whole number from {least} to {most}; it is {value!r}")

    def row(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"stop_words": list(self.stop_words)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Settings:
        """The settings of a stored model; keys of other versions are ignored."""
        known: dict[str, Any] = {field.name: row[field.name] for field in fields(cls) if field.name in row}
        return cls(**known | {"stop_words": tuple(known.get("stop_words", ()))})
