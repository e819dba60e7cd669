import { type ColumnValues, createOutcomeColumns, type KeptOutcome, type OutcomeColumns } from './outcome-columns.ts';

/** Outcomes in the order of the log: what arrays of them and an OutcomeList have in common. */
export interface Outcomes extends Iterable<KeptOutcome> {
  readonly length: number;
  at(index: number): KeptOutcome | undefined;
  map<T>(change: (outcome: KeptOutcome, index: number) => T): T[];
  flatMap<T>(change: (outcome: KeptOutcome, index: number) => T | readonly T[]): T[];
  filter(isMeant: (outcome: KeptOutcome) => boolean): KeptOutcome[];
  find(isMeant: (outcome: KeptOutcome) => boolean): KeptOutcome | undefined;
  findIndex(isMeant: (outcome: KeptOutcome) => boolean): number;
  some(isMeant: (outcome: KeptOutcome) => boolean): boolean;
}

/**
 * The outcomes of a round, without an object for each. Immutable. Lists that come from one another share their columns, of which
 * each sees its own beginning: appending to the newest takes time for what is appended only, and an older one is copied first.
 */
export class OutcomeList implements Outcomes {
  readonly length: number;
  readonly #columns: OutcomeColumns;

  constructor(columns: OutcomeColumns = createOutcomeColumns()) {
    this.#columns = columns;
    this.length = columns.length;
  }

  static of(outcomes: Outcomes): OutcomeList {
    return outcomes instanceof OutcomeList ? outcomes : new OutcomeList().with(outcomes);
  }

  with(outcomes: Iterable<KeptOutcome>): OutcomeList {
    const columns = this.length === this.#columns.length ? this.#columns : createOutcomeColumns(this.values());
    for (const outcome of outcomes) columns.push(outcome);
    return new OutcomeList(columns);
  }

  values(): ColumnValues {
    return this.#columns.values(this.length);
  }

  toJSON(): KeptOutcome[] {
    return [...this];
  }

  at(index: number): KeptOutcome | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.#columns.at(place) : undefined;
  }

  *[Symbol.iterator](): Generator<KeptOutcome> {
    for (let place = 0; place < this.length; place += 1) yield this.#columns.at(place);
  }

  map<T>(change: (outcome: KeptOutcome, index: number) => T): T[] {
    return Array.from(this, change);
  }

  flatMap<T>(change: (outcome: KeptOutcome, index: number) => T | readonly T[]): T[] {
    const changed: T[] = [];
    let index = 0;
    for (const outcome of this) {
      const some = change(outcome, index);
      index += 1;
      if (Array.isArray(some)) changed.push(...some);
      else changed.push(some as T);
    }
    return changed;
  }

  filter(isMeant: (outcome: KeptOutcome) => boolean): KeptOutcome[] {
    const meant: KeptOutcome[] = [];
    for (const outcome of this) if (isMeant(outcome)) meant.push(outcome);
    return meant;
  }

  find(isMeant: (outcome: KeptOutcome) => boolean): KeptOutcome | undefined {
    for (const outcome of this) if (isMeant(outcome)) return outcome;
    return undefined;
  }

  findIndex(isMeant: (outcome: KeptOutcome) => boolean): number {
    let index = 0;
    for (const outcome of this) {
      if (isMeant(outcome)) return index;
      index += 1;
    }
    return -1;
  }

  some(isMeant: (outcome: KeptOutcome) => boolean): boolean {
    return this.find(isMeant) !== undefined;
  }
}
