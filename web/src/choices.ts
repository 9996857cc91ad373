/** What the visitor chooses for each task. */

import type { Task } from './protocol';

export interface Slot {
  readonly name: string;
  readonly hint: string;
  /** Number of files. */
  readonly most: number;
  /** Whether each file is a source of its own, not a band of one. */
  readonly separate?: boolean;
  readonly samples: readonly string[];
}

export interface Choice {
  readonly task: Task;
  readonly tab: string;
  readonly about: string;
  readonly slots: readonly Slot[];
  /** Whether the sample value that means white is asked for, a slot. */
  readonly whites?: boolean;
}

export const CHOICES: readonly Choice[] = [
  {
    task: 'ivf',
    tab: 'Infrared + visible',
    about:
      'A thermal and a visible picture of the same view and size become one: warm things show, colour and detail stay.',
    slots: [
      { name: 'Infrared', hint: 'Bright is warm', most: 1, samples: ['infrared.png'] },
      { name: 'Visible', hint: 'Colour or grey', most: 1, samples: ['visible.png'] },
    ],
  },
  {
    task: 'mef',
    tab: 'Exposures',
    about:
      'Two to nine exposures of one scene, taken from a tripod, become one picture without crushed shadows or lost skies.',
    slots: [
      {
        name: 'Exposures',
        hint: 'Two to nine, in any order',
        most: 9,
        separate: true,
        samples: ['exposure_1.png', 'exposure_2.png', 'exposure_3.png'],
      },
    ],
  },
  {
    task: 'msf',
    tab: 'Low resolution + guide',
    about:
      'A picture of few pixels but all colours or bands gets the detail of a sharp guide of the same view: RGB or satellite ' +
      'bands with a panchromatic guide, or 31 bands of visible light with an RGB guide.',
    slots: [
      {
        name: 'Low resolution',
        hint: 'RGB; 4 bands (blue, green, red, near infrared) or 31 (400 to 700 nm) as one TIFF or a grey file each',
        most: 31,
        samples: ['rgb.png'],
      },
      {
        name: 'Guide',
        hint: 'Panchromatic, 4 times as wide and high; for 31 bands RGB, twice',
        most: 1,
        samples: ['panchromatic.png'],
      },
    ],
    whites: true,
  },
];
