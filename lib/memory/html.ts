import { html, Markup, NOTHING, scriptJson } from '../page/markup.js';
import { pagePolicy } from '../page/policy.js';
import { formatTime } from './format.js';
import { header } from './page/header.js';
import { poolSection } from './page/pool-section.js';
import { SCRIPT } from './page/script.js';
import { STYLE } from './page/style.js';
import { ROW_HEIGHT, ROW_STEP, ROW_WIDTH } from './page/tape.js';
import type { MemorySnapshot } from './snapshot.js';

/**
 * One page, complete in itself, that draws a snapshot: numbers, the blocks of every segment by owner, and the history.
 * It needs no network and can be opened as a file. Its policy lets nothing run but its own script, by hash.
 */
export function memoryHtml(snapshot: MemorySnapshot): string {
  const pools = snapshot.pools.map(poolSection);
  const data = {
    tape: { width: ROW_WIDTH, height: ROW_HEIGHT, step: ROW_STEP },
    pools: pools.map((pool) => pool.data),
  };
  const policy = pagePolicy(SCRIPT, STYLE);
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Memory, ${formatTime(snapshot.time)}</title>
<style>${new Markup(STYLE)}</style></head><body><main>
${header(snapshot)}
${pools.length === 0 ? html`<section class="card"><p class="empty">This process has no pool.</p></section>` : pools.map((pool) => pool.markup)}
${uncounted(snapshot)}
</main><div id="tip" role="status" hidden></div>
<script type="application/json" id="data">${scriptJson(data)}</script><script>${new Markup(SCRIPT)}</script></body></html>
`;
  return body.text;
}

function uncounted({ uncounted }: MemorySnapshot): Markup {
  if (uncounted.length === 0) return NOTHING;
  return html`<section class="card"><h2>Not counted in any pool</h2><ul>${uncounted.map((what) => html`<li>${what}</li>`)}</ul></section>`;
}
