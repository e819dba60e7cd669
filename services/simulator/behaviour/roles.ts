import { answerGenerateMarker } from '../../domain/operators/answer-generate.ts';
import { customCodeGenerateMarker } from '../../domain/operators/custom-code-generate.ts';
import { formatMarker } from '../../domain/operators/format.ts';
import { mdEnsembleMarker } from '../../domain/operators/md-ensemble.ts';
import { programmerMarker } from '../../domain/operators/programmer.ts';
import { reviewMarker } from '../../domain/operators/review.ts';
import { reviseMarker } from '../../domain/operators/revise.ts';
import { scEnsembleMarker } from '../../domain/operators/sc-ensemble.ts';
import { testMarker } from '../../domain/operators/test.ts';
import { queryProposalOpening } from '../../domain/prompts/build-query-proposal-prompt.ts';
import { predictionOpening } from '../../domain/prompts/prediction-instructions.ts';
import { proposalOpening } from '../../domain/prompts/proposal-instructions.ts';
import { judgeMarker } from '../../domain/scoring/kinds/judge.ts';
import type { Question } from '../question.ts';
import { answerGenerate } from './answer-generate.ts';
import { correctProgram } from './correct-program.ts';
import { format } from './format.ts';
import { judge } from './judge.ts';
import { predict } from './predict.ts';
import { propose } from './propose.ts';
import { review } from './review.ts';
import { revise } from './revise.ts';
import { verdict } from './verdict.ts';
import { vote } from './vote.ts';
import { writeFunction } from './write-function.ts';
import { writeProgram } from './write-program.ts';

/** A kind of prompt, known by how it begins, and what the simulated model makes of it. */
export interface Role {
  readonly opening: string;
  readonly reply: (question: Question) => string;
}

/** A prompt of none of them is a query to solve. A new operator's prompt is one file beside this one and one entry here. */
export const roles: readonly Role[] = [
  { opening: proposalOpening, reply: propose },
  { opening: queryProposalOpening, reply: propose },
  { opening: predictionOpening, reply: predict },
  { opening: answerGenerateMarker, reply: answerGenerate },
  { opening: scEnsembleMarker, reply: vote },
  { opening: mdEnsembleMarker, reply: judge },
  { opening: reviewMarker, reply: review },
  { opening: reviseMarker, reply: revise },
  { opening: formatMarker, reply: format },
  { opening: programmerMarker, reply: writeProgram },
  { opening: customCodeGenerateMarker, reply: writeFunction },
  { opening: testMarker, reply: correctProgram },
  { opening: judgeMarker, reply: verdict },
];
