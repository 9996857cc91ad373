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
      'Four bands of low resolution (blue, green, red, near infrared) get the detail of a panchromatic picture of four times ' +
      'the width and height. The network is trained on satellite pictures.',
    slots: [
      {
        name: 'Low resolution',
        hint: 'One TIFF file of four bands, or four grey pictures: blue, green, red, near infrared',
        most: 4,
        samples: ['bands.tif'],
      },
      { name: 'Guide', hint: 'Panchromatic, 4 times as wide and high', most: 1, samples: ['panchromatic.png'] },
    ],
    whites: true,
  },
];
