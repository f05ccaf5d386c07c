"""Values that stand for more than one thing: wildcards, words for all, roots, and folders of what a request writes out.

Who says "delete drafts/old.txt" names neither `drafts` nor `/`, who cancels one order does not name `all`, and what stands for
all holds what he leaves out, "all but old.txt". Pure; every pattern is linear.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from pdp.catalog_sinks import EVERYBODY
from pdp.fold import fold
from pdp.provenance.forms import IN_USER, PATH, Form, plain_path, value_forms
from pdp.provenance.model import ALL, WIDER
from pdp.provenance.speech import Request
from pdp.suggest.words import word_set
from pdp.wording.lexicon import Deed
from pdp.wording.marks import words

_SAYS_ALL = word_set(
    "all every everything everyone everybody anyone anybody public publicly whole entire"
    " alle alles jeder jede tous tout todos todo"
)
_ALL_VALUES = _SAYS_ALL | EVERYBODY | {"**", "%", "any"}
_EVERYBODY = word_set(
    "all allauthenticatedusers allusers anonymous anybody anyone anyonewithlink anyonewiththelink channel domain everybody"
    " everyone here internet public world"
)
_WILD = re.compile(r"\*|\?(?![\w.-]*=)|%(?![0-9a-f]{2})")
"""Signs that stand for anything, in shells, globs and SQL; neither what begins a query nor what is encoded."""
_PARTS = ("/", "\\")
_OF_THINGS, _OF_PEOPLE = frozenset({"id", "path"}), frozenset({"recipient", "channel"})
_GRAVE = int(Deed.DELETE | Deed.ADMIN)
_ON_ALL = int(_GRAVE | Deed.UPDATE | Deed.PAY)
"""A folder that is made, looked through or gone into is none that is lost."""


def is_everybody(text: str) -> bool:
    """True for words that stand for everybody: `anyone`, `@everyone`, `anyoneWithLink`, `group:everyone`."""
    return "".join(words(text)) in _EVERYBODY or "".join(words(text.rpartition(":")[2])) in _EVERYBODY


def width(kind: str, text: str, by_verb: int, request: Request | None) -> int:
    """Returns whether a value of a sink stands for more than one thing that somebody can name, as in SinkRef. `by_verb`: bits of
    Deed; `request`: None where it is not known. What stands for all is WIDER than what the request means where it leaves
    anybody or anything out."""
    bare = fold(text).strip()
    leaves_out = request is not None and bool(request.put_out or request.left_out)
    if kind in _OF_PEOPLE:
        if "*" in bare:
            return WIDER if leaves_out else ALL
        return WIDER if leaves_out and is_everybody(text) else 0  # else `pdp.provenance.names` tells
    if kind not in _OF_THINGS or not by_verb & _ON_ALL:
        return 0
    said = request.folded if request is not None else None
    if bare in _ALL_VALUES or _is_wild(bare):
        wrote = said is not None and _is_wild(bare) and bare in said.split()
        if leaves_out or not wrote:
            return WIDER if leaves_out else ALL
    if not by_verb & _GRAVE:
        return 0
    plain = plain_path(unquote(bare)) if kind == PATH else bare.replace("\\", "/")
    names = [name for name in plain.split("/") if name not in ("", ".", "..")]
    if not names:
        wrote = said is not None and bare in said.split()
        return WIDER if bare and not wrote else 0
    if said is None:
        return 0
    within = any(_is_only_around(name, said) for name in dict.fromkeys(("/".join(names), names[-1])))
    return WIDER if within else 0


def _is_wild(bare: str) -> bool:
    """A title may end in a sign of a question; of several words only a star stands for others."""
    return "*" in bare or (_WILD.search(bare) is not None and not any(map(str.isspace, bare)))


def _is_only_around(folder: str, said: str) -> bool:
    """Tells whether a request writes a folder, and only before what is in it: not "clear drafts, drafts/old.txt first"."""
    at, written = said.find(folder), False
    while at >= 0:
        end = at + len(folder)
        if not (_is_of_a_word(said[at - 1 : at]) or _is_of_a_word(said[end : end + 1])):
            sign, name = said[end : end + 1], said[end + 1 : end + 2]
            if sign not in _PARTS or not name or name in _PARTS or name.isspace():
                return False
            written = True
        at = said.find(folder, end)
    return written


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def wide_forms(kind: str, text: str, beyond: int) -> tuple[Form, ...]:
    """Returns the forms of such a value: of ALL the user's words are those beside it with a word for all."""
    forms = [
        Form(where=form.where & ~IN_USER, marks=form.marks) for form in value_forms(kind, text) if form.where & ~IN_USER
    ]
    if beyond == ALL:
        marks = tuple(dict.fromkeys(f"w:{word}" for word in words(text) if word not in _ALL_VALUES))
        forms += [Form(where=IN_USER, marks=(*marks, f"w:{word}")) for word in sorted(_SAYS_ALL)]
    return tuple(forms)
