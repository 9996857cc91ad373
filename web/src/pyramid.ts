/** Image pyramids tile by tile; see cscfuse_keras/runtimes/pyramid_tiles.py. */

import { longerSide, Part, type Pixels, type Size, type Span, sizeOf, type Window, whole } from './image';
import { evenTiles, framed, widened } from './tiles';

/** Longer side of the pictures that networks of several levels are trained on. */
const TRAINED_SIDE = 512;

/** What is needed of one level: `wanted` of the results, `seen` of the image to compute them from. */
export interface LevelWindows {
  readonly wanted: Window;
  readonly seen: Window;
}

/** Sizes of a pyramid's levels, finest first: larger pictures than those trained on get more. */
export function levelSizes(size: Size, trainedLevels: number): Size[] {
  const count = trainedLevels + Math.max(0, Math.round(Math.log2(longerSide(size) / TRAINED_SIDE)));
  const sizes = [size];
  for (let { height, width } = size; sizes.length < count; ) {
    height = (height + 1) >> 1;
    width = (width + 1) >> 1;
    sizes.push({ height, width });
  }
  return sizes;
}

/** How many levels, from the finest on, are computed in tiles of this side. */
export function countTiled(sizes: readonly Size[], side: number): number {
  if (longerSide(sizes[0] as Size) <= side) return 0;
  const large = sizes.filter((size) => longerSide(size) > side >> 1).length;
  return Math.max(1, Math.min(large, sizes.length - 1));
}

/** Windows of each level for each tile of the finest; what a network sees of a level has one size in all tiles. */
export function tileWindows(sizes: readonly Size[], side: number, reach: number): LevelWindows[][] {
  const outputs = evenTiles(sizes[0] as Size, side);
  const largest = {
    height: Math.max(...outputs.map((window) => sizeOf(window).height)),
    width: Math.max(...outputs.map((window) => sizeOf(window).width)),
  };
  return outputs.map((output) => {
    let wanted = output;
    let extent = largest;
    return sizes.map((size) => {
      extent = { height: extent.height + 2 * reach, width: extent.width + 2 * reach };
      const level = { wanted, seen: framed(wanted, extent, reach, size) };
      wanted = halvedWindow(level.seen, size);
      extent = { height: (extent.height >> 1) + 3, width: (extent.width >> 1) + 3 };
      return level;
    });
  });
}

/** Windows of levels that are computed whole. */
export const wholeWindows = (sizes: readonly Size[]): LevelWindows[] =>
  sizes.map((size) => ({ wanted: whole(size), seen: whole(size) }));

/** Parts of an image's Gaussian pyramid: a window of the coarsest level, finer ones as far as it depends on them. */
export function gaussianParts(image: Pixels, sizes: readonly Size[], window: Window): Part[] {
  const windows = [window];
  for (const size of sizes.slice(0, -1).reverse()) {
    const { rows, columns } = windows[0] as Window;
    const double = ({ start, stop }: Span) => ({ start: 2 * start, stop: 2 * stop });
    windows.unshift(widened({ rows: double(rows), columns: double(columns) }, 2, size));
  }
  const [first, ...rest] = windows as [Window, ...Window[]];
  const parts = [image.read(first)];
  for (const next of rest) parts.push(halved(parts[parts.length - 1] as Part).read(next));
  return parts;
}

/** The last of these levels of an image's Gaussian pyramid, whole, from tiles of the image. */
export function coarseLevel(image: Pixels, sizes: readonly Size[], side: number): Part {
  const size = sizes[sizes.length - 1] as Size;
  let level: Part | undefined;
  for (const window of evenTiles(size, Math.max(1, side >> (sizes.length - 1)))) {
    const part = gaussianParts(image, sizes, window).pop() as Part;
    level ??= Part.empty(whole(size), part.channels);
    paste(part, level);
  }
  return level as Part;
}

/** Write a part into a larger one. */
export function paste(part: Part, target: Part): void {
  const { rows, columns } = part.window;
  const length = part.size.width * part.channels;
  for (let row = rows.start; row < rows.stop; row++) {
    const from = part.at(row, columns.start);
    target.data.set(part.data.subarray(from, from + length), target.at(row, columns.start));
  }
}

/** Every second row and column of a part, low-pass filtered by (1 4 6 4 1) / 16. */
export function halved(part: Part): Part {
  const { rows, columns } = part.window;
  const half = ({ start, stop }: Span) => ({ start: start >> 1, stop: (stop + 1) >> 1 });
  const result = Part.empty({ rows: half(rows), columns: half(columns) }, part.channels);
  const { height, width } = part.size;
  const stride = width * part.channels;
  const sums = new Float32Array(stride);
  let to = 0;
  for (let row = 0; row < height; row += 2) {
    const [a, b, c, d, e] = around(row, height).map((near) => near * stride) as Five;
    for (let k = 0; k < stride; k++) sums[k] = filtered(part.data, a + k, b + k, c + k, d + k, e + k);
    for (let column = 0; column < width; column += 2) {
      const [a, b, c, d, e] = around(column, width).map((near) => near * part.channels) as Five;
      for (let k = 0; k < part.channels; k++) result.data[to++] = filtered(sums, a + k, b + k, c + k, d + k, e + k);
    }
  }
  return result;
}

/** A window of the next finer level by interpolation: (1 6 1) / 8 on samples, the mean between them. */
export function doubled(part: Part, window: Window): Part {
  const result = Part.empty(window, part.channels);
  const { channels, data } = part;
  const stride = part.size.width * channels;
  const rows = taps(window.rows, part.window.rows, stride);
  const columns = taps(window.columns, part.window.columns, channels);
  const blended = new Float32Array(stride);
  let to = 0;
  for (let row = 0; row < rows.length; row++) {
    blend(data, rows, row, stride, blended, 0);
    for (let column = 0; column < columns.length; column++, to += channels) {
      blend(blended, columns, column, channels, result.data, to);
    }
  }
  return result;
}

/** Three samples and their weights for each place in the next finer level. */
interface Taps {
  readonly length: number;
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

/** Args: `fine` places in the next finer level, `span` samples at hand, `stride` values a sample. */
function taps(fine: Span, span: Span, stride: number): Taps {
  const length = fine.stop - fine.start;
  const places = new Int32Array(3 * length);
  const weights = new Float64Array(3 * length);
  for (let k = 0; k < length; k++) {
    const place = fine.start + k;
    weights.set(place % 2 ? [0, 0.5, 0.5] : [0.125, 0.75, 0.125], 3 * k);
    for (let tap = 0; tap < 3; tap++) {
      const index = Math.min(Math.max((place >> 1) + tap - 1, span.start), span.stop - 1);
      places[3 * k + tap] = stride * (index - span.start);
    }
  }
  return { length, places, weights };
}

function blend(from: Float32Array, taps: Taps, index: number, count: number, target: Float32Array, to: number): void {
  const { places, weights } = taps;
  const a = places[3 * index] as number;
  const b = places[3 * index + 1] as number;
  const c = places[3 * index + 2] as number;
  const u = weights[3 * index] as number;
  const v = weights[3 * index + 1] as number;
  const w = weights[3 * index + 2] as number;
  for (let k = 0; k < count; k++) {
    target[to + k] = u * (from[a + k] as number) + v * (from[b + k] as number) + w * (from[c + k] as number);
  }
}

type Five = [number, number, number, number, number];

const around = (middle: number, length: number) =>
  [-2, -1, 0, 1, 2].map((step) => Math.min(Math.max(middle + step, 0), length - 1));

function filtered(data: Float32Array, a: number, b: number, c: number, d: number, e: number): number {
  const outer = (data[a] as number) + (data[e] as number);
  const inner = (data[b] as number) + (data[d] as number);
  return (outer + 4 * inner + 6 * (data[c] as number)) / 16;
}

function halvedWindow({ rows, columns }: Window, size: Size): Window {
  const half = ({ start, stop }: Span, length: number) => ({
    start: Math.max(0, (start >> 1) - 1),
    stop: Math.min((length + 1) >> 1, ((stop + 1) >> 1) + 1),
  });
  return { rows: half(rows, size.height), columns: half(columns, size.width) };
}
