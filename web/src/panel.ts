/** A task's panel: its sources, and what starts and stops it. */

import { inBandOrder } from './bandOrder';
import type { Choice } from './choices';
import { type Client, WorkerProblem } from './client';
import { element } from './elements';
import type { Opened, Result } from './protocol';
import { SlotView } from './slot';

/** Notes on pictures that are shown at once. */
const MOST_NOTES = 3;

export class Panel {
  readonly root: HTMLElement;
  private readonly slots: SlotView[];
  private readonly fuse = element('button', { type: 'button', className: 'main' }, 'Fuse');
  private readonly sample = element('button', { type: 'button' }, 'Take the drawn sample');
  private readonly stop = element('button', { type: 'button', hidden: true }, 'Stop');
  private readonly progress = element('progress', { max: 1, value: 0, hidden: true });
  private readonly status = element('p', { className: 'status' });
  private busy = false;
  private reading = 0;

  constructor(
    readonly choice: Choice,
    private readonly client: Client,
    private readonly show: (result: Result, choice: Choice, names: readonly string[]) => void,
  ) {
    this.slots = choice.slots.map(
      (slot, k) =>
        new SlotView(
          slot,
          client,
          choice.whites === true,
          (files) => void this.add(files, k),
          () => this.changed(),
        ),
    );
    this.status.setAttribute('role', 'status');
    this.progress.setAttribute('aria-label', 'Progress');
    this.fuse.addEventListener('click', () => void this.run());
    this.sample.addEventListener('click', () => void this.takeSample());
    this.stop.addEventListener('click', () => void this.client.call('stop', {}));
    this.root = element(
      'div',
      { className: 'panel' },
      element('p', { className: 'about' }, choice.about),
      element('div', { className: 'slots' }, ...this.slots.map((slot) => slot.root)),
      element('div', { className: 'buttons' }, this.fuse, this.sample, this.stop, this.progress),
      this.status,
    );
    this.root.setAttribute('role', 'tabpanel');
    this.changed();
  }

  /** Put files into a slot; several go to the first slot, in place of what is there, and from there to the next. */
  private async add(files: readonly File[], chosen: number): Promise<void> {
    if (!files.length) return;
    const view = this.slots[chosen] as SlotView;
    const { slot, pictures } = view;
    const put = (opened: readonly Opened[]) => {
      for (const picture of opened) view.add(picture);
    };
    if (slot.separate) {
      const room = slot.most - pictures.length;
      const left = files.length > room ? `${slot.most} fit here; ${files.length - room} left out.` : '';
      await this.read(files.slice(0, room), put, left);
    } else if (files.length === 1) await this.read(files, put);
    else await this.read(inBandOrder(files), (opened) => this.spread(opened));
  }

  /** Put pictures that came together into their slots: those of low resolution come first. */
  private spread(opened: readonly Opened[]): void {
    const pixels = ({ size }: Opened) => size.height * size.width;
    const pictures = [...opened].sort((first, second) => pixels(first) - pixels(second));
    let slot = 0;
    if (pictures.length) this.slots[slot]?.clear();
    for (const picture of pictures) {
      if (!this.slots[slot]?.joins(picture) && this.slots[slot + 1]) slot += 1;
      this.slots[slot]?.add(picture);
    }
  }

  private async read(files: readonly File[], place: (opened: readonly Opened[]) => void, note = ''): Promise<void> {
    this.tell('Reading…');
    this.setReading(1);
    const opened: Opened[] = [];
    let problem: unknown;
    for (const file of files) {
      try {
        opened.push(await this.client.call('open', { file }));
      } catch (found) {
        problem ??= found;
      }
    }
    place(opened);
    const notes = [note, ...opened.map((picture) => picture.note)].filter(Boolean);
    const more = notes.length > MOST_NOTES ? `${notes.length - MOST_NOTES} more files have such notes.` : '';
    const told = [...notes.slice(0, MOST_NOTES), more].join(' ');
    this.tell(problem ? message(problem) : told, problem !== undefined);
    this.setReading(-1);
  }

  private async takeSample(): Promise<void> {
    this.setReading(1);
    for (const slot of this.slots) slot.clear();
    for (const [k, { slot }] of this.slots.entries()) {
      try {
        await this.add(await Promise.all(slot.samples.map(sampleFile)), k);
      } catch {
        this.tell('The samples could not be loaded. Is the page’s server still there?', true);
      }
    }
    this.setReading(-1);
    this.fuse.focus();
  }

  private async run(): Promise<void> {
    const sources = this.slots.flatMap(({ slot, pictures }) => {
      const ids = pictures.map(({ id }) => id);
      return slot.separate ? ids.map((id) => [id]) : [ids];
    });
    const names = this.slots.flatMap(({ slot, pictures }) =>
      slot.separate ? pictures.map((_, k) => `Exposure ${k + 1}`) : [slot.name],
    );
    const request = { task: this.choice.task, sources, whites: this.slots.map((slot) => slot.whiteValue) };
    const focused = this.fuse === document.activeElement;
    this.setBusy(true);
    if (focused) this.stop.focus();
    this.tell('Fusing…');
    try {
      const result = await this.client.call('fuse', request, (share) => {
        this.progress.value = share;
      });
      const brightened = result.brightened ? ' Shown brighter than the files, which keep their values.' : '';
      this.tell(`Done in ${result.seconds.toFixed(2)} s.${brightened}`);
      this.show(result, this.choice, names);
    } catch (problem) {
      this.tell(message(problem), true);
    } finally {
      this.setBusy(false);
      // What is hidden or disabled loses the focus.
      if (focused && document.activeElement === document.body) this.fuse.focus({ preventScroll: true });
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.stop.hidden = !busy;
    this.progress.hidden = !busy;
    this.progress.value = 0;
    this.changed();
  }

  private setReading(step: 1 | -1): void {
    this.reading += step;
    this.changed();
  }

  private changed(): void {
    this.root?.setAttribute('aria-busy', String(this.busy || this.reading > 0));
    this.fuse.disabled = this.busy || this.reading > 0 || this.slots?.some(({ pictures }) => pictures.length === 0);
    this.sample.disabled = this.busy || this.reading > 0;
  }

  private tell(text: string, problem = false): void {
    this.status.textContent = text;
    this.status.classList.toggle('problem', problem);
  }
}

async function sampleFile(name: string): Promise<File> {
  const response = await fetch(`samples/${name}`);
  if (!response.ok) throw new Error(name);
  return new File([await response.blob()], name);
}

function message(problem: unknown): string {
  if (problem instanceof WorkerProblem && problem.expected) return problem.message;
  const words = problem instanceof Error ? problem.message : String(problem);
  return /memory|allocat/i.test(words)
    ? 'The browser has no more memory for this picture. Close other pages, or take a smaller picture.'
    : `Something went wrong: ${words}`;
}
