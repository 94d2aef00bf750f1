import { html, type Markup, NOTHING } from '../../../page/markup.js';
import type { IntermediatesReport } from '../report.js';
import { describeName } from '../words.js';

const WIDTH = 1200;
const LEFT = 64;
const RIGHT = 60;
const TOP = 30;
const HEIGHT = 260;
const BOTTOM = TOP + HEIGHT;
/** Below the axis: values that are the same in both. */
const EQUAL_Y = BOTTOM + 20;
/** Above it: values that are not finite in one of both. */
const BROKEN_Y = TOP - 14;
/** The axis begins there or lower, as a power of ten. */
const HIGHEST_LOW = -4;

/** Relative error of a value, 1 being as large as the value itself; null: it is not finite. */
function relativeError({ snr, nonFinite }: { snr: number | null; nonFinite: number }): number | null {
  if (nonFinite > 0) return null;
  return snr === null || snr === Number.POSITIVE_INFINITY ? 0 : 10 ** (-snr / 20);
}

/** The relative error of inner values along the graph, on a logarithmic axis. */
export function errorPlot(report: IntermediatesReport): { markup: Markup; x: number[]; y: number[] } {
  const errors = report.values.map(relativeError);
  const shown = errors.filter((error): error is number => error !== null && error > 0).map(Math.log10);
  const high = Math.ceil(shown.reduce((most, log) => (Number.isFinite(log) ? Math.max(most, log) : most), 0));
  const low = Math.min(high - 3, Math.floor(shown.reduce((least, log) => Math.min(least, log), HIGHEST_LOW)));
  const at = (log: number) => round(BOTTOM - (HEIGHT * (Math.min(high, log) - low)) / (high - low));
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, report.values.length);
  const x = report.values.map((_, i) => round(LEFT + step * (i + 0.5)));
  const y = errors.map((error) => (error === null ? BROKEN_Y : error === 0 ? EQUAL_Y : at(Math.log10(error))));
  const dots = (wanted: (i: number) => boolean) => x.map((px, i) => (wanted(i) ? `M${px} ${y[i]}h0` : '')).join('');
  const isBad = (i: number) => report.values[i]?.diverges === true;
  const label = `Relative error of ${report.values.length} values along the graph. Arrow keys go from value to value.`;
  const markup = html`<div class="scroll"><svg id="errors" class="plot${report.values.length > 800 ? ' fine' : ''}" viewBox="0 0 ${WIDTH} ${BOTTOM + 48}" tabindex="0" role="application" aria-label="${label}">
${axis(low, high, at)}${limit(report, low, high, at)}${marker(report, x)}
<path class="dots" d="${dots((i) => !isBad(i))}"/><path class="dots bad" d="${dots(isBad)}"/>
<text x="${LEFT - 8}" y="${EQUAL_Y + 4}" text-anchor="end">equal</text>
${errors.includes(null) ? html`<text x="${LEFT - 8}" y="${BROKEN_Y + 4}" text-anchor="end">not finite</text>` : NOTHING}
<text x="${LEFT}" y="${BOTTOM + 42}">first node</text><text x="${WIDTH - RIGHT}" y="${BOTTOM + 42}" text-anchor="end">last node</text>
<path class="cursor" d=""/></svg></div>`;
  return { markup, x, y };
}

/** Where the plot is, for the script. */
export const PLOT_BOX = { left: LEFT, width: WIDTH - LEFT - RIGHT, top: TOP - 20, bottom: BOTTOM + 26 };

/** Relative errors on the left, what they are in dB on the right. */
function axis(low: number, high: number, at: (log: number) => number): Markup[] {
  const each = Math.ceil((high - low) / 8);
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(
    (decade) => (decade - high) % each === 0,
  );
  return decades.map(
    (decade) =>
      html`<path class="grid" d="M${LEFT} ${at(decade)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${at(decade) + 4}" text-anchor="end">${decade === 0 ? '1' : `1e${decade}`}</text><text x="${WIDTH - RIGHT + 8}" y="${at(decade) + 4}">${-20 * decade} dB</text>`,
  );
}

function limit(
  { divergence: { snr } }: IntermediatesReport,
  low: number,
  high: number,
  at: (log: number) => number,
): Markup {
  const log = snr === undefined ? Number.NaN : -snr / 20;
  if (!(log >= low && log <= high)) return NOTHING;
  return html`<path class="limit" d="M${LEFT} ${at(log)}H${WIDTH - RIGHT}"/>`;
}

function marker({ values, firstDivergence }: IntermediatesReport, x: readonly number[]): Markup {
  const place = values.findIndex(({ value }) => value === firstDivergence?.value);
  if (place < 0 || !firstDivergence) return NOTHING;
  const px = x[place] as number;
  const isRight = px > WIDTH / 2;
  const text = `first: ${firstDivergence.opType} ${describeName(firstDivergence.node, 40)}`;
  return html`<path class="first" d="M${px} ${TOP}V${BOTTOM}"/><text class="first-name" x="${isRight ? px - 7 : px + 7}" y="${BOTTOM - 8}" text-anchor="${isRight ? 'end' : 'start'}">${text}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
