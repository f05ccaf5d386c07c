"""Credentials in the forms that services document, drawn at random at run time: none of them ever opened anything.

Fixed parts are joined here so that no text in this file looks like a live secret.
"""

from __future__ import annotations

import base64
import json
from random import Random
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

from benchmarks.inspection_corpus.checksums import draw
from benchmarks.inspection_corpus.model import Kind, Maker

CLASS = "credential"
_ALNUM = ascii_letters + digits
_HEX = "0123456789abcdef"
_URL = _ALNUM + "-_"


def _token(prefix: str, count: int, alphabet: str = _ALNUM, tail: str = "") -> Maker:
    return lambda random: prefix + draw(random, count, alphabet) + tail


def _base64url(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _jwt(random: Random) -> str:
    header = _base64url({"alg": random.choice(("HS256", "RS256", "ES256")), "typ": "JWT"})
    body = _base64url({"sub": draw(random, 8, digits), "iat": 1_700_000_000 + random.randint(0, 10**7)})
    return f"{header}.{body}.{draw(random, 43, _URL)}"


def _pem(random: Random) -> str:
    kind = random.choice(("RSA ", "EC ", "", "OPENSSH ", "DSA ", "ENCRYPTED "))
    lines = "\n".join(draw(random, 64, _ALNUM + "+/") for _ in range(6))
    return f"-----{'BEGIN'} {kind}PRIVATE KEY-----\n{lines}\n-----{'END'} {kind}PRIVATE KEY-----"


def _pgp(random: Random) -> str:
    body = draw(random, 128, _ALNUM)
    return f"-----{'BEGIN'} PGP PRIVATE KEY BLOCK-----\n\n{body}\n-----{'END'} PGP PRIVATE KEY BLOCK-----"


def _connection(random: Random) -> str:
    scheme = random.choice(("postgres", "postgresql", "mysql", "mongodb+srv", "mongodb", "redis", "amqp", "mssql"))
    return f"{scheme}://svc_{draw(random, 4, ascii_lowercase)}:{_password(random)}@db.example.com:5432/main"


def _password(random: Random) -> str:
    return draw(random, random.randint(10, 16), _ALNUM + "!#%*") + random.choice("9xQ")


def _basic_url(random: Random) -> str:
    return f"https://deploy:{draw(random, 14)}@git.example.com/team/repo.git"


def _azure(random: Random) -> str:
    key = base64.b64encode(random.randbytes(64)).decode()
    name = f"store{draw(random, 4, digits)}"
    return f"DefaultEndpointsProtocol=https;AccountName={name};AccountKey={key};EndpointSuffix=core.windows.net"


def _assignment(random: Random) -> str:
    name = random.choice(
        ("password", "DB_PASSWORD", "api_key", "apiKey", "secret", "client_secret", "auth_token", "passwd")
    )
    value = _password(random) if "pass" in name.lower() else draw(random, 32)
    joint = random.choice(("=", ": ", " = ", '="'))
    return f"{name}{joint}{value}" + ('"' if joint.endswith('"') else "")


def _aws_secret(random: Random) -> str:
    return f"aws_secret_access_key = {draw(random, 40, _ALNUM + '+/')}"


def _basic_auth(random: Random) -> str:
    return "Authorization: Basic " + base64.b64encode(f"svc:{_password(random)}".encode()).decode()


def _bearer(random: Random) -> str:
    return f"Authorization: Bearer {draw(random, 40, _URL)}"


def _github_pat(random: Random) -> str:
    return f"github_{'pat'}_{draw(random, 22)}_{draw(random, 59)}"


def _slack_hook(random: Random) -> str:
    team, channel = draw(random, 8, ascii_uppercase), draw(random, 8, ascii_uppercase)
    return f"https://hooks.slack.com/{'services'}/T{team}/B{channel}/{draw(random, 24)}"


def _kind(name: str, make: Maker, *labels: str, plain: bool = True, weight: int = 1) -> Kind:
    may = frozenset({"pii", "exfiltration", "ssrf", "source_code"})
    return Kind(
        name=name,
        data_class=CLASS,
        make=make,
        labels=labels or ("token", "api key"),
        plain=plain,
        may=may,
        weight=weight,
    )


KINDS = (
    _kind("aws_key_id", _token("AKIA", 16, ascii_uppercase + "234567")),
    _kind("aws_secret", _aws_secret),
    _kind("gcp_api_key", _token("AIza", 35, _URL)),
    _kind("github", _token("ghp_", 36)),
    _kind("github_app", _token("ghs_", 36)),
    _kind("github_pat", _github_pat),
    _kind("gitlab", _token("glpat-", 20, _URL)),
    _kind("slack", lambda r: f"xoxb-{draw(r, 12, digits)}-{draw(r, 12, digits)}-{draw(r, 24)}"),
    _kind("slack_hook", _slack_hook),
    _kind("stripe", _token("sk_" + "live_", 24)),
    _kind("stripe_restricted", _token("rk_" + "live_", 24)),
    _kind("npm", _token("npm_", 36)),
    _kind("pypi", _token("pypi-" + "AgEIcHlwaS5vcmc", 70, _URL)),
    _kind("openai", lambda r: f"sk-{'proj'}-{draw(r, 48)}"),
    _kind("openai_old", lambda r: f"sk-{draw(r, 20)}T3{'BlbkFJ'}{draw(r, 20)}"),
    _kind("anthropic", lambda r: f"sk-{'ant'}-api03-{draw(r, 93, _URL)}AA"),
    _kind("twilio_account", lambda r: f"TWILIO_AUTH_TOKEN={draw(r, 32, _HEX)}"),
    _kind("twilio_key", _token("SK", 32, _HEX)),
    _kind("sendgrid", lambda r: f"SG.{draw(r, 22, _URL)}.{draw(r, 43, _URL)}"),
    _kind("mailgun", lambda r: f"mailgun_api_key: key-{draw(r, 32, _HEX)}"),
    _kind("telegram", lambda r: f"{draw(r, 9, '123456789')}:AA{draw(r, 33, _URL)}"),
    _kind("discord", lambda r: f"discord token {'M'}{draw(r, 23)}.{draw(r, 6)}.{draw(r, 27, _URL)}"),
    _kind("shopify", _token("shpat_", 32, _HEX)),
    _kind("digitalocean", _token("dop_v1_", 64, _HEX)),
    _kind("databricks", _token("dapi", 32, _HEX)),
    _kind("huggingface", _token("hf_", 34, ascii_letters)),
    _kind("vault", _token("hvs.", 90, _URL)),
    _kind("terraform", lambda r: f"{draw(r, 14)}.atlasv1.{draw(r, 64)}"),
    _kind("age", _token("AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
    _kind("square", _token("sq0csp-", 43, _URL)),
    _kind("linear", _token("lin_api_", 40)),
    _kind("grafana", lambda r: f"glsa_{draw(r, 32)}_{draw(r, 8, _HEX)}"),
    _kind("new_relic", _token("NRAK-", 27, ascii_uppercase + digits)),
    _kind("dropbox", _token("sl.", 135, _URL)),
    _kind("jwt", _jwt, weight=2),
    _kind("pem", _pem, weight=2),
    _kind("pgp", _pgp),
    _kind("connection", _connection, weight=2),
    _kind("basic_url", _basic_url),
    _kind("azure_storage", _azure),
    _kind("assignment", _assignment, weight=3),
    _kind("basic_auth", _basic_auth),
    _kind("bearer", _bearer),
    _kind("password", _password, "password", "Passwort", "db password", "mot de passe", plain=False, weight=2),
    _kind(
        "random_secret", _token("", 40), "api key", "client secret", "access token", "secret key", plain=False, weight=2
    ),
)
