/** Colours are chosen for a contrast of at least 4.5 to 1 on their ground, light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f3f5f8; --line: #c9d0d9; --text: #1b2129; --quiet: #56606d; --link: #0a52b8;
  --good: #17662f; --bad: #a8201a; --warn: #7a4b00; --bad-ground: #fdecea; --warn-ground: #fdf3dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161c; --raised: #1a212a; --line: #3a4552; --text: #e4eaf1; --quiet: #a3afbd; --link: #8fbcff;
    --good: #7fdc9b; --bad: #ff9b92; --warn: #f0c267; --bad-ground: #3a1a1a; --warn-ground: #352a12;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 0.9375rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 90rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 2rem; align-items: baseline; border-bottom: 1px solid var(--line); padding-top: 0.75rem; padding-bottom: 0.75rem; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; padding-bottom: 2rem; }
.brand { font-weight: 700; font-size: 1.125rem; margin: 0; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; padding: 0; }
a { color: var(--link); text-underline-offset: 0.15em; }
nav a[aria-current] { font-weight: 700; color: var(--text); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; top: 0; background: var(--ground); padding: 0.5rem 1rem; z-index: 1; }
.skip:focus { left: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h1 { font-size: 1.5rem; margin: 1.25rem 0 0.5rem; }
h2 { font-size: 1.1875rem; margin: 2rem 0 0.5rem; }
h2.series { font-size: 1rem; line-height: 1.4; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0.5rem 0; max-width: 75ch; }
.quiet { color: var(--quiet); font-weight: 400; }
.bar { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; }
.facts { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--raised); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.5rem 0.875rem; }
.facts dt { color: var(--quiet); font-size: 0.8125rem; }
.facts dd { margin: 0; font-size: 1.0625rem; font-weight: 600; }
.problems { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.625rem; }
.problems > li { border: 1px solid var(--line); border-left: 0.375rem solid var(--warn); border-radius: 0.25rem; padding: 0.625rem 0.875rem; background: var(--warn-ground); overflow-wrap: anywhere; }
.problems > li.error { border-left-color: var(--bad); background: var(--bad-ground); }
.problems .quiet { color: var(--text); }
.problems p { margin: 0.25rem 0; max-width: 110ch; }
.scroll { overflow-x: auto; margin: 0.5rem 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--quiet); padding: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.375rem 0.75rem 0.375rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
td time, .nowrap { white-space: nowrap; }
code, .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.875em; overflow-wrap: anywhere; }
.mark { white-space: nowrap; font-weight: 600; }
.ok, .good { color: var(--good); }
.failing, .quarantine, .bad { color: var(--bad); }
.noData, .waiting, .warn { color: var(--warn); }
.spark { display: block; }
.spark polyline { fill: none; stroke: var(--link); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.labels { display: flex; flex-wrap: wrap; gap: 0.125rem 0.75rem; margin: 0; padding: 0; list-style: none; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; margin: 0.75rem 0; }
label { display: grid; gap: 0.125rem; color: var(--quiet); font-size: 0.8125rem; }
label.wide { flex: 1 1 24rem; }
input, select, button { font: inherit; font-size: 0.9375rem; color: var(--text); background: var(--ground); border: 1px solid var(--quiet); border-radius: 0.25rem; padding: 0.3125rem 0.5rem; }
button { cursor: pointer; background: var(--raised); }
.pager { display: flex; gap: 1.25rem; margin: 0.75rem 0; }
meter { width: 8rem; height: 0.875rem; vertical-align: middle; }
tr.chosen td { font-weight: 700; }
@media (max-width: 40rem) { header, main, footer { padding-left: 0.75rem; padding-right: 0.75rem; } }
`;
