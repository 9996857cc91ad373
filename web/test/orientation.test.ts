import { expect, test } from 'vitest';
import { orientationOf, upright } from '../src/orientation';

// Two rows of three pixels.
const picture = { name: '', size: { height: 2, width: 3 }, channels: 1, samples: Uint8Array.of(1, 2, 3, 4, 5, 6) };

test.each([
  [1, [1, 2, 3, 4, 5, 6]],
  [2, [3, 2, 1, 6, 5, 4]],
  [3, [6, 5, 4, 3, 2, 1]],
  [4, [4, 5, 6, 1, 2, 3]],
  [5, [1, 4, 2, 5, 3, 6]],
  [6, [4, 1, 5, 2, 6, 3]],
  [7, [6, 3, 5, 2, 4, 1]],
  [8, [3, 6, 2, 5, 1, 4]],
])('orientation %i is turned upright', (orientation, expected) => {
  const turned = upright(picture, orientation);
  expect(turned.size).toEqual(orientation < 5 ? { height: 2, width: 3 } : { height: 3, width: 2 });
  expect([...turned.samples]).toEqual(expected);
});

test.each([true, false])('the orientation of an EXIF block is found, little-endian %s', (little) => {
  const block = new DataView(new ArrayBuffer(26));
  block.setUint16(0, little ? 0x4949 : 0x4d4d);
  block.setUint32(4, 8, little);
  block.setUint16(8, 1, little);
  for (const [k, value] of [274, 3].entries()) block.setUint16(10 + 2 * k, value, little);
  block.setUint16(18, 6, little);
  expect(orientationOf(block)).toBe(6);
});

test('a damaged EXIF block tells no orientation', () => {
  expect(orientationOf(new DataView(new ArrayBuffer(3)))).toBe(1);
  expect(orientationOf(new DataView(Uint8Array.of(0x49, 0x49, 42, 0, 255, 255, 0, 0).buffer))).toBe(1);
});
