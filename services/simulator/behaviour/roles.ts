import { answerGenerateMarker } from '../../domain/operators/answer-generate.ts';
import { reviewMarker } from '../../domain/operators/review.ts';
import { reviseMarker } from '../../domain/operators/revise.ts';
import { scEnsembleMarker } from '../../domain/operators/sc-ensemble.ts';
import { predictionOpening } from '../../domain/prompts/prediction-instructions.ts';
import { proposalOpening } from '../../domain/prompts/proposal-instructions.ts';
import { answerGenerate } from './answer-generate.ts';
import { predict } from './predict.ts';
import { propose } from './propose.ts';
import type { Question } from './question.ts';
import { review } from './review.ts';
import { revise } from './revise.ts';
import { vote } from './vote.ts';

/** A kind of prompt, known by how it begins, and what the simulated model makes of it. */
export interface Role {
  readonly opening: string;
  readonly reply: (question: Question) => string;
}

/** A prompt of none of them is a query to solve. */
export const roles: readonly Role[] = [
  { opening: proposalOpening, reply: propose },
  { opening: predictionOpening, reply: predict },
  { opening: answerGenerateMarker, reply: answerGenerate },
  { opening: scEnsembleMarker, reply: vote },
  { opening: reviewMarker, reply: review },
  { opening: reviseMarker, reply: revise },
];
