"""Programs that run the rest of their words, `env` and `xargs` among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_options import NO_INPUT, Input, Runner, grammar, read_options
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, is_plain_name
from writ.action import Verb

WRAPPERS = {
    "nohup": (grammar(ordered=True), 0),
    "setsid": (grammar("cfw", ordered=True), 0),
    "time": (grammar("p", ordered=True), 0),
    "command": (grammar("p", ordered=True), 0),
    "nice": (grammar("", "n", "adjustment=", ordered=True), 0),
    "ionice": (grammar("t", "cn", "", ordered=True), 0),
    "stdbuf": (grammar("", "ioe", "input= output= error=", ordered=True), 0),
    "timeout": (grammar("v", "ks", "foreground preserve-status verbose kill-after= signal=", ordered=True), 1),
    "strace": (grammar("fqvtrTcCyx", "esap", "", ordered=True), 0),
    "taskset": (grammar("ac", "", "all-tasks cpu-list", ordered=True), 1),
    "chrt": (grammar("bfiorRv", "", "batch fifo idle other rr verbose", ordered=True), 1),
    "cpulimit": (grammar("ivzk", "lc", "limit= cpu= include-children lazy", ordered=True), 0),
    "unbuffer": (grammar("p", ordered=True), 0),
    "setpriv": (
        grammar(
            "",
            "",
            "no-new-privs clear-groups keep-groups init-groups reuid= regid= groups= inh-caps= ambient-caps= bounding-set=",
            ordered=True,
        ),
        0,
    ),
    "prlimit": (
        grammar("", "", "as=? core=? cpu=? data=? fsize=? nofile=? nproc=? rss=? stack=?", ordered=True),
        0,
    ),
    "systemd-run": (
        grammar(
            "qdtPG",
            "u",
            "quiet pty pipe wait collect scope user no-block same-dir unit= slice= description= on-active= on-calendar=",
            ordered=True,
        ),
        0,
    ),
    "sshpass": (grammar("ev", "pfd", ordered=True), 0),
    "sudo": (grammar("nESHkb", "ugp", "user= group= non-interactive preserve-env=?", ordered=True), 0),
}
"""Programs that run the rest of their words; the number is that of the operands before it."""


_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=.*", re.DOTALL)
_XARGS = grammar("0rtpx", "dnPLsaIE", "null no-run-if-empty max-args= max-procs= delimiter= arg-file=", ordered=True)
_ENV = grammar("i0", "u", "ignore-environment unset= null", ordered=True)


def run_wrapper(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    if program == "command" and args and args[0].literal in ("-v", "-V"):
        return
    known, skipped = WRAPPERS[program]
    found = read_options(args, known)
    if found.open:
        raise NotUnderstood("expected literal options of a wrapper")
    if program == "sudo":
        runner.add(CommandEffect(verb=Verb.ADMIN, program="sudo"))
    _inner(found.operands[skipped:], given, runner, environment=program == "sudo")


def _inner(words: Sequence[Word], given: Input, runner: Runner, *, environment: bool = False) -> None:
    """Runs the words after a wrapper. With `environment` the first ones may set variables."""
    rest = list(words)
    while environment and rest and rest[0].text is not None and (match := _ASSIGNMENT.fullmatch(rest[0].text)):
        if not is_plain_name(match[1]):
            raise NotUnderstood("expected variables that change no other command")
        rest.pop(0)
    if not rest:
        raise NotUnderstood("expected a command after a wrapper")
    runner.run(rest, given)


def env(args: Sequence[Word], given: Input, runner: Runner) -> None:
    found = read_options(args, _ENV)
    if found.open or any(not is_plain_name(word.literal or "") for word in found.values("u", "unset")):
        raise NotUnderstood("expected variables that change no other command")
    if found.operands:
        _inner(found.operands, given, runner, environment=True)


def xargs(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """What xargs reads becomes words of the command: any number of them, and any text."""
    found = read_options(args, _XARGS)
    runner.files(Verb.READ, found.values("a", "arg-file"))
    if found.open:
        raise NotUnderstood("expected literal options of a wrapper")
    mark = next((word.literal for word in found.values("I")), "")
    words = found.operands or [Word(text="echo")]
    if mark is None or (mark and mark in (words[0].text or "")):
        raise NotUnderstood("expected a literal command")
    words = (
        [UNCERTAIN if word.text is None or mark in word.text else word for word in words]
        if mark
        else [*words, UNCERTAIN]
    )
    runner.run(words, NO_INPUT)
