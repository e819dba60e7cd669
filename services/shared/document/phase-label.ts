/**
 * What people read for a phase of the ledger. Executions on all queries are noted as `warm-up`, which most of them are in a
 * search as the paper has it; where every round is executed in full, as by AFlow, or the sample holds every query, none is.
 */
export function phaseLabel(phase: string): string {
  return phase === 'warm-up' ? 'full' : phase;
}
