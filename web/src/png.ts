/** PNG files, sample by sample. */

import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { greyIfGrey, withoutAlpha } from './channels';
import { checkFits } from './limits';
import { orientationOf, upright } from './orientation';
import type { Picture, Samples } from './picture';

const COLOUR_MAP = 3;

export function fromPng(name: string, content: Uint8Array<ArrayBuffer>): Picture {
  const header = new DataView(content.buffer);
  const size = { width: header.getUint32(16), height: header.getUint32(20) };
  checkFits(name, size, 4);
  const png = decode(content);
  const { channels, samples } = samplesOf(png);
  const picture = { name, size, channels, samples };
  const colours = channels % 2 ? picture : withoutAlpha(picture);
  const grey = content[25] === COLOUR_MAP && colours.channels === 3 ? greyIfGrey(colours) : colours;
  return upright(grey, exifOrientation(content));
}

/** Colour maps are looked up, and greys of few bits are taken for one. */
function samplesOf(png: DecodedPng): { channels: number; samples: Samples } {
  const { depth, channels, data } = png;
  if (!png.palette && depth >= 8) return { channels, samples: data as Samples };
  const greys = () => Array.from({ length: 2 ** depth }, (_, k) => [(255 * k) / (2 ** depth - 1)]);
  const palette = png.palette ?? greys();
  return { channels: palette[0]?.length ?? 0, samples: convertIndexedToRgb({ ...png, palette }) as Samples };
}

/** Of the chunk eXIf; PNG, third edition, section 11.3.4.4. */
function exifOrientation(content: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(content.buffer);
  for (let at = 8; at + 8 <= content.length; at += 12 + view.getUint32(at)) {
    const kind = String.fromCharCode(...content.subarray(at + 4, at + 8));
    if (kind === 'eXIf') {
      return orientationOf(new DataView(content.buffer, at + 8, Math.min(view.getUint32(at), content.length - at - 8)));
    }
  }
  return 1;
}
