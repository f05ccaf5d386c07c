"""Which argument names the records that a tool touches. Strict: an id of what encloses them proves nothing of their number."""

from __future__ import annotations

from pdp.suggest.judge import Judged
from pdp.suggest.lexicon_arguments import PERSONAL
from pdp.suggest.roles import Role
from pdp.suggest.said import READS
from pdp.suggest.words import singular, word_set
from writ.action import Verb

ID_WORDS = word_set(
    "id ids gid gids iid iids uid uids urn uuid guid arn slug identifier number no nr num ref sha hash sku key handle name path "
    "email"
)
"""Words of an argument's name that say how it names something, not what."""

PROVEN_BY_IDS = frozenset({Verb.READ, Verb.LIST, Verb.UPDATE, Verb.DELETE, Verb.UNKNOWN})
"""Verbs that reach everything where no id says otherwise."""

_SURE_IDS = ID_WORDS - {"name", "path", "email", "handle"}
_BESIDES = word_set(
    "add remove new current parent source target destination dest old previous next from to exclude reply "
    "before after client since"
)
"""First words of ids that name another record than the one that changes: `add_label_ids`, `parent_id`."""

_SEARCHES = word_set("list search find browse enumerate ls grep glob discover scan select query filter")


def record_ids(judged: Judged, verb: Verb) -> Role | None:
    """Returns the argument that names the tool's own records, None when none does."""
    if verb in PROVEN_BY_IDS and any(role.kind == "all" for role in judged.roles):
        return None
    scored = [(_score(role, judged, verb), -place, role) for place, role in enumerate(judged.roles)]
    best = max((found for found in scored if found[0]), key=lambda found: found[:2], default=None)
    return best[2] if best is not None else None


def telling_words(role: Role) -> list[str]:
    """Returns the words of an argument's name that say what it names, in the singular."""
    return [singular(word) for word in role.words if word not in ID_WORDS]


def names_own(role: Role, resource: str) -> bool:
    """True for `id`, `eventId` and `event_key` of a tool that has to do with events."""
    is_sure = bool(role.words) and singular(role.words[-1]) in _SURE_IDS and role.argument.is_top
    return is_sure and telling_words(role) in ([], [resource], resource.split("_"))


def _score(role: Role, judged: Judged, verb: Verb) -> int:
    argument = role.argument
    if not argument.is_scalar or "_".join(role.words) in PERSONAL:
        return 0
    if not argument.required and (verb not in PROVEN_BY_IDS or "[]" in argument.path):
        # Absent, it would make one payment look like all of them; missing in one item, the others would look like all.
        return 0
    score = _by_name(role, judged, verb)
    return max(0, score - len(argument.names) + 1) if score else 0


def _by_name(role: Role, judged: Judged, verb: Verb) -> int:
    if role.words[:1] and role.words[0] in _BESIDES:
        return 0
    telling = telling_words(role)
    searches = judged.said[0].word in _SEARCHES
    is_own = bool(telling) and telling[-1] == judged.resource.split("_")[-1]
    if role.kind == "path":
        names_many = judged.name.plural and not role.argument.listed
        return 0 if verb is Verb.SEND or searches or names_many else 70
    if role.kind in ("recipient", "channel", "account"):
        return 50 if is_own and verb in PROVEN_BY_IDS and not searches else 0
    is_sure = bool(role.words) and singular(role.words[-1]) in _SURE_IDS
    is_filter = searches or (judged.name.plural and not role.argument.listed)
    if role.kind != "id" or (is_filter and not is_sure) or (verb is Verb.CREATE and not is_sure):
        return 0
    if is_own:
        return 95
    if not telling:
        return 90
    return _other(role, judged, verb, searches=searches)


def _other(role: Role, judged: Judged, verb: Verb, *, searches: bool) -> int:
    """Scores an id that is not named like the resource: believed only where nothing speaks of several records."""
    if verb not in PROVEN_BY_IDS or searches or judged.name.plural or not role.argument.required:
        return 0
    if verb not in READS and sum(item.kind == "id" and item.argument.required for item in judged.roles) > 1:
        return 0  # which of them is changed, nobody says
    sure = 60 if verb in READS else 80  # a read that reaches more than one is the smaller mistake
    return 40 if singular(role.words[-1]) in _SURE_IDS or role.confidence >= sure else 0
