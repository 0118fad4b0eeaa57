/** The style of the page. Colours differ in brightness, not only in hue. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #fff; --ink: #1d2125; --soft: #636b74; --line: #e3e0d8;
  --old: #f0b429; --new: #2f9e6e; --lost: #b3122e; --query: #4a7bd0; --critical: #c8253d; --warning: #b7791f; --info: #6b7280;
  --edge: #1d2125; --added: #dff3e8; --gone: #fde6e6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1d2226; --ink: #e8e6e1; --soft: #9aa3ad; --line: #30373d;
    --old: #e0a82e; --new: #37b07d; --lost: #e5485d; --query: #7ba4ea; --critical: #ef5f74; --warning: #e0a64a; --info: #9aa3ad;
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
.hero { display: flex; align-items: center; gap: .5rem; color: var(--soft); }
.hero svg { width: 2.4rem; height: 2.4rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem; margin: 1.4rem 0; }
.cards h3 { margin: 0 0 .3rem; font-size: 1rem; }
.cards dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: 0; align-items: baseline; }
.cards dt { font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; text-align: right; }
.cards .good { color: var(--new); } .cards .bad { color: var(--lost); }
.cards dd { margin: 0; color: var(--soft); }
.surprises { border-color: var(--critical); }
.surprises ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; padding: 0; margin: .6rem 0 1rem; list-style: none; color: var(--soft); font-size: .9rem; }
.legend i { display: inline-block; width: .9rem; height: .9rem; border-radius: .2rem; margin-right: .4rem; vertical-align: -.1rem; }
.legend i.tick { width: .25rem; } .legend i.mark { width: 0; border-left: 2px dashed var(--edge); border-radius: 0; }
.timeline { --label: 11rem; }
.row, .axis { display: grid; grid-template-columns: var(--label) minmax(0, 1fr); column-gap: 1rem; }
.row { padding: .55rem 0; border-top: 1px solid var(--line); }
.row .name { font-weight: 600; } .row .name small { display: block; font-weight: 400; color: var(--soft); font-size: .82rem; }
.plot { position: relative; min-width: 0; }
.plot svg { display: block; width: 100%; height: 2.6rem; }
.incident { position: relative; height: 1.05rem; margin-top: .15rem; }
.incident b { position: absolute; top: 0; bottom: 0; border-radius: .25rem; background: var(--critical); color: #fff; font: 600 .68rem/1.05rem system-ui, "DejaVu Sans", sans-serif; padding: 0 .35rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.incident b.warning { background: var(--warning); } .incident b.info { background: var(--info); }
@media (prefers-color-scheme: dark) { .incident b { color: #14171a; } }
.axis .plot { height: 1.6rem; } .axis span { position: absolute; font-size: .75rem; color: var(--soft); transform: translateX(-50%); white-space: nowrap; }
.badge, .axis b { display: inline-block; min-width: 1.25rem; height: 1.25rem; border-radius: 1rem; background: var(--edge); color: var(--paper); font: 600 .72rem/1.25rem system-ui, "DejaVu Sans", sans-serif; text-align: center; }
.axis b { position: absolute; transform: translateX(-50%); }
.events { list-style: none; padding: 0; margin: .8rem 0 0; } .events li { display: flex; gap: .6rem; padding: .15rem 0; } .events .badge { flex: none; }
.events time { color: var(--soft); min-width: 3.6rem; text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th { font-weight: 600; color: var(--soft); } th, td { text-align: right; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th.text, td.text { text-align: left; } td.long { white-space: normal; min-width: 20rem; text-align: left; }
details { border-top: 1px solid var(--line); } details:last-of-type { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
pre { overflow-x: auto; font: .78rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 0; margin: 0 0 1rem; }
pre span { display: block; padding: 0 1rem; min-width: max-content; } pre .added { background: var(--added); } pre .gone { background: var(--gone); }
@media (max-width: 700px) {
  main { padding: 1.5rem 1rem 3rem; }
  .row, .axis { grid-template-columns: minmax(0, 1fr); } .axis > :first-child:empty { display: none; }
  .row .name { margin-bottom: .25rem; } .row .name small { display: inline; margin-left: .5rem; }
}`;
