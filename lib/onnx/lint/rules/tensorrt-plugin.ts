import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import { type LintRule, nvidia } from '../rule.js';

export const tensorrtPlugin: LintRule = {
  name: 'tensorrt-plugin',
  severity: 'warning',
  for: nvidia,
  summary: 'TensorRT runs the operator by a plugin of its own library of plugins, which must be installed as well.',
  *node(node) {
    const plugin = pluginOf(node);
    if (!plugin) return;
    yield {
      message: `${printable(node.label)} needs TensorRT's plugin ${plugin}`,
      hint: 'Install libnvinfer_plugin beside TensorRT, and load it before the model is built. TensorRT-RTX has no such library.',
      node,
    };
  },
};

function pluginOf(node: Node): string | undefined {
  if (node.is('RoiAlign')) return 'ROIAlign_TRT';
  if (node.is('DeformConv')) return 'ModulatedDeformConv2d';
  if (node.is('ScatterElements') && node.string('reduction', 'none') !== 'none') return 'ScatterElements';
  return undefined;
}
