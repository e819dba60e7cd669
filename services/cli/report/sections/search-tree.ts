import type { ReportModel, RoundReport } from '../../../domain/report/report-model.ts';
import { lookOfScore } from '../../../domain/report/score-look.ts';
import { formatScore, oneLine } from '../../../shared/document/format.ts';
import type { TreeNode } from '../../../shared/document/plot.ts';
import { describeParents } from '../../progress/describe-parents.ts';
import { scoreOrDash } from '../words.ts';
import type { RunSection } from './run-section.ts';

export const searchTree: RunSection = (report) => {
  const { rounds, best } = report;
  return {
    id: 'tree',
    title: 'Search tree',
    blocks: [
      {
        kind: 'tree',
        id: 'search-tree',
        title: 'Search tree',
        description: `${rounds.length} rounds; ${best === undefined ? 'no best yet' : `the best is round ${best.round}`}.`,
        caption: `From the initial workflow on the left, each workflow is to the right of the one that it was made from. The strip on the left of a box is scaled from the lowest score of the run to the highest${best === undefined ? '' : '; the thick line leads to the best workflow'}. Point at a box to see the edit.`,
        nodes: nodesOf(report),
      },
      { kind: 'listing', language: 'mermaid', text: mermaidOf(report), folded: 'As Mermaid' },
    ],
  };
};

function nodesOf({ rounds, best }: ReportModel): TreeNode[] {
  const scores = rounds.flatMap(({ score }) => score ?? []);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const line = new Set(best?.lineage);
  return rounds.map((round) => {
    const { score, method, completed } = round;
    const isBest = best?.round === round.round;
    return {
      id: round.round,
      ...(round.parentRound > 0 && { parent: round.parentRound }),
      name: `${round.round}${round.mergedRound === undefined ? '' : ` (+ ${round.mergedRound})`}${isBest ? ' ★' : ''}`,
      figure: scoreOrDash(score),
      note: method ?? (completed ? 'no workflow' : 'in progress'),
      ...(method !== undefined && { mark: lookOfScore(method).mark }),
      title: titleOf(round),
      ...(score !== undefined && { share: (score - low) / (high - low || 1) }),
      ...{ best: isBest, onLine: line.has(round.round) },
    };
  });
}

function titleOf(round: RoundReport): string {
  const parent = round.parentRound === 0 ? 'the initial workflow' : describeParents(round);
  const score = round.score === undefined ? (round.failure ?? 'no score yet') : `${formatScore(round.score)} (${round.method})`;
  const edit = round.modification === '' ? '' : `: ${oneLine(round.modification, 300)}`;
  return `round ${round.round}, ${parent}, ${score}${edit}`;
}

function mermaidOf({ rounds, best }: ReportModel): string {
  const nodes = rounds.map(({ round, score, method }) => {
    const label = score === undefined ? `${round}: no score` : `${round}: ${formatScore(score)} ${method}`;
    return `  r${round}["${label}"]`;
  });
  const edges = rounds
    .filter(({ parentRound }) => parentRound > 0)
    .flatMap(({ round, parentRound, mergedRound }) => [
      `  r${parentRound} --> r${round}`,
      ...(mergedRound === undefined ? [] : [`  r${mergedRound} -.-> r${round}`]),
    ]);
  const mark = best === undefined ? [] : [`  style r${best.round} stroke-width:4px`];
  return ['flowchart LR', ...nodes, ...edges, ...mark].join('\n');
}
