/** A number as a person reads it: three digits, "∞" for infinity. */
export function describeNumber(value: number | null): string {
  if (value === null) return '–';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2).replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

/** "12 345", the same in every locale. */
export function describeCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** "98.7 %". What is not all is never shown as 100 %, what is not nothing never as 0. */
export function describeShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = Math.floor((1000 * part) / whole) / 10;
  if (share === 0 && part > 0) return '<0.1 %';
  return `${share.toFixed(share === 100 ? 0 : 1)} %`;
}

const LONGEST_NAME = 60;

/** A name on one line: no control or direction characters, and no longer than fits into a table. */
export function describeName(name: string, longest = LONGEST_NAME): string {
  const letters = [...name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')];
  if (letters.length <= longest) return letters.join('');
  // Names of inner values tell themselves apart at the end.
  const head = longest >> 1;
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (longest - head - 1)).join('')}`;
}
