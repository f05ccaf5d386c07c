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
    r"(?<!\|)(?:\|\|)*\|(?!\|)|print.*>|@|\\\n|getline|system|ARGV|ARGC|ENVIRON|close|fflush", re.DOTALL
)
_AWK_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|/')
_AWK_REGEX = re.compile(r"/(?:[^/\\\n\[\"]|\\.|\[[^]/\\\n\"]+\])*/")
_AWK_BEFORE_OPERAND = frozenset("~!(,{;&|")
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
    if found.open or text is None or _AWK_UNSAFE.search(_without_alternatives(text)):
        raise NotUnderstood("expected an awk program that only reads and prints")
    runner.files(Verb.READ, [word for word in found.operands[1:] if not _AWK_SETTING.match(word.text or "")])


def _without_alternatives(program: str) -> str:
    """Returns an awk program without the bars of its regular expressions, as it stands where one may begin unseen."""
    parts: list[str] = []
    position = 0
    expects = True  # an operand may stand here, so that a slash begins an expression
    while position < len(program):
        match = _AWK_TOKEN.match(program, position)
        regex = _AWK_REGEX.match(program, position) if expects else None
        if program[position] in '"#/' and (match is None or (expects and program[position] == "/" and regex is None)):
            return program
        token = regex[0] if regex else match[0] if match else program[position]
        parts.append(token.replace("|", ".") if regex else token)
        expects = (expects and token.isspace()) or token in _AWK_BEFORE_OPERAND
        position += len(token)
    return "".join(parts)


def _jq(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Its options that bind a name take two words."""
    rest = list(args)
    for index in range(len(rest) - 1, -1, -1):
        text = rest[index].text
        if text in ("--arg", "--argjson", "--slurpfile", "--rawfile") and not rest[index].glob:
            if text in ("--slurpfile", "--rawfile"):
                runner.files(Verb.READ, rest[index + 2 : index + 3] or [UNCERTAIN])
            if any(not (word.text is not None or word.whole) for word in rest[index + 1 : index + 3]):
                raise NotUnderstood("expected literal options")
            del rest[index : index + 3]
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
