import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether NVIDIA's driver may be here, by what it leaves in the file system: so that nothing is started on machines without
 * one. Linux and Windows; macOS has none.
 */
export function mayHaveGpu(platform = process.platform, env = process.env, exists = existsSync): boolean {
  if (env['NODE_TENSORRT_CUDA_LIBRARY']) return true;
  if (platform === 'linux') return exists('/dev/nvidiactl') || exists('/dev/dxg'); // the second one under WSL
  return platform === 'win32' && exists(join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'nvcuda.dll'));
}
