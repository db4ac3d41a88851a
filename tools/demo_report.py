"""The one-page report of ./dev demo: charts of the gold table, seconds of each step, the table's history. No script, no network."""
import html

STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5d6b79; --line: #d9e0e6; --paper: #fff; --accent: #2f6fed; --accent2: #16a085; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #9aa7b4; --line: #33404d; --paper: #141b22; --accent: #7aa7ff; --accent2: #4fd1b5; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem; margin: 2.5rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.75rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; } p.lead { color: var(--soft); margin: .25rem 0 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1.5rem 2.5rem; } figure { margin: 0; } figcaption { font-weight: 600; margin-bottom: .4rem; }
svg { width: 100%; height: auto; overflow: visible; } svg text { fill: var(--ink); font-size: 12px; } svg .soft { fill: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { text-align: left; color: var(--soft); font-weight: 600; } th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; }
@media (max-width: 32rem) { .charts { grid-template-columns: 1fr; } }
"""


def short(number):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number:,.0f}" if abs(number) >= 10 or number == int(number) else f"{number:.2f}"


def bars(points):
    width, left, row = 480, 130, 26
    top = max((value for _, value in points), default=0) or 1
    parts = []
    for i, (name, value) in enumerate(points):
        length = max(0.0, value / top) * (width - left - 60)
        label = html.escape(name if len(name) <= 18 else name[:17] + "…")
        parts.append(f'<text x="{left - 8}" y="{i * row + 17}" text-anchor="end">{label}</text>'
                     f'<rect x="{left}" y="{i * row + 4}" width="{length:.1f}" height="{row - 9}" rx="2" fill="var(--accent)"><title>{html.escape(name)}: {value:,.2f}</title></rect>'
                     f'<text class="soft" x="{left + length + 6:.1f}" y="{i * row + 17}">{short(value)}</text>')
    return f'<svg viewBox="0 0 {width} {max(1, len(points)) * row}" role="img">{"".join(parts)}</svg>'


def line(points):
    width, height, left, bottom = 480, 220, 48, 26
    values = [value for _, value in points] or [0]
    top = max(values) * 1.08 or 1
    step = (width - left - 10) / max(1, len(points) - 1)
    where = [(left + i * step, (height - bottom) * (1 - value / top)) for i, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in where)
    parts = [f'<line x1="{left}" x2="{width}" y1="{(height - bottom) * (1 - f):.1f}" y2="{(height - bottom) * (1 - f):.1f}" stroke="var(--line)"/>'
             f'<text class="soft" x="{left - 6}" y="{(height - bottom) * (1 - f) + 4:.1f}" text-anchor="end">{short(top * f)}</text>' for f in (0, 0.5, 1)]
    parts.append(f'<polyline points="{path}" fill="none" stroke="var(--accent2)" stroke-width="2.5" stroke-linejoin="round"/>')
    every = max(1, len(points) // 6)
    for i, ((x, y), (name, value)) in enumerate(zip(where, points)):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="var(--accent2)"><title>{html.escape(name)}: {value:,.2f}</title></circle>')
        if i % every == 0:
            parts.append(f'<text class="soft" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{html.escape(name)}</text>')
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def table(frame):
    numeric = {c for c in frame.columns if frame[c].map(lambda v: isinstance(v, (int, float)) or hasattr(v, "quantize") or hasattr(v, "dtype")).all()}
    head = "".join(f'<th class="{"n" if c in numeric else ""}">{html.escape(str(c))}</th>' for c in frame.columns)
    def cell(column, value):
        if column not in numeric:
            return html.escape("" if value is None else str(value))
        return f"{value:,}" if value == value else ""
    body = "".join("<tr>" + "".join(f'<td class="{"n" if c in numeric else ""}">{cell(c, row[c])}</td>' for c in frame.columns) + "</tr>" for row in frame.to_dict("records"))
    return f"<table><tr>{head}</tr>{body}</table>"


def write(path, facts):
    charts = "".join(f"<figure><figcaption>{html.escape(name)}</figcaption>{line(points) if kind == 'line' else bars(points)}</figure>" for name, points, kind in facts["charts"])
    steps = "".join(f'<tr><td>{html.escape(text)}</td><td class="n">{seconds:.2f} s</td></tr>' for text, seconds in facts["steps"])
    history = "".join(f'<tr><td class="n">{version}</td><td>{html.escape(operation)}</td></tr>' for version, operation in facts["history"])
    page = (f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><title>{html.escape(facts['title'])}: gold</title>"
            f"<style>{STYLE}</style><h1>{html.escape(facts['title'])}</h1><p class=lead>{html.escape(facts['lead'])} · DataFlow Lab, Spark {html.escape(facts['version'])} clients</p>"
            f"<h2>Gold</h2><div class=charts>{charts}</div><h2>The gold table</h2>{table(facts['table'])}"
            f"<h2>Seconds of each step</h2><table>{steps}</table><h2>Versions of the silver table</h2><table>{history}</table></html>")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page)
