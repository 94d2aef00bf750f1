// npm start [-- picture.png …]: sets up and runs the OCR example.
import path from 'node:path';
import { runMain, SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { runAttached } from './lib/run.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  const [first, ...rest] = process.argv.slice(2);
  const hasPicture = first !== undefined && !first.startsWith('-');
  const { picture } = await setup({ picture: !hasPicture });
  // npm runs scripts in the package's folder; a path is meant from where the user is.
  const given = hasPicture ? path.resolve(process.env.INIT_CWD ?? process.cwd(), first) : picture;
  if (given === null) throw new SetupError('There is no picture to read. Give one: npm start -- picture.png');
  const options = hasPicture ? rest : process.argv.slice(2);
  return runAttached(process.execPath, [path.join(root, 'examples', 'ocr', 'main.mjs'), given, ...options], {
    cwd: root,
  });
});
