/** A place for files: dropped, chosen or sampled, with a small picture of each. */

import type { Slot } from './choices';
import type { Client } from './client';
import { element } from './elements';
import type { Opened } from './protocol';

const THUMBNAIL = 160;

export class SlotView {
  readonly root: HTMLElement;
  readonly pictures: Opened[] = [];
  private readonly list = element('ul', { className: 'thumbnails' });
  private readonly input = element('input', {
    type: 'file',
    multiple: true,
    accept: 'image/*,.tif,.tiff',
    className: 'unseen',
  });
  private readonly white = element('input', { type: 'number', min: '1', max: '65535', step: 'any' });

  /**
   * Args:
   *   add: takes files; those beyond what fits here go elsewhere.
   *   changed: is told when there are other pictures.
   */
  constructor(
    readonly slot: Slot,
    private readonly client: Client,
    asksWhite: boolean,
    add: (files: readonly File[]) => void,
    private readonly changed: () => void,
  ) {
    const { input } = this;
    input.addEventListener('change', () => {
      add([...(input.files ?? [])]);
      input.value = '';
    });
    const label = element(
      'label',
      { className: 'drop' },
      input,
      element('strong', {}, slot.name),
      element('span', { className: 'quiet' }, slot.hint),
      element('span', { className: 'choose' }, slot.most > 1 ? 'Choose or drop files' : 'Choose or drop a file'),
    );
    this.root = element('div', { className: 'slot' }, label, this.list);
    this.root.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.root.classList.add('over');
    });
    this.root.addEventListener('dragleave', () => this.root.classList.remove('over'));
    this.root.addEventListener('drop', (event) => {
      event.preventDefault();
      this.root.classList.remove('over');
      add([...(event.dataTransfer?.files ?? [])]);
    });
    if (asksWhite) {
      this.white.setAttribute('aria-label', `White is, of ${slot.name}`);
      this.root.append(element('label', { className: 'white' }, 'White is ', this.white));
    }
    this.show();
  }

  /** The sample value that means white. */
  get whiteValue(): number {
    return Number(this.white.value);
  }

  /** Whether there is room for a picture beside those that are here: bands have to be alike. */
  joins(picture: Opened): boolean {
    const { pictures, slot } = this;
    const alike = ({ channels, size }: Opened) =>
      channels === 1 && size.height === picture.size.height && size.width === picture.size.width;
    return pictures.length < slot.most && (slot.separate || !pictures.length || [picture, ...pictures].every(alike));
  }

  /** Add a picture, in place of those that it does not join. */
  add(picture: Opened): void {
    if (!this.joins(picture)) this.clear();
    this.pictures.push(picture);
    if (this.pictures.length === 1) this.white.value = picture.bits === 8 ? '255' : '65535';
    this.show();
  }

  clear(): void {
    for (const picture of [...this.pictures]) this.remove(picture);
  }

  private remove(picture: Opened): void {
    this.pictures.splice(this.pictures.indexOf(picture), 1);
    void this.client.call('close', { id: picture.id });
    picture.preview.close();
    this.show();
  }

  private show(): void {
    this.list.replaceChildren(
      ...this.pictures.map((picture, k) => {
        const number = this.pictures.length > 1 ? `${k + 1}. ` : '';
        const remove = element('button', { type: 'button', className: 'remove', title: 'Remove' }, '×');
        remove.setAttribute('aria-label', `Remove ${picture.name}`);
        remove.addEventListener('click', () => {
          this.remove(picture);
          this.input.focus();
        });
        const { width, height } = picture.size;
        const bands = picture.channels === 1 || picture.channels === 3 ? '' : `, ${picture.channels} bands`;
        const words = element(
          'span',
          { className: 'quiet' },
          `${width} × ${height}${bands}${picture.bits === 16 ? ', 16 bits' : ''}`,
        );
        return element(
          'li',
          {},
          thumbnail(picture),
          element('span', { className: 'name', title: picture.name }, number + picture.name),
          words,
          remove,
        );
      }),
    );
    this.root.classList.toggle('filled', this.pictures.length > 0);
    this.changed();
  }
}

function thumbnail({ preview }: Opened): HTMLCanvasElement {
  const scale = Math.min(1, THUMBNAIL / Math.max(preview.width, preview.height)) * devicePixelRatio;
  const width = Math.max(1, Math.round(preview.width * scale));
  const height = Math.max(1, Math.round(preview.height * scale));
  const canvas = element('canvas', { width, height });
  canvas.getContext('2d')?.drawImage(preview, 0, 0, width, height);
  return canvas;
}
