/** The page's rules: on screens from 390 px up, and on A4. */
export const SCREEN = `
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif;color:var(--ink);background:var(--paper)}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.2rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.35rem;margin:3rem 0 .8rem;padding-top:.4rem;border-top:2px solid var(--ink)}
h3{font-size:1.02rem;margin:0 0 .2rem}
p{margin:.5rem 0;max-width:78ch;overflow-wrap:anywhere}
a{color:var(--link)}
.sub,.lead,figcaption p,.aside,.absent{color:var(--muted)}
.sub{margin:0}
.claims{padding:0;margin:1rem 0 0;list-style:none;display:grid;gap:.6rem}
.claims li{padding:.7rem 1rem;border-left:4px solid var(--s0);background:var(--wash);border-radius:0 6px 6px 0;font-size:1.05rem}
.claims li:nth-child(2){border-color:var(--s2)}.claims li:nth-child(3){border-color:var(--s1)}.claims li:nth-child(4){border-color:var(--s3)}
.verdict{font-size:1.25rem;line-height:1.45;margin:.8rem 0 .4rem}.why{display:block;font-size:1rem;margin:.2rem 0}
.sure{color:var(--muted);font-size:.94rem}
nav{position:sticky;top:0;z-index:5;background:var(--paper);border-bottom:1px solid var(--grid);margin-top:1.4rem}
nav ul{max-width:1120px;margin:0 auto;padding:.5rem 1.25rem;display:flex;gap:.2rem .95rem;list-style:none;overflow-x:auto;white-space:nowrap;font-size:.88rem}
nav a{text-decoration:none;color:var(--ink)}nav a:hover{text-decoration:underline}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.4rem;z-index:9}
.scroll{overflow-x:auto;margin:1rem 0;border:1px solid var(--grid);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.5rem .7rem;color:var(--muted);font-size:.88rem}
th,td{padding:.34rem .7rem;text-align:right;white-space:nowrap;border-top:1px solid var(--grid);font-weight:400}
thead th{font-weight:600;vertical-align:bottom;background:var(--wash)}
th:first-child{text-align:left}
@media screen{tr:has(>:nth-child(12))>*{padding-left:.45rem;padding-right:.45rem}}
tbody tr:hover{background:var(--wash)}
td.best{font-weight:700}
.prose td{white-space:normal;text-align:left}.prose td:nth-child(2){min-width:22rem}.prose th:nth-child(2){text-align:left}.prose td:nth-child(3){text-align:right}.prose th,.prose td{vertical-align:top}
.facts{display:grid;gap:.1rem;margin:1rem 0}.facts div{display:grid;grid-template-columns:9rem 1fr;gap:.8rem}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
code{font:.9em ui-monospace,monospace;background:var(--wash);padding:.05em .3em;border-radius:3px}
.glossary{columns:2 22rem;column-gap:2rem}.glossary div{break-inside:avoid;margin-bottom:.5rem;padding:.1rem .4rem;border-radius:4px}.glossary div:target{background:var(--wash)}
.glossary dd{color:var(--muted);font-size:.94rem}
.term{color:inherit;text-decoration:underline dotted;text-underline-offset:3px}
figure{margin:1.6rem 0;min-width:0}
figcaption p{font-size:.92rem;margin:.1rem 0 .5rem}
.grid{display:grid;gap:0 2rem;margin:1rem 0}
.grid.w560{grid-template-columns:repeat(auto-fit,minmax(min(27rem,100%),1fr))}
.grid.w400{grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.grid figure{margin:.8rem 0}
.grid.w400 figcaption p{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;padding:0;margin:.3rem 0;font-size:.86rem}
.legend li{display:flex;align-items:center;gap:.4rem}
.legend button{font:inherit;color:inherit;background:none;border:0;padding:.1rem .2rem;display:flex;align-items:center;gap:.4rem;cursor:pointer;border-radius:4px;min-height:24px}
.legend button:hover{background:var(--wash)}
.legend button[aria-pressed=false]{text-decoration:line-through;color:var(--muted)}.legend button[aria-pressed=false] svg{opacity:.3}
.picture{position:relative;min-width:0}
.picture svg{display:block;width:100%;height:auto}
.still svg text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif}
.live-picture{outline-offset:2px}
.z11{font-size:11px}.z12{font-size:12px}
.tools{display:flex;flex-wrap:wrap;gap:.35rem;margin:.3rem 0;min-height:1px}
button,select,input{font:inherit;font-size:.86rem;color:inherit;background:var(--paper);border:1px solid var(--edge);border-radius:5px;padding:.2rem .6rem;min-height:28px}
button{cursor:pointer}button:hover{background:var(--wash)}button:disabled{color:var(--muted);cursor:default}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
details{margin:.3rem 0}summary{cursor:pointer;font-size:.9rem;color:var(--link);width:fit-content}
.numbers .aside{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.numbers .scroll{max-height:24rem;overflow:auto}
thead button{font-weight:600;border:0;background:none;padding:0;min-height:24px;text-align:inherit}
th[aria-sort=ascending] button::after{content:' ▲'}th[aria-sort=descending] button::after{content:' ▼'}
.choices{display:flex;flex-wrap:wrap;gap:.4rem .6rem;align-items:center}.choices[hidden]{display:none}
.tip{position:absolute}.tip:empty{display:none}.tip>div{background:var(--paper);color:var(--ink);border:1px solid var(--edge);border-radius:6px;padding:.4rem .6rem;font-size:.84rem;line-height:1.4;box-shadow:0 2px 10px #0003;font-variant-numeric:tabular-nums}
.tip b{display:block;font-weight:600}.tip>div>div{display:flex;gap:.5rem;justify-content:space-between}.tip span:first-child::before{content:'';display:inline-block;width:.6rem;height:.6rem;border-radius:2px;margin-right:.4rem;background:currentColor}
.tip span{white-space:nowrap}
#functions-table tbody th{max-width:15rem;overflow:hidden;text-overflow:ellipsis}
footer{padding:2rem 1.25rem 3rem;color:var(--muted);font-size:.9rem}
@media (max-width:600px){body{font-size:15px}h1{font-size:1.5rem}.facts div{grid-template-columns:1fr;gap:0;margin-bottom:.4rem}.still{overflow-x:auto}.still svg{min-width:620px}.grid .still svg{min-width:0}.prose td:nth-child(2){min-width:14rem}}
@media screen{.is-live>.still,.is-replaced{display:none}}
`;

export const PRINT = `
@page{size:A4;margin:14mm 12mm}
@media print{
html{scroll-padding:0;font-size:9pt}body{font-size:1rem}thead button{font-size:inherit}header,main,footer{max-width:none;padding:0}
nav,.tools,.live-picture,.choices,.skip,#maps-view,details.numbers{display:none!important}
h2{break-after:avoid;margin-top:1.4rem}h3,h2+p,h2+p+p,figcaption,caption,thead{break-after:avoid}p{break-inside:avoid}
figure,.claims li,tr,.facts div{break-inside:avoid}
thead{display:table-header-group}thead button{display:contents}tbody tr:nth-child(-n+3){break-before:avoid}
.scroll{overflow:visible;border:0;margin:.6rem 0}
table{font-size:7.2pt}th,td{padding:.2rem .28rem;white-space:normal;overflow-wrap:break-word}tbody th{white-space:nowrap}
#functions-table tbody th{white-space:normal;overflow-wrap:anywhere;min-width:6rem}
.prose td:nth-child(2){min-width:0}
.grid.w560{grid-template-columns:1fr 1fr;gap:0 1rem}.grid.w400{grid-template-columns:repeat(3,1fr);gap:0 .6rem}
.still{overflow:visible}.still svg{min-width:0}
.claims li{font-size:10pt;padding:.4rem .7rem}
.term{text-decoration:none}a{color:inherit}
}
`;
