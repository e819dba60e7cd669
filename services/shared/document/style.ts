import { colourClasses, colourVariables } from './colours.ts';

/** The one style sheet of a report. Colours are tested on light, dark and paper; shapes and texts carry the meaning as well. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --panel: #ffffff; --ink: #1f2430; --faint: #667085; --line: #dfe1e6; --grid: #eceef1; --accent: #0b6e72;
  --warn-ground: #fff3d6; --warn-ink: #6b4400; --warn-line: #e0a020;
  ${colourVariables('light')}
  --low: #f0b27a; --high: #0b7a75; --right: #2b8a7e; --partial: #9cc9a3; --wrong: #f0b27a; --failed: #b3261e; --none: #eceef1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1b2027; --ink: #e6e8ec; --faint: #98a2b3; --line: #333a45; --grid: #272d36; --accent: #58c4bf;
    --warn-ground: #3a2c0b; --warn-ink: #ffdf9e; --warn-line: #b88422;
    ${colourVariables('dark')}
    --low: #a8622a; --high: #3fb8ae; --right: #3aa595; --partial: #6d8f73; --wrong: #a8622a; --failed: #f2645a; --none: #272d36;
  }
}
@media print {
  :root {
    --ground: #fff; --panel: #fff; --ink: #000; --faint: #444; --line: #bbb; --grid: #ddd; --accent: #0b6e72;
    --warn-ground: #fff3d6; --warn-ink: #6b4400; --warn-line: #e0a020;
    ${colourVariables('light')}
    --low: #f0b27a; --high: #0b7a75; --right: #2b8a7e; --partial: #9cc9a3; --wrong: #f0b27a; --failed: #b3261e; --none: #eceef1;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section, figure, tr { break-inside: avoid; }
  nav { display: none; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 0 0 6px; }
h3 { font-size: 16px; margin: 20px 0 6px; }
p { margin: 6px 0 12px; max-width: 84ch; }
header p { max-width: none; margin: 2px 0 6px; color: var(--faint); }
header h1 + p { color: var(--ink); font-size: 17px; margin-bottom: 10px; }
.faint, figcaption, footer { color: var(--faint); }
.banner { background: var(--warn-ground); color: var(--warn-ink); border-bottom: 3px solid var(--warn-line); text-align: center; padding: 12px 20px; position: sticky; top: 0; z-index: 1; }
.banner strong { text-transform: uppercase; letter-spacing: 0.04em; }
nav { margin: 14px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; }
a { color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(175px, 1fr)); gap: 14px; margin: 22px 0 8px; padding: 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.card dt { color: var(--faint); font-size: 13px; }
.card dd { margin: 0; }
.card .figure { font-size: 28px; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 14px 0 0; }
.facts dt { color: var(--faint); font-size: 13px; line-height: 1.75; }
.facts dd { margin: 0; max-width: 110ch; overflow-wrap: anywhere; }
header ul { margin: 18px 0 0; padding: 12px 18px 12px 36px; border-left: 3px solid var(--accent); background: var(--panel); border-radius: 0 8px 8px 0; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 22px 26px; margin: 22px 0; scroll-margin-top: 60px; }
figure { margin: 12px 0 0; }
figcaption { margin: 6px 0 0; font-size: 14px; max-width: 96ch; }
figure + .wide, .wide + .wide, .wide + p { margin-top: 16px; }
.wide { overflow-x: auto; padding-bottom: 4px; }
.wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.drawing { display: block; max-width: 100%; height: auto; }
.beside { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: flex-start; }
.beside > figure { flex: 0 1 auto; min-width: 0; max-width: 100%; }
.beside > :not(figure) { flex: 1 1 380px; min-width: 0; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
tbody th { color: inherit; font-weight: 500; }
td.number, th.number { text-align: right; white-space: nowrap; }
.total > * { font-weight: 650; }
td.text { overflow-wrap: break-word; }
td.long { overflow-wrap: anywhere; min-width: 20ch; max-width: 46ch; }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--accent); }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; overflow-x: auto; font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 10px 0 0; font-size: 13px; color: var(--faint); }
.legend li { display: flex; align-items: center; gap: 6px; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
svg .small, .axis text { font-size: 12px; fill: var(--faint); }
svg .code { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
svg .strong { font-weight: 650; }
.axis .label { font-size: 12.5px; }
.grid { stroke: var(--grid); }
.base { stroke: var(--line); }
.best-line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-dasharray: 5 4; }
.point-label { font-size: 12px; font-weight: 650; }
.thin-line { fill: none; stroke-width: 1.2; opacity: 0.45; }
.curve { fill: none; stroke-width: 1.5; opacity: 0.6; }
.spread { stroke-width: 2; }
.interval { stroke: var(--m-circle); stroke-width: 3; }
.diagonal { stroke: var(--faint); stroke-dasharray: 4 4; }
.mark { stroke: var(--panel); stroke-width: 1.4; }
${colourClasses}
.estimated { fill: none; stroke: var(--faint); stroke-dasharray: 5 4; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.6; }
.edge.lineage { stroke: var(--accent); stroke-width: 3; }
.node .box { fill: var(--ground); stroke: var(--line); }
.node .strip { fill: color-mix(in oklab, var(--high) var(--share), var(--low)); }
.node.scoreless .box { stroke-dasharray: 4 3; }
.node.scoreless .strip { fill: var(--none); }
.node.best .box { stroke: var(--accent); stroke-width: 2.5; }
.c-right { fill: var(--right); } .c-partial { fill: var(--partial); } .c-wrong { fill: var(--wrong); } .c-failed { fill: var(--failed); } .c-none { fill: var(--none); }
.hover rect { fill: transparent; }
.hover rect:hover { fill: color-mix(in srgb, var(--ink) 22%, transparent); }
.step rect { fill: var(--ground); stroke: var(--line); stroke-width: 1.2; }
.step.call rect { stroke: var(--p-propose); }
.step.test rect { stroke: var(--m-triangle); }
.step.set rect { stroke-dasharray: 4 3; }
.step.start rect, .step.end rect { stroke: var(--m-circle); stroke-width: 1.8; }
.frame rect { fill: color-mix(in srgb, var(--m-diamond) 7%, transparent); stroke: var(--m-diamond); stroke-dasharray: 6 4; }
.way { fill: none; stroke: var(--faint); stroke-width: 1.4; }
.arrow-head { fill: var(--faint); }
footer { padding: 8px 28px 48px; font-size: 13px; }
@media (max-width: 700px) {
  main, header, footer { padding-left: 14px; padding-right: 14px; }
  section { padding: 16px 14px; }
  .wide > table { width: max-content; min-width: 100%; }
}
`;
