"""What lies where in the state folder of one stack, and how it is made: for its owner alone.

Does not know what the files hold.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from writ.errors import ConfigurationError
from writ.setting_rules import MAX_SOCKET_BYTES, ODD_IN_SOCKET

MAX_LOG_BYTES = 16 * 1024 * 1024
"""A log beyond this is set aside, one generation; the process that writes it has it open meanwhile."""

FOLDERS = ("keys", "keys/public", "keys/jwt", "redis", "opa", "bundle", "evidence", "vault", "run", "logs", "bin")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths in the state folder `root`, which is absolute."""

    root: Path

    @property
    def settings(self) -> Path:
        """`writ.yaml`: every setting."""
        return self.root / "writ.yaml"

    @property
    def lock(self) -> Path:
        """Held by the one running supervisor."""
        return self.root / "run" / "lock"

    @property
    def initialised(self) -> Path:
        """There once Redis was given its state epoch; from then on a missing epoch means lost data."""
        return self.root / "run" / "state-initialised"

    @property
    def sealed(self) -> Path:
        """The mark of the seal that Redis was stopped under; there between a clean stop and the next start."""
        return self.root / "run" / "state-sealed"

    @property
    def public_keys(self) -> Path:
        """Public halves, as `<name>.pem`."""
        return self.root / "keys" / "public"

    @property
    def opa_link(self) -> Path:
        """Link to the OPA that belongs to this checkout, so that settings outlive an upgrade."""
        return self.root / "bin" / "opa"

    @property
    def served(self) -> Path:
        """Which boot of the machine and which run of our own Redis hold the state, while a stack runs."""
        return self.root / "run" / "state-served"

    def key(self, name: str) -> Path:
        """Private key `name`."""
        return self.root / "keys" / name

    def socket(self, name: str) -> Path:
        """Unix socket of the process `name`."""
        return self.root / f"{name}.sock"

    def log(self, name: str) -> Path:
        """Output of the process `name`."""
        return self.root / "logs" / f"{name}.log"

    def process(self, name: str) -> Path:
        """Process number and start time of the process `name`."""
        return self.root / "run" / f"{name}.pid"


def make_layout(root: Path) -> Layout:
    """Makes the folders, mode 0700, and returns the layout.

    Raises:
        ConfigurationError: the folder cannot be made, belongs to someone else, or its path is too long for a socket or holds
            what its address cannot.
    """
    layout = Layout(root.resolve())
    longest = len(os.fsencode(layout.socket("control-plane")))
    if longest > MAX_SOCKET_BYTES:
        raise ConfigurationError(
            "STATE_PATH_TOO_LONG",
            f"sockets in `{layout.root}` would have paths of {longest} bytes, at most {MAX_SOCKET_BYTES} can be",
        )
    if odd := ODD_IN_SOCKET.search(str(layout.root)):
        raise ConfigurationError(
            "STATE_FOLDER_UNUSABLE",
            f"expected a path in UTF-8 without `%`, `#`, `?`, commas and control characters, since sockets lie in it, got"
            f" {odd[0]!r} in `{layout.root}`; name another folder with --state",
        )
    try:
        layout.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (owner := layout.root.stat().st_uid) != os.geteuid():
            raise ConfigurationError(
                "STATE_FOLDER_FOREIGN", f"expected `{layout.root}` to belong to user {os.geteuid()}, got user {owner}"
            )
        layout.root.chmod(0o700)
        for folder in FOLDERS:
            (layout.root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError("STATE_FOLDER_UNUSABLE", f"cannot use `{layout.root}`: {error.strerror}") from error
    return layout


def set_logs_aside(layout: Layout) -> None:
    """Copies logs that have grown too large to `.1`, replacing the one before, and empties them.

    Children that run go on writing at the new end, for they append. What one writes between the copy and the cut, some
    milliseconds, is lost; receipts, not logs, are the evidence.
    """
    for log in (layout.root / "logs").glob("*.log"):
        if log.stat().st_size > MAX_LOG_BYTES:
            copy = log.with_suffix(".log.partial")
            shutil.copyfile(log, copy)
            copy.chmod(0o600)
            copy.replace(log.with_suffix(".log.1"))
            os.truncate(log, 0)


def link_tool(layout: Layout, name: str, binary: Path) -> None:
    """Points `bin/<name>`, which settings name, to the binary, whatever its file is called; at once and whole."""
    link = layout.root / "bin" / name
    new = link.with_suffix(".new")
    new.unlink(missing_ok=True)
    new.symlink_to(binary)
    new.replace(link)


def free_bytes(layout: Layout) -> int:
    """Returns how much the file system of the state folder still takes."""
    return shutil.disk_usage(layout.root).free
