import { describe, expect, test } from 'vitest';
import { constantLayers, layerOrder } from '../../../dist/esm/toolkit/plan/layer-order.js';

const layer = (inputs: string, outputs: string) => ({
  inputs: inputs === '' ? [] : inputs.split(' '),
  outputs: outputs.split(' ').map((name) => ({ name })),
});
const never = () => false;

describe('layerOrder()', () => {
  test('leaves layers that are in order as they are', () => {
    expect(layerOrder([layer('x', 'a'), layer('a', 'b'), layer('a b', 'c')], never)).toEqual([0, 1, 2]);
  });

  test('puts what is read in front of who reads it', () => {
    const layers = [layer('c', 'd'), layer('x', 'a'), layer('b', 'c'), layer('a', 'b')];
    expect(layerOrder(layers, never)).toEqual([1, 3, 2, 0]);
  });

  test('puts what may come late right before the first who needs it, and what nobody needs at the end', () => {
    const layers = [layer('', 'unused'), layer('', 'w'), layer('x', 'a'), layer('a w', 'b')];
    expect(layerOrder(layers, (place) => place < 2)).toEqual([2, 1, 3, 0]);
  });

  test('ends for layers that wait for one another, and has each of them once', () => {
    const layers = [layer('c', 'a'), layer('a', 'b'), layer('b', 'c'), layer('d', 'd')];
    expect(layerOrder(layers, never).sort()).toEqual([0, 1, 2, 3]);
  });

  test('takes a chain of 100 000 layers that stands upside down', () => {
    const layers = Array.from({ length: 100_000 }, (_, i) => layer(`t${i + 1}`, `t${i}`));
    expect(layerOrder(layers, never).slice(0, 2)).toEqual([99_999, 99_998]);
  });
});

describe('constantLayers()', () => {
  test('finds what depends on constants only, also where it comes before them', () => {
    const layers = [layer('w s', 'v'), layer('', 'w'), layer('x v', 'y'), layer('', 'random'), layer('random', 'z')];
    const isConstant = constantLayers(
      layers,
      (place) => place === 1,
      (name) => name === 's',
    );
    expect(isConstant).toEqual([true, true, false, false, false]);
  });
});
