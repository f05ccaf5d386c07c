"""Sealing what Redis keeps for repeats; what it is bound to is in the contract of the state."""

from __future__ import annotations

from copy import copy

import pytest

from pdp.state import sealed_answers
from pdp.state.sealed_answers import NONCE_BYTES, SALT_BYTES, SealedAnswers
from tests.state_support import ANSWERS_KEY, ask

ASKED = ask("r")


def test_a_fork_or_another_copy_of_a_process_repeats_no_nonce() -> None:
    sealing = SealedAnswers(ANSWERS_KEY)
    sealing.seal(ASKED, b"before", 1)
    places = {each.seal(ASKED, b"yes", 1)[: SALT_BYTES + NONCE_BYTES] for each in (sealing, copy(sealing))}
    assert len(places) == 2


def test_a_salt_is_left_after_so_many_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_answers, "MAX_SEALED", 2)
    sealing = SealedAnswers(ANSWERS_KEY)
    sealed = [sealing.seal(ASKED, b"yes", 1) for _ in range(5)]
    assert len({each[:SALT_BYTES] for each in sealed}) == 3
    assert [SealedAnswers(ANSWERS_KEY).open(ASKED, each, 0) for each in sealed] == [b"yes"] * 5
