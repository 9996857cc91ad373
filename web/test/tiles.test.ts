import { expect, test } from 'vitest';
import { fuseIvf } from '../src/ivf';
import { fuseMef } from '../src/mef';
import type { Fused } from '../src/work';
import { drawn, noStep, pointwise } from './pictures';

const coder = { preset: 'drawn', reach: 3, levels: 3 };
// Two maps a level, two for pixels, the offset, two of context, the strength.
const ivf = {
  ...coder,
  channels: 4,
  maps: 12,
  contrast: 1.1,
  first_context: [
    [0.4, -0.2],
    [0.3, 0.5],
  ],
};
const mef = { ...coder, channels: 1, maps: 4, detail_gain: 1.1 };

function largestDifference([first, second]: readonly Fused[]): number {
  const [whole, tiled] = [first, second].map((fused) => [...(fused?.picture.samples ?? [])]) as [number[], number[]];
  expect(tiled.length).toBe(whole.length);
  return whole.reduce((most, value, k) => Math.max(most, Math.abs(value - (tiled[k] as number))), 0);
}

test.each([50, 64, 97])('an infrared and a visible picture in tiles of %i pixels are as whole', async (tile) => {
  const pair = [drawn(131, 203, 1, 1), drawn(131, 203, 3, 2)] as const;
  const results = await Promise.all([1000, tile].map((side) => fuseIvf(...pair, ivf, pointwise, noStep, side)));
  expect(largestDifference(results)).toBeLessThanOrEqual(1);
});

test.each([50, 64, 97])('exposures in tiles of %i pixels are as whole', async (tile) => {
  const exposures = [1, 2, 3].map((seed) => drawn(131, 203, 3, seed));
  const results = await Promise.all([1000, tile].map((side) => fuseMef(exposures, mef, pointwise, noStep, side)));
  expect(largestDifference(results)).toBeLessThanOrEqual(1);
});

test('weights of exposures add up to one', async () => {
  const exposures = [1, 2, 3].map((seed) => drawn(40, 50, 3, seed));
  const { overlays } = await fuseMef(exposures, mef, pointwise, noStep);
  const sums = (overlays[0] as (typeof overlays)[number]).values.map(
    (_, k) => overlays.slice(0, 3).reduce((sum, { values }) => sum + (values[k] as number), 0) >> 1,
  );
  for (const sum of sums) expect(Math.abs(sum - 127)).toBeLessThanOrEqual(2);
});
