// Prints the folder of the ONNX Runtime headers for binding.gyp, and fetches them first when they are missing.
import { runMain } from './errors.mjs';
import { ensureHeaders, headersDir } from './headers.mjs';

await runMain(async () => {
  await ensureHeaders();
  process.stdout.write(headersDir);
});
