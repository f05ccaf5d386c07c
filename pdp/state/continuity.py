"""Tells an organisation that never counted from one whose counters are lost.

Marks, and what each one catches:

- `{organisation}:m` carries the epoch, the run id of the server that counts, and a sequence number that every script
call raises. No mark: the node was emptied. Another run id: it was restarted, or a replica was promoted, and may lack
the last writes. A sequence below one that this process has seen: an older copy came back; the mark is then removed
for all.
- `{writ}:orgs` (a registry, in another slot) names every organisation that ever counted, with its epoch; and
`{writ}:epoch` says that the deployment was initialised. An organisation without a mark is new only when the registry
is there and does not name it. Emptied as a whole, the registry is gone too, and nothing is new.

Until `pdp.state.rebuild` starts a new epoch, a lost organisation's counters and facts are `no_data`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pdp.state.client import Client, load_script, run_one
from pdp.state.wire import organisation_key
from writ.errors import ConfigurationError

if TYPE_CHECKING:
    from pdp.state.wire import Enriched

EPOCH_KEY = "{writ}:epoch"
REGISTRY_KEY = "{writ}:orgs"
NAMES_KEY = "{writ}:names"
"""Names of the organisations that were ever met, by their key: a key may be a hash, and recovery needs the name."""

_ADMIT = load_script("admit")
_WHOLE = load_script("whole", allow_oom=True)


@dataclass(slots=True, kw_only=True)
class Continuity:
    """What this process knows of each organisation's state. `lacking` is told of each change: an organisation, "" for the whole
    deployment, and whether it has no state now."""

    client: Client
    lacking: Callable[[str, bool], None] | None = None
    _lacking: set[str] = field(default_factory=set)
    _known: dict[str, tuple[str, int]] = field(default_factory=dict)

    def knows(self, organisation: str) -> bool:
        return organisation in self._known

    def known(self, organisation: str) -> tuple[str, int]:
        """Epoch and highest sequence seen; ("", 0) for one that is not known, which no server confirms as
        continuous."""
        return self._known.get(organisation, ("", 0))

    def has(self, organisation: str, *, state: bool) -> None:
        """Takes in whether what an organisation has counted was found, and tells of a change once."""
        if state is (organisation in self._lacking):
            (self._lacking.discard if state else self._lacking.add)(organisation)
            if self.lacking is not None:
                self.lacking(organisation, not state)

    def saw(self, organisation: str, epoch: str, sequence: int) -> None:
        known_epoch, known_sequence = self.known(organisation)
        if epoch and epoch == known_epoch and sequence > known_sequence:
            self._known[organisation] = (epoch, sequence)

    async def initialise(self, epoch: str) -> bool:
        """Declares an empty deployment as the beginning; `epoch` is 16 random hex digits. False when there is one
        already. Never to be called to mend a loss: that is what `pdp.state.rebuild` is for. Raises StateFailed."""
        if len(epoch) != 16 or set(epoch) - set("0123456789abcdef"):
            raise ConfigurationError("STATE_EPOCH_INVALID", "state epoch: expected 16 lower-case hex digits")
        return bool(await self.client.command("SET", EPOCH_KEY, epoch, "NX"))

    async def meet(self, organisation: str) -> None:
        """First contact: learns the epoch, or begins one for an organisation that has never counted."""
        key = organisation_key(organisation)
        held = await self.client.command("HGET", key, "e")
        registered = await self.client.command("HGET", REGISTRY_KEY, key)
        if held is None and registered is None:
            deployment = await self.client.command("GET", EPOCH_KEY)
            if deployment is None:
                return  # emptied, or never initialised
            held = await run_one(self.client, _ADMIT, key, deployment, "0")
        elif held is None:
            held = await self.client.command("HGET", key, "e")  # another PDP may have begun it between the two reads
        if held is None:
            return
        if registered is None:
            # A crash before this write leaves a mark without a name: the next PDP to meet it names it.
            await self.client.command("HSETNX", REGISTRY_KEY, key, held)
            registered = await self.client.command("HGET", REGISTRY_KEY, key)
        if registered == held:
            # Before anything is reserved, so that recovery finds whatever this process may leave behind.
            await self.client.command("HSETNX", NAMES_KEY, key, organisation)
            self._known[organisation] = (held.decode(), 0)

    async def organisations(self) -> frozenset[str]:
        """Returns every organisation that any decision point has reserved for. Raises StateFailed."""
        return frozenset(name.decode() for name in await self.client.command("HVALS", NAMES_KEY))

    async def begun(self) -> bool:
        """Whether the deployment was initialised, and not emptied since. Raises StateFailed."""
        begun = await self.client.command("GET", EPOCH_KEY) is not None
        self.has("", state=begun)
        return begun

    async def lost(self) -> list[str]:
        """Returns the organisations that are known and whose counts are not whole, by name. Raises StateFailed."""
        found = []
        for organisation in sorted(await self.organisations()):
            key = organisation_key(organisation)
            registered = await self.client.command("HGET", REGISTRY_KEY, key)
            if await run_one(self.client, _WHOLE, key, registered or b"") != 1:
                found.append(organisation)
        return found

    async def issuers(self) -> frozenset[str]:
        """Returns every decision point that ever counted here for an organisation that is known: each has left a fence.
        Raises StateFailed."""
        found: set[str] = set()
        for organisation in await self.organisations():
            fields = await self.client.command("HGETALL", organisation_key(organisation))
            names = fields if isinstance(fields, dict) else fields[::2]  # a client of a Cluster makes it a dict
            found |= {name.decode()[1:] for name in names if name.startswith(b"g")}
        return frozenset(found)

    async def forget_issuer(self, issuer: str) -> None:
        """Removes the fences of a decision point that is gone for good. Raises StateFailed."""
        for organisation in await self.organisations():
            await self.client.command("HDEL", organisation_key(organisation), f"g{issuer}")

    async def changed(self, organisation: str, answer: Enriched) -> bool:
        """Handles an answer that was not continuous. True when the organisation is continuous under a new epoch now, so
        that the call may be made again."""
        epoch, seen = self.known(organisation)
        if not epoch:
            return False
        if answer.held == epoch and answer.sequence < seen:
            await self.client.command("HDEL", organisation_key(organisation), "e")
        self._known.pop(organisation, None)
        await self.meet(organisation)
        return self.known(organisation)[0] not in ("", epoch)

    async def activate(self, organisation: str, epoch: str) -> None:
        """Starts `epoch` after a rebuild. A crash between the two writes leaves the organisation without data."""
        key = organisation_key(organisation)
        await run_one(self.client, _ADMIT, key, epoch, "1")
        await self.client.command("HSET", REGISTRY_KEY, key, epoch)
        self._known[organisation] = (epoch, 0)

    async def abandon(self, organisation: str) -> None:
        """Marks the organisation as lost until `activate`, for every PDP."""
        key = organisation_key(organisation)
        await self.client.command("HSET", REGISTRY_KEY, key, "")
        await self.client.command("HDEL", key, "e")
        self._known.pop(organisation, None)

    async def begin_again(self, epoch: str) -> None:
        """Marks the deployment as initialised, whatever was there; the last step of a rebuild."""
        await self.client.command("SET", EPOCH_KEY, epoch)
