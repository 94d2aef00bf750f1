/**
 * Orders names as people do: `img2` before `img10`. Digits are compared as numbers of any length, the rest by code unit, so
 * the order is the same on every machine. Names that differ in leading zeros only keep a fixed order too.
 */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i] as string, right[i] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length || compare(a, b);
}

function parts(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function compareParts(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compare(a, b);
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compare(left, right);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
