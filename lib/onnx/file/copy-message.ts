/** A copy of a message, some fields of it others. Keeps its defaults, which protobuf puts into the prototype. */
export function copyMessage<T extends object>(message: T, changes: Partial<T> = {}): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object | null) as T, message, changes);
}
