import type { UpgradeStep } from './step.js';
import { axesSteps } from './steps/axes.js';
import { batchNormalizationSteps } from './steps/batch-normalization.js';
import { clipSteps } from './steps/clip.js';
import { dftSteps } from './steps/dft.js';
import { dropoutSteps } from './steps/dropout.js';
import { groupNormalizationSteps } from './steps/group-normalization.js';
import { narrowedSteps } from './steps/narrowed.js';
import { padSteps } from './steps/pad.js';
import { resizeSteps } from './steps/resize.js';
import { scanSteps } from './steps/scan.js';
import { scatterSteps } from './steps/scatter.js';
import { sliceSteps } from './steps/slice.js';
import { softmaxSteps } from './steps/softmax.js';
import { splitSteps } from './steps/split.js';
import { topKSteps } from './steps/top-k.js';
import { visionSteps } from './steps/vision.js';

/** Every change of an operator of ONNX's own domain from version 8 to the newest that is more than new types or defaults. */
export const upgradeSteps: readonly UpgradeStep[] = [
  ...axesSteps,
  ...batchNormalizationSteps,
  ...clipSteps,
  ...dftSteps,
  ...dropoutSteps,
  ...groupNormalizationSteps,
  ...narrowedSteps,
  ...padSteps,
  ...resizeSteps,
  ...scanSteps,
  ...scatterSteps,
  ...sliceSteps,
  ...softmaxSteps,
  ...splitSteps,
  ...topKSteps,
  ...visionSteps,
];
