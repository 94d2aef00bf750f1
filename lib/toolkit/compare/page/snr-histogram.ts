import { html, type Markup, NOTHING } from '../../../page/markup.js';
import type { OutputReport } from '../report.js';
import { describeCount, describeName } from '../words.js';

const WIDTH = 380;
const HEIGHT = 110;
const TOP = 18;
const LEFT = 6;
const BIN_DB = 5;

/** How many samples have which signal to noise, for one output. */
export function snrHistogram({ name, snrHistogram: bins }: OutputReport): Markup {
  if (bins.length === 0) return NOTHING;
  const most = Math.max(...bins.map(({ samples }) => samples));
  const finite = bins.flatMap(({ from }) => (Number.isFinite(from) ? [from] : []));
  const hasBelow = bins.some(({ from }) => from === Number.NEGATIVE_INFINITY);
  const equal = bins.find(({ from }) => from === Number.POSITIVE_INFINITY)?.samples ?? 0;
  const first = hasBelow ? 0 : Math.min(...finite);
  const last = Math.max(...finite, hasBelow && finite.length === 0 ? 0 : Number.NEGATIVE_INFINITY);
  const places: { from: number; label: string }[] = [];
  if (hasBelow) places.push({ from: Number.NEGATIVE_INFINITY, label: '<0' });
  for (let from = first; from <= last; from += BIN_DB) places.push({ from, label: String(from) });
  if (equal > 0) places.push({ from: Number.POSITIVE_INFINITY, label: '∞' });
  const step = Math.min(64, (WIDTH - 2 * LEFT) / places.length);
  const each = Math.ceil(30 / step);
  const bars = places.map(({ from, label }, i) => {
    const samples = bins.find((bin) => bin.from === from)?.samples ?? 0;
    const height = samples === 0 ? 0 : Math.max(2, (HEIGHT * samples) / most);
    const x = LEFT + i * step;
    const isLabelled = !Number.isFinite(from) || i % each === 0;
    return html`<rect class="bar${from === Number.POSITIVE_INFINITY ? ' equal' : ''}" x="${round(x + 1)}" y="${round(TOP + HEIGHT - height)}" width="${round(step - 2)}" height="${round(height)}"/>${samples > 0 && step >= 24 ? html`<text x="${round(x + step / 2)}" y="${round(TOP + HEIGHT - height - 4)}" text-anchor="middle">${describeCount(samples)}</text>` : NOTHING}${isLabelled ? html`<text x="${round(x + step / 2)}" y="${TOP + HEIGHT + 16}" text-anchor="middle">${label}</text>` : NOTHING}`;
  });
  const words = bins.map(({ from, samples }) => `${samples} at ${from}`).join(', ');
  return html`<figure><figcaption>${describeName(name)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${TOP + HEIGHT + 22}" role="img" aria-label="Samples by signal to noise in dB: ${words}"><path class="grid" d="M${LEFT} ${TOP + HEIGHT}H${WIDTH - LEFT}"/>${bars}</svg></figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
