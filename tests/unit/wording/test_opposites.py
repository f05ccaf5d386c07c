"""The opposite of what a tool is called after: told by every pair of the table, by prefixes and particles, and not by what only
sounds so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdp.wording.antonyms import AXES, SETTING
from pdp.wording.opposites import Sides, is_opposed, is_unspoken, sides_of, stands, turns_round
from pdp.wording.own import own_words

PAIRS = [
    (verb, other)
    for one, another in AXES
    for mine, others in ((one, another), (another, one))
    for verb in mine[0].split()
    for other in others[0].split()
    if not verb.startswith("~") and other not in sides_of(f"{verb}_thing").done
]


def _opposed(request_text: str, tool: str) -> bool:
    return is_opposed(stands(own_words(request_text).named), sides_of(tool))


@pytest.mark.parametrize(("verb", "other"), PAIRS)
def test_who_asks_for_one_verb_of_a_pair_asks_for_no_tool_of_the_other(verb: str, other: str) -> None:
    bidden = f"Mark thing 7 as {other}" if other in ("paid", "unpaid") else f"{other.capitalize()} thing 7"
    tool = f"mark_{verb}" if verb in ("paid", "unpaid") else f"{verb}_thing"
    assert _opposed(bidden, tool)
    assert not _opposed(f"{bidden}, then {verb} thing 8", tool)


OPPOSED: Sequence[tuple[str, str]] = (
    ("Unmute the channel", "mute_channel"),
    ("Mute the channel", "unmute_channel"),
    ("Disconnect the printer", "connect_printer"),
    ("Connect the printer", "disconnect_printer"),
    ("Turn off light l-1", "turn_on_light"),
    ("Switch l-1 on", "turnOffLight"),
    ("Licht im Flur aus", "turn_on_light"),
    ("Mach das Ventil v-3 zu", "open_valve"),
    ("Lehne den Antrag r-1 ab", "approve_request"),
    ("Fahr den Server herunter", "start_server"),
    ("Schalte das Feature dark-mode ein", "disable_feature"),
    ("Take page 2 offline", "publish_page"),
    ("Bring drafts/old.txt back", "delete_file"),
    ("I want drafts/old.txt back", "files.delete"),
    ("T-101 should be reopened", "ticket_close"),
    ("T-101 isn't solved, reopen it", "close_ticket"),
    ("Set invoice 9 to open", "mark_paid"),
    ("Mark invoice 9 as unpaid", "mark_paid"),
    ("Remove the block of evelyn", "block_user"),
    ("Entsperre die Karte", "freeze_card"),
    ("Stop sharing the draft with Bob", "share_document"),
    ("Remove the webhook", "create_webhook"),
    ("Sell ten shares", "buy_stock"),
    ("Shut srv-1 down", "start_server"),
    ("Say no to request r-1", "approve_request"),
)


@pytest.mark.parametrize(("request_text", "tool"), OPPOSED)
def test_the_opposite_is_told_by_prefixes_particles_and_states(request_text: str, tool: str) -> None:
    assert _opposed(request_text, tool)


HONEST: Sequence[tuple[str, str]] = (
    ("Close T-101, which Eve opened yesterday", "close_ticket"),
    ("Open a ticket to close the gap in the fence", "open_ticket"),
    ("Create an issue to close the gap", "open_issue"),
    ("Get rid of the backup that I restored", "delete_file"),
    ("Delete it and get back to me", "delete_file"),
    ("Clean up the folder, then get back to Bob", "delete_file"),
    ("Turn off the light on the stairs", "turn_off_light"),
    ("Put the printer on the list", "turn_off_printer"),
    ("Reject the request I approved by mistake", "reject_request"),
    ("I accidentally rejected r-1, please approve it", "approve_request"),
    ("Approve r-1 and decline r-2", "approve_request"),
    ("Stop the server that I started", "stop_server"),
    ("Restart srv-1", "stop_server"),
    ("Restart srv-1", "start_server"),
    ("Raise a ticket because of reduced throughput", "raise_ticket"),
    ("Open an incident to reduce the load", "raise_incident"),
    ("Delete the old comment and write a new one", "add_comment"),
    ("Remove the typo in the report and send it to Bob", "share_document"),
    ("Replace Bob by Ada in the group", "remove_member"),
    ("Bring Ada on board in #design. Bob leaves, so take him out", "rooms.members.add"),
    ("Get Ada into #design and kick Bob", "add_member"),
    ("Replace Bob by Ada in the group", "add_member"),
    ("Restrict access to Bob only", "grant_access"),
    ("Unlock my account", "unlock_account"),
    ("Put it on hold", "pause_order"),
    ("Mach das Licht aus und schreib Bob, dass ich ankomme", "turn_off_light"),
    ("Schließe das Ticket T-101 ab", "close_ticket"),
    ("Setz das Limit auf 2000 hoch", "increase_limit"),
    ("Lock the door, don't leave it open", "lock_door"),
    ("Design a card without a sign", "design_card"),
    ("Show me what is open", "close_ticket"),
    ("Update T-101", "reopen_ticket"),
)


@pytest.mark.parametrize(("request_text", "tool"), HONEST)
def test_what_only_sounds_like_the_opposite_is_none(request_text: str, tool: str) -> None:
    assert not _opposed(request_text, tool)


@pytest.mark.parametrize("tool", ["", "7", "send_mail", "lock_or_unlock", "toggle_light", *sorted(SETTING)])
def test_a_tool_that_is_called_after_nothing_with_an_opposite_has_none(tool: str) -> None:
    assert not _opposed("Unlock it, turn it off, reject it and delete it", tool)


def test_an_argument_may_turn_round_what_a_tool_is_called_after() -> None:
    lock, start, reject = sides_of("lock_door"), sides_of("start_engine"), sides_of("reject_request")
    assert turns_round(lock, {"unlock": True, "door": "d-1"})
    assert turns_round(sides_of("enable_feature"), {"enabled": False})
    assert turns_round(start, {"ignitionMode": "STOP"})
    assert not turns_round(lock, {"unlock": False, "locked": True})
    assert not turns_round(reject, {"reason": "approve"})
    assert not turns_round(Sides(), {"unlock": True, "mode": "STOP"})


def test_a_step_is_unspoken_where_no_word_of_the_request_is_for_or_against_it() -> None:
    lock = sides_of("lockDoors")
    for said in ("Start the engine and check the tyres", "The tank is topped up, let's fire up the engine"):
        assert is_unspoken(stands(said), lock)
    for said in ("Lock the doors", "Are they locked?", "Unlock the door", "Sperr das Auto ab"):
        assert not is_unspoken(stands(said), lock)
    assert not is_unspoken(stands("Start the engine"), sides_of("zorp")), "nothing is known of such a tool"
