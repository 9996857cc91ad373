import { decode } from 'fast-png';
import { fromArrayBuffer } from 'geotiff';
import { expect, test } from 'vitest';
import { asPng, asTiff, shownBands } from '../src/encoding';
import { drawn } from './pictures';

const deep = { ...drawn(5, 7, 3, 1), samples: new Uint16Array(105).map((_, k) => 613 * k) };

test('a picture of 16 bits comes back from its PNG file', async () => {
  const { data, depth, width, height, channels } = decode(await asPng(deep).arrayBuffer());
  expect([depth, width, height, channels]).toEqual([16, 7, 5, 3]);
  expect([...data]).toEqual([...deep.samples]);
});

test.each([1, 2, 3, 4])('a picture of %i bands comes back from its TIFF file', async (channels) => {
  const picture = drawn(5, 7, channels, 1);
  const image = await (await fromArrayBuffer(await asTiff(picture).arrayBuffer())).getImage();
  expect([image.getWidth(), image.getHeight(), image.getSamplesPerPixel()]).toEqual([7, 5, channels]);
  expect([...((await image.readRasters({ interleave: true })) as unknown as Uint8Array)]).toEqual([...picture.samples]);
});

test('bands that are shown are those of the reports', () => {
  expect([4, 8, 31].map(shownBands)).toEqual([
    [2, 1, 0],
    [4, 2, 1],
    [24, 15, 6],
  ]);
});
