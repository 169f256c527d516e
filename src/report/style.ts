// The report's style sheet: one column of text, tables and figures in a quiet sans-serif, light and dark, A4 on paper.
import { fontFamily, palette } from "./charts/theme.ts";

function variables(index: 0 | 1): string {
  return Object.entries(palette)
    .map(([name, values]) => `--${name}:${values[index]};`)
    .join("");
}

/** The whole style sheet. */
export const style = `
:root{color-scheme:light dark;${variables(0)}--sans:${fontFamily};
--serif:"Iowan Old Style",Charter,"Bitstream Charter","Palatino Linotype",Palatino,Cambria,"Liberation Serif","Times New Roman",serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--serif);font-variant-numeric:lining-nums;overflow-wrap:break-word}
main,footer,header.title{max-width:46rem;margin:0 auto;padding:0 1.5rem}
h1,h2,h3{line-height:1.2;font-weight:600;text-wrap:balance}
h1{font-size:2.35rem;letter-spacing:-.012em;margin:.35rem 0 .4rem}
h2{font-size:1.5rem;margin:0 0 1rem;padding-top:1.1rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2rem 0 .6rem}
section{margin:3.25rem 0 0}
h2 .order{color:var(--quiet);font-weight:400;margin-right:.6em}
p{margin:0 0 1rem;max-width:40rem}
ul,ol{padding-left:1.2rem;max-width:40rem}
li{margin:.3rem 0}
a{color:var(--series1);text-decoration-thickness:1px;text-underline-offset:.15em}
a:focus-visible,.scroll:focus-visible{outline:2px solid var(--series1);outline-offset:3px}
code,pre{font-family:var(--mono);font-size:.84em}
pre code,th code,td code{font-size:.95em}
pre code{font-size:1em}
pre{background:var(--faint);padding:.8rem 1rem;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.5}
.quiet,.note{color:var(--quiet)}
.note{font:.84rem/1.5 var(--sans)}
.table .note{margin:.6rem 0 0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}

header.title{padding-top:4rem}
.eyebrow{font:600 .78rem/1.4 var(--sans);letter-spacing:.06em;text-transform:uppercase;color:var(--quiet);margin:0}
.system{font-style:italic;color:var(--quiet);margin:0 0 1.6rem}
.result{font-size:1.32rem;line-height:1.5;margin:0 0 1.2rem}
.result strong{white-space:nowrap;font-weight:700}
.research{font:.88rem/1.5 var(--sans);color:var(--quiet);border-left:3px solid var(--line);padding-left:.9rem}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.9rem 2rem;margin:1.8rem 0 0;padding:1.2rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
dl.facts dt{font:.76rem/1.4 var(--sans);color:var(--quiet)}
dl.facts dd{margin:0;line-height:1.4}
.warnings{background:var(--warnPaper);border-left:3px solid var(--warn);padding:1rem 1.3rem;margin:2rem 0 0;border-radius:0 4px 4px 0}
.warnings h2{font-size:1.05rem;border:0;padding:0;margin:0 0 .4rem}
.warnings ul{margin:0}

nav{font:.86rem/1.45 var(--sans);max-width:46rem;margin:2rem auto 0;padding:0 1.5rem}
nav h2{font:600 .78rem/1.4 var(--sans);letter-spacing:.06em;text-transform:uppercase;color:var(--quiet);border:0;padding:0;margin:0 0 .5rem}
nav ol{columns:2 15rem;column-gap:2rem;margin:0;padding-left:1.5rem;max-width:none}
nav li{margin:0 0 .25rem;break-inside:avoid;padding-left:.2rem}
nav li::marker{color:var(--quiet);font-variant-numeric:tabular-nums}
nav a{color:var(--ink);text-decoration:none}
nav a:hover{text-decoration:underline}
@media (min-width:84rem) and (min-height:34rem){
nav{position:fixed;left:calc(50% - 23rem - 16.5rem);top:4rem;width:14.5rem;margin:0;padding:0;max-height:calc(100vh - 6rem);overflow:auto}
nav ol{columns:1}}

figure{margin:1.8rem 0}
.pictures{display:grid;gap:1.5rem;align-items:end}
.pictures.pair{grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
.pictures .key{grid-column:1/-1}
.pictures h3,.pictures h4{font:600 .88rem/1.4 var(--sans);margin:0 0 .3rem}
svg.chart{display:block;max-width:100%;height:auto;font-family:var(--sans);color:var(--ink);overflow:visible}
svg.chart text{white-space:pre}
.figures{display:grid;gap:0 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
.narrow{display:none}
figcaption,caption{font:.86rem/1.5 var(--sans);color:var(--quiet);text-align:left}
figcaption{margin:.7rem 0 0;max-width:42rem}
caption{padding:0 0 .5rem;caption-side:top}
caption span{display:block;max-width:calc(100vw - 2.2rem)}
figcaption b,caption b{color:var(--ink);font-weight:600}
@media screen and (max-width:46rem){.wide{display:none}.narrow{display:block}}

.table{margin:1.8rem 0}
.scroll{overflow-x:auto;position:relative}
table{border-collapse:collapse;font:.86rem/1.4 var(--sans);font-variant-numeric:lining-nums tabular-nums;width:100%;border-bottom:1px solid var(--quiet)}
th,td{padding:.42rem .9rem .42rem 0;text-align:left;vertical-align:top;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{border-top:1px solid var(--quiet);border-bottom:1px solid var(--line);font-weight:600;vertical-align:bottom}
table.many{font-size:.78rem}
table.many .interval{display:block}
tbody tr+tr>*{border-top:1px solid var(--faint)}
tbody th.group{font-weight:600;padding-top:.9rem}
tbody th[scope=row]{min-width:6.5rem}
tr.level th{padding-left:1.1rem}
tr.strong>*{font-weight:600}
th.number,td.number{text-align:right}
th.number+.figure,td.number+.figure,th.number+th:not(.number),td.number+td:not(.number){padding-left:1rem}
.estimate,td.number{white-space:nowrap}
.interval{color:var(--quiet)}
.absent,.suppressed{color:var(--quiet)}
.digest{font-family:var(--mono);font-size:.9em}
.heat{display:block;padding:.1rem .35rem;border-radius:2px;background:color-mix(in srgb,var(--heat) calc(var(--share) * 38%),transparent)}
.best .heat{font-weight:600}
.sign{color:var(--quiet)}
.bar{display:inline-block;height:.55em;background:var(--series1);border-radius:1px;min-width:1px}

.fault{border-top:1px solid var(--line);padding:1rem 0 .2rem}
.fault h3{margin:0 0 .5rem;display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:baseline}
.badge{font:600 .74rem/1.5 var(--sans);padding:.08rem .55rem;border-radius:2rem;border:1px solid currentColor;color:var(--series3);white-space:nowrap}
.badge.reproduced{color:var(--series2)}
dl.pairs{display:grid;grid-template-columns:minmax(7rem,10rem) 1fr;gap:.35rem 1.2rem;margin:0 0 1rem}
dl.pairs dt{font:.84rem/1.75 var(--sans);color:var(--quiet)}
dl.pairs dd{margin:0;min-width:0;overflow-wrap:anywhere}
dl.glossary dt{font-weight:600;margin-top:.9rem}
dl.glossary dd{margin:.1rem 0 0;max-width:40rem}
footer{font:.82rem/1.5 var(--sans);color:var(--quiet);margin-top:4rem;padding-bottom:4rem}
footer p{border-top:1px solid var(--line);padding-top:1rem;max-width:none}

@media (max-width:40rem){
body{font-size:1rem}
main,footer,header.title,nav{padding-left:1.1rem;padding-right:1.1rem}
header.title{padding-top:2rem}
h1{font-size:1.75rem}h2{font-size:1.3rem}
.result{font-size:1.14rem}.result strong{white-space:normal}
dl.pairs{grid-template-columns:1fr;gap:0}dl.pairs dd{margin-bottom:.6rem}
dl.facts{grid-template-columns:1fr}
table{font-size:.8rem}th,td{padding-right:.55rem}
td .estimate{white-space:normal}td .interval{display:block;white-space:nowrap}
tbody th[scope=row]{position:sticky;left:0;background:var(--paper)}}

@media print{
@page{size:A4;margin:18mm 17mm 20mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt var(--sans);color:#5a6472}}
:root{color-scheme:light;${variables(0)}}
body{font-size:10pt;line-height:1.45;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,footer,header.title,nav{max-width:none;padding:0}
header.title{padding-top:0}nav{display:none}
h1{font-size:21pt}h2{font-size:14pt}.result{font-size:12.5pt}
p,ul,ol,figcaption,dl.glossary dd{max-width:none}
section{margin-top:9mm}
h2,h3,caption{break-after:avoid}
figure,.table,tbody,.fault,tr,.warnings,dl.facts,pre,dl.glossary>div{break-inside:avoid}
thead{display:table-header-group}
.scroll{overflow:visible}
th,td{padding-top:.26rem;padding-bottom:.26rem}
figure,.table{margin:5mm 0}
table,figcaption,.note,caption{font-size:8.2pt}
.pictures.pair,.figures{grid-template-columns:1fr 1fr}
a{color:inherit;text-decoration:none}}
`.trim();
