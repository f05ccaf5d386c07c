"""git: what it loses for good, sends and writes; and what of it may run another program. Pure.

Lost for good is what no commit holds, or no branch, tag or worktree reaches any more. All else that git does is EXECUTE: it
runs hooks and the programs of its settings. Long options may be cut short, short ones stand together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.programs.command_options import Input, Runner, grammar, read_options
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word, names
from writ.action import Verb
from writ.frozen import frozen

_OPTIONS = grammar("pP", "C", "no-pager version", ordered=True)
_KNOWN = names(
    """add apply archive bisect blame branch cat-file check-ignore checkout cherry cherry-pick clean clone commit
    count-objects describe diff diff-index diff-tree fetch for-each-ref format-patch fsck gc grep init log ls-files
    ls-remote ls-tree merge merge-base merge-tree mv name-rev pull push range-diff rebase reflog remote reset restore
    rev-list rev-parse revert rm shortlog show show-branch show-ref stash status switch tag version whatchanged worktree"""
)
_SETTING = re.compile(r"(?!-)[A-Za-z0-9.-]+")
_ASKS = names("--get --get-all --list -l")


@frozen
class Loss:
    """What in the words of a subcommand loses something: letters, long options, operands, or `always`; with `second`, two
    operands where no word matches it."""

    letters: str = ""
    options: frozenset[str] = frozenset()
    operands: re.Pattern[str] | None = None
    always: bool = False
    second: re.Pattern[str] | None = None


# What no branch is named: a folder, a glob, a name that begins with a dot; and a file as most are named.
_PATH = re.compile(r"--|(?:.*/)?\..*|.*/|.*[*?\[].*|:.*|.*[^0-9]\.[A-Za-z]{1,5}")
# Remote-tracking branches follow those of the remote.
_OVERWRITES = re.compile(r"\+[^:]*:(?!refs/remotes/).+")

_LOSSES = {
    "branch": Loss(letters="dDfMC", options=names("--delete --force")),
    "checkout": Loss(
        letters="fB",
        options=names("--force --pathspec-from-file"),
        operands=_PATH,
        second=re.compile("-[A-Za-z]*b.*|--orphan"),
    ),
    "clean": Loss(always=True),
    "fetch": Loss(letters="f", options=names("--force"), operands=_OVERWRITES),
    "gc": Loss(options=names("--prune")),
    "mv": Loss(letters="f", options=names("--force")),
    "pull": Loss(letters="f", options=names("--force"), operands=_OVERWRITES),
    "push": Loss(
        letters="df",
        options=names("--delete --force --force-with-lease --mirror --prune"),
        operands=re.compile(r"[:+].*"),
    ),
    "reflog": Loss(operands=re.compile(r"expire|delete")),
    "remote": Loss(operands=re.compile(r"rm|remove|prune")),
    "reset": Loss(options=names("--hard --merge")),
    "restore": Loss(always=True),
    "rm": Loss(always=True),
    "stash": Loss(operands=re.compile(r"drop|clear")),
    "switch": Loss(letters="fC", options=names("--force --force-create --discard-changes")),
    "tag": Loss(letters="df", options=names("--delete --force")),
    "worktree": Loss(letters="B", operands=re.compile(r"remove|prune")),
}
_SPARED = {
    "clean": re.compile(r"-[dqxX]*n[dqxXf]*|--dry-run"),
    "restore": re.compile(r"-S|--staged"),
}
"""What, as the first word, leaves the files as they are."""

_RUNNING = names(
    """--config --config-env --exec --exec-path --ext-diff --extcmd --open-files-in-pager --receive-pack --template --textconv
    --upload-pack"""
)
"""Options that name a program, settings or hooks, or let those of a repository run."""

_RUNNING_LETTERS = {"clone": "uc", "grep": "O", "rebase": "xi"}
_WHOLE = names("--text")
"""Options that are no shorter form of one of the others."""

_TRANSPORTS = names("archive clone fetch ls-remote pull push remote")
_TEXT_LETTER = re.compile(r"-[A-Za-z]*m|--message")
_WITH_TEXT = names("commit merge tag")
_OUTPUT = re.compile(r"--out[a-z-]*(?:=(.*))?", re.DOTALL)


def git(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    """Hands the effects of a git command to `runner`. Raises NotUnderstood."""
    found = read_options(args, _OPTIONS)
    name = "version" if found.has("version") else found.operands[0].literal if found.operands else None
    if name is None or found.open:
        raise NotUnderstood("expected a literal subcommand of git")
    words = found.operands[1:]
    texts = _texts(name, words)
    if not _is_known(name, texts) or any(_may_run(name, text) for text in texts):
        raise NotUnderstood("expected a plain subcommand of git with literal arguments")
    loses = _loses(name, texts)
    if loses:
        runner.add(CommandEffect(verb=Verb.DELETE, program="git"))
    if name == "push":
        runner.add(CommandEffect(verb=Verb.SEND, program="git"))
    elif not loses:
        runner.add(CommandEffect(verb=Verb.EXECUTE, program="git"))
    runner.files(Verb.UPDATE, list(_outputs(name, words)))


def _texts(name: str, words: Sequence[Word]) -> list[str]:
    """Returns the words, "" for the text of a commit. Raises NotUnderstood for another one that is not literal."""
    texts: list[str] = []
    for word in words:
        is_text = name in _WITH_TEXT and word.whole and texts and _TEXT_LETTER.fullmatch(texts[-1])
        if word.text is None and not is_text:
            raise NotUnderstood("expected a plain subcommand of git with literal arguments")
        texts.append(word.text or "")
    return texts


def _is_known(name: str, texts: Sequence[str]) -> bool:
    """False for an alias, or a subcommand that may run any program."""
    if name == "config":
        return bool(texts) and (texts[0] in _ASKS or (len(texts) == 1 and _SETTING.fullmatch(texts[0]) is not None))
    if name == "submodule":
        return not texts or texts[0] in ("status", "summary")
    return name in _KNOWN and not (name == "bisect" and texts[:1] in (["run"], ["visualize"], ["view"]))


def _may_run(name: str, text: str) -> bool:
    if name in _TRANSPORTS and "::" in text:
        return True
    if text[:2] == "--":
        option = text.partition("=")[0]
        return len(option) > 2 and option not in _WHOLE and any(each.startswith(option) for each in _RUNNING)
    letters = _RUNNING_LETTERS.get(name)
    return letters is not None and re.match(f"-[A-Za-z0-9]*[{letters}]", text) is not None


def _loses(name: str, texts: Sequence[str]) -> bool:
    loss = _LOSSES.get(name)
    spared = _SPARED.get(name)
    if loss is None or (spared and texts and spared.fullmatch(texts[0]) and not _takes_back(texts)):
        return False
    # `checkout HEAD a` takes a file from a commit.
    has_second = sum(text[:1] != "-" for text in texts) > 1
    if has_second and loss.second is not None and not any(loss.second.fullmatch(text) for text in texts):
        return True
    return loss.always or any(_asks_for(loss, text) for text in texts)


def _takes_back(texts: Sequence[str]) -> bool:
    """True for a `restore --staged` that changes the files as well, and a later option that undoes the first."""
    return any(re.match(r"-[A-Za-z]*W|--w|--no", text) for text in texts)


def _asks_for(loss: Loss, text: str) -> bool:
    if loss.operands is not None and loss.operands.fullmatch(text):
        return True
    if text[:2] == "--":
        option = text.partition("=")[0]
        return len(option) > 2 and any(each.startswith(option) for each in loss.options)
    return text[:1] == "-" and not set(loss.letters).isdisjoint(text[1:])


def _outputs(name: str, words: Sequence[Word]) -> list[Word]:
    """Returns the files that an option names for what git shows."""
    found: list[Word] = []
    for word, behind in zip(words, [*words[1:], UNCERTAIN], strict=False):
        match = _OUTPUT.fullmatch(word.text or "")
        if match is not None:
            found.append(behind if match[1] is None else Word(text=match[1]))
        elif name in ("archive", "format-patch") and (word.text or "")[:2] == "-o":
            found.append(Word(text=(word.text or "")[2:]) if word.text != "-o" else behind)
    return found
