/** Source and result in one place, with a wipe between them, zoom, pan and an overlay. */

import { element } from './elements';
import type { Overlay } from './overlay';
import type { Opened } from './protocol';

const MOST_ZOOM = 32;
/** Distance from the wipe's line, in pixels of the screen, at which it is taken hold of. */
const HOLD = 14;
const STEP = 40;
const RATIO = 1.25;

/** Zoom is in screen pixels a pixel of the result; `left` and `top` are where its corner is on the screen. */
interface Place {
  zoom: number;
  left: number;
  top: number;
}

export class Viewer {
  private place: Place = { zoom: 1, left: 0, top: 0 };
  private fits = true;
  private result: Opened | undefined;
  private source: Opened | undefined;
  private overlay: HTMLCanvasElement | undefined;
  private share = 0.5;
  private wanted = 0;
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private dragsWipe = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly wipe: HTMLInputElement,
  ) {
    wipe.addEventListener('input', () => this.setShare(Number(wipe.value) / 100));
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), event.offsetX, event.offsetY);
    });
    canvas.addEventListener('keydown', (event) => this.key(event));
    canvas.addEventListener('pointerdown', (event) => this.grip(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
  }

  show(result: Opened, source: Opened): void {
    const sized = this.result?.size;
    this.result = result;
    this.source = source;
    if (sized?.height !== result.size.height || sized.width !== result.size.width) this.fits = true;
    this.resize();
  }

  setSource(source: Opened): void {
    this.source = source;
    this.draw();
  }

  setOverlay(overlay: Overlay | undefined): void {
    this.overlay = overlay && painted(overlay);
    this.draw();
  }

  fit(): void {
    const { result, canvas } = this;
    if (!result) return;
    const { width, height } = result.size;
    const zoom = Math.min(canvas.clientWidth / width, canvas.clientHeight / height);
    this.place = {
      zoom,
      left: (canvas.clientWidth - zoom * width) / 2,
      top: (canvas.clientHeight - zoom * height) / 2,
    };
    this.fits = true;
    this.draw();
  }

  full(): void {
    this.zoom(1 / devicePixelRatio / this.place.zoom);
  }

  /** Zoom by a factor about a point, the middle by default. */
  zoom(factor: number, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2): void {
    const { zoom, left, top } = this.place;
    const next = Math.min(MOST_ZOOM, Math.max(this.least, zoom * factor));
    const ratio = next / zoom;
    this.place = { zoom: next, left: x - ratio * (x - left), top: y - ratio * (y - top) };
    this.fits = false;
    this.keepInside();
    this.draw();
  }

  private get least(): number {
    const { width, height } = (this.result as Opened).size;
    return Math.min(1, this.canvas.clientWidth / width, this.canvas.clientHeight / height) / 2;
  }

  private pan(x: number, y: number): void {
    this.place.left += x;
    this.place.top += y;
    this.fits = false;
    this.keepInside();
    this.draw();
  }

  /** The middle of the view stays over the picture. */
  private keepInside(): void {
    const { width, height } = (this.result as Opened).size;
    const { zoom, left, top } = this.place;
    const [x, y] = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2];
    this.place.left = Math.min(x, Math.max(x - zoom * width, left));
    this.place.top = Math.min(y, Math.max(y - zoom * height, top));
  }

  private setShare(share: number): void {
    this.share = Math.min(1, Math.max(0, share));
    this.wipe.value = String(100 * this.share);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.pan(STEP, 0),
      ArrowRight: () => this.pan(-STEP, 0),
      ArrowUp: () => this.pan(0, STEP),
      ArrowDown: () => this.pan(0, -STEP),
      '+': () => this.zoom(RATIO),
      '=': () => this.zoom(RATIO),
      '-': () => this.zoom(1 / RATIO),
      '0': () => this.fit(),
    };
    const move = moves[event.key];
    if (!move || !this.result || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
  }

  private grip(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.dragsWipe = this.pointers.size === 0 && this.nearWipe(event);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    const now = { x: event.offsetX, y: event.offsetY };
    if (!before || !this.result) {
      this.canvas.style.cursor = this.nearWipe(event) ? 'ew-resize' : 'grab';
      return;
    }
    this.pointers.set(event.pointerId, now);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const distance = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.zoom(distance(now) / distance(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (this.dragsWipe) this.setShare(now.x / this.canvas.clientWidth);
    else this.pan(now.x - before.x, now.y - before.y);
  }

  private nearWipe(event: PointerEvent): boolean {
    return Math.abs(event.offsetX - this.share * this.canvas.clientWidth) < HOLD;
  }

  private resize(): void {
    this.canvas.width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    this.canvas.height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    if (!this.result) return;
    if (this.fits) this.fit();
    else {
      this.keepInside();
      this.draw();
    }
  }

  private draw(): void {
    cancelAnimationFrame(this.wanted);
    this.wanted = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const { canvas, result, source, place } = this;
    const context = canvas.getContext('2d');
    if (!context || !result || !source) return;
    const { clientWidth, clientHeight } = canvas;
    const line = this.share * clientWidth;
    const { width, height } = result.size;
    const area = [place.left, place.top, place.zoom * width, place.zoom * height] as const;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    // Enlarged pixels are shown as they are.
    context.imageSmoothingEnabled = place.zoom < 2;
    context.imageSmoothingQuality = 'high';
    context.drawImage(result.preview, ...area);
    context.save();
    context.beginPath();
    context.rect(0, 0, line, clientHeight);
    context.clip();
    context.clearRect(0, 0, line, clientHeight);
    context.drawImage(source.preview, ...area);
    context.restore();
    if (this.overlay) context.drawImage(this.overlay, ...area);
    context.fillStyle = '#000a';
    context.fillRect(line - 2, 0, 4, clientHeight);
    context.fillStyle = '#fff';
    context.fillRect(line - 1, 0, 2, clientHeight);
    context.beginPath();
    context.arc(line, clientHeight / 2, 11, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = '#333';
    for (const side of [-1, 1]) {
      context.beginPath();
      context.moveTo(line + side * 7, clientHeight / 2);
      context.lineTo(line + side * 3, clientHeight / 2 - 4);
      context.lineTo(line + side * 3, clientHeight / 2 + 4);
      context.fill();
    }
  }
}

/** From dark and clear to glowing orange. */
function painted({ size, values }: Overlay): HTMLCanvasElement {
  const canvas = element('canvas', { width: size.width, height: size.height });
  const image = new ImageData(size.width, size.height);
  values.forEach((value, k) => {
    const share = value / 255;
    image.data.set([255 * Math.min(1, 2 * share), 200 * share * share, 40 * (1 - share), 110 + 100 * share], 4 * k);
  });
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}
