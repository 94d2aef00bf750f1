/** Keeps a warning of the process off the terminal, by its code: what it says is told in another way. */
export function toldOtherwise(code: string): void {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { code?: string }) => {
    if (warning.code === code) return;
    for (const printer of printers) printer(warning);
  });
}
