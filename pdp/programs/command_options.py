"""Options of commands, read by the rules of getopt (POSIX 12.2, GNU long options, options after operands). Pure.

Strict: an option that the grammar of the command does not name, or an abbreviated one, is not understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Protocol

from pdp.programs.model import Effect, Program
from pdp.programs.shell_words import NotUnderstood, Word
from writ.action import Verb
from writ.frozen import frozen


@frozen
class Input:
    """What a command reads from its standard input: nothing given, something (`text` None), or literal text."""

    given: bool = False
    text: str | None = None


NO_INPUT = Input()
SOME_INPUT = Input(given=True)


class Runner(Protocol):
    """What a command hands its effects to. Not for use by several threads."""

    depth: int
    """How deep in nodes, commands and scripts the walk is."""

    @property
    def sql_clients(self) -> Mapping[str, str]:
        """The SQL clients that the catalog declares."""

    @property
    def moved(self) -> bool:
        """True once the directory may have changed, so that a relative name may be anywhere."""

    def add(self, effect: Effect) -> None:
        """Adds one effect."""

    def include(self, program: Program) -> None:
        """Adds all effects and findings of an inner program."""

    def unknown(self, message: str) -> None:
        """Adds an effect that cannot be told, with a finding."""

    def files(self, verb: Verb, words: Sequence[Word], *, everything: bool = False) -> None:
        """Adds files by their names; names that are not certain mean everything. No words: no effect."""

    def move(self) -> None:
        """Changes the directory."""

    def run(self, words: Sequence[Word], given: Input) -> None:
        """Runs a command that is named inside another one."""

    def script(self, text: str) -> None:
        """Runs the text of a shell script."""

    def elsewhere(self, program: str, run: Callable[[Runner], None], *, is_sure: bool = True) -> None:
        """Adds that `program` runs, and the gravest of what `run` does on another host or in a container.

        Without `is_sure` nothing is run for certain, and what cannot be told of it is left out.
        """


@frozen
class Grammar:
    """The options of one command. Letters and long names take no value (`flags`) or one (`values`).

    Those in `optional` take one only when it is attached.
    `ordered` ends the options at the first operand, as for a
    command that runs another one.
    """

    flags: str = ""
    values: str = ""
    optional: str = ""
    long_flags: frozenset[str] = frozenset()
    long_values: frozenset[str] = frozenset()
    long_optional: frozenset[str] = frozenset()
    ordered: bool = False


@frozen
class Options:
    """Options in order as (letter or long name, value), and the operands. `open` when there could be others."""

    options: list[tuple[str, Word]] = field(default_factory=list)
    operands: list[Word] = field(default_factory=list)
    open: bool = False

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)

    def values(self, *names: str) -> list[Word]:
        return [value for name, value in self.options if name in names]


_NO_VALUE = Word(text="")


def grammar(flags: str = "", values: str = "", long: str = "", *, optional: str = "", ordered: bool = False) -> Grammar:
    """Returns a grammar; `long` holds long names parted by blanks: `name`, `name=` with a value, `name=?` optional."""
    found = long.split()
    return Grammar(
        flags=flags,
        values=values,
        optional=optional,
        long_flags=frozenset(name for name in found if "=" not in name),
        long_values=frozenset(name[:-1] for name in found if name.endswith("=")),
        long_optional=frozenset(name[:-2] for name in found if name.endswith("=?")),
        ordered=ordered,
    )


def read_options(args: Sequence[Word], known: Grammar) -> Options:
    """Returns the options and operands. Raises NotUnderstood for an option that is not known or lacks its value."""
    options: list[tuple[str, Word]] = []
    operands: list[Word] = []
    is_open = False
    rest = iter(args)
    for word in rest:
        text = word.text
        if text == "--" and not word.glob:
            operands += rest
            break
        # A glob before its first letter, or an expansion, may turn into an option.
        if text is None or (word.glob and text[0] in "*?[{-"):
            is_open = is_open or word.start[:1] in ("", "-")
            operands.append(word)
        elif text[:2] == "--":
            options.append(_long(text[2:], rest, known))
        elif text[:1] == "-" and text != "-":
            options += _short(text[1:], rest, known)
        else:
            operands.append(word)
        if known.ordered and operands:
            operands += rest
            break
    # A value in no quotes may become several words, and those options.
    is_open = is_open or any(value.literal is None and not value.whole for _, value in options)
    return Options(options=options, operands=operands, open=is_open)


def _long(text: str, rest: Iterator[Word], known: Grammar) -> tuple[str, Word]:
    name, equals, value = text.partition("=")
    if name in known.long_values:
        return name, Word(text=value) if equals else _next(rest)
    if name in known.long_optional or (name in known.long_flags and not equals):
        return name, Word(text=value)
    raise NotUnderstood("expected options that are known")


def _short(text: str, rest: Iterator[Word], known: Grammar) -> list[tuple[str, Word]]:
    found: list[tuple[str, Word]] = []
    for index, letter in enumerate(text):
        if letter in known.values:
            attached = text[index + 1 :]
            return [*found, (letter, Word(text=attached) if attached else _next(rest))]
        if letter in known.optional:
            return [*found, (letter, Word(text=text[index + 1 :]))]
        if letter not in known.flags:
            raise NotUnderstood("expected options that are known")
        found.append((letter, _NO_VALUE))
    return found


def _next(rest: Iterator[Word]) -> Word:
    word = next(rest, None)
    if word is None:
        raise NotUnderstood("expected a value after an option")
    return word
