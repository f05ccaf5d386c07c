"""What the command line says of files that it cannot read, whatever the verb."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.watchdog import watched

RECEIPT = Path(__file__).parents[2] / "vectors" / "receipts" / "decision-0.json"


def test_a_file_that_cannot_be_read_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "receipt.pem").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "writ.cli.main", "receipt", "verify", str(RECEIPT), "--keys", str(tmp_path)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"writ: FILE_UNUSABLE: `{tmp_path / 'receipt.pem'}` cannot be read or written: Is a directory\n"
    )


VERBS = [
    ["completion", "bash"],
    ["completion", "bash", "--json"],
    ["--help"],
    ["rules", "test"],
    ["--json", "nonsense"],
]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", VERBS)
def test_a_full_disk_is_one_line_and_a_failure(arguments: list[str], unbuffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "writ.cli.main", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode in {1, 2}
    assert done.stderr == "writ: FILE_UNUSABLE: `output` cannot be read or written: No space left on device\n"


@pytest.mark.parametrize("arguments", VERBS)
def test_a_closed_output_is_one_line_and_a_failure(arguments: list[str]) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", sys.executable, "-m", "writ.cli.main", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "writ: FILE_UNUSABLE: `output` cannot be read or written: it is closed\n"


@pytest.mark.parametrize(
    ("closed", "arguments", "code", "said"),
    [
        ("<&-", ["decide", "-"], 1, "ACTION_UNREADABLE"),
        ("<&-", ["canonicalize", "-f", "-"], 1, "ARGUMENTS_NOT_JSON"),
        ("2>&-", ["token", "--nonsense"], 2, ""),
        ("2>&-", ["receipt", "show", "/dev/null"], 1, ""),
        ("2>&-", ["receipt", "show", "/dev/null", "--json"], 1, "FILE_IRREGULAR"),
    ],
)
def test_a_closed_input_is_empty_and_a_closed_error_output_changes_no_exit_code(
    tmp_path: Path, closed: str, arguments: list[str], code: int, said: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "writ.cli.main", *arguments],
        env={**os.environ, "WRIT_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert said in done.stdout + done.stderr


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_verb_that_is_interrupted_ends_by_that_signal(tmp_path: Path, option: list[str]) -> None:
    waits = tmp_path / "fifo"
    os.mkfifo(waits)
    command = [sys.executable, "-m", "writ.cli.main", "canonicalize", "-f", str(waits), *option]
    # What a shell runs in the background ignores the signal, and so would the child: one that is handled here it takes as usual.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, before)
    with process, watched(process, waits), waits.open("wb"):  # opens when the verb does, which reads then
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == -signal.SIGINT, "by which a shell ends a loop, too"


def test_a_decision_point_that_gives_up_says_so_in_the_form_of_its_log(tmp_path: Path) -> None:
    settings = tmp_path / "writ.yaml"
    settings.write_text("pdp: 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "pdp.server", "--config", str(settings)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["reason"]) for line in lines] == [("critical", "CONFIG_TYPE")]
