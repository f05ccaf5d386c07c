"""Commands that run others where the walker cannot name files: on another host or later; and the loader. Pure.

What runs there is read like any script; told is the tool with the gravest that it does, since the files are not those here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_files import Handler
from pdp.programs.command_options import NO_INPUT, Input, Runner, grammar, read_options
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import NotUnderstood, Word, names
from writ.action import Verb

LOADER = re.compile(r"(?:.*/)?ld(?:-linux|-musl|64)?[^/]*\.so(?:\.[0-9]+)*")
"""The dynamic loader, which runs the program that its first argument names."""

# Not their options that name a library (-I), a program (-D, -S), settings (-F) or commands in a file (-b of sftp).
_SSH = grammar("46AaCfGgKkMNnqTtVvXxYy", "BbcDEeiJLlmOopQRW", ordered=True)
_COPIES = {"scp": grammar("346ABCOpqRrTv", "ciJloPX"), "sftp": grammar("46AaCfNpqrv", "BciJloPRX")}
_SSH_SETTINGS = names(
    """addressfamily batchmode bindaddress ciphers compression connectionattempts connecttimeout forwardagent
    globalknownhostsfile hostkeyalgorithms identitiesonly identityfile kexalgorithms loglevel macs
    numberofpasswordprompts passwordauthentication port preferredauthentications pubkeyauthentication requesttty
    serveralivecountmax serveraliveinterval stricthostkeychecking tcpkeepalive user userknownhostsfile"""
)
_NETCAT_RUNS = re.compile(r"-[A-Za-z0-9]*[ce].*|--(?:sh-exec|exec|lua-exec).*")


def _ssh(args: Sequence[Word], given: Input, runner: Runner) -> None:
    # Options may stand behind the host, too.
    found = read_options(args, _SSH)
    behind = read_options(found.operands[1:], _SSH)
    _check_settings([*found.values("o"), *behind.values("o")])
    runner.files(Verb.UPDATE, [*found.values("E"), *behind.values("E")])
    if found.open:
        raise NotUnderstood("expected literal options of a wrapper")
    words = [word.text for word in behind.operands]
    if not words and given.given:
        words, given = [given.text], NO_INPUT
    if given.given:  # the command reads it over there
        runner.add(CommandEffect(verb=Verb.SEND, program="ssh"))
    texts = [text for text in words if text is not None]
    if len(texts) < len(words):
        raise NotUnderstood("expected a literal command for another host")
    runner.elsewhere("ssh", lambda there: there.script(" ".join(texts)))


def _check_settings(words: Sequence[Word]) -> None:
    """Refuses settings of ssh that may run a command here, as ProxyCommand does. Raises NotUnderstood."""
    if any(re.split(r"[ =]", word.literal or "")[0].lower() not in _SSH_SETTINGS for word in words):
        raise NotUnderstood("expected settings of ssh that run nothing")


def _secure_copy(program: str) -> Handler:
    def send(args: Sequence[Word], given: Input, runner: Runner) -> None:
        _check_settings(read_options(args, _COPIES[program]).values("o"))
        if (
            program == "sftp" and given.given and "!" in (given.text or "!")
        ):  # its own commands, `!` before those for here
            raise NotUnderstood("expected a literal list of commands that runs nothing")
        _send(program, runner)

    return send


def _send(program: str, runner: Runner) -> None:
    runner.add(CommandEffect(verb=Verb.SEND, program=program))
    runner.add(CommandEffect(verb=Verb.EXECUTE, program=program))


def _at(_args: Sequence[Word], given: Input, runner: Runner) -> None:
    """The input is a script for later; jobs are also listed and removed, and those do not show what they did."""
    text = given.text
    if given.given and (text is None or "$'" in text):
        raise NotUnderstood("expected a literal script for later")
    runner.elsewhere("at", lambda there: there.script(text or ""))


def _netcat(program: str) -> Handler:
    def send(args: Sequence[Word], _given: Input, runner: Runner) -> None:
        if any(_NETCAT_RUNS.fullmatch(word.text or "-c") for word in args):
            raise NotUnderstood("expected a connection that runs nothing")
        _send(program, runner)

    return send


REMOTE_COMMANDS: dict[str, Handler] = {
    "ssh": _ssh,
    "at": _at,
    "batch": _at,
    **{name: _secure_copy(name) for name in _COPIES},
    **{name: _netcat(name) for name in ("nc", "ncat", "netcat")},
}
