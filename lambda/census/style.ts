/** The style of every page. Colours differ in brightness, not only in hue. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #1d2125; --soft: #636b74; --line: #e3e0d8;
  --old: #f0b429; --new: #2f9e6e; --lost: #b3122e; --stranger: #c2571a; --query: #4a7bd0; --critical: #c8253d; --warning: #b7791f; --info: #6b7280;
  --edge: #1d2125; --added: #dff3e8; --gone: #fde6e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1d2226; --ink: #e8e6e1; --soft: #9aa3ad; --line: #30373d;
    --old: #e0a82e; --new: #37b07d; --lost: #e5485d; --stranger: #e07a3f; --query: #7ba4ea; --critical: #ef5f74; --warning: #e0a64a; --info: #9aa3ad;
    --edge: #e8e6e1; --added: #173a2a; --gone: #43201f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.3rem); line-height: 1.2; margin: .4rem 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .8rem; }
p { margin: .5rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; margin: 1.4rem 0; }
.cards h3 { margin: 0 0 .3rem; font-size: 1rem; }
.cards dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: 0; align-items: baseline; }
.cards dt { font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; text-align: right; }
.cards .good { color: var(--new); } .cards .bad { color: var(--lost); }
.cards dd { margin: 0; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th { font-weight: 600; color: var(--soft); } th, td { text-align: right; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th.text, td.text { text-align: left; } td.long { white-space: normal; min-width: 20rem; text-align: left; }
details { border-top: 1px solid var(--line); } details:last-of-type { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
@media (max-width: 700px) {
  main { padding: 1.5rem 1rem 3rem; }
}`;
