"""How the words of one kind of sound are written down."""

from dataclasses import dataclass, field


def words(text: str) -> tuple[str, ...]:
    """The phrases of a list written with semicolons."""
    return tuple(phrase for part in text.split(";") if (phrase := " ".join(part.split())))


@dataclass(frozen=True)
class Entry:
    """The words by which people name one kind of sound.

    A clause is written "subject|verb|rest": the verb in its plain form, a plural subject with a leading "*",
    and "~" before a noun that takes an article and perhaps a size ("~dog|bark|" -> "a big dog barks").

    Args:
        adjectives: words that stand before a sound noun and name the source ("metallic clang"). May be empty.
        sounds: countable nouns of the sound itself ("clang").
        keywords: whole short prompts as users type them.
        clauses: by action; the key "*" holds those that fit every action.
        materials: adjectives for things made of it (impacts only).
        struck: things that are hit (impacts only).
        movers: things that bounce, fall or are shaken (impacts only).
        floors: what feet land on (impacts only).
    """

    adjectives: tuple[str, ...]
    sounds: tuple[str, ...]
    keywords: tuple[str, ...]
    clauses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    movers: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()


def recorded(adjectives: str, sounds: str, keywords: str, clauses: str) -> Entry:
    """The words of a kind of recording: lists written with semicolons, clauses that fit every action."""
    return Entry(words(adjectives), words(sounds), words(keywords), {"*": words(clauses)})
