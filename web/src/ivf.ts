/** Infrared-visible fusion in pyramids; see cscfuse_keras/runtimes/ivf_pyramid.py. */

import { concatenated, Part } from './image';
import type { IvfFacts } from './networks';
import { OverlayMap } from './overlay';
import { eachPixel, fullScale, LumaPixels, luma, type Picture, samplesLike } from './picture';
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

// Constants of cscfuse_keras/fusion/blend_pair.py.
const SOFTNESS = 0.09;
const LARGEST_SPREAD = 0.36;

/** What a level tells the next finer one: both images, the context, and the fused image less mid-grey. */
interface Level {
  readonly pair: Part;
  readonly context: Part;
  readonly fused: Part;
  readonly found: Part;
}

export async function fuseIvf(
  infrared: Picture,
  visible: Picture,
  facts: IvfFacts,
  network: Network,
  step: Step,
  tile = TILE,
): Promise<Fused> {
  const { size } = visible;
  const pair = new LumaPixels([infrared, visible]);
  const sizes = levelSizes(size, facts.levels);
  const tiled = countTiled(sizes, tile);
  const tiles = tiled ? tileWindows(sizes.slice(0, tiled), tile, facts.reach) : [];
  const total = tiles.length + 1;
  const blend = new Blend(facts, network, sizes.length);
  const maps = { infrared: new OverlayMap(size), strength: new OverlayMap(size) };
  const deviation = new Float32Array(size.height * size.width);
  let squares = 0;
  const keep = ({ fused, found }: Level) => {
    let from = 0;
    eachPixel(fused.window, size.width, (pixel) => {
      const value = fused.data[from++] as number;
      deviation[pixel] = value;
      squares += value * value;
    });
    const at = (pixel: number, channel: number) => found.data[pixel * found.channels + channel] as number;
    maps.infrared.set(fused.window, (pixel) => share(at(pixel, 0), at(pixel, 1)));
    maps.strength.set(fused.window, (pixel) => at(pixel, found.channels - 1));
  };

  await step(0, total);
  const finest = coarseLevel(pair, sizes.slice(0, tiled + 1), tile);
  const windows = wholeWindows(sizes.slice(tiled));
  const coarse = await blend.levels(
    gaussianParts(finest, sizes.slice(tiled), last(windows).seen),
    windows,
    null,
    tiled,
  );
  if (!tiled) keep(coarse);
  for (const [k, windows] of tiles.entries()) {
    await step(k + 1, total);
    const parts = gaussianParts(pair, sizes.slice(0, tiled), last(windows).seen);
    keep(await blend.levels(parts, windows, coarse, 0));
  }
  await step(total, total);
  const contrast = Math.min(facts.contrast, LARGEST_SPREAD / Math.max(Math.sqrt(squares / deviation.length), 1e-6));
  for (let k = 0; k < deviation.length; k++) deviation[k] = limitedSoftly(0.5 + contrast * (deviation[k] as number));
  return {
    picture: withLuma(visible, deviation),
    overlays: [
      maps.infrared.finished(
        'Weight of the infrared picture',
        'Where it glows, the network gives the finest detail of the infrared picture more weight than the visible one’s; ' +
          'dark parts lean on the visible picture.',
      ),
      maps.strength.finished(
        'Strength of the codes',
        'How strongly the learned dictionary answers to both pictures: edges, texture and warm outlines glow, ' +
          'flat parts stay dark.',
        true,
      ),
    ],
  };
}

class Blend {
  constructor(
    private readonly facts: IvfFacts,
    private readonly network: Network,
    private readonly count: number,
  ) {}

  /** The finest of some levels, after all coarser ones of them; `first` is its number. */
  async levels(parts: readonly Part[], windows: readonly LevelWindows[], coarser: Level | null, first: number) {
    let level = coarser;
    for (let k = parts.length - 1; k >= 0; k--) {
      level = await this.level(parts[k] as Part, windows[k] as LevelWindows, level, first + k);
    }
    return level as Level;
  }

  private async level(
    pair: Part,
    { wanted, seen }: LevelWindows,
    coarser: Level | null,
    number: number,
  ): Promise<Level> {
    const { levels, maps } = this.facts;
    const image = pair.read(seen);
    const context = coarser ? doubled(coarser.context, seen) : this.firstContext(image);
    const result = await this.network({ image: concatenated(image, context) }, maps);
    const found = new Part(result, maps, seen).read(wanted);
    // Three maps a level, the finest level's two for pixels, the context.
    const head = 3 * Math.max(0, number - (this.count - levels));
    const pixels = 3 * levels;
    const fused = coarser ? doubled(coarser.fused, wanted) : Part.empty(wanted, 1);
    const below = coarser ? doubled(coarser.pair, wanted).data : undefined;
    const { data } = pair.read(wanted);
    for (let pixel = 0, at = 0; pixel < fused.data.length; pixel++, at += maps) {
      let value = fused.data[pixel] as number;
      for (let k = 0; k < 2; k++) {
        const sample = data[2 * pixel + k] as number;
        const band = sample - (below ? (below[2 * pixel + k] as number) : 0.5);
        value += (1 + Math.tanh(0.5 * (found.data[at + head + k] as number))) * band;
        if (!number) value += Math.tanh(found.data[at + pixels + k] as number) * (sample - 0.5);
      }
      fused.data[pixel] = value + (found.data[at + head + 2] as number);
    }
    // The strength comes last.
    return { pair, context: found.read(wanted, pixels + 2, maps - pixels - 3), fused, found };
  }

  private firstContext(image: Part): Part {
    const [first, second] = this.facts.first_context as [number[], number[]];
    const context = Part.empty(image.window, first.length);
    for (let pixel = 0, to = 0; to < context.data.length; pixel++) {
      const infrared = image.data[2 * pixel] as number;
      const visible = image.data[2 * pixel + 1] as number;
      for (let k = 0; k < first.length; k++) {
        context.data[to++] = infrared * (first[k] as number) + visible * (second[k] as number);
      }
    }
    return context;
  }
}

/** The visible picture with its luma replaced and its chroma kept; see cscfuse_keras/tasks/colour.py. */
export function withLuma({ name, size, channels, samples }: Picture, grey: Float32Array): Picture {
  const white = fullScale(samples);
  const fused = samplesLike(samples, samples.length);
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const value = grey[pixel] as number;
    if (channels === 1) {
      fused[pixel] = Math.round(white * value);
      continue;
    }
    const at = 3 * pixel;
    const red = (samples[at] as number) / white;
    const green = (samples[at + 1] as number) / white;
    const blue = (samples[at + 2] as number) / white;
    const before = luma(red, green, blue);
    const above = Math.max(red, green, blue) - before;
    const below = before - Math.min(red, green, blue);
    const fitting = Math.min(1, above > 0 ? (1 - value) / above : 1, below > 0 ? value / below : 1);
    fused[at] = rounded(white, value + fitting * (red - before));
    fused[at + 1] = rounded(white, value + fitting * (green - before));
    fused[at + 2] = rounded(white, value + fitting * (blue - before));
  }
  return { name, size, channels, samples: fused };
}

const rounded = (white: number, value: number) => Math.round(white * Math.min(1, Math.max(0, value)));

const last = <Value>(values: readonly Value[]) => values[values.length - 1] as Value;

/** Share of the first of two weights of bands. */
function share(first: number, second: number): number {
  const weight = 1 + Math.tanh(first / 2);
  return weight / (weight + 1 + Math.tanh(second / 2));
}

const softplus = (value: number) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));

const limitedSoftly = (value: number) =>
  SOFTNESS * (softplus(value / SOFTNESS) - softplus(value / SOFTNESS - 1 / SOFTNESS));
