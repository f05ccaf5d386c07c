"""What several decision points share in a test: keys, a signed policy, a Redis and an OPA that it may kill and pause."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from control_plane.bundles.build import BuiltBundle
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import make_layout
from control_plane.stack.tokens import mint_token
from control_plane.stack.tools import tool_path
from pdp.declarations import StateContext
from pdp.evaluate import OpaJudge
from pdp.lane import Lane
from tests.calls import CUSTOMER, FEED, ORGANISATION, assignment, update
from tests.decision_point import DecisionPoint
from tests.opa_server import OpaServer, SigningKey, signed_bundle
from tests.processes import CHECKOUT, until
from tests.redis_server import RedisCluster, RedisServer
from tests.state_support import open_state, value_now
from writ.keys import KeySet, parse_public_keys


def build_policy(
    folder: Path, key: SigningKey, *, name: str = "policy", packs: Collection[str] = (), **rules: str
) -> BuiltBundle:
    """Builds the real policy of the checkout, with `packs` alone (all of them when empty), and with further Rego files in its
    invoice pack (`name="..."`)."""
    source = folder / f"{name}-source"
    shutil.copytree(CHECKOUT / "rego", source)
    for pack in (source / "packs").iterdir():
        if packs and pack.is_dir() and pack.name not in packs:
            shutil.rmtree(pack)
            shutil.rmtree(source / "settings" / "packs" / pack.name, ignore_errors=True)
    for rule, text in rules.items():
        (source / "packs" / "invoices" / f"{rule}.rego").write_text(text, encoding="utf-8")
    return signed_bundle(source, folder / f"{name}.tar.gz", key)


class Ground:
    """What several decision points share: keys, a Redis and an OPA, which the test may kill, pause and restart.

    `bundle` is a control plane's address; without it OPA takes the policy from disk, with `rules` added to it and with
    `packs` alone, when any are named; or what `policy` builds in a folder, signed with a key.
    """

    def __init__(
        self,
        *,
        bundle: str = "",
        key: SigningKey | None = None,
        redis: RedisServer | RedisCluster | None = None,
        packs: Collection[str] = (),
        policy: Callable[[Path, SigningKey], BuiltBundle] | None = None,
        **rules: str,
    ) -> None:
        # Not pytest's folder: its path is too long for a socket.
        self.folder = Path(tempfile.mkdtemp(prefix="writ-"))
        self.layout = make_layout(self.folder / "s")
        make_keys(self.layout, os.urandom)
        self.key = key or SigningKey()
        self.bundle = (
            policy(self.folder, self.key) if policy else build_policy(self.folder, self.key, packs=packs, **rules)
        )
        self.redis = RedisServer()  # what most tests run on; with another backend it is not started
        self.backend: RedisServer | RedisCluster = redis or self.redis
        self.opa = OpaServer(self.folder, self.key, bundle or self.bundle.path)
        self.points: list[DecisionPoint] = []

    def start(self) -> Self:
        """Starts Redis and OPA, and begins the state."""
        self.backend.start()
        self.opa.start()
        with contextlib.closing(self.backend.client()) as client:
            client.set("{writ}:epoch", "0123456789abcdef", nx=True)
        return self

    def point(self, name: str = "pdp-1", **sections: Mapping[str, Any]) -> DecisionPoint:
        """Returns a decision point of this name, not started; `sections` override settings."""
        point = DecisionPoint(self, name, sections)
        self.points.append(point)
        return point

    def native_front(self, name: str) -> dict[str, str]:
        """Returns the setting `pdp.front` of a decision point of this name."""
        return {"binary": str(tool_path("front")), "folder": str(self.folder / f"{name}-front")}

    def token(self, subject: str = "agent/billing-1", *, ttl_s: int = 3_600, **claims: Any) -> str:
        """Mints a credential."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()), ttl_s=ttl_s, **claims)

    def assign(self, point: DecisionPoint, *agents: str, customer: str = CUSTOMER) -> None:
        """Has the feed say that the agents serve the customer."""
        with point.client(FEED) as feed:
            assert feed.put_facts([assignment(agent, customer) for agent in agents]) == len(agents)

    def open_reservations(self) -> int:
        """Returns how many decisions hold something in Redis that is not settled."""
        with contextlib.closing(self.backend.client()) as client:
            epoch: Any = client.hget(f"{{{ORGANISATION}}}:m", "e")
            return 0 if epoch is None else int(client.hlen(f"{{{ORGANISATION}}}:o:{epoch.decode()}"))

    @contextlib.contextmanager
    def redis_unreachable(self) -> Iterator[None]:
        """Cuts every connection to Redis and lets nobody in, so that nothing sent meanwhile is served later either."""
        socket = Path(self.redis.socket)
        aside = socket.with_name("aside.sock")
        with self.redis.client() as client:
            client.ping()  # opens the connection, which the next line would prevent
            socket.rename(aside)
            client.client_kill_filter(_type="normal", skipme=True)
        try:
            yield
        finally:
            aside.rename(socket)

    def settled(self) -> None:
        """Waits until nothing is pending in Redis."""
        until(lambda: self.open_reservations() == 0, "everything to be settled")

    def counted(self, agent: str) -> tuple[int, int]:
        """Returns the status updates of an agent in this month as the next decision would see them: committed, pending."""
        return asyncio.run(self._counted(agent))

    async def _counted(self, agent: str) -> tuple[int, int]:
        judge = OpaJudge(self.opa.socket)
        state = open_state(self.backend.url, writer="onlooker", cluster=isinstance(self.backend, RedisCluster))
        try:
            lane = Lane.build(await judge.activation())
            wanted = update("look", agent)
            call = lane.canonicalizer.canonicalize("billing-mcp", wanted.tool.name, "", wanted.args_json)
            context = StateContext(
                organisation=ORGANISATION,
                agent_id=agent,
                agent_role=wanted.agent.role,
                agent_unit=wanted.agent.unit,
                principal_id="",
                session_id="",
                tool_server="billing-mcp",
                tool_name=wanted.tool.name,
                environment=call.environment,
                action=call.action,
                args_bytes=len(wanted.args_json),
            )
            (reservation,) = lane.declarations.reservations(context, int(time.time() * 1000))
            return await value_now(state, reservation, ORGANISATION)
        finally:
            judge.close()
            await state.client.close()

    def public_keys(self, name: str) -> KeySet:
        """Returns the public half of `receipt` or `permit`."""
        return parse_public_keys((self.layout.public_keys / f"{name}.pem").read_bytes())

    def stop(self) -> None:
        """Ends everything."""
        for point in self.points:
            point.kill()
        self.opa.kill()
        self.backend.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
