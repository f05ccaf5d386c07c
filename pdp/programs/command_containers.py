"""What the clients of containers and clusters run inside one: `docker exec`, `docker compose run`, `kubectl exec`. Pure.

The words behind the container, or behind the image, are a command like any other, with the same input. Of the options in
between only those without a value are known by name; all others take one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_options import Input, Runner
from pdp.programs.shell_words import Word, names

_VERBS = {"exec": "cefnuw", "run": "acefhlmnpuvw"}
"""Subcommands that run a command, with the letters of their options that take a value."""

_BARE = names(
    """--build --detach --disable-content-trust --env-host --help --init --interactive --no-deps --no-healthcheck --no-hosts
    --no-TTY --no-tty --oom-kill-disable --privileged --publish-all --quiet --quiet-pull --read-only --remove-orphans
    --replace --rm --rmi --service-ports --stdin --tty --use-aliases"""
)
_CLUSTERS = names("kubectl oc k3s")
_SHELLS = re.compile(r"(?:/(?:usr/)?bin/)?(?:ba|da|a|z|k)?sh")
_IMAGE = re.compile(r"(?:.*/)?([^/:@]+)(?:[:@].*)?")


def run_inside(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    """Adds what the first `exec` or `run` among the words of a client runs. Raises NotUnderstood."""
    texts = [word.literal or "" for word in args]
    index = next((index for index, text in enumerate(texts) if text in _VERBS), len(args))
    words = _command(program, texts[index], args[index + 1 :]) if index < len(args) else []
    # A shell without input does nothing.
    if words and (len(words) > 1 or given.given or not _SHELLS.fullmatch(words[0].literal or "")):
        runner.elsewhere(program, lambda there: there.run(words, given))


def _command(program: str, verb: str, args: Sequence[Word]) -> list[Word]:
    """Returns the command behind the options and the container, or the image, of `verb`; it may be empty."""
    texts = [word.literal or "" for word in args]
    place, entry = _skip_options(verb, texts, 0)
    place += texts[place : place + 1] == ["--"]
    if program in _CLUSTERS and "--" in texts[place:]:  # to the others it is a word of the command
        return list(args[place + texts[place:].index("--") + 1 :])
    start = place + 1
    if verb == "exec":  # kubectl takes options behind the name, too
        start = _skip_options(verb, texts, start)[0]
    words = list(args[start:])
    if entry:
        return [Word(text=entry), *words]
    if verb == "run" and words and (words[0].text or "")[:1] == "-":
        # Arguments of the program that the image starts, which only some images are named after.
        image = _IMAGE.fullmatch(texts[place])
        return [Word(text=image[1]), *words] if image and _SHELLS.fullmatch(image[1]) else []
    return words


def _skip_options(verb: str, texts: Sequence[str], index: int) -> tuple[int, str]:
    """Returns where the options that begin at `index` end, and the program that one of them puts in the image's place."""
    entry = ""
    while index < len(texts) and texts[index][:1] == "-" and texts[index] != "--":
        option, equals, value = texts[index].partition("=")
        if option[:2] == "--":
            takes = not equals and option not in _BARE
        else:  # the first letter with a value has what follows it, else the next word
            takes = next((at for at, letter in enumerate(texts[index]) if letter in _VERBS[verb]), 0) == (
                len(texts[index]) - 1
            )
        if option == "--entrypoint":
            entry = value or next(iter(texts[index + 1 : index + 2]), "")
        index += 1 + takes
    return index, entry
