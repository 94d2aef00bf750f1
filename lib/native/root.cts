import { join } from 'node:path';

/** The package's own folder. CommonJS in both builds, because an ES module and `require` do not share a way to know. */
export const packageRoot: string = join(__dirname, '..', '..', '..');
