/** From pictures to a task: checked, so that a message says what does not fit. */

import { interleaved } from './channels';
import { fuseIvf } from './ivf';
import { checkFits } from './limits';
import { fuseMef } from './mef';
import { fuseMsf } from './msf';
import type { MsfFacts, NetworkFacts } from './networks';
import { fullScale, largest, type Picture, type Samples } from './picture';
import type { Task } from './protocol';
import { type Fused, InputProblem, type Network, type Step } from './work';

/** `networks` finds a network by the name of its preset. */
type Work = (facts: NetworkFacts, networks: (preset: string) => Network, step: Step) => Promise<Fused>;

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
  return ({ ivf }, networks, step) => {
    checkSide(visible, ivf.levels);
    return fuseIvf(infrared, visible, ivf, networks(ivf.preset), step);
  };
}

function mef(exposures: readonly Picture[]): Work {
  if (exposures.length < 2 || exposures.length > MOST_EXPOSURES) {
    throw new InputProblem(`Expected two to nine exposures, found ${exposures.length}.`);
  }
  const kinds = new Set(exposures.map(({ samples }) => fullScale(samples)));
  if (kinds.size > 1) throw new InputProblem('The exposures differ in depth; expected all of 8 bits or all of 16.');
  return ({ mef }, networks, step) => {
    checkSide(exposures[0] as Picture, mef.levels);
    return fuseMef(exposures, mef, networks(mef.preset), step);
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
  return ({ msf }, networks, step) => {
    const facts = msf.find((each) => each.bands === bands.channels);
    if (!facts) {
      throw new InputProblem(
        `${bands.name} has ${count(bands.channels, 'band')}; expected ${msf.map(taken).join(', or ')}. ` +
          'Bands come as one TIFF file, or as one grey picture each.',
      );
    }
    if (guide.channels !== facts.guide_channels) {
      throw new InputProblem(`${guide.name} has ${count(guide.channels, 'channel')}; expected ${taken(facts)}.`);
    }
    const { scale } = facts;
    const { height, width } = bands.size;
    if (guide.size.height !== scale * height || guide.size.width !== scale * width) {
      throw new InputProblem(
        `The guide has to be ${scale} times as wide and high as the bands: expected ${scale * width} x ` +
          `${scale * height} for ${describe(bands)}, found ${describe(guide)}.`,
      );
    }
    if (Math.min(height, width) < facts.smallest) throw new InputProblem(`${describe(bands)} is too small.`);
    checkFits('The result', guide.size, facts.bands);
    return fuseMsf(bands, guide, whites, facts, networks(facts.preset), step);
  };
}

const count = (number: number, name: string) => `${number} ${name}${number === 1 ? '' : 's'}`;

const taken = ({ bands, guide_channels, scale }: MsfFacts) =>
  `${bands} bands with ${guide_channels === 1 ? 'a grey (panchromatic)' : 'an RGB'} guide ${scale} times as wide and high`;

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
