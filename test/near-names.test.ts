import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearNames } from '../lib/near-names.js';

describe('editDistance()', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['cast', 'cast', 0],
    ['cast', 'cats', 1],
    ['exlude', 'exclude', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
    ['lint', 'doctor', 5],
  ])('from %j to %j there are %i changes', (a, b, distance) => {
    expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
  });

  test('is the same below a limit, and beyond it more than that', () => {
    const words = ['abcd', 'abdc', 'badc', 'bdca', 'acbdx', 'xyz', 'dcba', 'abcdabcd', 'bacdbadc'];
    for (const a of words) {
      for (const b of words) {
        const distance = editDistance(a, b);
        for (const limit of [0, 1, 2, 3]) {
          const limited = editDistance(a, b, limit);
          if (distance <= limit) expect([a, b, limit, limited]).toEqual([a, b, limit, distance]);
          else expect(limited).toBeGreaterThan(limit);
        }
      }
    }
  });
});

describe('nearNames()', () => {
  test('gives what differs in little, the nearest first', () => {
    expect(nearNames('exlude', ['include', 'exclude', 'output'])).toEqual(['exclude']);
    expect(nearNames('tset', ['text', 'test', 'rest'])).toEqual(['test']);
    expect(nearNames('relu_11', ['relu_1', 'relu_2', 'relu_12', 'conv'])).toEqual(['relu_1', 'relu_12', 'relu_2']);
  });

  test('gives names that are it but for case, a path before or a number behind', () => {
    expect(nearNames('MatMul_1', ['/encoder/MatMul_1', 'Add'])).toEqual(['/encoder/MatMul_1']);
    expect(nearNames('softmax', ['Softmax', 'Softplus'])).toEqual(['Softmax']);
    expect(nearNames('attention', ['attention_12', 'attentive_output_layer'])).toEqual(['attention_12']);
  });

  test('gives nothing where nothing is near, of names without letters too', () => {
    expect(nearNames('levitate', ['sort', 'sanitize', ''])).toEqual([]);
    expect(nearNames('', ['', 'a'])).toEqual(['a']);
    expect(nearNames('x', [])).toEqual([]);
  });

  test('gives three at most, each once', () => {
    const names = Array.from({ length: 100 }, (_, i) => `conv${i % 10}`);
    expect(nearNames('conv', names)).toEqual(['conv0', 'conv1', 'conv2']);
  });
});

test('didYouMean() joins them', () => {
  expect(didYouMean([])).toBe('');
  expect(didYouMean(['a'])).toBe("; did you mean 'a'?");
  expect(didYouMean(['a', 'b', 'c'])).toBe("; did you mean 'a', 'b' or 'c'?");
});
