import { ScaleError } from '../../../domain/errors/scale-error.ts';
import type { CallRecords } from '../calls/call-records.ts';

/** A job was taken for a new one, and is not. */
export class KnownJobError extends ScaleError {
  readonly kind = 'interrupted';

  constructor() {
    super('the job may have been worked on before');
  }
}

/**
 * The records of a job that is made ready while it is looked at whether it is new: nothing is stored before that is sure, and so
 * no call sent, which waits for what is to be stored before it.
 */
export function recordsOfNew(records: CallRecords, isNew: Promise<boolean>): CallRecords {
  return {
    ...records,
    stored: async () => {
      if (!(await isNew)) throw new KnownJobError();
      await records.stored();
    },
  };
}
