import { ScaleError } from '../errors/scale-error.ts';
import { nearName } from './near-name.ts';

/** There is nothing by the name that was given; the message says what was most likely meant, and what is available. */
export class UnknownNameError extends ScaleError {
  readonly kind = 'bad-input';
  /** What the name should have been of, e.g. "pick policy". */
  readonly what: string;
  readonly unknown: string;

  constructor(what: string, unknown: string, known: readonly string[]) {
    const near = nearName(unknown, known);
    const all = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`;
    super(
      `there is no ${what} "${unknown}"; ${near === undefined ? all : `did you mean "${near}"? ${all.replace('there', 'There')}`}`,
    );
    this.what = what;
    this.unknown = unknown;
  }
}
