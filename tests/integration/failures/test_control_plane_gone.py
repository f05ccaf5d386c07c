"""The control plane is not on the path: killed, decisions go on, and a restarted OPA serves what it persisted."""

from __future__ import annotations

from pathlib import Path

from tests.control_plane_server import ControlPlaneServer
from tests.opa_server import SigningKey
from tests.stack_support import Ground, build_policy, effect, request, until
from writ.v1 import decision_pb2


def test_decisions_go_on_without_the_control_plane(tmp_path: Path) -> None:
    key = SigningKey()
    with ControlPlaneServer(tmp_path, key) as control_plane:
        with control_plane.client() as pushing:
            pushing.push(build_policy(tmp_path, key, packs=("invoices",)).path.read_bytes(), activate=True)
        with Ground(bundle=control_plane.url, key=key) as ground:
            point = ground.point().start()
            ground.assign(point, "billing-1")
            with point.client() as client:
                before = client.decide(request("before"))
                control_plane.kill()
                decisions = [client.decide(request(f"without-{n}")) for n in range(20)]
                assert {effect(decision) for decision in [before, *decisions]} == {"ALLOW"}
                assert {decision.bundle.revision for decision in decisions} == {before.bundle.revision}
            assert before.bundle.digest
            # Both started anew, and still nobody to ask for a bundle.
            ground.opa.kill()
            point.kill()
            ground.opa.start()
            point.start()
            with point.client() as client:
                after = client.decide(request("after"))
            assert (effect(after), after.bundle) == ("ALLOW", before.bundle)
            assert {entry["bundle"]["digest"] for entry in point.entries() if "bundle" in entry} == {
                before.bundle.digest
            }
            # One that never saw a control plane, too: OPA cannot say the digest, its archive can.
            fresh = ground.point("pdp-fresh").start()
            with fresh.client() as client:
                assert client.decide(request("fresh")).bundle == before.bundle


def test_a_bundle_pushed_meanwhile_is_followed_without_a_restart(tmp_path: Path) -> None:
    key = SigningKey()
    forbid = """package packs.invoices

# METADATA
# title: Nothing goes any more for one purpose
matched contains rule if {
	input.context.purpose == "swap"
	rule := {"id": "invoices.frozen", "outcome": "FORBID", "code": "FROZEN", "message": "", "remediation": ""}
}
"""
    with ControlPlaneServer(tmp_path, key) as control_plane, control_plane.client() as pushing:
        pushing.push(build_policy(tmp_path, key, packs=("invoices",)).path.read_bytes(), activate=True)
        with Ground(bundle=control_plane.url, key=key) as ground:
            point = ground.point().start()
            ground.assign(point, "billing-1")
            with point.client() as client:
                first = client.decide(request("first", purpose="swap"))
                assert effect(first) == "ALLOW"
                frozen = build_policy(tmp_path, key, name="frozen", packs=("invoices",), frozen=forbid)
                pushing.push(frozen.path.read_bytes(), activate=True)
                seen: list[decision_pb2.Decision] = []

                def followed() -> bool:
                    seen.append(client.decide(request(f"swap-{len(seen)}", purpose="swap")))
                    return seen[-1].bundle.revision != first.bundle.revision

                until(followed, "the new bundle")
            # Every decision is of one revision, and says what that revision says.
            assert {(effect(one), one.bundle.revision) for one in seen} <= {
                ("ALLOW", first.bundle.revision),
                ("DENY", frozen.revision),
            }
            assert effect(seen[-1]) == "DENY"
