"""Channels that a request speaks of: "#finance", "the finance channel", "the channel finance". In linear time."""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.steps import Steps
from pdp.suggest.words import word_set
from pdp.wording.antonyms import PARTICLES
from pdp.wording.grammar import ONTO
from pdp.wording.joining import FOR
from pdp.wording.lexicon import DEEDS, SEND_VERBS
from pdp.wording.naming import ENDS, MAX_WHOM, TOKEN, TOKENS_A_STEP, Reading, ends_a_name, is_no_name

_CHANNEL = word_set("channel kanal canal")
_BEFORE = word_set("am beim dem den der diesen ein einem einen im ins keinen neuen unseren vom zum zur")
"""German words before "Kanal", which name none."""
_CHANNELS = word_set("channels kanäle canales canaux")
_NO_CHANNEL = word_set(
    "appropriate best chat correct dedicated direct discord group main mattermost new other private proper public"
    " relevant right same slack teams text usual voice"
)
"""Words before "channel" that name none."""

_CALLED = word_set("called named")
_READING = word_set(
    "check find gather get list look read review scan search see skim summarise summarize watch lies fasse lis résume lee resume"
)
_DONE_TO = word_set("archive archiviere close delete leave lösche mute pin rename schliesse unarchive unmute unpin")
"""Verbs before what may be a channel: "open a channel oncall and close random"."""
_HASHED = re.compile(r"(?<![\w&/#])#(?=[\w-]{0,63}[^\W\d_])([\w-]{2,64})")
_MAX_PERHAPS = 8


def channels_of(read: Reading) -> Steps[tuple[tuple[str, ...] | None, tuple[str, ...]]]:
    """Returns the words that name channels: "#finance", "the finance channel", "the channel finance"; and those that may."""
    hashed = {match.start(1): match[1] for match in _HASHED.finditer(read.text)}
    found: dict[str, None] = {}
    perhaps: dict[str, None] = {}
    many = reads = False
    for at, word in enumerate(read.words):
        if at % TOKENS_A_STEP == TOKENS_A_STEP - 1:
            yield
        many = many or word in _CHANNELS
        reads = word in _READING or (reads and word not in SEND_VERBS and word not in FOR)
        if reads:
            continue  # "summarise the general channel": that is no place to write to
        if read.tokens[at].start() in hashed:
            found.update((fold(part), None) for part in TOKEN.findall(hashed[read.tokens[at].start()]))
        elif word in _CHANNEL:
            before, after = _before_channel(read, at), _after_channel(read, at)
            found.update(dict.fromkeys(before or after))
        elif (word in ONTO or word in _DONE_TO) and at + 1 < len(read.words):
            follower = read.words[at + 1]
            if len(follower) > 2 and not is_no_name(follower):
                perhaps[follower] = None
    if many:
        return None, ()
    return tuple(found) if 0 < len(found) <= MAX_WHOM else None, tuple(perhaps)[:_MAX_PERHAPS]


def _before_channel(read: Reading, at: int) -> list[str]:
    if not at or read.before(at).strip("'\" "):
        return []
    word = read.words[at - 1]
    if at == 1 and word in DEEDS:
        return []  # "open channel 7"
    return [] if is_no_name(word) or word in _NO_CHANNEL or word in _BEFORE else [word]


def _after_channel(read: Reading, at: int) -> list[str]:
    place = at + 1
    called = place < len(read.words) and read.words[place] in _CALLED
    place += called
    if place >= len(read.words):
        return []
    word = read.words[place]
    quoted = called or bool(read.before(place).strip())
    split = place + 1 < len(read.words) and read.words[place + 1] in PARTICLES  # "zum Kanal backend hinzu"
    if is_no_name(word) or not (quoted or split or ends_a_name(read, place + 1)):
        return []
    return [] if ENDS.search(read.before(place)) else [word]
