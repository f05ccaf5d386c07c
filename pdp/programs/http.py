"""HTTP requests as effects: the effective method, host, path and query of one request. Pure.

A URL is understood only when the WHATWG URL standard and RFC 3986 read it alike; everything on which they part (backslashes,
control characters, numeric hosts, userinfo, dot segments, encoded slashes) is UNKNOWN with a finding, never guessed, and so
is a header that leads the request elsewhere (RFC 9110, section 7; RFC 9112, section 6). Method overrides count: of the method
sent and the method that a header, a query or a form field asks for, the graver one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote_to_bytes

from pdp.programs.model import MAX_PROGRAM_BYTES, CommandEffect, HttpEffect, Program
from writ.action import Finding, Verb

_GRAVITY = ("HEAD", "OPTIONS", "GET", "POST", "PATCH", "PUT", "DELETE")
"""From mild to grave; a method that is not listed is not understood."""

_OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_HEADER_VALUE = re.compile(r"[\t -~]*")
_LEADING_ELSEWHERE = re.compile(
    r"(?:^|-)(?:host|method|methods|override|overrides|url|uri|path|prefix|route|rewrite|forwarded|destination|proto|"
    r"scheme|port|server|upgrade|connection|te|trailer|expect|settings|hop|depth)(?:-|$)|^transfer-|^content-length$"
)
"""Headers that some server or proxy takes for another host, path, method or length than those that the URL tells."""

_HARMLESS_HEADERS = frozenset({"upgrade-insecure-requests", "access-control-request-method"})
_HARMLESS_PAIRS = frozenset({("connection", "close"), ("connection", "keep-alive"), ("te", "trailers")})
_FORM = "application/x-www-form-urlencoded"
_DEFAULT_PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)(?::([0-9]{1,5}))?"
)
_IPV4 = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_ODD_CHARACTERS = re.compile(r"[\x00-\x20\x7f-\U0010ffff\\<>\"^`{|}\[\]]")
_ODD_TEXT = re.compile(r"[\x00-\x1f\x7f\ufffd]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HIDING_ESCAPE = re.compile(r"%(?:2[fFeE]|5[cC]|[01][0-9A-Fa-f]|7[fF]|25)")
_METHOD = re.compile(r"[A-Za-z]{1,16}")


def parse_http(method: str, url: str, headers: Sequence[tuple[str, str]] = (), body: bytes | None = None) -> Program:
    """Returns the one effect of a request, or UNKNOWN with a finding. Never raises.

    `url` is absolute (http or https); `headers` are in order; `body` is what goes out, None for none.
    """
    if len(url) + sum(len(name) + len(value) for name, value in headers) > MAX_PROGRAM_BYTES:
        return _unknown("PROGRAM_TOO_LONG", f"expected URL and headers of at most {MAX_PROGRAM_BYTES} characters")
    if _ODD_CHARACTERS.search(url) or _BAD_ESCAPE.search(url):
        return _unknown("URL_AMBIGUOUS", "expected a URL of unreserved ASCII characters and whole percent escapes")
    parts = _URL.fullmatch(url)
    if parts is None:
        return _unknown("URL_AMBIGUOUS", "expected an absolute http or https URL")
    scheme = parts[1].lower()
    host = _host(scheme, parts[2])
    if host is None:
        return _unknown("URL_AMBIGUOUS", "expected a plain host name or dotted IPv4 address, without userinfo")
    path = _path(parts[3])
    if path is None:
        return _unknown("URL_AMBIGUOUS", "expected a path without dot segments, empty segments and encoded separators")
    query = tuple(parse_qsl(parts[4] or "", keep_blank_values=True))
    if any(_is_odd(text) for pair in query for text in pair):
        return _unknown("URL_AMBIGUOUS", "expected a query in UTF-8 without control characters")
    # Older servers part fields by semicolons too, and read `a=1;b=2` as two.
    if any(";" in value and "=" in value.partition(";")[2] for _, value in query):
        return _unknown("URL_AMBIGUOUS", "expected a query whose fields are parted by ampersands only")
    headers = [(_header_name(name), value.strip(" \t")) for name, value in headers]
    if not all(_is_plain_header(name, value, host) for name, value in headers):
        return _unknown("HEADER_NOT_UNDERSTOOD", "expected headers that leave host, path, method and length alone")
    methods, findings = _methods(method, headers, query, body)
    if methods is None:
        return Program(effects=(CommandEffect(verb=Verb.UNKNOWN, program=""),), findings=findings)
    effect = HttpEffect(
        method=max(methods, key=_GRAVITY.index),
        scheme=scheme,
        host=host,
        path=path,
        query=query,
        sends_body=body is not None,
        body=body,
        url=url,
    )
    return Program(effects=(effect,), findings=findings)


def _header_name(name: str) -> str:
    """Returns the name as gateways compare it: CGI and its successors read `_` and `-` alike."""
    return name.strip(" \t").lower().replace("_", "-")


def _is_plain_header(name: str, value: str, host: str) -> bool:
    """False for a header that may end early, or that may lead the request to another place or meaning."""
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        return False
    if name in _OVERRIDES or name in _HARMLESS_HEADERS or not _LEADING_ELSEWHERE.search(name):
        return True
    return (name, value.lower()) in _HARMLESS_PAIRS or (name == "host" and value.lower() == host)


def _asks_for_method(field: str) -> bool:
    """True for a field that some framework reads as `_method`: PHP takes blanks and dots in a name for underscores."""
    return re.sub(r"[ .]", "_", field.lstrip(" ").partition("[")[0]).lower() == "_method"


def _host(scheme: str, authority: str) -> str | None:
    match = _AUTHORITY.fullmatch(authority)
    if match is None or len(match[1]) > 253:
        return None
    host, port = match[1].lower(), match[2]
    last = host.rsplit(".", 1)[-1]
    # WHATWG takes a host whose last label is a number for an IPv4 address in any base; RFC 3986 for a name.
    if (last.isdigit() or last.startswith("0x")) and not (_IPV4.fullmatch(host) and _is_ipv4(host)):
        return None
    if port is None:
        return host
    number = int(port)
    if number > 65535 or str(number) != port:
        return None
    return host if number == _DEFAULT_PORTS[scheme] else f"{host}:{number}"


def _is_ipv4(host: str) -> bool:
    return all(int(part) <= 255 for part in host.split("."))


def _path(raw: str) -> tuple[str, ...] | None:
    if raw in ("", "/"):
        return ()
    if _HIDING_ESCAPE.search(raw):
        return None
    segments = raw[1:].split("/")
    if segments[-1] == "":
        segments.pop()  # a trailing slash names the same resource
    decoded = []
    for segment in segments:
        try:
            text = unquote_to_bytes(segment).decode("utf-8") if "%" in segment else segment
        except UnicodeDecodeError:
            return None
        if text in ("", ".", "..") or ";" in text or _is_odd(text):
            return None
        decoded.append(text)
    return tuple(decoded)


def _is_odd(text: str) -> bool:
    return _ODD_TEXT.search(text) is not None


def _methods(
    method: str, headers: Sequence[tuple[str, str]], query: Sequence[tuple[str, str]], body: bytes | None
) -> tuple[list[str] | None, tuple[Finding, ...]]:
    """Returns every method that some server may take the request for; None when one is not understood."""
    asked = [value for name, value in headers if name in _OVERRIDES]
    asked += [value for name, value in query if _asks_for_method(name)]
    asked += _asked_in_form(headers, body)
    methods = [name.upper() for name in (method, *asked)]
    if not all(_METHOD.fullmatch(name) and name in _GRAVITY for name in methods):
        return None, (_finding("METHOD_NOT_UNDERSTOOD", f"expected methods of {', '.join(_GRAVITY)}"),)
    if len(set(methods)) > 1:
        return methods, (_finding("METHOD_OVERRIDDEN", "the method sent and the method asked for differ"),)
    return methods, ()


def _asked_in_form(headers: Sequence[tuple[str, str]], body: bytes | None) -> list[str]:
    """Returns what `_method` says in a form; "" where it stands in a form that is not taken apart."""
    types = [value.split(";")[0].strip().lower() for name, value in headers if name == "content-type"]
    if body is None:
        return []
    if any(kind.startswith("multipart/") for kind in types) and b"_method" in body.lower():
        return [""]
    if types and _FORM not in types:
        return []
    if b"%" not in body and b"method" not in body.lower():
        return []
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return [value for name, value in fields if _asks_for_method(name)]


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, pointer="", message=message)


def _unknown(code: str, message: str) -> Program:
    return Program(effects=(CommandEffect(verb=Verb.UNKNOWN, program=""),), findings=(_finding(code, message),))
