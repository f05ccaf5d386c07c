"""find: the files that it lists, deletes, and hands to other commands. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pdp.programs.command_options import NO_INPUT, Input, Runner
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, names
from writ.action import Verb

_FLAGS = names(
    """-H -L -P -print -print0 -depth -xdev -mount -empty -prune -quit -ls -not ! -o -or -a -and ( ) , -true
    -false -readable -writable -executable -nouser -nogroup -follow -daystart"""
)
_VALUES = names(
    """-name -iname -path -ipath -wholename -regex -iregex -type -size -mtime -mmin -atime -amin -ctime -cmin
    -newer -user -group -perm -maxdepth -mindepth -links -inum -printf -uid -gid -regextype -lname -samefile -anewer
    -cnewer -cmin -fstype -ilname -iwholename -newerat -newerct -newermt -used -xtype"""
)
_RUN = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_WRITE = frozenset({"-fprint", "-fprint0", "-fls", "-fprintf"})


def find(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Everything below the starting points is listed; -delete and -exec reach all of it, whatever the tests say."""
    texts = [word.literal for word in args]
    end = next((i for i, t in enumerate(texts) if t is None or t[:1] in "-(!"), len(args))
    if end < len(args) and texts[end] in ("-H", "-L", "-P"):
        raise NotUnderstood("expected starting points before options")
    roots = list(args[:end]) or [Word(text=".")]
    runner.files(Verb.READ, roots, everything=True)
    index = end
    while index < len(args):
        text = texts[index]
        if text is None or text in _WRITE:
            raise NotUnderstood("expected literal tests and actions that are known")
        if text == "-delete":
            runner.files(Verb.DELETE, roots, everything=True)
        elif text in _RUN:
            stop = next((i for i in range(index + 1, len(args)) if texts[i] in (";", "+")), None)
            if stop is None:
                raise NotUnderstood("expected an end of the command that find runs")
            inner = args[index + 1 : stop]
            runner.run([UNCERTAIN if word.text is None or "{}" in word.text else word for word in inner], NO_INPUT)
            index = stop
        elif text in _VALUES:
            index += 1
            value = args[index] if index < len(args) else UNCERTAIN
            # A value in no quotes may become several words, and those actions.
            if value.literal is None and not value.whole:
                raise NotUnderstood("expected values of tests that stay one word")
        elif text not in _FLAGS:
            raise NotUnderstood("expected tests and actions of find that are known")
        index += 1
