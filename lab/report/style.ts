import { STYLE as COMMON } from '../../lambda/census/style';

/** The style of the page of the demo. */
export const STYLE = `${COMMON}
.hero { display: flex; align-items: center; gap: .5rem; color: var(--soft); }
.hero svg { width: 2.4rem; height: 2.4rem; }
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
pre { overflow-x: auto; font: .78rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 0; margin: 0 0 1rem; }
pre span { display: block; padding: 0 1rem; min-width: max-content; } pre .added { background: var(--added); } pre .gone { background: var(--gone); }
@media (max-width: 700px) {
  .row, .axis { grid-template-columns: minmax(0, 1fr); } .axis > :first-child:empty { display: none; }
  .row .name { margin-bottom: .25rem; } .row .name small { display: inline; margin-left: .5rem; }
}`;
