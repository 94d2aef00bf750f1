import { loadAddon } from '../native/load.js';

/** The program of the child process of `libraries.ts`: prints what is found of the flavour that it is given. */
process.stdout.write(JSON.stringify(loadAddon().findTensorRt(process.argv[2] ?? '')));
