"""The policy library of this repository on its whole way: built, tested, pushed, activated, judging."""

from __future__ import annotations

from pathlib import Path

import orjson

from control_plane.bundles.verify import VerificationPolicy, verify_bundle
from control_plane.stack.tools import tool_path
from pdp.evaluate import OpaJudge
from tests.control_plane_server import CHECKOUT
from tests.opa_server import KEY_ID, SCOPE, OpaServer, SigningKey, signed_bundle


async def test_the_library_is_built_tested_verified_and_judges(tmp_path: Path) -> None:
    key = SigningKey()
    capabilities = CHECKOUT / "rego" / "capabilities.json"
    built = signed_bundle(CHECKOUT / "rego", tmp_path / "bundle.tar.gz", key)
    policy = VerificationPolicy(
        opa=tool_path("opa"),
        capabilities=capabilities,
        public_key_pem=key.public_pem.encode(),
        key_id=KEY_ID,
        scope=SCOPE,
    )
    assert verify_bundle(built.path.read_bytes(), policy).revision == built.revision
    with OpaServer(tmp_path, key, built.path) as opa:
        judge = OpaJudge(opa.socket)
        activation = await judge.activation()
        assert activation.revision == built.revision
        assert {"catalog", "counters", "facts", "callers", "feeds", "severity"} <= set(activation.data)
        # An item that says nothing but who it is: whatever the rules make of it, it must not run.
        item = orjson.dumps({"index": 0, "execution_digest": "d"})
        outcomes = await judge.judge(built.revision, [item], ["d"], 10)
        assert outcomes is not None
        assert outcomes[0] is None or outcomes[0].effect in ("DENY", "DEFER")
        judge.close()
