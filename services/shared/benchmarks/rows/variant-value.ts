import { decimalText, floatText, momentOf, timeText } from './parquet-texts.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What a VARIANT's bytes say, by Parquet's VariantEncoding, with decimals, times and numbers of 32 bits as texts. hyparquet makes
 * 0.30000000000000004 of a decimal 0.3 (1.31.5), and 27900000000 of 07:45:00 (1.33.0 too).
 * @throws RangeError if the bytes end early, or hold more values than they have room for
 */
export function variantValue(metadata: Uint8Array, bytes: Uint8Array): unknown {
  const keys = keysOf(viewOf(metadata));
  const view = viewOf(bytes);
  // Each value takes a byte at least. Damaged bytes could have one value in several places, each of which has others in several.
  let room = bytes.length;

  function valueAt(at: number): unknown {
    if (room === 0) throw new RangeError('a VARIANT holds more values than bytes');
    room -= 1;
    const first = view.getUint8(at);
    const header = first >> 2;
    switch (first & 0b11) {
      case 0:
        return primitiveAt(view, header, at + 1);
      case 1:
        return textAt(view, at + 1, header);
      case 2:
        return objectAt(header, at + 1);
      default:
        return arrayAt(header, at + 1);
    }
  }

  function objectAt(header: number, at: number): unknown {
    const [offsetWidth, keyWidth, countWidth] = [(header & 0b11) + 1, ((header >> 2) & 0b11) + 1, (header >> 4) & 1 ? 4 : 1];
    const count = wholeAt(view, at, countWidth);
    const ids = wholesAt(view, { at: at + countWidth, count, width: keyWidth });
    const values = valuesAt({ at: at + countWidth + count * keyWidth, count, width: offsetWidth });
    return Object.fromEntries(values.map((value, index) => [keyOf(keys, ids[index]), value]));
  }

  function arrayAt(header: number, at: number): unknown {
    const countWidth = (header >> 2) & 1 ? 4 : 1;
    return valuesAt({ at: at + countWidth, count: wholeAt(view, at, countWidth), width: (header & 0b11) + 1 });
  }

  function valuesAt(offsets: Wholes): readonly unknown[] {
    const begin = offsets.at + (offsets.count + 1) * offsets.width;
    return wholesAt(view, offsets).map((offset) => valueAt(begin + offset));
  }

  return valueAt(0);
}

/** @returns the names that the fields of its objects have, by number */
function keysOf(view: DataView): readonly string[] {
  const header = view.getUint8(0);
  if ((header & 0b1111) !== 1) throw new RangeError(`a VARIANT of version ${header & 0b1111}, where 1 is known`);
  const width = (header >> 6) + 1;
  const count = wholeAt(view, 1, width);
  const ends = wholesAt(view, { at: 1 + width, count: count + 1, width });
  const begin = 1 + width + ends.length * width;
  return ends.slice(1).map((end, index) => textAt(view, begin + (ends[index] ?? 0), end - (ends[index] ?? 0)));
}

function keyOf(keys: readonly string[], id: number | undefined): string {
  const key = id === undefined ? undefined : keys[id];
  if (key === undefined) throw new RangeError(`a VARIANT names a field ${id} of ${keys.length}`);
  return key;
}

/** By the number that the encoding gives each type. */
const primitives: readonly ((view: DataView, at: number) => unknown)[] = [
  () => null,
  () => true,
  () => false,
  (view, at) => view.getInt8(at),
  (view, at) => view.getInt16(at, true),
  (view, at) => view.getInt32(at, true),
  (view, at) => view.getBigInt64(at, true),
  (view, at) => view.getFloat64(at, true),
  (view, at) => decimalText(BigInt(view.getInt32(at + 1, true)), view.getUint8(at)),
  (view, at) => decimalText(view.getBigInt64(at + 1, true), view.getUint8(at)),
  (view, at) => decimalText((view.getBigInt64(at + 9, true) << 64n) | view.getBigUint64(at + 1, true), view.getUint8(at)),
  (view, at) => new Date(view.getInt32(at, true) * 86_400_000),
  (view, at) => momentOf(view.getBigInt64(at, true), 1000n),
  (view, at) => momentOf(view.getBigInt64(at, true), 1000n),
  (view, at) => floatText(view.getFloat32(at, true)),
  (view, at) => bytesAt(view, at + 4, view.getUint32(at, true)),
  (view, at) => textAt(view, at + 4, view.getUint32(at, true)),
  (view, at) => timeText(view.getBigInt64(at, true), 1_000_000n),
  (view, at) => momentOf(view.getBigInt64(at, true), 1_000_000n),
  (view, at) => momentOf(view.getBigInt64(at, true), 1_000_000n),
  (view, at) => uuidText(bytesAt(view, at, 16)),
];

function primitiveAt(view: DataView, type: number, at: number): unknown {
  const read = primitives[type];
  if (read === undefined) throw new RangeError(`a VARIANT holds a value of the type ${type}, of which nothing is known`);
  return read(view, at);
}

interface Wholes {
  readonly at: number;
  readonly count: number;
  readonly width: number;
}

function wholesAt(view: DataView, { at, count, width }: Wholes): readonly number[] {
  if (at + count * width > view.byteLength) throw new RangeError('a VARIANT ends early');
  return Array.from({ length: count }, (_, index) => wholeAt(view, at + index * width, width));
}

/** The lowest byte first, without a sign. */
function wholeAt(view: DataView, at: number, width: number): number {
  let whole = 0;
  for (let place = width - 1; place >= 0; place -= 1) whole = whole * 256 + view.getUint8(at + place);
  return whole;
}

function textAt(view: DataView, at: number, length: number): string {
  return utf8.decode(bytesAt(view, at, length));
}

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  if (at + length > view.byteLength) throw new RangeError('a VARIANT ends early');
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
