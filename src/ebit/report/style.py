"""The style sheet of the report: light and dark, wide and narrow, on screen and on paper."""

STYLE_SHEET = """
:root {
  color-scheme: light dark;
  --surface: #ffffff; --page: #f5f6f8; --text: #1d2129; --soft: #5a6270; --grid: #dddddd;
  --line: #d9dde3; --accent: #0b63a5; --warn: #7a4b00; --warn-surface: #fff4d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --surface: #1b1f26; --page: #12151a; --text: #e6e9ee; --soft: #a4acb9; --grid: #3a404a;
    --line: #343a44; --accent: #7cc0f5; --warn: #ffd98a; --warn-surface: #3a2d10;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    "DejaVu Sans", sans-serif;
}
main { max-width: 78rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.1rem; font-weight: 600; color: var(--soft); margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.headline { font-size: 1.55rem; line-height: 1.35; font-weight: 650; margin: 0; }
.details { margin: 1rem 0 0; padding-left: 1.2rem; color: var(--soft); }
.banner {
  margin: 0 0 1.5rem; padding: .7rem 1rem; border-radius: .5rem; font-weight: 600;
  color: var(--warn); background: var(--warn-surface); border: 1px solid currentColor;
}
.card {
  background: var(--surface); border: 1px solid var(--line); border-radius: .6rem;
  overflow-x: auto;
}
.card:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .45rem .7rem; text-align: right; white-space: nowrap; }
td { font-variant-numeric: tabular-nums; }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; line-height: 1.3; }
.summary th, .summary td { padding: .45rem .5rem; }
thead small { font-weight: 400; }
thead tr:last-child th { border-bottom: 1px solid var(--line); }
th.group { text-align: center; border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.summary th:first-child { position: sticky; left: 0; background: var(--surface); }
tbody th { text-align: left; font-weight: 600; }
tr.best > * { background: color-mix(in srgb, var(--accent) 13%, var(--surface)); }
.summary tr.best th:first-child {
  background: color-mix(in srgb, var(--accent) 13%, var(--surface));
}
.swatch {
  display: inline-block; width: .75em; height: .75em; border-radius: 50%; margin-right: .5em;
}
.settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
.settings th { width: 14rem; vertical-align: top; white-space: normal; }
figure { margin: 1.5rem 0 0; }
figure .card { padding: 1rem; }
figure svg { display: block; width: 100%; height: auto; min-width: 36rem; }
figure svg * { stroke-linejoin: round; stroke-linecap: butt; }
figure svg text { fill: currentColor; }
figcaption, .note, footer { color: var(--soft); font-size: .9rem; }
figcaption { margin: .6rem .2rem 0; }
.note { margin: .75rem .2rem 0; }
.narrow { display: none; }
a { color: var(--accent); }
dt { font-weight: 600; margin-top: .6rem; }
dd { margin: 0; }
pre {
  margin: 0; padding: .8rem 1rem; font: .9rem/1.5 ui-monospace, Menlo, Consolas,
    "DejaVu Sans Mono", monospace;
}
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem .8rem 3rem; }
  .headline { font-size: 1.25rem; }
  .settings th { width: 8rem; }
  .narrow { display: block; margin: 0 .2rem .6rem; }
  figure .card { padding: .5rem; }
}
@media print {
  body { background: #ffffff; }
  .card { overflow: visible; border: 0; }
  figure { break-inside: avoid; }
  table { font-size: .7rem; }
}
"""
