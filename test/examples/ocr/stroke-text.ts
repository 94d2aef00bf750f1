export { strokePicture } from '../../../benchmarks/lib/stroke-text.mjs';
