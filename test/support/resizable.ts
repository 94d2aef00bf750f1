/** What type libraries for Node 20 do not know, and Node 20 has. */
type Resizable = ArrayBuffer & { resize(bytes: number): void };

export function resizableBuffer(bytes: number, maxByteLength: number): Resizable {
  const Constructor = ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable;
  return new Constructor(bytes, { maxByteLength });
}
