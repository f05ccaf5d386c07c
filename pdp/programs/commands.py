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
    valgrind gdb ssh-agent script expect parallel watch flock su doas runuser socat"""
)
_QUIET = names(
    """: true false echo pwd basename dirname whoami id uname seq sleep exit return break continue shift
    tr tty nproc arch groups logname factor yes"""
)
"""They touch nothing but their output, whatever their arguments are."""

_SHELLS = frozenset({"bash", "sh", "dash"})
_INTERPRETERS = re.compile(r"(?:python|perl|ruby|node|nodejs|php|lua|tclsh|Rscript|pypy)[0-9.]*")

_SHELL_OPTIONS = grammar("ceuxlfn", "o", "norc noprofile posix login", ordered=True)
_READ = grammar("rs", "dnNptu")


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
        runner.add(CommandEffect(verb=Verb.EXECUTE, program=name))
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
        _interpreter(program, args, runner)
    elif (tool := tool_handler(program)) is not None:
        tool(args, given, runner)
    elif program not in _QUIET:
        runner.add(CommandEffect(verb=Verb.EXECUTE, program=program))


def _shell(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    found = read_options(args, _SHELL_OPTIONS)
    first = found.operands[0].literal if found.operands else None
    if found.operands and not (first and first[0] not in "-+"):
        raise NotUnderstood("expected a literal script")
    if found.operands and not found.has("c"):
        _script_file(program, found.operands[0], runner)
        return
    text = first if found.has("c") else given.text
    # Only bash reads $'...' as one word; what other shells make of it differs.
    if text is None or (program != "bash" and "$'" in text):
        raise NotUnderstood("expected a shell with a literal script")
    runner.script(text)


def _interpreter(program: str, args: Sequence[Word], runner: Runner) -> None:
    """Code on the line or from the input hides what it does; a script or module is a program that runs."""
    first = args[0].literal if args else None
    if first in ("--version", "-V"):
        return
    if first == "-m" and len(args) > 1 and args[1].literal:
        runner.add(CommandEffect(verb=Verb.EXECUTE, program=program))
    elif first and first[0] != "-":
        _script_file(program, args[0], runner)
    else:
        raise NotUnderstood("expected an interpreter with a literal script file")


def _script_file(program: str, word: Word, runner: Runner) -> None:
    if (word.text or "").startswith(("/dev/", "/proc/")):
        raise NotUnderstood("expected a script in a file")
    runner.files(Verb.READ, [word])
    runner.add(CommandEffect(verb=Verb.EXECUTE, program=program))


def _set(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    texts = [word.literal or "?" for word in args]
    if not all(re.fullmatch(r"[-+][eux]+|[-+][eux]*o|pipefail|errexit|nounset|xtrace", text) for text in texts):
        raise NotUnderstood("expected plain settings of the shell")


def _read(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    found = read_options(args, _READ)
    if found.open or any(not is_plain_name(word.literal or "") for word in found.operands):
        raise NotUnderstood("expected variables that change no other command")


def _printf(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    if not args or args[0].text is None or args[0].text.startswith("-"):
        raise NotUnderstood("expected a literal format")


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
