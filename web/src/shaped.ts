/**
 * LiteRT files for images of any size, told the size that comes.
 *
 * LiteRT.js runs files of one size only. A file is a tree of tables (FlatBuffers, schema of TensorFlow Lite): each ending
 * of its graph is pointed to a new shape, which is appended.
 */

export type Shapes = Readonly<Record<string, readonly number[]>>;

// Places of fields in their tables, as the schema numbers them.
const MODEL_SUBGRAPHS = 2;
const MODEL_SIGNATURES = 7;
const GRAPH_TENSORS = 0;
const TENSOR_SHAPE = 0;
const TENSOR_SHAPE_SIGNATURE = 7;
const SIGNATURE_INPUTS = 0;
const SIGNATURE_OUTPUTS = 1;
const ENDING_NAME = 0;
const ENDING_TENSOR = 1;

/** The file with the given shapes of inputs and outputs, by their names in its only signature. */
export function shaped(file: Uint8Array, shapes: Shapes): Uint8Array<ArrayBuffer> {
  const endings = Object.values(shapes);
  const start = Math.ceil(file.length / 4) * 4;
  const result = new Uint8Array(start + endings.reduce((bytes, shape) => bytes + 4 * (shape.length + 1), 0));
  result.set(file);
  const tables = new Tables(result.buffer);
  const model = tables.target(0);
  const graph = tables.elements(model, MODEL_SUBGRAPHS)[0];
  const signature = tables.elements(model, MODEL_SIGNATURES)[0];
  if (graph === undefined || signature === undefined) throw new Error('expected a file with one signature');
  const tensors = tables.elements(graph, GRAPH_TENSORS);
  let free = start;
  for (const ending of [SIGNATURE_INPUTS, SIGNATURE_OUTPUTS].flatMap((kind) => tables.elements(signature, kind))) {
    const shape = shapes[tables.text(ending, ENDING_NAME)];
    const tensor = tensors[tables.number(ending, ENDING_TENSOR)];
    if (shape === undefined || tensor === undefined) throw new Error('expected a shape for each input and output');
    for (const [k, value] of [shape.length, ...shape].entries()) tables.view.setInt32(free + 4 * k, value, true);
    tables.point(tensor, TENSOR_SHAPE, free);
    tables.point(tensor, TENSOR_SHAPE_SIGNATURE, free);
    free += 4 * (shape.length + 1);
  }
  return result;
}

/** Just as much of FlatBuffers as is needed here. */
class Tables {
  readonly view: DataView;

  constructor(buffer: ArrayBuffer) {
    this.view = new DataView(buffer);
  }

  /** What an offset points to. */
  target(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  /** Where a field of a table is; 0 if it is left out. */
  field(table: number, field: number): number {
    const layout = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * field;
    const offset = entry < this.view.getUint16(layout, true) ? this.view.getUint16(layout + entry, true) : 0;
    return offset && table + offset;
  }

  elements(table: number, field: number): number[] {
    const at = this.field(table, field);
    if (!at) return [];
    const vector = this.target(at);
    return Array.from({ length: this.view.getUint32(vector, true) }, (_, k) => this.target(vector + 4 + 4 * k));
  }

  number(table: number, field: number): number {
    const at = this.field(table, field);
    return at && this.view.getUint32(at, true);
  }

  text(table: number, field: number): string {
    const at = this.target(this.field(table, field));
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, at + 4, this.view.getUint32(at, true)));
  }

  point(table: number, field: number, target: number): void {
    const at = this.field(table, field);
    if (at) this.view.setUint32(at, target - at, true);
  }
}
