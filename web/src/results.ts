/** The result's section: one for all tasks, which keeps the last result of each. */

import type { Choice } from './choices';
import type { Client } from './client';
import { byId, element } from './elements';
import type { Opened, Result, Task } from './protocol';
import { Viewer } from './viewer';

interface Shown {
  readonly result: Result;
  readonly choice: Choice;
  readonly names: readonly string[];
}

export class Results {
  private readonly shown = new Map<Task, Shown>();
  private current: Shown | undefined;
  private readonly section = byId('result', HTMLElement);
  private readonly viewer = new Viewer(byId('view', HTMLCanvasElement), byId('wipe', HTMLInputElement));
  private readonly source = byId('source', HTMLSelectElement);
  private readonly overlay = byId('overlay', HTMLSelectElement);
  private readonly meaning = byId('meaning', HTMLParagraphElement);
  private readonly tiff = byId('tiff', HTMLButtonElement);

  constructor(private readonly client: Client) {
    const click = (id: string, action: () => void) => byId(id, HTMLButtonElement).addEventListener('click', action);
    click('smaller', () => this.viewer.zoom(0.8));
    click('larger', () => this.viewer.zoom(1.25));
    click('fit', () => this.viewer.fit());
    click('full', () => this.viewer.full());
    click('png', () => void this.save('png'));
    click('tiff', () => void this.save('tiff'));
    this.source.addEventListener('change', () => this.setSource());
    this.overlay.addEventListener('change', () => this.setOverlay());
  }

  add(result: Result, choice: Choice, names: readonly string[]): void {
    const earlier = this.shown.get(choice.task);
    if (earlier) {
      void this.client.call('close', { id: earlier.result.picture.id });
      for (const { preview } of [earlier.result.picture, ...earlier.result.sources]) preview.close();
    }
    this.shown.set(choice.task, { result, choice, names });
    this.choose(choice.task);
    this.section.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  }

  /** Show a task's last result, if there is one. */
  choose(task: Task): void {
    this.current = this.shown.get(task);
    this.section.hidden = !this.current;
    if (!this.current) return;
    const { result, choice, names } = this.current;
    this.source.replaceChildren(...names.map((name, k) => element('option', { value: String(k) }, name)));
    this.overlay.replaceChildren(
      element('option', { value: '' }, 'None'),
      ...result.overlays.map(({ name }, k) => element('option', { value: String(k) }, name)),
    );
    this.source.value = String(choice.task === 'ivf' ? 1 : 0);
    this.tiff.hidden = result.picture.channels <= 3;
    byId('facts', HTMLParagraphElement).textContent = facts(result);
    this.viewer.show(result.picture, result.sources[Number(this.source.value)] as Opened);
    this.setSource();
    this.setOverlay();
  }

  private setSource(): void {
    const index = Number(this.source.value);
    const source = this.current?.result.sources[index];
    if (source) this.viewer.setSource(source);
    byId('left', HTMLSpanElement).textContent = this.current?.names[index] ?? '';
  }

  private setOverlay(): void {
    const overlay = this.overlay.value === '' ? undefined : this.current?.result.overlays[Number(this.overlay.value)];
    this.viewer.setOverlay(overlay);
    this.meaning.hidden = !overlay;
    this.meaning.textContent = overlay?.meaning ?? '';
  }

  private async save(format: 'png' | 'tiff'): Promise<void> {
    if (!this.current) return;
    const { id, name } = this.current.result.picture;
    const file = await this.client.call('save', { id, format });
    const href = URL.createObjectURL(file);
    element('a', {
      href,
      download: `${name.replace(/\.[^.]*$/, '')}-fused.${format === 'png' ? 'png' : 'tif'}`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }
}

function facts({ picture, seconds, memory, engine }: Result): string {
  const { width, height } = picture.size;
  return [
    `${width} × ${height}`,
    picture.bits === 16 ? '16 bits' : '8 bits',
    `${seconds.toFixed(2)} s`,
    `${Math.round(memory / 1e6)} MB for the network`,
    engine,
  ].join(' · ');
}
