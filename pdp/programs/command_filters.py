"""sed, awk and jq: filters with a language of their own, of which only what reads and prints is understood. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_files import Handler
from pdp.programs.command_options import Input, Runner, grammar, read_options
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word
from writ.action import Verb

_SED = grammar("nErsuz", "e", "quiet silent expression= regexp-extended")
_SED_IN_PLACE = re.compile(r"-[nErsuz]*i(\.?[A-Za-z0-9_~-]+)?|--in-place(?:=(\.?[A-Za-z0-9_~-]+))?")


def _sed_text(mark: str, *, brackets: bool = True) -> str:
    """Returns the pattern of a text that `mark` ends: in brackets it stands for itself, and sed skips none there."""
    one = rf"[^{mark}\\\n;{{}}\[]|\\[^\n;{{}}\[]"
    return rf"(?:{one}|\[\^?(?:\[:[a-z]+:\]|[^]{mark}\\\n;{{}}\[])+\])*" if brackets else f"(?:{one})*"


_SED_LINE = rf"(?:\d+|\$|/{_sed_text('/')}/)"
_SED_ADDRESS = re.compile(rf"(?:{_SED_LINE}(?:,{_SED_LINE})?!?)?")
_SED_CHANGES = {
    mark: re.compile(rf"s{mark}{_sed_text(mark)}{mark}{_sed_text(mark, brackets=False)}{mark}[gpIi0-9]*")
    for mark in "/#,@:%!"
} | {"|": re.compile(r"s\|[^|\\\n;{}\[]*\|[^|\\\n;{}\[]*\|[gpIi0-9]*")}
"""A substitution by the character that parts it; its flags `e` and `w` run and write."""
_AWK = grammar("", "Fv", ordered=True)
_AWK_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
# A single bar is a pipe; `>` behind a print writes a file; a backslash before the end of a line may join two words.
_AWK_UNSAFE = re.compile(
    r"(?<!\|)(?:\|\|)*\|(?!\|)|print.*>|@|\\\n|getline|system|SYMTAB|ARGV|ARGC|ENVIRON|close|fflush", re.DOTALL
)
_AWK_TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"|#[^\n\\]*(?=\n|\Z)|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|[^"#]', re.DOTALL)
# What awks read alike: no slash and no odd bracket inside brackets, no quote.
_AWK_REGEX = re.compile(
    r"/(?:[^/\\\n\[\"]|\\[^\n]|\[\^?(?:\[:[a-z]+:\]|[^]^[/\\\n\"])(?:\[:[a-z]+:\]|[^][/\\\n\"])*\])*/"
)
_AWK_BEFORE_REGEX = frozenset("~!(,{};&|")
_AWK_OPERAND = re.compile(r"(?!(?:print|printf|in|return|else|do|case|exit|delete|length)\Z)[A-Za-z0-9_.]+|\]")
_AWK_CONTROL = re.compile(r"\b(?:if|while|for|switch)\b")
"""Behind the bracket of one of these stands a statement, and behind any other one an operator."""
_JQ = grammar(
    "ceMCnrRSsjaf",
    "",
    """raw-output raw-input compact-output slurp null-input exit-status sort-keys join-output color-output
    monochrome-output tab seq stream from-file indent=""",
)
# A directive stands before all else, and reads any file that ends in `.json` or `.jq`.
_JQ_DIRECTIVE = re.compile(r"(?:\s|#[^\n]*\n)*(?:import|include|module)\b")
_JQ_FILTER = re.compile(r"\s*[.\[{(\"0-9-]")


def _sed(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    marks = [None if word.literal is None else _SED_IN_PLACE.fullmatch(word.literal) for word in args]
    suffixes = [mark[1] or mark[2] for mark in marks if mark is not None]
    found = read_options([word for word, mark in zip(args, marks, strict=True) if mark is None], _SED)
    scripts = found.values("e", "expression") or found.operands[:1]
    files = found.operands[0 if found.has("e", "expression") else 1 :]
    if found.open or not scripts or not all(_is_plain_sed(script.text or "") for script in scripts):
        raise NotUnderstood("expected a sed script of plain substitutions and prints")
    runner.files(Verb.UPDATE if suffixes else Verb.READ, files)
    if any(suffixes):  # the files as they were stay under other names
        kept = [Word(text=f"{word.literal}{suffix}") for suffix in suffixes if suffix for word in files if word.literal]
        runner.files(Verb.UPDATE, kept if len(kept) == len(files) else [UNCERTAIN])


def _is_plain_sed(script: str) -> bool:
    """True for a script that only prints, deletes from its output and substitutes."""
    for command in script.split(";"):
        address = _SED_ADDRESS.match(command.strip(" "))
        rest = command.strip(" ")[address.end() if address else 0 :].strip(" ")
        changes = _SED_CHANGES.get(rest[1:2])
        if not (len(rest) == 1 and rest in "pdqDPNnhHGgx=") and not (changes and changes.fullmatch(rest)):
            return False
    return True


def _awk(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Only programs that can neither run a command nor write a file are understood."""
    found = read_options(args, _AWK)
    text = found.operands[0].literal if found.operands else None
    if found.open or text is None or _AWK_UNSAFE.search(_code(text)):
        raise NotUnderstood("expected an awk program that only reads and prints")
    runner.files(Verb.READ, [word for word in found.operands[1:] if not _AWK_SETTING.match(word.text or "")])


def _code(program: str) -> str:
    """Returns an awk program without what its texts, expressions and comments hold, none of which runs; as it stands when a
    slash in it may begin an expression as well as divide."""
    parts: list[str] = []
    position = 0
    before = "{"  # the last token that is no blank; a line break may end a statement
    while position < len(program):
        divides = _AWK_OPERAND.fullmatch(before) or (before == ")" and not _AWK_CONTROL.search(program))
        is_slash = program[position] == "/"
        if is_slash and before not in _AWK_BEFORE_REGEX and not divides:
            return program
        match = (_AWK_REGEX if is_slash and not divides else _AWK_TOKEN).match(program, position)
        if match is None:
            return program
        piece = match[0]
        is_comment, is_text = piece[0] == "#", piece[0] == '"' or (is_slash and not divides)
        parts.append("" if is_comment else piece[0] if is_text else piece)
        if not (is_comment or piece.isspace()) or (piece == "\n" and before not in _AWK_BEFORE_REGEX):
            before = piece
        position = match.end()
    return "".join(parts)


def _jq(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Its options that bind a name take two words."""
    rest: list[Word] = []
    words = iter(args)
    for word in words:
        if word.text not in ("--arg", "--argjson", "--slurpfile", "--rawfile") or word.glob:
            rest.append(word)
            continue
        bound = [next(words, UNCERTAIN), next(words, UNCERTAIN)]
        if any(value.literal is None and not value.whole for value in bound):
            raise NotUnderstood("expected literal options")
        if word.text in ("--slurpfile", "--rawfile"):
            runner.files(Verb.READ, bound[1:])
    found = read_options(rest, _JQ)
    is_file = found.has("f", "from-file")  # then the first operand is no filter, but the name of its file
    given = [] if is_file else found.operands[:1]
    if any(_JQ_DIRECTIVE.match(word.text or "") for word in given):
        raise NotUnderstood("expected a filter that reads no other files")
    named = [word for word in found.operands[len(given) :] if word.text != "-"]
    # A filter that is not at hand may read others.
    is_open = found.open or is_file or any(word.text is None and not _JQ_FILTER.match(word.start) for word in given)
    runner.files(Verb.READ, named or ([UNCERTAIN] if is_open and given else []), everything=is_open)


FILTER_COMMANDS: dict[str, Handler] = {
    "sed": _sed,
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk", "original-awk"), _awk),
    "jq": _jq,
}
