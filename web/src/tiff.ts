/** TIFF files of one page or a page a band, sample by sample. */

import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff';
import { interleaved, withoutAlpha } from './channels';
import { checkFits } from './limits';
import { upright } from './orientation';
import type { Picture, Samples } from './picture';
import { InputProblem } from './work';

const [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB] = [0, 1, 2];
/** Extra samples that are opacity. */
const ALPHA = [1, 2];

export async function fromTiff(name: string, content: ArrayBuffer): Promise<Picture> {
  const file = await fromArrayBuffer(content);
  const all = await Promise.all(Array.from({ length: await file.getImageCount() }, (_, k) => file.getImage(k)));
  // Reduced copies may stand beside a picture.
  const pages = all.filter((page) => !(((page.fileDirectory.getValue('NewSubfileType') as number) ?? 0) & 1));
  const [first] = pages;
  if (!first) throw new Error('no page');
  const size = { height: first.getHeight(), width: first.getWidth() };
  checkFits(name, size, pages.length * first.getSamplesPerPixel());
  if (pages.some((page) => page.getHeight() !== size.height || page.getWidth() !== size.width)) {
    throw new InputProblem(`${name} holds pages of several sizes; expected one picture, or bands of one size.`);
  }
  const bands: Samples[] = [];
  for (const page of pages) bands.push(...(await bandsOf(name, page)));
  const picture = interleaved(name, size, bands);
  const extra = first.fileDirectory.getValue('ExtraSamples') as ArrayLike<number> | number | undefined;
  const alpha = pages.length === 1 && ALPHA.includes(typeof extra === 'object' ? (extra[0] as number) : (extra ?? 0));
  const orientation = ((await first.fileDirectory.loadValue('Orientation')) as number) ?? 1;
  return upright(alpha && [2, 4].includes(bands.length) ? withoutAlpha(picture) : picture, orientation);
}

async function bandsOf(name: string, page: GeoTIFFImage): Promise<Samples[]> {
  const meaning = page.fileDirectory.getValue('PhotometricInterpretation') as number;
  const bits = Array.from({ length: page.getSamplesPerPixel() }, (_, k) => page.getBitsPerSample(k));
  if (![WHITE_IS_ZERO, BLACK_IS_ZERO, RGB].includes(meaning) || bits.some((each) => each !== 8 && each !== 16)) {
    throw new InputProblem(
      `${name} does not hold grey, RGB or bands of 8 or 16 bits, which are expected of TIFF files here; convert it.`,
    );
  }
  const bands = (await page.readRasters({ interleave: false })) as unknown as Samples[];
  for (const band of bands) {
    if (!(band instanceof Uint8Array || band instanceof Uint16Array)) {
      throw new InputProblem(`${name} holds signed or floating-point samples; expected whole numbers from 0.`);
    }
  }
  if (meaning === WHITE_IS_ZERO) {
    const band = bands[0] as Samples;
    const white = 2 ** (bits[0] as number) - 1;
    for (let pixel = 0; pixel < band.length; pixel++) band[pixel] = white - (band[pixel] as number);
  }
  return bands;
}
