"""The report as one SVG: CPU a decision, latency by percentile, memory by decisions. Pure; no plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from benchmarks.loadgen import Seen
from benchmarks.results import KIB_PER_MIB, memory_line, typical

WIDTH, HEIGHT, MARGIN, PANEL = 960, 860, 60, 230
COLOURS = {"pdp": "#3b6ea5", "opa": "#e08e45", "redis": "#b04a4a"}
LINES = ("#3b6ea5", "#e08e45", "#b04a4a", "#4f8f5b", "#7a5aa6", "#6b6b6b")
BARS = ("opa1", "unary1", "opa8", "stream8", "unary8", "opa64", "stream64", "unary64", "batch8x32")
CURVES = ("opa1", "unary1", "stream1", "open1000", "open1000 stream", "open1000 opa")


def plot(runs: Sequence[Seen]) -> str:
    """Returns the SVG document."""
    rows = {run.load.name: run for run in typical(runs)}
    body = [
        *_bars([rows[name] for name in BARS if name in rows], MARGIN),
        *_curves([rows[name] for name in CURVES if name in rows], MARGIN * 2 + PANEL),
        *_memory(memory_line(runs), MARGIN * 3 + PANEL * 2),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _bars(runs: Sequence[Seen], top: int) -> list[str]:
    highest = max(run.cpu_total for run in runs) * 1.1
    step = (WIDTH - 2 * MARGIN) / len(runs)
    out = [_text(MARGIN, top - 20, "CPU a decision, µs (bare OPA: one call a decision)", 15), *_legend(COLOURS, top)]
    for index, run in enumerate(runs):
        left, base = MARGIN + index * step + step * 0.15, float(top + PANEL - 30)
        for name, colour in COLOURS.items():
            tall = run.cpu.get(name, 0.0) / highest * (PANEL - 50)
            base -= tall
            out.append(_box(left, base, step * 0.7, tall, colour))
        out.append(_text(left, base - 4, f"{run.cpu_total:.0f}"))
        out.append(_text(left, top + PANEL - 14, run.load.name))
    return out


def _curves(runs: Sequence[Seen], top: int) -> list[str]:
    values = [value for run in runs for value in run.curve if value > 0]
    low, high = math.log10(min(values)), math.log10(max(values))
    out = [_text(MARGIN, top - 20, "Latency by percentile, µs (logarithmic)", 15)]
    for decade in range(math.ceil(low), math.floor(high) + 1):
        at = _rise(decade, low, high, top)
        out += [_line([(MARGIN, at), (WIDTH - MARGIN, at)], "#dddddd"), _text(8, at + 4, f"{10**decade:,}")]
    for index, run in enumerate(runs):
        colour = LINES[index % len(LINES)]
        points = [
            (MARGIN + percent / 100 * (WIDTH - 2 * MARGIN), _rise(math.log10(max(value, 1e-9)), low, high, top))
            for percent, value in enumerate(run.curve)
            if value > 0
        ]
        out += [_line(points, colour), _box(MARGIN + 10 + index * 140, top, 10, 10, colour)]
        out.append(_text(MARGIN + 25 + index * 140, top + 10, run.load.name))
    return out


def _memory(line: Sequence[tuple[int, int]], top: int) -> list[str]:
    decided, highest = max(at for at, _ in line), max(kib for _, kib in line) * 1.2
    points = [
        (MARGIN + at / decided * (WIDTH - 2 * MARGIN), top + PANEL - 30 - kib / highest * (PANEL - 50))
        for at, kib in line
    ]
    last = line[-1][1] / KIB_PER_MIB
    return [
        _text(
            MARGIN, top - 20, f"Resident memory of the PDP over {decided:,} decisions: {last:.0f} MiB at the end", 15
        ),
        _line([(MARGIN, top + PANEL - 30), (WIDTH - MARGIN, top + PANEL - 30)], "#dddddd"),
        _line(points, COLOURS["pdp"]),
    ]


def _rise(value: float, low: float, high: float, top: int) -> float:
    return top + PANEL - 30 - (value - low) / max(high - low, 1e-9) * (PANEL - 60)


def _legend(colours: dict[str, str], top: int) -> list[str]:
    out = []
    for index, (name, colour) in enumerate(colours.items()):
        out += [_box(WIDTH - 260 + index * 70, top - 30, 10, 10, colour)]
        out.append(_text(WIDTH - 245 + index * 70, top - 20, name))
    return out


def _box(left: float, top: float, wide: float, tall: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colour}"/>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _text(left: float, top: float, text: str, size: int = 12) -> str:
    return f'<text x="{left:.1f}" y="{top:.1f}" font-size="{size}">{escape(text)}</text>'
