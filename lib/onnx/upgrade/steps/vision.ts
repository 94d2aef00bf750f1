import { attribute } from '../../graph/attribute.js';
import type { UpgradeStep } from '../step.js';

const gridModes: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

export const visionSteps: UpgradeStep[] = [
  {
    opType: 'RoiAlign',
    since: 16,
    apply(node) {
      if (node.attributes.has('coordinate_transformation_mode')) return undefined;
      node.set('coordinate_transformation_mode', attribute.string('output_half_pixel'));
      return 'its coordinates are stated: output_half_pixel';
    },
  },
  {
    opType: 'GridSample',
    since: 20,
    reads: { mode: 'string' },
    apply(node) {
      const mode = gridModes[node.string('mode', 'bilinear')];
      if (!mode || !node.attributes.has('mode')) return undefined;
      node.set('mode', attribute.string(mode));
      return `mode is '${mode}'`;
    },
  },
];
