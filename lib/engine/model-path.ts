import { join } from 'node:path';
import { callbackFs } from '../callback-fs.js';

/**
 * What is loaded of a model folder: its `model.onnx`, or its plan if there is one only. Another path stays as it is. What is
 * missing is said by who loads it.
 */
export async function modelPath(source: string): Promise<string> {
  const isFolder = await callbackFs.stat(source).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return source;
  const files = await callbackFs.readdir(source).catch((): string[] => []);
  const plans = files.filter((file) => file.endsWith('.plan') && !file.startsWith('.'));
  const [plan] = plans;
  const isPlan = plan !== undefined && plans.length === 1 && !files.includes('model.onnx');
  return join(source, isPlan ? plan : 'model.onnx');
}
