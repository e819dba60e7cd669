import type { Failure } from '../failure.ts';
import { shortened } from './shortened.ts';

/** Above the reply that must be repaired. */
export const refusalTitle = '# Your last reply was refused';

/** Characters of each variable part. */
const limits = { reply: 6000, problems: 2000 };

/** What was wrong with the previous reply, and the reply itself. @param request what to do about it, in a sentence */
export function repairSection(
  refused: { readonly failure?: Failure | undefined; readonly reply: string } | undefined,
  request: string,
): string {
  if (refused?.failure === undefined) return '';
  return `${refusalTitle}
${refused.failure.kind}: ${shortened(refused.failure.message, limits.problems)}
This was the reply:
<refused>
${shortened(refused.reply.trim(), limits.reply)}
</refused>
${request}`;
}
