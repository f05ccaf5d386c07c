"""What an action asks: within bounds, and for every argument that strict JSON lets through."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.catalog_sinks import MAX_SINK_VALUES, SINK_KINDS, SinkValue, SinkValues
from pdp.model import StateAsk
from pdp.provenance.ask import (
    MAX_CONTENT_NAMES,
    ProvenanceAsk,
    Speech,
    provenance_ask,
)
from pdp.provenance.forms import HASH_BYTES
from pdp.provenance.lookups import MAX_FORM_MARKS, MAX_HASHES, MAX_LOOKUPS, MAX_MORE_HASHES
from pdp.provenance.speech import Requests
from pdp.provenance.store import Provenance
from pdp.wording.intent import action_kind
from writ.action import Verb

OURS = ResultSpec(content=ContentTrust.TRUSTED)


def asking(*values: tuple[str, str], **changes: Any) -> ProvenanceAsk | None:
    return provenance_ask(
        b"0123456789abcdef",
        Requests(b"0123456789abcdef"),
        session="00" * 8,
        agent="a",
        claim="c",
        tool=("server", "tool"),
        speech=Speech(text=changes.get("request", ""), by_gateway=True),
        kind=action_kind("tool", [changes.get("verb", Verb.SEND)], ["mail"]),
        sinks=SinkValues([SinkValue(kind, f"/{at}", text) for at, (kind, text) in enumerate(values)], True),
        naming=changes.get("naming", []),
        result=changes.get("result", OURS),
    )


def packed(ask: ProvenanceAsk) -> None:
    """Packs an ask as it travels. Raises what packing raises."""
    carried = StateAsk(
        organisation="acme",
        caller_id="c",
        request_id="r",
        execution_digest="",
        agent_id="a",
        reservations=(),
        facts=(),
        lease_ms=1000,
        companions=(ask,),
    )
    assert Provenance().look("acme", [carried]) is not None


@pytest.mark.parametrize("kind", ["recipient", "query"])
def test_a_value_that_names_more_than_a_form_holds_is_unknown(kind: str) -> None:
    ask = asking((kind, ",".join(f"a{number}@b.co" for number in range(MAX_FORM_MARKS + 45))))
    assert ask is not None
    assert not ask.complete
    packed(ask)


def test_an_action_asks_for_a_bounded_number_of_values_and_hashes() -> None:
    ask = asking(*[("content", " ".join(f"http://h{n}x{m}.example/a/b/c" for m in range(8))) for n in range(64)])
    assert ask is not None
    assert len(ask.lookups) <= MAX_LOOKUPS
    assert sum(len(hashes) for lookup in ask.lookups for _, hashes in lookup.forms) <= MAX_HASHES * HASH_BYTES
    assert len(ask.sinks) <= MAX_SINK_VALUES
    assert ask.unfollowed is not None
    packed(ask)


def test_names_are_looked_up_within_a_bound_once_for_each_value_and_nobody_beyond_it_is_meant() -> None:
    request = f"Mail everybody what {' '.join(f'Kow{at}alski' for at in range(10))} made"
    known = [("recipient", f"a{at}@b.example") for at in range(60)]
    ask = asking(*known[:30], *known[:30], request=request)
    assert ask is not None
    assert not any(ref.unasked for ref in ask.sinks)
    assert [ref.meant_at for ref in ask.sinks[:30]] == [ref.meant_at for ref in ask.sinks[30:]]
    ask = asking(*known, request=f"{request}, except {' and '.join(f'Nak{at}amura' for at in 'abcdefghij')}")
    assert ask is not None
    assert ask.complete
    assert ask.sinks[-1].unasked
    hashes = sum(len(hashes) for lookup in ask.lookups for _, hashes in lookup.forms) // HASH_BYTES
    assert hashes <= MAX_HASHES + MAX_MORE_HASHES + MAX_FORM_MARKS
    packed(ask)


def test_no_link_hides_behind_many_others() -> None:
    links = [f"https://a{number}.good.example" for number in range(MAX_CONTENT_NAMES)]
    few, many = asking(("content", " ".join(links))), asking(("content", " ".join([*links, "https://z.evil.example"])))
    assert few is not None
    assert many is not None
    assert (few.unfollowed, many.unfollowed) == (None, "/0")
    assert len(few.sinks) == 1 + MAX_CONTENT_NAMES


@pytest.mark.parametrize("text", ["ada@example.org " * 49, "see https://a.example/b " * 49, "a.example " * 257])
def test_of_a_value_crowded_with_addresses_nothing_is_known(text: str) -> None:
    ask = asking(("recipient", text))
    assert ask is not None
    assert not ask.complete
    assert [sink.kind for sink in ask.sinks] == ["recipient"]


@pytest.mark.parametrize(
    "text", ["ada@example.org " * 49, "self.a_name = other.name_of(x.y)\n" * 129, "http://a.co/b," * 200]
)
def test_a_composed_text_crowded_with_addresses_leaves_the_rest_known(text: str) -> None:
    for values in ([("content", text), ("path", "a/b.py")], [("path", "a/b.py"), ("content", text)]):
        ask = asking(*values)
        assert ask is not None
        assert ask.complete
        assert ask.unfollowed is not None
        assert ask.sinks[0].kind == "path"


@pytest.mark.parametrize("line", ["| Item 1 | 1.01 | 2.01.2026 | 3.5 |\n", "Short line.\n", "Wait... what?! "])
def test_dots_of_numbers_and_sentences_are_no_addresses(line: str) -> None:
    ask = asking(("recipient", "ada@example.org"), ("content", line * 280))
    assert ask is not None
    assert ask.complete


def test_a_report_of_eight_pages_is_within_bounds() -> None:
    ask = asking(("recipient", "ada@example.org"), ("content", "The meeting moved to room 4. " * 560))
    assert ask is not None
    assert ask.complete


def test_a_mailing_to_fifty_people_is_within_bounds() -> None:
    ask = asking(*[("recipient", f"Ada Lovelace <ada{number}@example.org>") for number in range(50)])
    assert ask is not None
    assert ask.complete


def test_names_that_do_not_fit_leave_the_sinks_known() -> None:
    ask = asking(*[("recipient", f"ada{number}@example.org") for number in range(64)], naming=["minutes of Monday"])
    assert ask is not None
    assert ask.complete


def test_a_read_of_text_of_outsiders_asks_even_without_a_sink() -> None:
    ask = asking(result=ResultSpec(), verb=Verb.READ)
    assert ask is not None
    assert ask.reads_untrusted
    assert asking(verb=Verb.READ) is None


@given(
    # Whole characters only: no half of a surrogate pair gets past the parser of arguments.
    st.lists(st.tuples(st.sampled_from(SINK_KINDS), st.text(max_size=80)), max_size=4),
    st.lists(st.text(max_size=60), max_size=3),
)
def test_no_argument_raises(values: list[tuple[str, str]], naming: list[str]) -> None:
    ask = asking(*values, naming=naming, request="read it")
    assert ask is not None
    packed(ask)
