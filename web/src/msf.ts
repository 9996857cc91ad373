/** Low resolution and guide: the exported task run tile by tile; see cscfuse_keras/runtimes/msf.py. */

import { Part, type Size } from './image';
import type { MsfFacts } from './networks';
import { OverlayMap } from './overlay';
import { eachPixel, type Picture, samplesLike, UnitPixels } from './picture';
import { evenTiles, framed, scaled } from './tiles';
import { type Fused, type Network, type Step, TILE } from './work';

/** Sample values that mean white. */
export interface Whites {
  readonly bands: number;
  readonly guide: number;
}

export async function fuseMsf(
  bands: Picture,
  guide: Picture,
  whites: Whites,
  facts: MsfFacts,
  network: Network,
  step: Step,
  tile = TILE,
): Promise<Fused> {
  const { scale, reach } = facts;
  const { size } = guide;
  const low = new UnitPixels(bands, bands.channels, whites.bands);
  const fine = new UnitPixels(guide, guide.channels, whites.guide);
  const tiles = evenTiles(bands.size, Math.max(1, Math.floor(tile / scale)));
  const side = (length: keyof Size) => Math.ceil(bands.size[length] / Math.ceil((bands.size[length] * scale) / tile));
  const extent = { height: side('height') + 2 * reach, width: side('width') + 2 * reach };
  const fused = samplesLike(bands.samples, size.height * size.width * facts.bands);
  const maps = facts.bands + 1;
  const added = new OverlayMap(size);
  const strength = new OverlayMap(size);
  for (const [k, window] of tiles.entries()) {
    await step(k, tiles.length);
    const seen = framed(window, extent, reach, bands.size);
    const lowPart = low.read(seen);
    const result = await network({ low_resolution: lowPart, guide: fine.read(scaled(seen, scale)) }, maps);
    const place = scaled(window, scale);
    const part = new Part(result, maps, scaled(seen, scale)).read(place);
    let from = 0;
    eachPixel(place, size.width, (pixel) => {
      for (let band = 0; band < facts.bands; band++) {
        fused[pixel * facts.bands + band] = Math.round(whites.bands * (part.data[from + band] as number));
      }
      from += maps;
    });
    strength.set(place, (pixel) => part.data[pixel * maps + facts.bands] as number);
    added.set(place, (pixel) => {
      const columns = place.columns.stop - place.columns.start;
      const row = place.rows.start + Math.floor(pixel / columns);
      const column = place.columns.start + (pixel % columns);
      const at = part.at(row, column);
      const below = lowPart.at(Math.floor(row / scale), Math.floor(column / scale));
      let sum = 0;
      for (let band = 0; band < facts.bands; band++) {
        sum += Math.abs((part.data[at + band] as number) - (lowPart.data[below + band] as number));
      }
      return sum / facts.bands;
    });
  }
  await step(tiles.length, tiles.length);
  return {
    picture: { name: bands.name, size, channels: facts.bands, samples: fused },
    overlays: [
      added.finished(
        'Detail that was added',
        'How far each pixel is from the low-resolution pixel it lies in: what the codes, with the guide’s help, added.',
        true,
      ),
      strength.finished(
        'Strength of the codes',
        'How strongly the learned dictionary answers to both pictures, in blocks of one low-resolution pixel: edges and ' +
          'texture glow, flat parts stay dark.',
        true,
      ),
    ],
  };
}
