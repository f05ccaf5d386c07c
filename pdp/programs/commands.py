"""Commands by name: what each of them does, and those that run another command. Pure.

A program that stands in no table here is EXECUTE with its name. A name from another folder than the system's own is not
the program of the table; it counts as a program of that path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_files import FILE_COMMANDS, Handler
from pdp.programs.command_filters import FILTER_COMMANDS
from pdp.programs.command_find import find
from pdp.programs.command_git import git
from pdp.programs.command_http import HTTP_COMMANDS
from pdp.programs.command_options import Input, Runner, grammar, read_options
from pdp.programs.command_remote import LOADER, REMOTE_COMMANDS
from pdp.programs.command_sql import CLIENT_NAMES, run_client
from pdp.programs.command_tools import PACKAGES, asked_of_any, check_code, is_tool
from pdp.programs.command_tools import handler as tool_handler
from pdp.programs.command_wrappers import WRAPPERS, env, run_wrapper, xargs
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import NotUnderstood, Word, is_plain_name, names
from writ.action import Verb

_SYSTEM = re.compile(r"/(?:usr/(?:local/)?)?s?bin/([^/]+)")
_RESERVED = names("{ } ! [[ ]] if then elif else fi for while until do done case esac in function select coproc")
_HIDING = names(
    """eval source . alias unalias shopt trap enable hash builtin bind complete compgen let coproc fc history jobs
    mapfile readarray getopts declare typeset local readonly export unset exec fish zsh ksh csh tcsh busybox
    chroot unshare nsenter setarch linux32 linux64 numactl fakeroot pkexec bwrap firejail proot runcon capsh
    start-stop-daemon daemonize tmux screen dtach entr hyperfine xvfb-run proxychains proxychains4 torsocks ltrace
    valgrind gdb ssh-agent script expect parallel sem watch flock su doas runuser socat toybox"""
)
_QUIET = names(
    """: true false echo pwd basename dirname whoami id uname seq sleep exit return break continue shift
    tr tty nproc arch groups logname factor yes ps free uptime vmstat lscpu lsblk lsusb lspci printenv which type whereis
    whatis w netstat pgrep getconf cal hostid numfmt"""
)
"""They touch nothing but their output, whatever their arguments are."""

_SHELLS = frozenset({"bash", "sh", "dash"})
_INTERPRETERS = re.compile(
    r"(?:python|ipython|perl|ruby|irb|node|nodejs|php|lua|luajit|tclsh|Rscript|pypy|pwsh|powershell|osascript|julia|groovy"
    r"|elixir|guile|racket|swipl|ghci|jshell|ts-node|tsx)[0-9.]*"
)

_BEGINNINGS = names("rm rmdir unlink shred dd find xargs env git curl wget chmod chown chgrp ssh scp nc busybox toybox")
"""Commands, shells and wrappers apart, that no program has a subcommand or a language of that name for."""

_SHELL_OPTIONS = grammar("ceuxlfn", "o", "norc noprofile posix login", ordered=True)
_READ = grammar("rs", "dnNptu")
_COUNTS = re.compile(r"%[-+ #0'*.0-9hjlLqtz]*n")


def run_command(words: Sequence[Word], given: Input, runner: Runner) -> None:
    """Hands the effects of one simple command to `runner`. Raises NotUnderstood when they cannot be told."""
    if not words:
        return
    name = words[0].literal
    if not name or name in _RESERVED or name[0] in "-+" or "=" in name:
        raise NotUnderstood("expected a literal command")
    path = _SYSTEM.fullmatch(name)
    if path is None and LOADER.fullmatch(name):
        # Its options preload libraries and name other folders.
        if len(words) < 2 or not (words[1].literal or "-").startswith("/"):
            raise NotUnderstood("expected a program with its whole path behind the loader")
        runner.run(words[1:], given)
        return
    if path is None and "/" in name:
        _unread(name, words[1:], given, runner)
        return
    program = path[1] if path else name
    args = words[1:]
    handler = _COMMANDS.get(program)
    if handler is not None:
        handler(args, given, runner)
    elif program in runner.sql_clients or program in CLIENT_NAMES:
        run_client(program, args, given, runner)
    elif program in WRAPPERS:
        run_wrapper(program, args, given, runner)
    elif program in _SHELLS:
        _shell(program, args, given, runner)
    elif program in _HIDING:
        raise NotUnderstood("expected a command that shows what it does")
    elif _INTERPRETERS.fullmatch(program):
        _interpreter(program, args, given, runner)
    elif (tool := tool_handler(program)) is not None:
        tool(args, given, runner)
        if program in PACKAGES:
            _wrapped(program, args, given, runner)
    elif program not in _QUIET:
        _unread(program, args, given, runner)


def _unread(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    """Adds a program that nothing here reads: what its words ask for, and what it runs should it be a wrapper."""
    verb = asked_of_any(args)
    if not _wrapped(program, args, given, runner) or verb is not Verb.EXECUTE:
        runner.add(CommandEffect(verb=verb, program=program))


def _wrapped(program: str, args: Sequence[Word], given: Input, runner: Runner) -> bool:
    """Adds the command among the words of a program, should it be a wrapper; returns whether there is one.

    Only the first one counts, so that the work does not double with each. Raises NotUnderstood for code on the line.
    """
    start = next((index for index in range(len(args)) if _begins_command(args, index, given)), len(args))
    words = args[start:]
    is_sure = bool(words) and _has_code(words, given)
    if words:
        runner.elsewhere(program, lambda there: there.run(words, given), is_sure=is_sure)
    check_code(args[:start] if is_sure else args)
    return bool(words)


def _begins_command(args: Sequence[Word], index: int, given: Input) -> bool:
    """True for a word that names a command, and not the language or the client that an option asks for."""
    name = _base(args[index])
    if index + 1 == len(args):
        return given.given and _takes_code(name)
    if name in _SHELLS or name in _BEGINNINGS or name in WRAPPERS:
        return True
    before = (args[index - 1].text or "") if index else ""
    is_value = before[:1] == "-" and before != "--"
    return not is_value and (_takes_code(name) or is_tool(name))


def _takes_code(name: str) -> bool:
    return name in _SHELLS or name in CLIENT_NAMES or _INTERPRETERS.fullmatch(name) is not None


def _has_code(words: Sequence[Word], given: Input) -> bool:
    """True for a shell, a language or a client with code on its line or as its input."""
    if not _takes_code(_base(words[0])):
        return False
    return given.given or any(re.fullmatch("-[A-Za-z]*[ce]", word.text or "") for word in words[1:])


def _base(word: Word) -> str:
    name = word.literal or ""
    path = _SYSTEM.fullmatch(name)
    return path[1] if path else name


def _shell(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    found = read_options(args, _SHELL_OPTIONS)
    first = found.operands[0].literal if found.operands else None
    if found.operands and not (first and first[0] not in "-+"):
        raise NotUnderstood("expected a literal script")
    if found.operands and not found.has("c"):
        _script_file(program, found.operands, runner)
        return
    text = first if found.has("c") else given.text
    # Only bash reads $'...' as one word; what other shells make of it differs.
    if text is None or (program != "bash" and "$'" in text):
        raise NotUnderstood("expected a shell with a literal script")
    runner.script(text)


def _interpreter(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    """Code on the line or from the input hides what it does; a script or module is a program that runs."""
    first = args[0].literal if args else None
    # Some run the code that stands behind the question, or comes in.
    if first in ("--version", "-V") and len(args) == 1 and not given.given:
        return
    if first == "-m" and len(args) > 1 and args[1].literal:
        runner.add(CommandEffect(verb=asked_of_any(args[2:]), program=program))
    elif first and first[0] != "-":
        _script_file(program, args, runner)
    else:
        raise NotUnderstood("expected an interpreter with a literal script file")


def _script_file(program: str, words: Sequence[Word], runner: Runner) -> None:
    if (words[0].text or "").startswith(("/dev/", "/proc/")):
        raise NotUnderstood("expected a script in a file")
    runner.files(Verb.READ, words[:1])
    runner.add(CommandEffect(verb=asked_of_any(words[1:]), program=program))


def _set(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    texts = [word.literal or "?" for word in args]
    if not all(re.fullmatch(r"[-+][eux]+|[-+][eux]*o|pipefail|errexit|nounset|xtrace", text) for text in texts):
        raise NotUnderstood("expected plain settings of the shell")


def _read(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    found = read_options(args, _READ)
    if found.open or any(not is_plain_name(word.literal or "") for word in found.operands):
        raise NotUnderstood("expected variables that change no other command")


def _printf(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    # Its conversion `%n` sets the variable that the next word names, `PATH` as well.
    if not args or (args[0].literal or "-").startswith("-") or _COUNTS.search(args[0].text or ""):
        raise NotUnderstood("expected a literal format that sets no variable")


def _test(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    if any(word.text in (None, "-v", "-R") for word in args):
        raise NotUnderstood("expected tests of files and texts")


def _wait(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    # The variable of its option -p may have a subscript, which is arithmetic.
    if not all(re.fullmatch(r"[0-9]+|%[0-9]*|-[nf]+", word.literal or "") for word in args):
        raise NotUnderstood("expected literal processes to wait for")


_COMMANDS: dict[str, Handler] = {
    **FILE_COMMANDS,
    **FILTER_COMMANDS,
    **HTTP_COMMANDS,
    **REMOTE_COMMANDS,
    "find": find,
    "env": env,
    "xargs": xargs,
    "set": _set,
    "read": _read,
    "wait": _wait,
    "printf": _printf,
    "test": _test,
    "[": _test,
    "git": git,
}
