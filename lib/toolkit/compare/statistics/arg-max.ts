/** How many rows have their largest element at the same place. */
export class ArgMaxAgreement {
  rows = 0;
  same = 0;
  #at = 0;
  #a = Number.NEGATIVE_INFINITY;
  #b = Number.NEGATIVE_INFINITY;
  #aIndex = -1;
  #bIndex = -1;

  /** `rowLength`: elements of the last dimension. */
  constructor(readonly rowLength: number) {}

  /** Adds the next `count` pairs; rows may begin and end anywhere in them. */
  add(a: Float64Array, b: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const x = a[i] as number;
      const y = b[i] as number;
      if (x > this.#a) {
        this.#a = x;
        this.#aIndex = this.#at;
      }
      if (y > this.#b) {
        this.#b = y;
        this.#bIndex = this.#at;
      }
      if (++this.#at === this.rowLength) this.#endRow();
    }
  }

  #endRow(): void {
    this.rows++;
    if (this.#aIndex === this.#bIndex) this.same++;
    this.#at = 0;
    this.#a = this.#b = Number.NEGATIVE_INFINITY;
    this.#aIndex = this.#bIndex = -1;
  }
}

/**
 * Elements per row where an arg-max makes sense: of one to three dimensions (a class per image, per step, per token), the
 * last of them 2 or more. 0: it makes none, as for feature maps.
 */
export function argMaxRowLength(dims: readonly number[]): number {
  const last = dims.at(-1) ?? 0;
  return dims.length <= 3 && last >= 2 ? last : 0;
}
