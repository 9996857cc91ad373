/** From files to pictures. PNG and TIFF are read sample by sample, all else by the browser, in 8 bits. */

import { greyIfGrey, withoutAlpha } from './channels';
import { checkFits } from './limits';
import { orientationOf, upright } from './orientation';
import { fullScale, largest, type Picture } from './picture';
import { fromPng } from './png';
import { fromTiff } from './tiff';
import { InputProblem } from './work';

/** "EXIF" and "XXXX". */
const [EXIF_CHUNK, HIDDEN_CHUNK] = [0x45584946, 0x58585858];
const TIFF_STARTS = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];

/** Read a picture and turn it upright; its note tells what is left out, or doubtful. */
export async function decoded(file: File): Promise<Picture> {
  try {
    return withDoubts(await read(file));
  } catch (problem) {
    if (problem instanceof InputProblem) throw problem;
    throw new InputProblem(
      `${file.name} could not be read as a picture. PNG, JPEG, WebP, BMP and TIFF are; it may be damaged, or of another format.`,
    );
  }
}

async function read(file: File): Promise<Picture> {
  const content = await file.arrayBuffer();
  const start = String.fromCharCode(...new Uint8Array(content, 0, Math.min(4, content.byteLength)));
  if (start === '\x89PNG') return fromPng(file.name, new Uint8Array(content));
  if (TIFF_STARTS.includes(start)) return fromTiff(file.name, content);
  if (start === 'RIFF') return fromWebP(file.name, content);
  return byBrowser(file.name, file);
}

/** Browsers differ in whether they turn WebP upright, so that they do not get to see that it is to be. */
async function fromWebP(name: string, content: ArrayBuffer): Promise<Picture> {
  const view = new DataView(content);
  let orientation = 1;
  for (let at = 12; at + 8 <= content.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    if (view.getUint32(at) === EXIF_CHUNK) {
      const start = at + 8;
      orientation = orientationOf(new DataView(content, start, Math.min(length, content.byteLength - start)));
      view.setUint32(at, HIDDEN_CHUNK);
    }
    at += 8 + length + (length % 2);
  }
  return upright(await byBrowser(name, new Blob([content])), orientation);
}

async function byBrowser(name: string, content: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(content, {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const size = { height: bitmap.height, width: bitmap.width };
  checkFits(name, size, 4);
  const context = new OffscreenCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const samples = new Uint8Array(context.getImageData(0, 0, size.width, size.height).data.buffer as ArrayBuffer);
  const colours = greyIfGrey(withoutAlpha({ name, size, channels: 4, samples }));
  // Canvases keep colours times opacity.
  return colours.note
    ? { ...colours, note: `${colours.note} Its colours are not exact there; PNG keeps them.` }
    : colours;
}

/** Nothing is assumed of few values in 16 bits: the picture may be dark, or come from a sensor of fewer bits. */
function withDoubts(picture: Picture): Picture {
  const white = fullScale(picture.samples);
  if (white === 255) return picture;
  const most = largest(picture.samples);
  if (most >= white / 4) return picture;
  const note = `${picture.name} holds values up to ${most} of ${white}: it is dark, or its white is less than ${white}.`;
  return { ...picture, note: [picture.note, note].filter(Boolean).join(' ') };
}
