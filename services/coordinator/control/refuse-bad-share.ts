import { type AskedShare, shareFault } from '../../shared/sharing/share-rules.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/** @throws RequestRefusedError */
export function refuseBadShare(asked: AskedShare): void {
  const fault = shareFault(asked);
  if (fault !== undefined) throw new RequestRefusedError('bad-input', fault);
}
