"""curl and wget: their requests, the files that they send and those that they write. Pure.

Options that change where a request goes (proxies, resolvers, configuration files, a Host header) are not understood.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pdp.programs.command_files import Handler
from pdp.programs.command_options import Grammar, Input, Options, Runner, grammar, read_options
from pdp.programs.http import parse_http
from pdp.programs.model import HttpEffect, Program
from pdp.programs.shell_words import UNCERTAIN, NotUnderstood, Word
from writ.action import Verb

_CURL = grammar(
    "sSfLkvigIGO0146#NnRa",
    "XdHFToAumewcb",
    """silent show-error fail location insecure verbose include globoff head get remote-name compressed http1.1 http2
    no-progress-meter progress-bar fail-with-body no-buffer create-dirs request= data= data-raw= data-binary=
    data-ascii= data-urlencode= json= header= form= form-string= upload-file= output= user-agent= user= max-time=
    referer= write-out= cookie-jar= cookie= connect-timeout= retry= retry-delay= max-redirs= url= oauth2-bearer=
    cacert= limit-rate=""",
)
_DATA = ("d", "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json")
_WGET = grammar(
    "qvcSN",
    "OUtTP",
    """quiet verbose no-verbose server-response spider no-check-certificate output-document= user-agent= tries=
    timeout= directory-prefix= method= post-data= post-file= body-data= body-file= header= content-on-error""",
)
_HEADER = re.compile(r"([A-Za-z0-9_-]+):[ \t]*([^\r\n]*)")
_HEADER_OPTIONS = {
    "A": "user-agent",
    "U": "user-agent",
    "user-agent": "user-agent",
    "e": "referer",
    "referer": "referer",
    "b": "cookie",
    "cookie": "cookie",
    "oauth2-bearer": "authorization",
}
"""Options whose value goes out as a header just as it stands, line breaks and what follows them included."""


def _curl(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = _literal_options(args, _CURL)
    urls = [_literal(word) for word in (*found.values("url"), *found.operands)]
    headers = _headers(found)
    sends, body = _body(found, runner)
    if found.has("json"):
        headers.append(("content-type", "application/json"))
    if any(re.match("@|.*%output", word.text or "@", re.DOTALL) for word in found.values("w", "write-out")):
        raise NotUnderstood("expected a literal text to write out")
    forms = [_literal(word) for word in found.values("F", "form")]
    runner.files(Verb.READ, [Word(text=match[1]) for form in forms if (match := re.search(r"=[@<]([^;,]*)", form))])
    if any(re.search('=[@<][^;]*[,"]', form) for form in forms):
        raise NotUnderstood("expected one plain file per form field")
    uploads = found.values("T", "upload-file")
    runner.files(Verb.READ, [word for word in uploads if word.text != "-"])
    if found.has("F", "form", "form-string") or uploads:
        sends, body = True, None
    if any(re.search(r"[{\[]", _literal(word)) for word in uploads) or (
        uploads and any(url.endswith("/") for url in urls)
    ):
        raise NotUnderstood("expected an upload to a whole URL")
    if found.has("G", "get") and sends:
        if body is None:
            raise NotUnderstood("expected literal data in a query")
        urls = [f"{url}{'&' if '?' in url else '?'}{body.decode('utf-8')}" for url in urls]
        sends = False
    method = _last(found, "X", "request") or (
        "PUT" if uploads else "POST" if sends else "HEAD" if found.has("I", "head") else "GET"
    )
    # A cookie with `=` is the cookie itself, without it the name of a file of cookies.
    cookies = [word for word in found.values("b", "cookie") if "=" not in _literal(word)]
    runner.files(Verb.READ, cookies)
    _requests(runner, urls, method, headers, sends, body)
    outputs = [*found.values("o", "output"), *found.values("c", "cookie-jar")]
    if found.has("O", "remote-name"):
        outputs += [Word(text=posixpath.basename(url.partition("?")[0]) or None) for url in urls]
    runner.files(Verb.UPDATE, [word for word in outputs if word.text != "-"])


def _body(found: Options, runner: Runner) -> tuple[bool, bytes | None]:
    """Returns whether data goes out and its bytes, None when a file or an encoding makes them."""
    parts: list[str] = []
    literal = True
    given = [(name, _literal(word)) for name, word in found.options if name in _DATA]
    for name, text in given:
        if name == "data-urlencode":
            literal = False
            file = text.partition("@")[2] if "=" not in text.partition("@")[0] else ""
        else:
            file = text[1:] if text.startswith("@") and name != "data-raw" else ""
        if file:
            literal = False
            runner.files(Verb.READ, [Word(text=file)] if file != "-" else [])
        parts.append(text)
    joint = "" if found.has("json") else "&"
    return bool(given), joint.join(parts).encode("utf-8") if given and literal else None


def _requests(
    runner: Runner, urls: Sequence[str], method: str, headers: list[tuple[str, str]], sends: bool, body: bytes | None
) -> None:
    if not urls:
        raise NotUnderstood("expected a URL")
    for url in urls:
        program = parse_http(method, url, headers, (body or b"") if sends else None)
        if sends and body is None:
            effects = tuple(
                replace(effect, body=None) if isinstance(effect, HttpEffect) else effect for effect in program.effects
            )
            program = Program(effects=effects, findings=program.findings)
        runner.include(program)


def _wget(args: Sequence[Word], _given: Input, runner: Runner) -> None:
    found = _literal_options(args, _WGET)
    urls = [_literal(word) for word in found.operands]
    texts = found.values("post-data", "body-data")
    files = found.values("post-file", "body-file")
    runner.files(Verb.READ, files)
    sends = bool(texts or files)
    body = _literal(texts[-1]).encode("utf-8") if texts and not files else None
    method = _last(found, "method") or ("POST" if sends else "HEAD" if found.has("spider") else "GET")
    _requests(runner, urls, method, _headers(found), sends, body)
    outputs = found.values("O", "output-document")
    if found.has("spider"):
        return
    if not outputs:  # the last part of the URL, or of where a redirect leads
        outputs = [UNCERTAIN] if found.has("P", "directory-prefix") else [_file_name(url) for url in urls]
    runner.files(Verb.UPDATE, [word for word in outputs if word.text != "-"])


def _file_name(url: str) -> Word:
    if "%" in url:  # wget decodes most escapes, and not all
        return UNCERTAIN
    parts = urlsplit(url)
    name = posixpath.basename(parts.path) or "index.html"
    return Word(text=f"{name}?{parts.query}" if parts.query else name)


def _literal_options(args: Sequence[Word], known: Grammar) -> Options:
    found = read_options(args, known)
    if found.open:
        raise NotUnderstood("expected literal arguments of a request")
    return found


def _headers(found: Options) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for option, word in found.options:
        if option in ("H", "header"):
            match = _HEADER.fullmatch(_sent(word))
            if match is None or match[1].lower() in ("host", "transfer-encoding", "content-length"):
                raise NotUnderstood("expected literal headers that leave host and length alone")
            headers.append((match[1], match[2]))
        elif option in _HEADER_OPTIONS:
            headers.append((_HEADER_OPTIONS[option], _sent(word)))
    return headers


def _sent(word: Word) -> str:
    return _literal(word) if word.around is None else word.around


def _last(found: Options, *names: str) -> str:
    values = found.values(*names)
    return _literal(values[-1]) if values else ""


def _literal(word: Word) -> str:
    # curl takes globs in a URL by itself, so a word with `?` is whole as long as no file matches it.
    if word.text is None:
        raise NotUnderstood("expected literal arguments of a request")
    return word.text


HTTP_COMMANDS: dict[str, Handler] = {"curl": _curl, "wget": _wget}
