"""Requests that must be refused, each with what is wrong with it, and requests that are merely odd.

`malformed()` yields only requests that no reading of the contract accepts: a test may ask for INVALID_ARGUMENT from a
decision point whose policy would allow everything. `anything()` yields bytes of which some may be fine: the test asks
only for one answer each and no ALLOW from a policy that does not know the tool.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from writ.v1 import decision_pb2

MAX_ARGS_BYTES = 256 * 1024
KNOWN_SERVER, KNOWN_TOOL = "billing-mcp", "invoices.get"
GOOD_ARGS = b'{"customer":"7","invoice":"INV-71"}'


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Malformed:
    """Bytes and what is wrong with them."""

    raw: bytes
    why: str

    def __repr__(self) -> str:
        return f"Malformed({self.why}, {len(self.raw)} bytes: {self.raw[:100]!r})"


def request(**changes: object) -> decision_pb2.DecideRequest:
    """Returns a good request with some fields replaced."""
    message = decision_pb2.DecideRequest(
        request_id="fuzz-1",
        agent=decision_pb2.Agent(id="billing-7", role="billing-assistant", unit="finance"),
        principal=decision_pb2.Principal(id="ana@example.com", type="human"),
        session_id="session-1",
        tool=decision_pb2.Tool(server=KNOWN_SERVER, name=KNOWN_TOOL),
        args_json=GOOD_ARGS,
    )
    for name, value in changes.items():
        field = getattr(message, name)
        if hasattr(field, "MergeFrom"):
            message.ClearField(name)  # type: ignore[arg-type]  # the names are those of the message
            getattr(message, name).MergeFrom(value)
        else:
            setattr(message, name, value)
    return message


def malformed() -> SearchStrategy[Malformed]:
    """Bytes that are no request, requests out of bounds, and arguments that are no strict JSON object."""
    return st.one_of(_not_protobuf(), _out_of_bounds(), _bad_arguments())


def anything() -> SearchStrategy[bytes]:
    """Any bytes, and good requests with bytes changed, cut or repeated."""
    return st.one_of(st.binary(max_size=512), _mutated())


def _not_protobuf() -> SearchStrategy[Malformed]:
    good = request().SerializeToString()
    cut = st.integers(1, len(good) - 1).map(lambda size: good[:size])
    bad_text = st.binary(min_size=1, max_size=40).filter(_is_no_text).map(lambda text: _field(1, text) + good)
    endless = st.integers(2**20, 2**62).map(lambda length: good + b"\x42" + _varint(length))
    groups = st.integers(1, 5000).map(lambda depth: good + b"\x23" * depth)
    raw = st.one_of(st.binary(min_size=1, max_size=400), cut, bad_text, endless, groups)
    return raw.filter(_is_unreadable).map(lambda value: Malformed(raw=value, why="no protobuf"))


def _out_of_bounds() -> SearchStrategy[Malformed]:
    ids = st.text(max_size=200).filter(lambda text: not _is_id(text))
    long = st.integers(257, 2000).map(lambda size: "n" * size)
    nul = st.text(max_size=20).map(lambda text: text + "\x00" + text)
    name = st.one_of(long, nul)
    kind = st.text(min_size=1, max_size=12).filter(lambda text: text not in ("human", "service"))
    digest = st.text("0123456789abcdefABCDEF", min_size=1, max_size=70).filter(lambda text: not _is_digest(text))
    changed: list[SearchStrategy[dict[str, object]]] = [
        st.fixed_dictionaries({"request_id": ids}),
        st.fixed_dictionaries({"agent": st.builds(decision_pb2.Agent, id=st.one_of(st.just(""), name))}),
        st.fixed_dictionaries({"agent": st.builds(decision_pb2.Agent, id=st.just("a"), role=name)}),
        st.fixed_dictionaries(
            {"tool": st.builds(decision_pb2.Tool, server=st.just("s"), name=st.one_of(st.just(""), name))}
        ),
        st.fixed_dictionaries({"tool": st.builds(decision_pb2.Tool, server=name, name=st.just("t"))}),
        st.fixed_dictionaries(
            {"tool": st.builds(decision_pb2.Tool, server=st.just("s"), name=st.just("t"), definition_digest=digest)}
        ),
        st.fixed_dictionaries({"principal": st.builds(decision_pb2.Principal, id=st.just("p"), type=kind)}),
        st.fixed_dictionaries({"session_id": long}),
        st.fixed_dictionaries({"workspace": name}),
        st.fixed_dictionaries({"purpose": name}),
        st.fixed_dictionaries({"approval_reference": name}),
        st.fixed_dictionaries({"user_request": st.just("u" * (16 * 1024 + 1))}),
    ]
    singles = st.one_of(changed).map(lambda changes: request(**changes))
    return st.one_of(singles, _long_lists()).map(
        lambda message: Malformed(raw=message.SerializeToString(), why="out of bounds")
    )


def _long_lists() -> SearchStrategy[decision_pb2.DecideRequest]:
    def contexts(count: int) -> decision_pb2.DecideRequest:
        message = request()
        message.business_context.update({f"key-{number}": "value" for number in range(count)})
        return message

    def delegations(count: int) -> decision_pb2.DecideRequest:
        message = request()
        for _ in range(count):
            message.delegation.add(delegator="a", delegate="b")
        return message

    def obligations(count: int) -> decision_pb2.DecideRequest:
        message = request()
        message.supported_obligations.extend(["log_access"] * count)
        return message

    count = st.integers(70, 3000)
    return st.one_of(count.map(contexts), count.map(delegations), count.map(obligations))


def _bad_arguments() -> SearchStrategy[Malformed]:
    text = st.text(max_size=20).map(json.dumps)
    deep = st.integers(65, 20_000)
    digits = st.integers(65, 20_000)
    documents: list[SearchStrategy[bytes]] = [
        st.sampled_from(
            [b"", b" ", b"null", b"[]", b"7", b'"x"', b"true", b"{", b"}", b"{,}", b'{"a":1,}', b"\xef\xbb\xbf{}"]
        ),
        st.sampled_from([b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":+1}', b'{"a":01}', b'{"a":.5}']),
        st.sampled_from(
            [b"{'a':1}", b'{"a":1}//', b'{"a":1}{}', b'{"a" 1}', b"{a:1}", b'{"a":"\n"}', b'{"a":"\\x41"}']
        ),
        st.sampled_from([b'{"a":"\\ud800"}', b'{"\\udfff":1}', b'{"a":"\\ud800\\ud800"}', b'{"a":"\xff"}']),
        text.map(lambda key: f"{{{key}:1,{key}:2}}".encode()),
        text.map(lambda key: f'{{"outer":[{{{key}:1,{key}:1}}]}}'.encode()),
        st.just(b'{"a":1,"\\u0061":2}'),
        deep.map(lambda depth: b'{"a":' + b"[" * depth + b"]" * depth + b"}"),
        deep.map(lambda depth: b'{"a":' * depth + b"1" + b"}" * depth),
        digits.map(lambda count: b'{"a":' + b"9" * count + b"}"),
        digits.map(lambda count: b'{"a":0.' + b"3" * count + b"}"),
        st.integers(309, 10**9).map(lambda exponent: f'{{"a":1e{exponent}}}'.encode()),
        st.integers(309, 10**9).map(lambda exponent: f'{{"a":1e-{exponent}}}'.encode()),
        st.integers(1, 64).map(lambda extra: b'{"a":"' + b"x" * (MAX_ARGS_BYTES + extra) + b'"}'),
        st.binary(min_size=1, max_size=60).filter(_is_no_json),
    ]
    return st.one_of(documents).map(
        lambda document: Malformed(raw=request(args_json=document).SerializeToString(), why="arguments")
    )


def _mutated() -> SearchStrategy[bytes]:
    base = request(tool=decision_pb2.Tool(server="nobody", name="knows")).SerializeToString()
    edits = st.lists(st.tuples(st.integers(0, len(base)), st.binary(max_size=8), st.integers(0, 8)), max_size=4)

    def edit(changes: list[tuple[int, bytes, int]]) -> bytes:
        raw = base
        for at, insert, drop in changes:
            raw = raw[:at] + insert + raw[at + drop :]
        return raw

    return edits.map(edit)


def _is_unreadable(raw: bytes) -> bool:
    try:
        message = decision_pb2.DecideRequest.FromString(raw)
    except Exception:
        return True
    # What reads as an empty or half request lacks what is required.
    return not (message.request_id and message.agent.id and message.tool.server and message.tool.name)


def _is_no_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return True
    return False


def _is_no_json(raw: bytes) -> bool:
    try:
        return not isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return True


def _is_id(text: str) -> bool:
    return 1 <= len(text) <= 128 and all(c.isascii() and (c.isalnum() or c in "._:-") for c in text)


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


def _field(number: int, payload: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
