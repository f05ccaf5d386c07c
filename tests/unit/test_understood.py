"""A program where a program belongs is no finding; what hides in it is."""

from __future__ import annotations

import pytest

from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.inspection.model import Finding, Kind, ScanResult
from pdp.understood import unexplained
from tests.pipeline_support import bundle_data


def finding(data_class: str, pointer: str, *decoding: str) -> Finding:
    return Finding(
        rule="t",
        kind=Kind.DATA,
        data_class=data_class,
        pointer=pointer,
        start=0,
        end=1,
        source_start=0,
        source_end=1,
        confidence=90,
        sensitivity=50,
        decoding=decoding,
    )


@pytest.mark.parametrize(
    ("server", "tool", "arguments", "pointer", "data_class", "explained"),
    [
        ("billing-db", "sql.query", b'{"sql":"SELECT id FROM invoices WHERE id = 7"}', "/sql", "source_code", True),
        ("billing-db", "sql.query", b'{"sql":"SELECT id FROM invoices WHERE id = 7"}', "/sql", "credential", False),
        ("billing-db", "sql.query", b'{"sql":"SELECT pg_sleep(9)"}', "/sql", "sql_injection", False),
        ("billing-db", "sql.query", b'{"sql":"SELECT id FROM invoices"}', "/timeout_s", "source_code", False),
        (
            "ops-shell",
            "bash",
            b'{"command":"psql -c \\"select id from invoices\\""}',
            "/command",
            "shell_injection",
            True,
        ),
        ("ops-shell", "bash", b'{"command":"eval $x"}', "/command", "shell_injection", False),
        ("billing-api", "http.request", b'{"url":"https://billing.internal/customers/7"}', "/url", "ssrf", True),
        ("billing-api", "http.request", b'{"url":"http://169.254.169.254/x"}', "/url", "ssrf", False),
        (
            "billing-api",
            "http.request",
            b'{"url":"https://billing.internal/customers/7"}',
            "/url",
            "exfiltration",
            False,
        ),
        ("billing-mcp", "invoices.get", b'{"customer":"7","invoice":"1"}', "/invoice", "source_code", False),
    ],
)
def test_only_what_the_parser_has_read_is_explained(
    server: str, tool: str, arguments: bytes, pointer: str, data_class: str, explained: bool
) -> None:
    data = bundle_data()
    canonicalizer = Canonicalizer(Catalog.parse(data["catalog"]), data["severity"])
    entry = canonicalizer.catalog.servers[server].entry(tool)
    assert entry is not None
    action = canonicalizer.canonicalize(server, tool, "", arguments).action
    found = ScanResult(findings=(finding(data_class, pointer),))
    assert (unexplained(found, entry.programs, action).findings == ()) == explained
    encoded = ScanResult(findings=(finding(data_class, pointer, "base64"),))
    assert unexplained(encoded, entry.programs, action) is encoded
