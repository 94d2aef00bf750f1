/** The part of the style sheet that all pages have. Colours are variables with a light and a dark value. */
export const BASE_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f5f7, #101216);
  --card: light-dark(#ffffff, #181b21);
  --edge: light-dark(#dfe2e7, #2b3039);
  --ink: light-dark(#16181d, #eceef2);
  --soft: light-dark(#5a6270, #9aa3b2);
  --track: light-dark(#eceef2, #242932);
  --hatch: light-dark(#a9b1bd, #566071);
  --bad: light-dark(#c62828, #ff7b72);
  --accent: light-dark(#2a78d6, #5a9cee);
  --c0: light-dark(#8b93a1, #6f7887);
  --c1: light-dark(#2a78d6, #3987e5);
  --c2: light-dark(#1baf7a, #199e70);
  --c3: light-dark(#eda100, #c98500);
  --c4: light-dark(#4a3aa7, #9085e9);
  --c5: light-dark(#e34948, #e66767);
  --c6: light-dark(#008300, #2f9a2f);
  --c7: light-dark(#e87ba4, #d55181);
  --c8: light-dark(#eb6834, #d95926);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1280px; margin: 0 auto; padding: 24px 20px 60px; }
header { display: flex; align-items: baseline; gap: 16px; flex-wrap: wrap; }
h1 { font-size: 22px; margin: 0; }
h2 { font-size: 18px; margin: 0 0 12px; overflow-wrap: anywhere; }
h3 { font-size: 14px; margin: 26px 0 8px; }
header p { margin: 0; color: var(--soft); flex: 1; }
button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 3px 10px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 20px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 10px; margin: 0; }
.tile { border: 1px solid var(--edge); border-radius: 8px; padding: 10px 12px; background: var(--card); }
.tile dt { color: var(--soft); font-size: 12px; }
.tile dd { margin: 0; font-size: 20px; font-weight: 600; }
.tile dd + dd { font-size: 12px; font-weight: 400; color: var(--soft); }
.tile.bad { border-color: var(--bad); }
.tile.bad dd:first-of-type { color: var(--bad); }
.tile svg { display: block; width: 100%; height: 5px; margin-top: 6px; border-radius: 3px; background: var(--track); }
.tile .full { fill: var(--accent); }
.tiles.page { margin-top: 16px; }
.note, .empty { color: var(--soft); margin: 6px 0; }
.scroll { overflow-x: auto; }
text { fill: var(--soft); font-size: 12px; }
.swatch { width: 11px; height: 11px; border-radius: 3px; flex: none; display: inline-block; }
.cursor { fill: none; stroke: var(--ink); stroke-width: 2; pointer-events: none; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: 12px; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--edge); white-space: nowrap; }
td.name { white-space: normal; overflow-wrap: anywhere; }
td.name .swatch { margin-right: 8px; }
.n { text-align: right; }
.code { font-family: ui-monospace, "Liberation Mono", monospace; font-size: 12px; }
tr.bad td { color: var(--bad); }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--soft); padding: 2px 0; }
.grid { stroke: var(--edge); stroke-width: 1; }
#tip { position: fixed; left: 0; top: 0; z-index: 9; max-width: 420px; background: var(--card); border: 1px solid var(--soft); border-radius: 8px; padding: 8px 12px; box-shadow: 0 4px 18px rgb(0 0 0 / .22); font-size: 13px; pointer-events: none; }
#tip[hidden] { display: none; }
#tip b { display: flex; align-items: center; gap: 8px; }
#tip p { margin: 2px 0 0; display: flex; justify-content: space-between; gap: 18px; overflow-wrap: anywhere; }
#tip p span:first-child { color: var(--soft); display: flex; align-items: center; gap: 7px; }
@media print { #tip, button { display: none; } body { background: none; } .card { break-inside: avoid; } }
`;
