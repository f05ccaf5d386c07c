"""Commands on files: which of their words are files, and what happens to them. Pure.

A name that is not certain stands for every file; an option that is not known makes the command not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pdp.programs.command_options import Grammar, Input, Runner, grammar, read_options
from pdp.programs.command_tools import asked_of_any
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word
from writ.action import Verb

Handler = Callable[[Sequence[Word], Input, Runner], None]

_READERS: dict[str, Grammar] = {
    "cat": grammar("AbeEnstTuv"),
    "tac": grammar(),
    "nl": grammar("", "bdfhilnsvw"),
    "head": grammar("qvz0123456789", "nc", "lines= bytes= quiet"),
    "tail": grammar("qvzfF0123456789", "ncs", "lines= bytes= quiet follow"),
    "wc": grammar("clmwL", "", "lines words bytes chars"),
    "cut": grammar("sz", "dfbc", "delimiter= fields= bytes= characters= complement only-delimited"),
    "ls": grammar(
        "aAbBcCdfFghHiklLmnopqQrRsStuUvxXZ1",
        "IwT",
        "all almost-all human-readable recursive color=? sort= time= reverse size full-time",
    ),
    "stat": grammar("Lft", "c", "format= printf="),
    "file": grammar("bikLz", "", "brief mime-type mime"),
    "du": grammar("abchHklLmsSx", "d", "summarize human-readable max-depth= all"),
    "df": grammar("ahHiklPT", "t", "human-readable"),
    "diff": grammar(
        "aBbcdiNnqrsTtuwy", "UC", "brief recursive unified= color=? exclude= ignore-all-space side-by-side"
    ),
    "cmp": grammar("bls", "in"),
    "md5sum": grammar("bctwz"),
    "sha1sum": grammar("bctwz"),
    "sha256sum": grammar("bctwz"),
    "sha512sum": grammar("bctwz"),
    "base64": grammar("di", "w", "decode wrap="),
    "od": grammar("abcdfhilosxv", "AjNStw"),
    "strings": grammar("af", "nte"),
    "readlink": grammar("efmnqsvz"),
    "realpath": grammar("emsLPqz"),
    "tree": grammar("adfhilpsuCD", "LIP"),
    "paste": grammar("sz", "d", "serial delimiters= zero-terminated"),
    "join": grammar("iz", "aejotv12", "ignore-case header check-order nocheck-order"),
    "comm": grammar("123z", "", "check-order nocheck-order total output-delimiter= zero-terminated"),
    "column": grammar("txJLed", "scoNHRTlWO"),
    "fold": grammar("bs", "w", "bytes spaces width="),
    "fmt": grammar("cstu", "wpg", "crown-margin split-only uniform-spacing width= prefix= goal="),
    "rev": grammar(),
    "expand": grammar("i", "t", "initial tabs="),
    "unexpand": grammar("a", "t", "all first-only tabs="),
    "hexdump": grammar("bcCdovx", "ens"),
    "zcat": grammar("fqv"),
    "cksum": grammar(),
    "sum": grammar("rs"),
}
_CHANGERS: dict[str, tuple[Verb, Grammar]] = {
    "rm": (Verb.DELETE, grammar("dfirRvI", "", "recursive force verbose dir one-file-system no-preserve-root")),
    "rmdir": (Verb.DELETE, grammar("pv", "", "parents verbose ignore-fail-on-non-empty")),
    "unlink": (Verb.DELETE, grammar()),
    "shred": (Verb.DELETE, grammar("fuvxz", "ns", "remove iterations= zero")),
    "mkdir": (Verb.CREATE, grammar("pv", "m", "parents mode=")),
    "touch": (Verb.UPDATE, grammar("acfmh", "dt", "date= no-create")),
    "tee": (Verb.UPDATE, grammar("aip", "", "append")),
    "truncate": (Verb.UPDATE, grammar("co", "s", "size=")),
}
_RIGHTS: dict[str, Grammar] = {
    name: grammar("cfvRhHLP", "", "recursive verbose changes quiet no-dereference")
    for name in ("chmod", "chown", "chgrp", "setfacl", "chattr")
}
_COPY = grammar("abdfiHlLnPpRrsTuvxzh", "tmog", "recursive force verbose archive no-clobber target-directory= parents")
_GREP = grammar(
    "EFGPciLlnoqsvwxyzZHhrRabUT0123456789",
    "efmABC",
    """regexp= file= ignore-case invert-match count color=? files-with-matches line-number recursive extended-regexp
    fixed-strings only-matching quiet include= exclude= exclude-dir= max-count= after-context= before-context=
    context=""",
)
_RIPGREP = grammar(
    "acFhHiIlLnNoPqSsuUvwx0.p",
    "ABCEefgjmMrtTd",
    """files files-with-matches files-without-match hidden no-ignore ignore-case smart-case case-sensitive line-number
    no-line-number count count-matches invert-match word-regexp line-regexp fixed-strings multiline pcre2 only-matching
    json heading no-heading with-filename no-filename stats trim vimgrep null follow text quiet column pretty type-list
    glob= iglob= type= type-not= max-count= max-depth= context= after-context= before-context= replace= regexp= file=
    sort= sortr= color= colors= max-columns= threads= max-filesize= encoding=""",
)
"""Not its options that run a program: --pre, --search-zip, --hostname-bin."""

_FD = grammar(
    "HIuisgFapL0l1q",
    "tdeEcSj",
    """hidden no-ignore unrestricted ignore-case case-sensitive glob fixed-strings absolute-path full-path follow print0
    quiet type= max-depth= min-depth= extension= exclude= color= size= changed-within= changed-before= max-results=""",
)
_XXD = grammar("abCdeEipru", "cglosnR", ordered=True)
"""Behind its input stands its output, whatever that looks like."""

_LISTED = re.compile(r"(?=[^t]*t)(?:-[tvzjJ]*f?|[tvzjJ]*(?:f[tvzjJ]*)?)")
_HOSTNAME = grammar("fisdIA", "", "fqdn short ip-address all-ip-addresses domain")
_SORT = grammar("bdfghiMnrRVcCmszu", "ktoST", "key= output= unique reverse numeric-sort field-separator=")
_UNIQ = grammar("cdDiuz", "fsw", "count repeated unique ignore-case")
_DATE = grammar("uR", "dr", "utc date= iso-8601=? rfc-3339= reference=", optional="I")


def _reader(known: Grammar, *, here: bool = False, writes: bool = False) -> Handler:
    """Returns a handler that reads its operands; with none, the directory when `here`. `writes`: options that are not known
    to it write, so that each word has to be certain to be none."""

    def read(args: Sequence[Word], _given: Input, runner: Runner) -> None:
        found = read_options(args, known)
        if writes and found.open:
            raise NotUnderstood("expected literal options")
        words = found.operands
        if not words and here:
            words = [Word(text=".")]
        named = [word for word in words if word.text != "-"]
        recursive = here or found.open or found.has("r", "R", "recursive")
        runner.files(Verb.READ, named, everything=bool(named) and recursive)

    return read


def _changer(verb: Verb, known: Grammar) -> Handler:
    def change(args: Sequence[Word], _given: Input, runner: Runner) -> None:
        found = read_options(args, known)
        recursive = verb is Verb.DELETE and found.has("r", "R", "recursive", "p", "parents")
        runner.files(verb, found.operands, everything=found.open or recursive)

    return change


def _rights(known: Grammar) -> Handler:
    def change(args: Sequence[Word], _given: Input, runner: Runner) -> None:
        # A mode such as -w looks like an option.
        mode = next((word for word in args if re.fullmatch(r"-[rwxXst]+", word.text or "")), None)
        found = read_options([word for word in args if word is not mode], known)
        operands = found.operands if mode is not None else found.operands[1:]
        if not operands:
            raise NotUnderstood("expected files after the rights")
        runner.files(Verb.ADMIN, operands, everything=found.open or found.has("R", "recursive"))

    return change


def _copy(args: Sequence[Word], _given: Input, runner: Runner, *, source: Verb = Verb.READ) -> None:
    found = read_options(args, _COPY)
    target = found.values("t", "target-directory")
    sources = found.operands if target else found.operands[:-1]
    target = target or found.operands[-1:]
    if not sources or found.open:
        sources = [UNCERTAIN]
    recursive = source is Verb.DELETE or found.has("a", "r", "R", "recursive", "archive")
    runner.files(source, sources, everything=found.open or recursive)
    runner.files(Verb.UPDATE, [UNCERTAIN] if found.open else target, everything=recursive)


def _move(args: Sequence[Word], given: Input, runner: Runner) -> None:
    """A move takes whole directories along, and its source is gone afterwards."""
    _copy(args, given, runner, source=Verb.DELETE)


def _grep(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = read_options(args, _GREP)
    files = found.values("f", "file")
    operands = found.operands if found.has("e", "regexp", "f", "file") else found.operands[1:]
    recursive = found.has("r", "R", "recursive")
    if recursive and not operands:
        operands = [Word(text=".")]
    named = [word for word in (*files, *operands) if word.text != "-"]
    runner.files(Verb.READ, named, everything=bool(named) and (recursive or found.open))


def _ripgrep(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Its operands may be folders, and all below them is read; without one it reads its input, or the directory."""
    found = read_options(args, _RIPGREP)
    if found.open:  # one of its options runs a program
        raise NotUnderstood("expected literal options")
    patterns = found.values("f", "file")
    has_pattern = found.has("e", "regexp", "f", "file", "files", "type-list")
    operands = found.operands if has_pattern else found.operands[1:]
    runner.files(Verb.READ, [word for word in patterns if word.text != "-"])
    runner.files(Verb.READ, operands or [Word(text=".")], everything=True)


def _fd(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = read_options(args, _FD)
    if found.open:  # one of its options runs a program
        raise NotUnderstood("expected literal options")
    runner.files(Verb.READ, found.operands[1:] or [Word(text=".")], everything=True)


def _xxd(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    if any(re.match("-[A-Za-z]{2}", word.text or "") for word in args):  # it takes no letters together
        raise NotUnderstood("expected options that are known")
    found = read_options(args, _XXD)
    runner.files(Verb.READ, [word for word in found.operands[:1] if word.text != "-"], everything=found.open)
    runner.files(Verb.UPDATE, [UNCERTAIN] if found.open else [word for word in found.operands[1:] if word.text != "-"])


def _tar(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Listing a local archive reads it; anything else that tar does is told by its words."""
    texts = [word.literal or "-" for word in args]  # what a glob matches may be an option that runs a program
    if texts and _LISTED.fullmatch(texts[0]) and not any(text[:1] == "-" or ":" in text for text in texts[1:]):
        runner.files(Verb.READ, args[1:2] if "f" in texts[0] else [])
    else:
        runner.add(CommandEffect(verb=asked_of_any(args), program="tar"))


def _hostname(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    if read_options(args, _HOSTNAME).operands:
        runner.add(CommandEffect(verb=Verb.ADMIN, program="hostname"))


def _sort(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = read_options(args, _SORT)
    if found.open:  # one of its options runs a program
        raise NotUnderstood("expected literal options")
    runner.files(Verb.READ, found.operands)
    runner.files(Verb.UPDATE, found.values("o", "output"))


def _uniq(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = read_options(args, _UNIQ)
    runner.files(Verb.READ, found.operands[:1], everything=found.open)
    runner.files(Verb.UPDATE, [UNCERTAIN] if found.open else found.operands[1:])


def _dd(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    for word in args:
        name, equals, value = (word.literal or "").partition("=")
        if not equals:
            raise NotUnderstood("expected literal operands")
        if name in ("if", "of"):
            runner.files(Verb.READ if name == "if" else Verb.UPDATE, [Word(text=value)])


def _date(args: Sequence[Word], _given: Input, _runner: Runner) -> None:
    found = read_options(args, _DATE)
    if found.open or any(not (word.text or "").startswith("+") for word in found.operands):
        raise NotUnderstood("expected date to tell the time, not to set it")


def _move_to(_args: Sequence[Word], _given: Input, runner: Runner) -> None:
    runner.move()


FILE_COMMANDS: dict[str, Handler] = {
    **{
        name: _reader(known, here=name in ("ls", "du", "tree"), writes=name in ("file", "tree"))
        for name, known in _READERS.items()
    },
    **{name: _changer(verb, known) for name, (verb, known) in _CHANGERS.items()},
    **{name: _rights(known) for name, known in _RIGHTS.items()},
    "cp": _copy,
    "ln": _copy,
    "mv": _move,
    "grep": _grep,
    "egrep": _grep,
    "fgrep": _grep,
    "zgrep": _grep,
    "rg": _ripgrep,
    "fd": _fd,
    "fdfind": _fd,
    "xxd": _xxd,
    "tar": _tar,
    "hostname": _hostname,
    "sort": _sort,
    "uniq": _uniq,
    "dd": _dd,
    "date": _date,
    "cd": _move_to,
    "pushd": _move_to,
    "popd": _move_to,
}
