"""What looks like something to protect and is not: numbers of orders and parts, hashes, versions, logs, prices, prose."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from random import Random
from string import ascii_uppercase
from typing import Any

from benchmarks.inspection_corpus.checksums import draw, ean, luhn

Args = dict[str, Any]
_HEX = "0123456789abcdef"
_PROSE = (
    "The meeting moves to the large room because the projector in the small one is broken.",
    "Please send the slides before noon; the agenda has three points and a break.",
    "Our team shipped the release on time, and support tickets went down by a third.",
    "Bitte stellen Sie den Karton neben die Tür, der Aufzug ist bis Freitag außer Betrieb.",
    "Die Besprechung beginnt um neun, danach gehen wir gemeinsam essen.",
    "La réunion est reportée à jeudi, merci de prévenir les autres.",
    "El pedido llegó ayer por la tarde y todo estaba en orden.",
    "Il treno parte alle otto, quindi ci vediamo alla stazione.",
    "Turn left at the bridge, then follow the river for two miles.",
    "He ordered soup {and bread} (twice); she had the fish.",
    "The function of the board is to advise: for example, in hard times.",
    "If you ignore the noise, the previous chapter gives good instructions for baking.",
    "We import coffee from several countries and return unsold goods.",
    "Select a colour from the list where it says theme, then save.",
    "The class of 2019 meets again; let us know whether you can come.",
    "A strong password protects your account; never share it.",
    "The doctor was kind and the waiting room was full of plants.",
    "Revenue is a word that managers like. Growth is another one.",
    "The token economy of the classroom rewards patience.",
    "Card games and board games are on the second floor.",
    "Bitte ignorieren Sie die vorherige Mail und beachten Sie die Regeln im Anhang.",
    "Por favor ignora el correo anterior, y no olvides las instrucciones de montaje.",
    "Ignora la mail precedente, grazie; ignorez le message précédent.",
    "Don't forget the guidelines, and do not tell the customer the price before approval.",
    "The system prompt is stored in prompts/system.md; attackers craft instructions to LLMs.",
    "Company name: Deutsche Bank AG. Product name: Desk Lamp.",
)
_LOGS = (
    "2031-04-0{d} 12:0{d}:11,4{d}2 INFO worker-{d} finished job {n8} in {n3} ms",
    "[{n10}.{n3}] usb 1-{d}: new high-speed USB device number {d}",
    "GET /api/v{d}/items/{n6}?page={d} 200 {n4} {n3}ms",
    'level=warn ts=17{n8} msg="retry {d} of 5" span={hex16} size={n5}',
    "ERROR at line {n3}: unexpected end of input near column {n3}",
    "build #{n4} passed: {n3} tests, {n3} skipped, coverage {d}{d}.{d}%",
    "disk /dev/sda{d} at {d}{d}% ({n6} of {n8} blocks)",
)
_PRICES = (
    "The ticket costs ${n3}.50 plus a fee of $2.",
    "Two coffees for 7,{d}0 EUR and a cake.",
    "Preis: {n3},99 € inkl. Versand",
    "list price {n4}.00 USD, now {n3}.00 USD",
    "Das Hotel kostet {n3} Euro pro Nacht.",
)
_NUMBERED = (
    "order number {n10}",
    "order {n16} was shipped",
    "Bestellnummer {n9}",
    "tracking number 1Z{hex6}{n10}",
    "tracking: {n12}",
    "invoice no. {n8}",
    "SKU {up3}-{n4}-{up2}",
    "part no. {n3}-{n4}-{n3}",
    "serial number {up2}{n9}",
    "batch {n11} of lot {n7}",
    "ticket #{n6} / case {n8}",
    "article {n5}.{n3}.{n2}",
    "reference {n13}",
    "commande n° {n10}",
    "pedido {n11}",
    "parcel {n14} left the depot",
)


def _fill(random: Random, form: str) -> str:
    out = form
    for size in range(16, 0, -1):
        while f"{{n{size}}}" in out:
            out = out.replace(f"{{n{size}}}", draw(random, 1, "123456789") + draw(random, size - 1), 1)
        for name, alphabet in (("hex", _HEX), ("up", ascii_uppercase)):
            while f"{{{name}{size}}}" in out:
                out = out.replace(f"{{{name}{size}}}", draw(random, size, alphabet), 1)
    while "{d}" in out:
        out = out.replace("{d}", str(random.randint(1, 9)), 1)
    return out


def _of(*forms: str) -> Callable[[Random], Args]:
    return lambda random: {"text": _fill(random, random.choice(forms))}


def _ids(random: Random) -> Args:
    size = random.randint(6, 20)
    number = draw(random, 1, "123456789") + draw(random, size - 1)
    return {random.choice(("order_id", "ticketId", "id", "item-id", "reference", "batch")): number}


def _images(random: Random) -> Args:
    head = random.choice((b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"GIF89a"))
    return {"image": base64.b64encode(head + random.randbytes(300)).decode()}


def _goods(random: Random) -> Args:
    return random.choice(
        (
            {"ean": ean(draw(random, 1, "123456789") + draw(random, 11))},
            {"text": f"ISBN 978-{random.randint(0, 9)}-{draw(random, 3)}-{draw(random, 5)}-{random.randint(0, 9)}"},
            {"imei": luhn("35" + draw(random, 12))},
            {"text": f"ISSN {draw(random, 4)}-{draw(random, 3)}X"},
            {"upc": draw(random, 12)},
        )
    )


def _times(random: Random) -> Args:
    second = random.randint(1_500_000_000, 1_900_000_000)
    return random.choice(
        (
            {"created": second},
            {"updatedAt": second * 1000 + random.randint(0, 999)},
            {"at": f"2031-0{random.randint(1, 9)}-1{random.randint(0, 9)}T0{random.randint(0, 9)}:15:00Z"},
            {"text": f"Meeting on {random.randint(1, 28)}.{random.randint(1, 12)}.2031 at 10:30"},
            {"text": f"due {random.randint(10, 12)}/{random.randint(10, 28)}/2031"},
            {"ts": str(second * 10**9 + random.randint(0, 999_999_999))},
        )
    )


def _places(random: Random) -> Args:
    return {
        "lat": round(random.uniform(-80, 80), 6),
        "text": f"{random.uniform(30, 60):.6f}, {random.uniform(-9, 99):.6f}",
    }


def _versions(random: Random) -> Args:
    numbers = [random.randint(0, 30) for _ in range(4)]
    return random.choice(
        (
            {"version": ".".join(map(str, numbers))},
            {"text": f"upgrade from v{numbers[0]}.{numbers[1]}.{numbers[2]} to {'.'.join(map(str, numbers))}"},
            {"text": f"Chrome/{random.randint(90, 140)}.0.{draw(random, 4)}.{random.randint(10, 200)} Safari/537.36"},
            {"tag": f"release-2031.{numbers[1]}.{numbers[2]}-rc.{numbers[3]}"},
        )
    )


def _hashes(random: Random) -> Args:
    return random.choice(
        (
            {"commit": draw(random, 40, _HEX)},
            {"sha256": draw(random, 64, _HEX)},
            {"etag": f'"{draw(random, 32, _HEX)}"'},
            {"text": f"md5 {draw(random, 32, _HEX)} ok"},
            {"id": str(uuid.UUID(int=random.getrandbits(128), version=4))},
            {"text": f"merged {draw(random, 7, _HEX)} into main"},
            {"integrity": "sha512-" + base64.b64encode(random.randbytes(64)).decode()},
            {"trace_id": draw(random, 32, _HEX), "span_id": draw(random, 16, _HEX)},
        )
    )


def _blank(random: Random) -> Args:
    return random.choice(
        (
            {"email": "", "phone": None},
            {"password": "${DB_PASSWORD}"},
            {"api_key": "<your-api-key>"},
            {"text": "export TOKEN=xxxxxxxxxxxx"},
            {"first_name": "unknown"},
            {"text": "password: ********"},
            {"ssn": "***-**-****"},
            {"card": "**** **** **** 1881"},
            {"iban": "DE.. .... .... ...."},
            {"text": "Set API_KEY to the key from the console."},
        )
    )


def _broken(random: Random) -> Args:
    """Numbers of the right shape with a wrong check digit, in a place that does not say what they are."""
    card = luhn("4" + draw(random, 14))
    return {
        "value": random.choice(
            (
                card[:-1] + str((int(card[-1]) + 5) % 10),
                f"DE00{draw(random, 18)}",
                f"000-{draw(random, 2)}-{draw(random, 4)}",
            )
        )
    }


def _sizes(random: Random) -> Args:
    return {
        "width": random.randint(1, 4000),
        "ratio": round(random.random(), 12),
        "items": [random.randint(1, 10**9) for _ in range(4)],
    }


def _links(random: Random) -> Args:
    return {
        "url": _fill(
            random,
            random.choice(
                (
                    "https://docs.example.com/guide/v{d}/page-{n4}#part-{d}",
                    "https://shop.example.com/p/{n8}?ref=mail&utm_source=news",
                )
            ),
        )
    }


_SHAPES = (
    "{n7}",
    "{n8}",
    "{n9}",
    "{n10}",
    "{n11}",
    "{n12}",
    "{n13}",
    "{n14}",
    "{n15}",
    "{n16}",
    "{up1}{n7}",
    "{up2}{n6}",
    "{up2}{n8}",
    "{up3}{n5}",
    "{up3}{n7}",
    "{up4}{n6}",
    "{n4}-{n4}",
    "{n3}-{n5}",
    "{n6}-{n3}",
    "{n2}-{n6}",
    "{up2}-{n4}-{n4}",
    "{n5}/{n4}",
    "{n3}.{n4}.{n2}",
    "{hex8}",
    "{hex12}",
    "{up5}{n4}{up2}",
)
_CARRIED = (
    "{}",
    "Please use {} for this.",
    "We noted {} yesterday.",
    "Der Wert ist {}.",
    "17,open,{},yes",
    "see {} in the list",
)


def _codes(random: Random) -> Args:
    """Numbers and codes of any shape, in places that say nothing about them."""
    return {
        random.choice(("value", "text", "note")): random.choice(_CARRIED).format(_fill(random, random.choice(_SHAPES)))
    }


LOOK_ALIKES: dict[str, Callable[[Random], Args]] = {
    "prose": _of(*_PROSE),
    "logs": _of(*_LOGS),
    "prices": _of(*_PRICES),
    "numbered": _of(*_NUMBERED),
    "ids": _ids,
    "images": _images,
    "goods": _goods,
    "times": _times,
    "places": _places,
    "versions": _versions,
    "hashes": _hashes,
    "blank": _blank,
    "broken": _broken,
    "sizes": _sizes,
    "links": _links,
    "codes": _codes,
    "codes_too": _codes,
}
"""Makers of arguments in which nothing may be found, by what they look like."""
