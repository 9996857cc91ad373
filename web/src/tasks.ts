/** From pictures to a task: checked, so that a message says what does not fit. */

import { interleaved } from './decoding';
import { fuseIvf } from './ivf';
import { fuseMef } from './mef';
import { fuseMsf } from './msf';
import type { NetworkFacts } from './networks';
import { fullScale, type Picture, type Samples } from './picture';
import type { Task } from './protocol';
import { type Fused, InputProblem, type Network, type Step } from './work';

type Work = (facts: NetworkFacts, network: Network, step: Step) => Promise<Fused>;

export const MOST_EXPOSURES = 9;

const describe = ({ name, size }: Picture) => `${name} (${size.width} x ${size.height})`;

/** What fuses these pictures; throws `InputProblem` if they do not fit the task. */
export function fused(task: Task, pictures: readonly Picture[], whites: readonly number[]): Work {
  if (task === 'msf') return msf(pictures, whites);
  for (const picture of pictures) {
    if (picture.channels !== 1 && picture.channels !== 3) {
      throw new InputProblem(`${picture.name} has ${picture.channels} bands; expected a grey or an RGB picture.`);
    }
  }
  checkSizes(pictures);
  return task === 'ivf' ? ivf(pictures) : mef(pictures);
}

/** Several pictures as the bands of one. */
export function joined(pictures: readonly Picture[]): Picture {
  const [first] = pictures;
  if (!first) throw new InputProblem('A picture is missing.');
  if (pictures.length === 1) return first;
  checkSizes(pictures);
  const kinds = new Set(pictures.map(({ samples }) => fullScale(samples)));
  if (kinds.size > 1) throw new InputProblem('The bands differ in depth; expected all of 8 bits or all of 16.');
  const bands = pictures.map(({ name, channels, samples }) => {
    if (channels !== 1) throw new InputProblem(`${name} is in colour; expected grey pictures, one a band.`);
    return samples;
  });
  return interleaved(first.name, first.size, bands as Samples[]);
}

function ivf(pictures: readonly Picture[]): Work {
  const [infrared, visible] = pictures;
  if (!infrared || !visible) throw new InputProblem('Expected an infrared and a visible picture.');
  return (facts, network, step) => {
    checkSide(visible, facts.ivf.levels);
    return fuseIvf(infrared, visible, facts.ivf, network, step);
  };
}

function mef(exposures: readonly Picture[]): Work {
  if (exposures.length < 2 || exposures.length > MOST_EXPOSURES) {
    throw new InputProblem(`Expected two to nine exposures, found ${exposures.length}.`);
  }
  const kinds = new Set(exposures.map(({ samples }) => fullScale(samples)));
  if (kinds.size > 1) throw new InputProblem('The exposures differ in depth; expected all of 8 bits or all of 16.');
  return (facts, network, step) => {
    checkSide(exposures[0] as Picture, facts.mef.levels);
    return fuseMef(exposures, facts.mef, network, step);
  };
}

function msf([bands, guide]: readonly Picture[], [bandsWhite, guideWhite]: readonly number[]): Work {
  if (!bands || !guide) throw new InputProblem('Expected bands at low resolution and a guide.');
  const whites = { bands: bandsWhite ?? fullScale(bands.samples), guide: guideWhite ?? fullScale(guide.samples) };
  for (const [picture, white] of [
    [bands, whites.bands],
    [guide, whites.guide],
  ] as const) {
    const most = largest(picture.samples);
    if (most > white) {
      throw new InputProblem(
        `${picture.name} holds values up to ${most}, above the stated white of ${white}; state a higher one.`,
      );
    }
  }
  return ({ msf }, network, step) => {
    if (bands.channels !== msf.bands) {
      throw new InputProblem(
        `${bands.name} has ${bands.channels} ${bands.channels === 1 ? 'band' : 'bands'}; the network takes ${msf.bands}: ` +
          'blue, green, red, near infrared, as one TIFF file or as one grey picture each.',
      );
    }
    if (guide.channels !== msf.guide_channels) {
      throw new InputProblem(`${guide.name} has ${guide.channels} channels; expected a grey (panchromatic) guide.`);
    }
    const { height, width } = bands.size;
    if (guide.size.height !== msf.scale * height || guide.size.width !== msf.scale * width) {
      throw new InputProblem(
        `The guide has to be ${msf.scale} times as wide and high as the bands: expected ${msf.scale * width} x ` +
          `${msf.scale * height} for ${describe(bands)}, found ${describe(guide)}.`,
      );
    }
    if (Math.min(height, width) < msf.smallest) throw new InputProblem(`${describe(bands)} is too small.`);
    return fuseMsf(bands, guide, whites, msf, network, step);
  };
}

function largest(samples: Samples): number {
  let most = 0;
  for (const sample of samples) if (sample > most) most = sample;
  return most;
}

function checkSizes(pictures: readonly Picture[]): void {
  const [first, ...others] = pictures as [Picture, ...Picture[]];
  for (const other of others) {
    if (other.size.height !== first.size.height || other.size.width !== first.size.width) {
      throw new InputProblem(
        `The pictures differ in size: ${describe(first)}, ${describe(other)}. They have to show the same view, pixel ` +
          'by pixel: register and crop them first, for instance with cscfuse fuse --align.',
      );
    }
  }
}

/** The coarsest level of a pyramid needs two pixels. */
function checkSide(picture: Picture, levels: number): void {
  const least = 2 ** (levels - 1) + 1;
  if (Math.min(picture.size.height, picture.size.width) < least) {
    throw new InputProblem(`${describe(picture)} is too small; expected at least ${least} pixels on each side.`);
  }
}
