"""Verbs that switch, judge, raise, grant and take, English and German, ask for the tools that are called after them, and mean no
other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdp.wording.intent import action_kind, is_asked
from pdp.wording.opposites import is_opposed, stands
from pdp.wording.own import own_words
from pdp.wording.request import request_facts
from writ.action import Verb

ASKED: Sequence[tuple[str, str, Verb, str]] = (
    ("Genehmige den Antrag r-1", "approve_request", Verb.UPDATE, "reject_request"),
    ("Sign off request r-1", "approve_request", Verb.UPDATE, "reject_request"),
    ("Lehne den Antrag r-1 ab", "reject_request", Verb.UPDATE, "approve_request"),
    ("Veto request r-1", "reject_request", Verb.UPDATE, "approve_request"),
    ("Say no to the invitation", "decline_invitation", Verb.UPDATE, "accept_invitation"),
    ("Sag die Einladung ab", "decline_invitation", Verb.UPDATE, "accept_invitation"),
    ("Aktiviere das Feature", "enable_feature", Verb.ADMIN, "disable_feature"),
    ("Roll out the feature", "enable_feature", Verb.ADMIN, "none"),
    ("Deaktiviere den Nutzer", "deactivate_user", Verb.ADMIN, "activate_user"),
    ("Switch user 5 off", "deactivate_user", Verb.ADMIN, "activate_user"),
    ("Offboard user 5", "deactivate_user", Verb.ADMIN, "none"),
    ("Blockiere den Nutzer", "block_user", Verb.ADMIN, "unblock_user"),
    ("Entsperre den Nutzer", "unblock_user", Verb.ADMIN, "block_user"),
    ("Lift the block on the user", "unblock_user", Verb.ADMIN, "block_user"),
    ("Verriegle die Tür", "lock_door", Verb.ADMIN, "unlock_door"),
    ("Entriegle die Tür", "unlock_door", Verb.ADMIN, "lock_door"),
    ("Erhöhe das Limit auf 2000", "increase_limit", Verb.ADMIN, "decrease_limit"),
    ("Bump the limit up to 2000", "increase_limit", Verb.ADMIN, "decrease_limit"),
    ("Heb das Limit auf 2000 an", "increase_limit", Verb.ADMIN, "decrease_limit"),
    ("Senke das Limit auf 2000", "decrease_limit", Verb.ADMIN, "increase_limit"),
    ("Decrease the limit to 2000", "decrease_limit", Verb.ADMIN, "increase_limit"),
    ("Stoppe den Server", "stop_server", Verb.ADMIN, "start_server"),
    ("Fahr den Server herunter", "stop_server", Verb.ADMIN, "start_server"),
    ("Power off the server", "stop_server", Verb.ADMIN, "start_server"),
    ("Veröffentliche die Seite", "publish_page", Verb.SEND, "unpublish_page"),
    ("Stop the pro subscription", "cancel_subscription", Verb.DELETE, "start_subscription"),
    ("Put Bob into the finance group", "add_member", Verb.ADMIN, "none"),
    ("Strip Bob of the role", "remove_role", Verb.ADMIN, "assign_role"),
    ("Withdraw Bob's rights", "revoke_right", Verb.ADMIN, "none"),
    ("Lights off in the hall", "turn_off_light", Verb.UPDATE, "turn_on_light"),
    ("Licht l-1 aus bitte", "turn_off_light", Verb.UPDATE, "turn_on_light"),
    ("Lint the code", "run_command", Verb.EXECUTE, "none"),
    ("Check that it builds", "run_command", Verb.EXECUTE, "none"),
)


@pytest.mark.parametrize(("request_text", "tool", "verb", "opposite"), ASKED)
def test_a_plain_verb_asks_for_its_tool_and_not_for_the_opposite(
    request_text: str, tool: str, verb: Verb, opposite: str
) -> None:
    facts, said = request_facts(request_text), stands(own_words(request_text).named)
    kind = action_kind(tool, [verb], [tool.rsplit("_", 1)[1]])
    assert is_asked(facts, kind, named=True)
    assert not is_opposed(said, kind.sides)
    assert opposite == "none" or is_opposed(said, action_kind(opposite, [verb], []).sides)


NOTHING = (
    "Lights on the stairs are new",
    "In Kürze mehr",
    "The decrease was small",
    "Die Sperre der Strasse ist bekannt",
)


@pytest.mark.parametrize("text", NOTHING)
def test_the_same_words_as_nouns_ask_for_nothing(text: str) -> None:
    assert request_facts(text).deeds == 0
