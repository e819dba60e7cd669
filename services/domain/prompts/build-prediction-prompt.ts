import { type WarmUpRecord, warmUpRecords } from '../search/experience.ts';
import type { PromptRequest } from './build-proposal-prompt.ts';
import { predictionInstructions } from './prediction-instructions.ts';
import { refusalTitle } from './repair-section.ts';
import { type ReplyForm, taggedForm } from './reply-form.ts';
import { shortened, shortenedLine } from './shortened.ts';
import { workflowYaml } from './workflow-yaml.ts';

/** Characters and records of the variable parts. */
const limits = { workflow: 12_000, records: 5, recordedWorkflow: 2500, problem: 300 };

/**
 * The optimizer's prompt for its prediction of a round's score (Eq 6). The parts that stay the same come first. The paper asks
 * for a prediction in warm-up rounds too, so that later prompts can show how good they were.
 * @throws RangeError if the round has no workflow
 */
export function buildPredictionPrompt({ state, benchmark, round, turn }: PromptRequest, form: ReplyForm = taggedForm): string {
  const { configuration } = state;
  const open = state.rounds[round - 1];
  if (open?.workflow === undefined) throw new RangeError(`round ${round} has no workflow to predict a score for`);
  const refused = turn > 1 ? open.predictions.at(-1)?.failure : undefined;
  return [
    predictionInstructions(benchmark, configuration.executor.model, configuration.seed, form),
    experienceSection(warmUpRecords(state).filter((record) => record.round !== round)),
    `# The workflow to predict for\n<candidate>\n${shortened(workflowYaml(open.workflow), limits.workflow)}\n</candidate>`,
    refused === undefined ? '' : `${refusalTitle}\n${shortenedLine(refused.message, limits.problem)}`,
    form.lastPredictionLine,
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** {experience}: the warm-up rounds with what was predicted then and what they actually scored. */
function experienceSection(records: readonly WarmUpRecord[]): string {
  if (records.length === 0) return '';
  const shown = records.slice(-limits.records).map(({ round, score, predicted, workflow }) => {
    const earlier = predicted === undefined ? 'none' : predicted.toFixed(3);
    const text = shortened(workflowYaml(workflow), limits.recordedWorkflow);
    return `## Round ${round}: score ${score.toFixed(3)}, your prediction then: ${earlier}\n${text}`;
  });
  return ['# Experience: workflows that were executed on the whole dataset', ...shown].join('\n');
}
