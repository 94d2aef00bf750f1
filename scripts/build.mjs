// npm run build: everything that the library needs, without the example's picture.
import { runMain } from './lib/errors.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  await setup({ picture: false });
});
