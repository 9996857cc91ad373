/** Multi-exposure fusion in pyramids, one exposure after the other; see cscfuse_keras/runtimes/mef.py. */

import { Part, type Size, type Window } from './image';
import type { MefFacts } from './networks';
import { OverlayMap } from './overlay';
import { eachPixel, fullScale, luma, type Picture, samplesLike, UnitPixels } from './picture';
import {
  coarseLevel,
  countTiled,
  doubled,
  gaussianParts,
  type LevelWindows,
  levelSizes,
  tileWindows,
  wholeWindows,
} from './pyramid';
import { type Fused, type Network, type Step, TILE } from './work';

/** A level of an exposure's pyramid, its map before the softmax, and the strength of its code. */
interface Level {
  readonly pixels: Part;
  readonly map: Part;
  readonly strength: Part;
}

export async function fuseMef(
  exposures: readonly Picture[],
  facts: MefFacts,
  network: Network,
  step: Step,
  tile = TILE,
): Promise<Fused> {
  const { size, samples } = exposures[0] as Picture;
  const colour = exposures.some((exposure) => exposure.channels === 3);
  const images = exposures.map((exposure) => new UnitPixels(exposure, 3));
  const sizes = levelSizes(size, facts.levels);
  const tiled = countTiled(sizes, tile);
  const tiles = tiled ? tileWindows(sizes.slice(0, tiled), tile, facts.reach) : [];
  const total = images.length * (tiles.length + 1);
  const coder = new Coder(facts, network, sizes);
  const white = fullScale(samples);
  const fused = samplesLike(samples, size.height * size.width * (colour ? 3 : 1));
  const weights = exposures.map(() => new OverlayMap(size));
  const strength = new OverlayMap(size);
  let done = 0;

  const keep = (part: Part, levels: readonly Level[]) => {
    let from = 0;
    eachPixel(part.window, size.width, (pixel) => {
      const red = unit(part.data[from++]);
      const green = unit(part.data[from++]);
      const blue = unit(part.data[from++]);
      if (colour) {
        fused[3 * pixel] = Math.round(white * red);
        fused[3 * pixel + 1] = Math.round(white * green);
        fused[3 * pixel + 2] = Math.round(white * blue);
      } else fused[pixel] = Math.round(white * luma(red, green, blue));
    });
    const maps = levels.map((level) => level.map.data);
    weights.forEach((overlay, k) => {
      overlay.set(part.window, (pixel) => softmax(maps, k, pixel));
    });
    strength.set(part.window, (pixel) => Math.max(...levels.map((level) => level.strength.data[pixel] as number)));
  };

  const windows = wholeWindows(sizes.slice(tiled));
  const merge = new Merge(windows, tiled ? 1 : facts.detail_gain);
  const coarse: Level[] = [];
  for (const image of images) {
    await step(done++, total);
    const finest = coarseLevel(image, sizes.slice(0, tiled + 1), tile);
    const parts = gaussianParts(finest, sizes.slice(tiled), whole(windows));
    const levels = await coder.levels(parts, windows, tiled);
    merge.add(levels);
    coarse.push(levels[0] as Level);
  }
  const merged = merge.result();
  if (!tiled) keep(merged, coarse);
  for (const windows of tiles) {
    const merge = new Merge(windows, facts.detail_gain);
    const finest: Level[] = [];
    for (const [k, image] of images.entries()) {
      await step(done++, total);
      const parts = gaussianParts(image, sizes.slice(0, tiled), whole(windows));
      const levels = await coder.levels(parts, windows, 0, coarse[k]);
      merge.add(levels);
      finest.push(levels[0] as Level);
    }
    keep(merge.result(merged), finest);
  }
  await step(total, total);
  return {
    picture: { name: (exposures[0] as Picture).name, size, channels: colour ? 3 : 1, samples: fused },
    overlays: [
      ...weights.map((overlay, k) =>
        overlay.finished(
          `Weight of exposure ${k + 1}`,
          `Where it glows, the finest detail comes from exposure ${k + 1}; the weights of all exposures add up to one ` +
            'in each pixel.',
        ),
      ),
      strength.finished(
        'Strength of the codes',
        'How strongly the learned dictionary answers to the exposure that shows most: edges and texture glow, ' +
          'flat or clipped parts stay dark.',
        true,
      ),
    ],
  };
}

class Coder {
  constructor(
    private readonly facts: MefFacts,
    private readonly network: Network,
    private readonly sizes: readonly Size[],
  ) {}

  /** Levels of an exposure, finest first, in front of the next coarser one if there is one. */
  async levels(parts: readonly Part[], windows: readonly LevelWindows[], first: number, coarser?: Level) {
    const levels = coarser ? [coarser] : [];
    for (let k = parts.length - 1; k >= 0; k--) {
      const { wanted, seen } = windows[k] as LevelWindows;
      const pixels = parts[k] as Part;
      const { maps } = this.facts;
      const found = new Part(await this.network({ image: grey(pixels.read(seen)) }, maps), maps, seen);
      // Levels that a larger picture gets more share the map of the finest.
      const map = found.read(wanted, Math.max(0, first + k - this.sizes.length + this.facts.levels), 1);
      if (levels[0]) add(map, doubled(levels[0].map, wanted));
      levels.unshift({ pixels, map, strength: found.read(wanted, maps - 1, 1) });
    }
    return levels;
  }
}

/** Laplacian pyramids weighed band by band by the softmax of their maps, which is kept relative to the highest so far. */
class Merge {
  private readonly bands: { highest: Float32Array; weights: Float32Array; sums: Part }[];

  constructor(
    private readonly windows: readonly LevelWindows[],
    private readonly detailGain: number,
  ) {
    this.bands = windows.map(({ wanted }) => {
      const sums = Part.empty(wanted, 3);
      const pixels = sums.data.length / 3;
      return { highest: new Float32Array(pixels).fill(-Infinity), weights: new Float32Array(pixels), sums };
    });
  }

  /** Add levels of an exposure, finest first; one more than windows where coarser ones are merged elsewhere. */
  add(levels: readonly Level[]): void {
    this.windows.forEach(({ wanted }, k) => {
      const { highest, weights, sums } = this.bands[k] as (typeof this.bands)[number];
      const { pixels, map } = levels[k] as Level;
      const coarser = levels[k + 1];
      const values = pixels.read(wanted).data;
      const below = coarser && doubled(coarser.pixels, wanted).data;
      for (let pixel = 0; pixel < weights.length; pixel++) {
        const found = map.data[pixel] as number;
        const before = highest[pixel] as number;
        const top = Math.max(before, found);
        const earlier = Math.exp(before - top);
        const weight = Math.exp(found - top);
        highest[pixel] = top;
        weights[pixel] = (weights[pixel] as number) * earlier + weight;
        for (let at = 3 * pixel; at < 3 * pixel + 3; at++) {
          const band = (values[at] as number) - (below ? (below[at] as number) : 0);
          sums.data[at] = (sums.data[at] as number) * earlier + weight * band;
        }
      }
    });
  }

  /** The first level of the fused image, not clipped; `coarser` is the level after the last. */
  result(coarser?: Part): Part {
    for (let k = this.bands.length - 1; k >= 0; k--) {
      const { weights, sums } = this.bands[k] as (typeof this.bands)[number];
      const gain = coarser && !k ? this.detailGain : 1;
      const level = coarser ? doubled(coarser, sums.window) : Part.empty(sums.window, 3);
      for (let at = 0; at < level.data.length; at++) {
        const weight = weights[(at / 3) | 0] as number;
        level.data[at] = (level.data[at] as number) + (gain * (sums.data[at] as number)) / weight;
      }
      coarser = level;
    }
    return coarser as Part;
  }
}

const whole = (windows: readonly LevelWindows[]): Window => (windows[windows.length - 1] as LevelWindows).seen;

const unit = (value: number | undefined) => Math.min(1, Math.max(0, value as number));

function grey(part: Part): Part {
  const result = Part.empty(part.window, 1);
  for (let k = 0, at = 0; k < result.data.length; k++, at += 3) {
    result.data[k] = luma(part.data[at] as number, part.data[at + 1] as number, part.data[at + 2] as number);
  }
  return result;
}

function add(part: Part, other: Part): void {
  for (let k = 0; k < part.data.length; k++) part.data[k] = (part.data[k] as number) + (other.data[k] as number);
}

function softmax(maps: readonly Float32Array[], chosen: number, pixel: number): number {
  const own = (maps[chosen] as Float32Array)[pixel] as number;
  return 1 / maps.reduce((sum, map) => sum + Math.exp((map[pixel] as number) - own), 0);
}
