import { printable } from '../../file/external-location.js';
import type { ConstantPlace } from '../rule.js';

/** How a message names a constant. */
export function placeName({ tensor, value, node }: ConstantPlace): string {
  const name = value ? `'${printable(value.name)}'` : node ? `an attribute of ${printable(node.label)}` : 'a constant';
  return `${name} (${tensor.elementType} [${tensor.dims.slice(0, 8).join(', ')}])`;
}
