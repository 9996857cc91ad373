/** Pictures turned to how they are looked at; EXIF 2.32, section 4.6.4; see cscfuse_keras/io/metadata.py. */

import { type Picture, samplesLike } from './picture';

const ORIENTATION = 274;
const SHORT = 3;

/** The orientation that an EXIF block tells, 1 to 8; 1 if it tells none, or is damaged. */
export function orientationOf(exif: DataView): number {
  try {
    const little = exif.getUint16(0) === 0x4949;
    const start = exif.getUint32(4, little);
    for (let entry = 0; entry < exif.getUint16(start, little); entry++) {
      const at = start + 2 + 12 * entry;
      if (exif.getUint16(at, little) !== ORIENTATION || exif.getUint16(at + 2, little) !== SHORT) continue;
      return exif.getUint16(at + 8, little);
    }
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
  }
  return 1;
}

/** Turn stored rows and columns upright. */
export function upright(picture: Picture, orientation: number): Picture {
  if (!(orientation > 1 && orientation <= 8)) return picture;
  const { size, channels, samples } = picture;
  const turned = orientation >= 5;
  const { height, width } = turned ? { height: size.width, width: size.height } : size;
  const fromRight = [2, 3, 6, 7].includes(orientation);
  const fromBelow = [3, 4, 7, 8].includes(orientation);
  const result = samplesLike(samples, samples.length);
  let to = 0;
  for (let row = 0; row < height; row++) {
    const y = fromBelow ? height - 1 - row : row;
    for (let column = 0; column < width; column++) {
      const x = fromRight ? width - 1 - column : column;
      const from = channels * (turned ? x * size.width + y : y * size.width + x);
      for (let k = 0; k < channels; k++) result[to++] = samples[from + k] as number;
    }
  }
  return { ...picture, size: { height, width }, samples: result };
}
