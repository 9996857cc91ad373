import { expect, test } from 'vitest';
import { inBandOrder } from '../src/bandOrder';

const ordered = (...names: string[]) => inBandOrder(names.map((name) => ({ name }))).map(({ name }) => name);

test('bands are ordered by the numbers of their names', () => {
  expect(ordered('ms_10.png', 'ms_2.png', 'ms_1.png')).toEqual(['ms_1.png', 'ms_2.png', 'ms_10.png']);
});

test('bands that are named for colours are ordered by wavelength', () => {
  const names = ['Blue.tif', 'green.tif', 'red.tif', 'infrared.tif'];
  expect(ordered(...[...names].reverse())).toEqual(names);
  expect(ordered('a_nir.png', 'a_red.png', 'a_blue.png', 'a_green.png')).toEqual([
    'a_blue.png',
    'a_green.png',
    'a_red.png',
    'a_nir.png',
  ]);
});

test('names of colours count only if all files have one', () => {
  expect(ordered('red.png', 'pan.png', 'blue.png')).toEqual(['blue.png', 'pan.png', 'red.png']);
});
