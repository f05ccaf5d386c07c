"""A user's request is read once, in steps when it is long, and kept within bounds."""

from __future__ import annotations

import pytest

from pdp.provenance.said import request_marks
from pdp.provenance.speech import MAX_KNOWN, MAX_KNOWN_CHARS, Requests
from pdp.steps import finish
from pdp.wording.request import request_facts

KEY = b"0123456789abcdef"
LONG = "Pay 90 EUR to Ada Lovelace at ada@example.org by July 4. " * 80


def test_a_long_request_is_long_until_it_was_read() -> None:
    requests = Requests(KEY)
    assert requests.is_long(LONG)
    assert not requests.is_long("Pay Ada")
    finish(requests.read_in_steps(LONG))
    assert not requests.is_long(LONG)


def test_what_was_read_in_steps_is_what_is_read_at_once() -> None:
    in_steps = finish(Requests(KEY).read_in_steps(LONG))
    assert in_steps == Requests(KEY).read(LONG)
    assert in_steps.facts == request_facts(LONG)
    assert in_steps.facts.named
    assert "e:ada@example.org" in request_marks(LONG)


def test_a_known_request_is_not_read_again() -> None:
    requests = Requests(KEY)
    assert requests.read("Pay Ada") is requests.read("Pay Ada")


def test_names_across_a_piece_of_a_long_text_are_found() -> None:
    for shift in range(40):
        text = "x" * shift + " please " * 400 + "mail ada@example.org today " * 3
        assert "e:ada@example.org" in request_marks(text)


@pytest.mark.parametrize(("length", "count"), [(8, MAX_KNOWN), (4_096, MAX_KNOWN_CHARS // 4_096)])
def test_only_so_much_is_kept(length: int, count: int) -> None:
    requests = Requests(KEY)
    texts = [f"{number:08}" + " a" * ((length - 8) // 2) for number in range(count + 8)]
    first = requests.read(texts[0])
    for text in texts[1:count]:
        requests.read(text)
    assert requests.read(texts[0]) is first
    for text in texts[count:]:
        requests.read(text)
    assert requests.read(texts[0]) is first  # it was asked last
    second = requests.read(texts[1])
    assert second is requests.read(texts[1])
    assert len(requests._known) <= count
    assert requests._chars == sum(map(len, requests._known))


def test_what_was_forgotten_can_be_kept_again() -> None:
    requests = Requests(KEY)
    said = requests.read(LONG)
    for number in range(MAX_KNOWN):
        requests.read(str(number))
    assert requests.is_long(LONG)
    requests.keep(LONG, said)
    assert requests.read(LONG) is said


def test_a_request_longer_than_all_that_is_kept_is_read_all_the_same() -> None:
    requests = Requests(KEY)
    text = "pay " * (MAX_KNOWN_CHARS // 4 + 1)
    assert requests.read(text).facts.deeds
    assert requests._chars == 0
