import type { Logger } from '../builder/build-options.js';

/** By TensorRT's severity: internal error, error, warning, information, detail. */
const LEVELS = ['error', 'error', 'warn', 'info', 'debug'] as const;

/** Takes what TensorRT says of a loaded plan to a logger. What that throws is nobody's to catch: an uncaught exception. */
export function planLogger(logger: Logger, model: string): (severity: number, text: string) => void {
  return (severity, text) => {
    try {
      logger[LEVELS[severity] ?? 'debug']({ model, source: 'tensorrt' }, text);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}
