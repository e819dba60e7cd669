import { zstdDecompressSync } from 'node:zlib';
import type { RoundTimes } from '../../domain/report/time-left.ts';
import { type ColumnValues, createOutcomeColumns } from '../../domain/run/outcomes/outcome-columns.ts';
import { OutcomeList, type Outcomes } from '../../domain/run/outcomes/outcome-list.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { EntryPlace } from './answer-places.ts';
import { compress } from './compress.ts';

/** What a run's log adds up to at a place. It only saves reading: whoever cannot use it reads the log. */
export interface RunSnapshot {
  readonly runId: string;
  readonly place: SnapshotPlace;
  readonly state: RunState;
  readonly times: RoundTimes;
  readonly answers: ReadonlyMap<number, readonly EntryPlace[]>;
  /** Results up to this sequence of their stream are in the log. */
  readonly results: number;
}

/** After which entry of which log: the snapshot of another log, or of a store from before it was made anew, fits nowhere. */
export interface SnapshotPlace {
  /** Up to and including the last one. */
  readonly entries: number;
  /** Of the last entry, as the two after it. */
  readonly sequence: number;
  readonly timeMs: number;
  readonly entryDigest: string;
  /** Of the log up to here. */
  readonly digest: string;
}

/** Rises when states get another shape, or logs fold to other states: test/unit/coordinator/log/snapshot-codec.test.ts tells. */
const format = `1 ${version}`;

type NumberArray = Uint32Array | Float64Array;

/** The parts that are numbers, in the order in which they are stored. */
const columnKinds = {
  queryIndexes: Uint32Array,
  repeats: Uint32Array,
  scores: Float64Array,
  useEnds: Uint32Array,
  useKinds: Uint32Array,
  calls: Float64Array,
  usages: Float64Array,
} as const;

type ColumnName = keyof typeof columnKinds;
const columnNames = Object.keys(columnKinds) as ColumnName[];

interface Header {
  readonly format: string;
  readonly results: number;
  readonly runId: string;
  readonly place: SnapshotPlace;
  /** Its rounds without their outcomes, which follow one round after another. */
  readonly state: Omit<RunState, 'rounds'> & { readonly rounds: readonly Omit<Round, 'outcomes'>[] };
  readonly times: readonly (readonly [number, { readonly startMs: number; readonly endMs?: number }])[];
  readonly answers: readonly (readonly [number, readonly EntryPlace[]])[];
}

/** A header and the outcomes of each round, each packed by itself after its length. */
export function encodeSnapshot({ runId, place, state, times, answers, results }: RunSnapshot): Uint8Array {
  const rounds = state.rounds.map(({ outcomes: _, ...round }) => round);
  const header: Header = {
    ...{ format, runId, place, results },
    state: { ...state, rounds },
    ...{ times: [...times], answers: [...answers] },
  };
  return joined([packedJson(header), ...state.rounds.map(packedOutcomes)]);
}

/** Undefined for what another version has written. @throws for what is no snapshot */
export function decodeSnapshot(bytes: Uint8Array): RunSnapshot | undefined {
  const [first, ...parts] = split(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const header = JSON.parse(zstdDecompressSync(first ?? Buffer.alloc(0)).toString()) as Header;
  if (header.format !== format) return undefined;
  const { runId, place, results, state, times, answers } = header;
  if (parts.length !== state.rounds.length) throw new RangeError(`${state.rounds.length} rounds have ${parts.length} parts`);
  const rounds = state.rounds.map((round, index) => ({ ...round, outcomes: unpackedOutcomes(parts[index] ?? Buffer.alloc(0)) }));
  return { runId, place, results, state: { ...state, rounds }, times: new Map(times), answers: new Map(answers) };
}

const packed = new WeakMap<Outcomes, Uint8Array>();

/** Those of a completed round are packed once: a run has many snapshots. */
function packedOutcomes({ outcomes, completed }: Round): Uint8Array {
  const known = packed.get(outcomes);
  if (known !== undefined) return known;
  const values = OutcomeList.of(outcomes).values();
  const { kinds, failures, otherScores } = values;
  const columns = columnNames.map((name): NumberArray => values[name]);
  const texts = Buffer.from(JSON.stringify({ kinds, failures, otherScores }));
  const bytes = compress(joined([texts, ...columns.map(({ buffer }) => new Uint8Array(buffer))]));
  if (completed) packed.set(outcomes, bytes);
  return bytes;
}

function unpackedOutcomes(bytes: Buffer): OutcomeList {
  const [texts = Buffer.alloc(0), ...columns] = split(zstdDecompressSync(bytes));
  const column = (name: ColumnName): NumberArray => {
    // Copied, since the numbers of an array must be aligned.
    const { buffer } = new Uint8Array(columns[columnNames.indexOf(name)] ?? []);
    return new columnKinds[name](buffer);
  };
  const numbers = Object.fromEntries(columnNames.map((name) => [name, column(name)]));
  return new OutcomeList(createOutcomeColumns({ ...numbers, ...JSON.parse(texts.toString()) } as ColumnValues));
}

function packedJson(document: unknown): Uint8Array {
  return compress(Buffer.from(JSON.stringify(document)));
}

const lengthBytes = 4;

function joined(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(part.length);
      return [length, part];
    }),
  );
}

/** @throws RangeError if the last part is cut off */
function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let place = 0; place < bytes.length; ) {
    const start = place + lengthBytes;
    place = start + bytes.readUInt32LE(place);
    if (place > bytes.length) throw new RangeError('the end is missing');
    parts.push(bytes.subarray(start, place));
  }
  return parts;
}
