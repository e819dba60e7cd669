import { bestWorkflow } from './best-workflow.ts';
import { estimates } from './estimates.ts';
import { failedExecutions, failuresByRound, refusedProposals } from './failures.ts';
import { feedback } from './feedback.ts';
import { ledger } from './ledger.ts';
import { memory } from './memory.ts';
import { pick } from './pick.ts';
import { queries } from './queries.ts';
import { rounds } from './rounds.ts';
import type { RunSection } from './run-section.ts';
import { scoreAgainstCost } from './score-against-cost.ts';
import { scoreAgainstTokens } from './score-against-tokens.ts';
import { searchTree } from './search-tree.ts';
import { settings } from './settings.ts';

/** What a run's report shows, in reading order. */
export const runSections: readonly RunSection[] = [
  scoreAgainstTokens,
  scoreAgainstCost,
  searchTree,
  bestWorkflow,
  pick,
  memory,
  estimates,
  queries,
  ledger,
  refusedProposals,
  failedExecutions,
  failuresByRound,
  feedback,
  rounds,
  settings,
];
