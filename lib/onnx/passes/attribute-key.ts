import { createHash } from 'node:crypto';
import { type Attribute, latin1 } from '../graph/attribute.js';
import type { Node } from '../graph/node.js';

/** Equal for nodes with the same attributes; undefined where they are not to be compared, as graphs and large tensors. */
export function attributesKey(node: Node): string | undefined {
  const parts: string[] = [];
  for (const [name, attribute] of [...node.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = attributeText(attribute);
    if (text === undefined) return undefined;
    parts.push(JSON.stringify([name, attribute.type, text]));
  }
  return parts.join();
}

function attributeText(attribute: Attribute): string | undefined {
  switch (attribute.type) {
    case 'float':
      return numberText(attribute.value);
    case 'int':
    case 'reference':
      return String(attribute.value);
    case 'string':
      return latin1(attribute.value);
    case 'floats':
      return attribute.value.map(numberText).join();
    case 'ints':
      return attribute.value.join();
    case 'strings':
      return JSON.stringify(attribute.value.map(latin1));
    case 'tensor': {
      const { elementType, dims, payload, strings } = attribute.value;
      if (payload.bytes === undefined || strings) return undefined;
      return JSON.stringify([elementType, dims, createHash('sha256').update(payload.bytes).digest('hex')]);
    }
    default:
      return undefined;
  }
}

/** 0 and −0 are two numbers here. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
