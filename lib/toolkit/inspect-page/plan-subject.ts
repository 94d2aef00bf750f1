import { formatBytes, formatCount } from '../../memory/format.js';
import type { PlanTensor } from '../../plan/header.js';
import { describePlan, targetText } from '../plan/describe-plan.js';
import { dimsText, planFacts } from '../plan/plan-facts.js';
import { planShapes, tensorBytes } from '../plan/plan-shapes.js';
import { arrange, type RawLayer, type RawTensor } from './arrange.js';
import type { PageSubject } from './subject.js';

/** What the page of a plan shows. Throws as `describePlan`. */
export async function planSubject(path: string, name: string, model?: string): Promise<PageSubject> {
  const description = await describePlan(path, model);
  const { header, derived } = description;
  const { memory } = derived;
  const shapes = planShapes(header, 'opt', { model: description.shapes?.opt });
  const raw = (tensor: PlanTensor): RawTensor => {
    const known = shapes.get(tensor.name)?.dims;
    const dims = tensor.dims.map((dim, i) => known?.[i] ?? dim);
    return { name: tensor.name, type: tensor.type, dims: dimsText(dims), bytes: tensorBytes(tensor, shapes) };
  };
  const layers = header.layers.map(
    ({ name: layer, type, inputs, outputs }): RawLayer => ({
      name: layer,
      type,
      kind: type === 'CONSTANT' ? 'constant' : 'layer',
      inputs,
      outputs: outputs.map(raw),
      weightBytes: 0,
    }),
  );
  const graph = arrange(layers, {
    inputs: header.inputs.map(raw),
    outputs: header.outputs.map(raw),
    constants: new Map(),
  });
  const isOpen = header.profiles.length > 0;
  const unknown = graph.layers.filter(({ kind, outputBytes }) => kind === 'layer' && outputBytes === null).length;
  return {
    kind: 'Plan',
    name,
    tiles: [
      { name: 'Built by', value: header.version, remark: header.backend },
      { name: 'For', value: targetText(header), remark: header.platform },
      { name: 'Precision', value: header.model.precision, remark: 'of the model' },
      { name: 'Layers', value: formatCount(header.layers.length), remark: 'before TensorRT fused them' },
      { name: 'Payload', value: formatBytes(header.payload.bytes), remark: 'the plan of TensorRT' },
      {
        name: 'On the GPU',
        value: `${memory.unknownLayers > 0 ? '≥' : '≈'} ${formatBytes(memory.totalBytes)}`,
        remark: 'an estimate',
      },
    ],
    facts: planFacts(description),
    notes: [
      'Layers are those of the network that the plan was built from: TensorRT joins many of them.',
      ...(isOpen ? ['Sizes are those of the most usual shapes of the first profile, where they follow from it.'] : []),
      ...(unknown > 0
        ? [
            `Output sizes of ${formatCount(unknown)} layers are not known${model === undefined ? ': the model that it was built from has them (--model, options.model)' : ''}.`,
          ]
        : []),
    ],
    outputsTitle: isOpen ? 'Outputs, in the most usual shapes' : 'Outputs',
    graph,
  };
}
