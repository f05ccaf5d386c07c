"""Bundles that must not be served: each is refused with its reason and the file to blame."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from control_plane.bundles.archive import read_archive, write_archive
from control_plane.bundles.build import BuiltBundle
from control_plane.bundles.manifest import manifest_of
from control_plane.bundles.model import (
    MANIFEST,
    MAX_ARCHIVE_BYTES,
    MAX_EXPANDED_BYTES,
    SIGNATURES,
    BundleRefused,
)
from control_plane.bundles.opa import run_opa
from control_plane.bundles.signature import sign
from control_plane.bundles.verify import VerificationPolicy, verify_bundle
from control_plane.stack.tools import tool_path
from tests.opa_server import KEY_ID, SCOPE, SigningKey, build_tiny, capabilities_file, copy_tiny, signed_bundle
from writ.cli.files import MAX_YAML_BYTES
from writ.errors import DependencyFailed

KEY = SigningKey()
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def built(folder: Path) -> BuiltBundle:
    return build_tiny(folder, KEY)


@pytest.fixture(scope="module")
def policy(folder: Path) -> VerificationPolicy:
    return VerificationPolicy(
        opa=tool_path("opa"),
        capabilities=capabilities_file(folder),
        public_key_pem=KEY.public_pem.encode(),
        key_id=KEY_ID,
        scope=SCOPE,
    )


def signed(files: Files, *, key: SigningKey = KEY, scope: str = SCOPE, key_id: str = KEY_ID) -> bytes:
    """Packs files under a signature over all of them."""
    unsigned = {path: data for path, data in files.items() if path != SIGNATURES}
    return write_archive({**unsigned, SIGNATURES: sign(unsigned, key.private, key_id, scope)})


def remade(files: Files, **changes: bytes) -> bytes:
    """Adds files and makes manifest and signature anew, as a build with the right key would."""
    unsigned = {path: data for path, data in files.items() if path not in (MANIFEST, SIGNATURES)} | changes
    return signed({**unsigned, MANIFEST: manifest_of(unsigned)})


def test_what_was_built_is_verified(built: BuiltBundle, policy: VerificationPolicy) -> None:
    verified = verify_bundle(built.path.read_bytes(), policy)
    assert (verified.revision, verified.digest) == (built.revision, built.digest)


def test_the_same_sources_give_the_same_bytes(built: BuiltBundle, folder: Path) -> None:
    before = built.path.read_bytes()
    assert build_tiny(folder, KEY).digest == built.digest
    assert built.path.read_bytes() == before


def test_another_key_changes_the_archive_but_not_the_revision(built: BuiltBundle, tmp_path: Path) -> None:
    other = build_tiny(tmp_path, SigningKey())
    assert other.revision == built.revision
    assert other.digest != built.digest


def test_what_opa_itself_builds_and_signs_is_understood(built: BuiltBundle, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(KEY.private_pem)
    source = copy_tiny(tmp_path, "green")
    code, said = run_opa(
        tool_path("opa"), "build", "--bundle", ".", "--ignore", "*_test.rego", "--signing-alg", "ES256",
        "--signing-key", str(tmp_path / "key.pem"), "--output", str(tmp_path / "b.tar.gz"), cwd=source,
    )  # fmt: skip
    assert code == 0, said
    files = read_archive((tmp_path / "b.tar.gz").read_bytes())
    assert set(files) == {"data.json", "writ/main.rego", MANIFEST, SIGNATURES}


def nothing(files: Files) -> bytes:
    return write_archive({path: data for path, data in files.items() if path != SIGNATURES})


def by_another_key(files: Files) -> bytes:
    return signed(files, key=SigningKey())


def for_another_scope(files: Files) -> bytes:
    return signed(files, scope="other")


def by_another_key_id(files: Files) -> bytes:
    return signed(files, key_id="other")


def changed_file(files: Files) -> bytes:
    return write_archive({**files, "writ/main.rego": files["writ/main.rego"] + b"# more\n"})


def changed_data(files: Files) -> bytes:
    return write_archive({**files, "data.json": files["data.json"].replace(b"blue", b"grey")})


def outside_the_signature(files: Files) -> bytes:
    return write_archive({**files, "writ/more.rego": b"package writ\n"})


def signatures_elsewhere(files: Files) -> bytes:
    return write_archive({**files, "writ/.signatures.json": files[SIGNATURES]})


def named_like_signatures(files: Files) -> bytes:
    return write_archive({**files, "writ/my-signatures.json": b"{}"})


def missing_file(files: Files) -> bytes:
    return write_archive({path: data for path, data in files.items() if path != "writ/main.rego"})


def another_revision(files: Files) -> bytes:
    return signed({**files, MANIFEST: files[MANIFEST].replace(b'"revision":"', b'"revision":"f')})


def all_roots(files: Files) -> bytes:
    return signed({**files, MANIFEST: files[MANIFEST].replace(b'["settings","writ"]', b'[""]')})


def another_rego_version(files: Files) -> bytes:
    return signed({**files, MANIFEST: files[MANIFEST].replace(b'"rego_version":1', b'"rego_version":0')})


def no_manifest(files: Files) -> bytes:
    return signed({path: data for path, data in files.items() if path != MANIFEST})


def a_delta(files: Files) -> bytes:
    return signed({**files, "patch.json": b'{"data":[]}'})


def compiled_elsewhere(files: Files) -> bytes:
    return signed({**files, "policy.wasm": b"\0asm"})


def writes_to_system(files: Files) -> bytes:
    return signed({**files, "a.rego": b"package system.authz\nallow := true\n"})


def a_forbidden_builtin(files: Files) -> bytes:
    return remade(files, **{"writ/x.rego": b'package writ\nx := http.send({"method": "get", "url": input.url})\n'})


def a_clock(files: Files) -> bytes:
    return remade(files, **{"writ/x.rego": b"package writ\nx := time.now_ns()\n"})


def no_rego(files: Files) -> bytes:
    return remade(files, **{"writ/x.rego": b"package writ\nx := {\n"})


def no_activation(files: Files) -> bytes:
    main = files["writ/main.rego"].replace(b"activation :=", b"something_else :=")
    return remade(files, **{"writ/main.rego": main})


def a_lost_rule(files: Files) -> bytes:
    return remade(files, **{"writ/x.rego": b'package writ.x\ndeny if input.x in {"", input.y}\n'})


def unreadable_callers(files: Files) -> bytes:
    return remade(files, **{"data.json": files["data.json"].replace(b'"callers":[', b'"callers":[{"kind":"agent"},')})


def unreadable_severity(files: Files) -> bytes:
    return remade(files, **{"data.json": files["data.json"].replace(b'"READ",', b"7,", 1)})


def unreadable_catalog(files: Files) -> bytes:
    main = files["writ/main.rego"].replace(b'"catalog": {}', b'"catalog": {"billing-mcp": {"tools": 7}}')
    return remade(files, **{"writ/main.rego": main})


def a_key_twice(files: Files) -> bytes:
    return write_archive({**files, "data.json": b'{"settings":{"mark":"blue"},"settings":{}}'})


@pytest.mark.parametrize(
    ("make", "reason", "names"),
    [
        (nothing, "SIGNATURE_MISSING", SIGNATURES),
        (by_another_key, "SIGNATURE_INVALID", SIGNATURES),
        (for_another_scope, "SIGNATURE_INVALID", "scope"),
        (by_another_key_id, "SIGNATURE_INVALID", "key"),
        (changed_file, "FILE_CHANGED", "writ/main.rego"),
        (changed_data, "FILE_CHANGED", "data.json"),
        (outside_the_signature, "FILE_NOT_SIGNED", "writ/more.rego"),
        (signatures_elsewhere, "BUNDLE_FILE_REFUSED", "writ/.signatures.json"),
        (named_like_signatures, "FILE_NOT_SIGNED", "writ/my-signatures.json"),
        (missing_file, "FILE_MISSING", "writ/main.rego"),
        (another_revision, "REVISION_MISMATCH", MANIFEST),
        (all_roots, "MANIFEST_INVALID", MANIFEST),
        (another_rego_version, "MANIFEST_INVALID", MANIFEST),
        (no_manifest, "MANIFEST_MISSING", MANIFEST),
        (a_delta, "BUNDLE_FILE_REFUSED", "patch.json"),
        (compiled_elsewhere, "BUNDLE_FILE_REFUSED", "policy.wasm"),
        (writes_to_system, "BUNDLE_ROOT_REFUSED", "a.rego"),
        (a_forbidden_builtin, "BUNDLE_DOES_NOT_COMPILE", "http.send"),
        (a_clock, "BUNDLE_DOES_NOT_COMPILE", "writ/x.rego"),
        (no_rego, "BUNDLE_DOES_NOT_COMPILE", "writ/x.rego"),
        (no_activation, "ACTIVATION_UNDEFINED", "data.writ.activation"),
        (a_key_twice, "BUNDLE_DATA_INVALID", "data.json"),
        (a_lost_rule, "MEMBERSHIP_DROPPED", "`writ/x.rego` rule `deny`"),
        (unreadable_callers, "BUNDLE_DATA_UNREADABLE", "`callers[0]`"),
        (unreadable_severity, "BUNDLE_DATA_UNREADABLE", "`severity`"),
        (unreadable_catalog, "BUNDLE_DATA_UNREADABLE", "billing-mcp"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bundle_that_is_not_what_it_says_is_refused(
    make: Callable[[Files], bytes], reason: str, names: str, built: BuiltBundle, policy: VerificationPolicy
) -> None:
    files = read_archive(built.path.read_bytes())
    with pytest.raises(BundleRefused) as refused:
        verify_bundle(make(files), policy)
    assert refused.value.reason == reason
    assert names in refused.value.message


def tar(*entries: tuple[str, bytes, bytes], compress: bool = True) -> bytes:
    """Packs entries (path, type, data) as they are."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as out:
        for path, kind, data in entries:
            entry = tarfile.TarInfo(path)
            entry.type, entry.size, entry.linkname = kind, len(data), "/etc/passwd" if kind in (b"1", b"2") else ""
            out.addfile(entry, io.BytesIO(data))
    return gzip.compress(packed.getvalue()) if compress else packed.getvalue()


def pax() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as out:
        entry = tarfile.TarInfo("data.json")
        entry.pax_headers = {"path": "other.json"}
        out.addfile(entry, io.BytesIO(b""))
    return gzip.compress(packed.getvalue())


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"", "BUNDLE_UNREADABLE"),
        (b"garbage", "BUNDLE_UNREADABLE"),
        (tar(("data.json", b"0", b"{}"), compress=False), "BUNDLE_UNREADABLE"),
        (tar(("data.json", b"0", b"{}"))[:-4], "BUNDLE_UNREADABLE"),
        (tar(("data.json", b"0", b"{}")) + gzip.compress(b"more"), "BUNDLE_UNREADABLE"),
        (gzip.compress(b"x" * 512), "BUNDLE_UNREADABLE"),
        (gzip.compress(tar(("a", b"0", b"1"), compress=False)[:700]), "BUNDLE_UNREADABLE"),
        (gzip.compress(bytes(1024) + tar(("a", b"0", b"1"), compress=False)), "BUNDLE_UNREADABLE"),
        (pax(), "BUNDLE_PATH_REFUSED"),
        (tar(("data.json", b"2", b"")), "BUNDLE_PATH_REFUSED"),
        (tar(("data.json", b"1", b"")), "BUNDLE_PATH_REFUSED"),
        (tar(("folder", b"5", b"")), "BUNDLE_PATH_REFUSED"),
        (tar(("../data.json", b"0", b"{}")), "BUNDLE_PATH_REFUSED"),
        (tar(("a/../data.json", b"0", b"{}")), "BUNDLE_PATH_REFUSED"),
        (tar(("//data.json", b"0", b"{}")), "BUNDLE_PATH_REFUSED"),
        (tar(("./data.json", b"0", b"{}")), "BUNDLE_PATH_REFUSED"),
        (tar(("a\\b.rego", b"0", b"")), "BUNDLE_PATH_REFUSED"),
        (tar(("d\u00e4ta.rego", b"0", b"")), "BUNDLE_PATH_REFUSED"),
        (tar(("data.json", b"0", b"{}"), ("data.json", b"0", b"[]")), "BUNDLE_FILE_REPEATED"),
        (tar(("data.json", b"0", b"{}"), ("/data.json", b"0", b"[]")), "BUNDLE_FILE_REPEATED"),
        (gzip.compress(bytes(MAX_EXPANDED_BYTES + 1)), "BUNDLE_TOO_LARGE"),
        (bytes(MAX_ARCHIVE_BYTES + 1), "BUNDLE_TOO_LARGE"),
    ],
    ids=[str(number) for number in range(22)],
)
def test_an_archive_that_is_not_plain_is_refused(archive: bytes, reason: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        read_archive(archive)
    assert refused.value.reason == reason


def test_failing_tests_leave_the_old_archive(built: BuiltBundle, folder: Path) -> None:
    before = built.path.read_bytes()
    with pytest.raises(BundleRefused, match="BUNDLE_TESTS_FAILED"):
        build_tiny(folder, KEY, writ_main_test="package more_test\n\ntest_no if false\n")
    assert built.path.read_bytes() == before


def test_a_bundle_without_tests_is_not_built(built: BuiltBundle, folder: Path, tmp_path: Path) -> None:
    source = copy_tiny(tmp_path, "blue")
    (source / "writ" / "main_test.rego").unlink()
    with pytest.raises(BundleRefused, match="BUNDLE_TESTS_FAILED"):
        signed_bundle(source, tmp_path / "out.tar.gz", KEY, capabilities_file(folder))
    assert not (tmp_path / "out.tar.gz").exists()


@pytest.mark.parametrize(
    ("file", "text", "reason", "names"),
    [
        (
            "lost/lost.rego",
            'package lost\n\ndeny if input.x in {"", input.y}\n',
            "MEMBERSHIP_DROPPED",
            "lost/lost.rego",
        ),
        ("settings/data.yaml", "mark: blue\n", "BUNDLE_DATA_UNREADABLE", "severity"),
        ("more/data.yml", " " * (MAX_YAML_BYTES + 1), "BUNDLE_DATA_INVALID", f"at most {MAX_YAML_BYTES} bytes"),
    ],
)
def test_what_a_push_would_refuse_is_not_built(
    file: str, text: str, reason: str, names: str, folder: Path, tmp_path: Path
) -> None:
    source = copy_tiny(tmp_path, "blue")
    (source / file).parent.mkdir(parents=True, exist_ok=True)
    (source / file).write_text(text, encoding="utf-8")
    with pytest.raises(BundleRefused) as refused:
        signed_bundle(source, tmp_path / "out.tar.gz", KEY, capabilities_file(folder))
    assert (refused.value.reason, names in refused.value.message) == (reason, True), refused.value.message
    assert not (tmp_path / "out.tar.gz").exists()


@pytest.mark.parametrize(
    ("place", "made", "came"),
    [
        ("data.yaml", os.mkfifo, "a pipe"),
        ("writ/more.rego", os.mkfifo, "a pipe"),
        ("writ/more.rego", lambda path: path.symlink_to("main.rego"), "a symbolic link"),
        ("more", lambda path: path.symlink_to("writ"), "a symbolic link"),
    ],
)
def test_what_opa_would_wait_for_or_leave_out_is_not_built(
    place: str, made: Callable[[Path], None], came: str, folder: Path, tmp_path: Path
) -> None:
    source = copy_tiny(tmp_path, "blue")
    made(source / place)
    with pytest.raises(BundleRefused, match=f"BUNDLE_FILE_REFUSED: expected regular files .*, got {came} `.*{place}`"):
        signed_bundle(source, tmp_path / "out.tar.gz", KEY, capabilities_file(folder))
    assert not (tmp_path / "out.tar.gz").exists()


def test_without_a_check_that_is_installed_no_bundle_is_taken(
    built: BuiltBundle, policy: VerificationPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.bundles.activation.GROUP", "writ.no_such_checks")
    with pytest.raises(DependencyFailed, match="BUNDLE_CHECK_MISSING"):
        verify_bundle(built.path.read_bytes(), policy)


def test_an_opa_that_is_not_there_is_no_reason_to_accept(built: BuiltBundle, policy: VerificationPolicy) -> None:
    broken = VerificationPolicy(
        opa=Path("/nowhere/opa"),
        capabilities=policy.capabilities,
        public_key_pem=policy.public_key_pem,
        key_id=policy.key_id,
        scope=policy.scope,
    )
    with pytest.raises(DependencyFailed, match="OPA_NOT_RUNNABLE"):
        verify_bundle(built.path.read_bytes(), broken)
