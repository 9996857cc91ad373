/** A task's panel: its sources, and what starts and stops it. */

import type { Choice } from './choices';
import { type Client, WorkerProblem } from './client';
import { element } from './elements';
import type { Result } from './protocol';
import { SlotView } from './slot';

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

  /** Put files into a slot; what it cannot hold goes to the next ones. */
  private async add(files: readonly File[], first: number): Promise<void> {
    if (!files.length) return;
    this.tell('Reading…');
    this.reading += 1;
    let slot = first;
    try {
      for (const [k, file] of files.entries()) {
        const picture = await this.client.call('open', { file });
        while (k && this.slots[slot]?.full && this.slots[slot + 1]) slot += 1;
        this.slots[slot]?.add(picture);
      }
      this.tell('');
    } catch (problem) {
      this.tell(message(problem), true);
    } finally {
      this.reading -= 1;
      this.changed();
    }
  }

  private async takeSample(): Promise<void> {
    this.reading += 1;
    for (const slot of this.slots) slot.clear();
    for (const [k, { slot }] of this.slots.entries()) {
      try {
        await this.add(await Promise.all(slot.samples.map(sampleFile)), k);
      } catch {
        this.tell('The samples could not be loaded. Is the page’s server still there?', true);
      }
    }
    this.reading -= 1;
    this.changed();
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
    this.setBusy(true);
    this.tell('Fusing…');
    try {
      const result = await this.client.call('fuse', request, (share) => {
        this.progress.value = share;
      });
      this.tell(`Done in ${result.seconds.toFixed(2)} s.`);
      this.show(result, this.choice, names);
    } catch (problem) {
      this.tell(message(problem), true);
    } finally {
      this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.stop.hidden = !busy;
    this.progress.hidden = !busy;
    this.progress.value = 0;
    this.changed();
  }

  private changed(): void {
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
