import { defined } from '../../defined.ts';
import type { QueryWorkflowProposed } from '../../run/event.ts';
import type { TokenUse } from '../../run/ledger/token-use.ts';
import type { ParsedProposal } from '../admit-proposal.ts';

export interface QueryProposal {
  readonly round: number;
  readonly queryIndex: number;
  readonly turn: number;
  readonly parsed: ParsedProposal;
  /** As received. */
  readonly reply: string;
  readonly tokens: TokenUse | undefined;
}

/** Any valid workflow is taken: two queries may well be solved in the same way. */
export function queryProposalOf({ parsed, tokens, ...rest }: QueryProposal): QueryWorkflowProposed {
  const base = { kind: 'query-workflow-proposed', ...rest, ...defined({ tokens }) } as const;
  const { modification = '' } = parsed;
  if ('failure' in parsed) return { ...base, modification, workflowHash: '', failure: parsed.failure };
  return { ...base, modification, workflow: parsed.workflow, workflowHash: parsed.workflowHash };
}
