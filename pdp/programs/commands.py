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
from pdp.programs.command_options import NO_INPUT, Input, Runner, grammar, read_options
from pdp.programs.command_remote import LOADER, REMOTE_COMMANDS
from pdp.programs.command_sql import CLIENT_NAMES, run_client
from pdp.programs.command_tools import handler as tool_handler
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, names
from writ.action import Verb

_SYSTEM = re.compile(r"/(?:usr/(?:local/)?)?s?bin/([^/]+)")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=.*", re.DOTALL)
_LOWER = re.compile(r"[a-z_][a-z0-9_]*")
_HARMLESS = names(
    """PGPASSWORD LANG LC_ALL TZ NO_COLOR FORCE_COLOR TERM CI DEBIAN_FRONTEND PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE
    PYTHONHASHSEED RUST_BACKTRACE COLUMNS LINES FILE DIR OUT COUNT RESULT RESPONSE MSG DATE"""
)
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

_WRAPPERS = {
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

_XARGS = grammar("0rtpx", "dnPLsaIE", "null no-run-if-empty max-args= max-procs= delimiter= arg-file=", ordered=True)
_ENV = grammar("i0", "u", "ignore-environment unset= null", ordered=True)
_SHELL_OPTIONS = grammar("ceuxlfn", "o", "norc noprofile posix login", ordered=True)
_READ = grammar("rs", "dnNptu")


def is_plain_name(name: str) -> bool:
    """True for a variable that no shell and no program gives a meaning: lower case, or one that only tells a language."""
    return name in _HARMLESS or bool(_LOWER.fullmatch(name) and not name.endswith("_proxy"))


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
    elif program in _WRAPPERS:
        _wrapper(program, args, given, runner)
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


def _wrapper(program: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    if program == "command" and args and args[0].literal in ("-v", "-V"):
        return
    known, skipped = _WRAPPERS[program]
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


def _env(args: Sequence[Word], given: Input, runner: Runner) -> None:
    found = read_options(args, _ENV)
    if found.open or any(not is_plain_name(word.literal or "") for word in found.values("u", "unset")):
        raise NotUnderstood("expected variables that change no other command")
    if found.operands:
        _inner(found.operands, given, runner, environment=True)


def _xargs(args: Sequence[Word], _given: Input, runner: Runner) -> None:
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
    "env": _env,
    "xargs": _xargs,
    "set": _set,
    "read": _read,
    "wait": _wait,
    "printf": _printf,
    "test": _test,
    "[": _test,
    "git": git,
}
