import { expect, test } from 'vitest';
import { fused, joined } from '../src/tasks';
import { InputProblem } from '../src/work';
import { drawn } from './pictures';

test('pictures of different sizes are told with their sizes', () => {
  expect(() => fused('ivf', [drawn(40, 50, 1, 1), drawn(40, 60, 3, 2)], [])).toThrow(
    /drawn 1 \(50 x 40\), drawn 2 \(60 x 40\)/,
  );
});

test('one exposure is too few and ten are too many', () => {
  for (const count of [1, 10]) {
    const exposures = Array.from({ length: count }, () => drawn(40, 50, 3, 1));
    expect(() => fused('mef', exposures, [])).toThrow(InputProblem);
  }
});

test('grey pictures become the bands of one', () => {
  const bands = [1, 2].map((seed) => drawn(3, 4, 1, seed));
  const picture = joined(bands);
  expect(picture.channels).toBe(2);
  expect([...picture.samples]).toEqual(
    [...(bands[0]?.samples ?? [])].flatMap((value, k) => [value, bands[1]?.samples[k]]),
  );
});

test('values above the stated white are told', () => {
  expect(() => fused('msf', [drawn(4, 4, 4, 1), drawn(16, 16, 1, 1)], [10, 255])).toThrow(
    /above the stated white of 10/,
  );
});
