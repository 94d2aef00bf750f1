import { NodeTensorRTError } from '../../errors.js';

/** Versions that may be used; `peerDependencies` of package.json says the same. */
const WANTED = '>=0.35.0 <1';

const importSharp = async () => (await import('sharp')).default;
type Sharp = Awaited<ReturnType<typeof importSharp>>;

let loaded: Promise<Sharp> | undefined;

/** sharp, which decodes pictures. Loaded when the first one is read. */
export function loadSharp(): Promise<Sharp> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Sharp> {
  let sharp: Sharp;
  try {
    sharp = await importSharp();
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 3).join(' ');
    throw unavailable(`it could not be loaded: ${lines}`, error);
  }
  const version = sharp.versions.sharp ?? 'an unknown one';
  const [major, minor] = version.split('.').map(Number);
  if (major !== 0 || !((minor as number) >= 35)) throw unavailable(`version ${version} is installed`);
  return sharp;
}

function unavailable(what: string, cause?: unknown): NodeTensorRTError {
  return new NodeTensorRTError(
    'BACKEND_UNAVAILABLE',
    `Reading pictures needs the package sharp, version ${WANTED}; ${what}. Install it: npm install sharp@0.35`,
    { package: 'sharp', expected: WANTED },
    cause === undefined ? undefined : { cause },
  );
}
