import { shortTime } from '../../shared/document/describe-latency.ts';
import { formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import type { CallShown, ExecutionShown, ProgramShown } from '../../shared/runs/execution-shown.ts';
import { quoted } from './plain-text.ts';

/** An execution from the query to its score, as people read it. */
export function describeExecution(shown: ExecutionShown): string {
  const { queryId, repeat, score, scorer, elapsedMs, fields, answer, extracted, reference, otherScores, failure } = shown;
  const others = Object.entries(otherScores).map(([name, value]) => `${name} ${formatScore(value)}`);
  return [
    `Query ${oneLine(queryId, 80)}, repeat ${repeat}: ${formatScore(score)} by ${scorer}, ${shortTime(elapsedMs)}`,
    ...Object.entries(fields).map(([name, text]) => `  ${name}\n${quoted(text)}`),
    ...shown.calls.map((call, index) => describeCall(call, index + 1)),
    ...(shown.stoppedAt === undefined ? [] : [`  The prompts end here: the workflow goes on with ${shown.stoppedAt}.`]),
    ...shown.programs.map(describeProgram),
    ...shown.scoring.map(
      ({ verdict, error = '' }) => `The scorer's program: ${verdict}${error === '' ? '' : `\n${quoted(error)}`}`,
    ),
    ...(failure === undefined ? [] : [`Failure: ${failure.kind}\n${quoted(failure.message)}`]),
    `Answer\n${quoted(answer)}`,
    `Reference\n${quoted(reference)}`,
    ...(shown.feedback === undefined ? [] : [`The scorer says\n${quoted(shown.feedback)}`]),
    ...(failure === undefined ? [`Taken for the answer${describeTaken(extracted, answer)}`] : []),
    `Score ${formatScore(score)} by ${scorer}${others.length === 0 ? '' : `; ${others.join(', ')}`}`,
  ].join('\n\n');
}

/** Which part of the answer the scorer has compared with the reference. */
function describeTaken(extracted: string, answer: string): string {
  if (extracted === answer) return ': all of it, as it is';
  return extracted === '' ? ': nothing that the scorer could compare' : `\n${quoted(extracted)}`;
}

function describeCall(call: CallShown, number: number): string {
  const { callId, model, promptTokens, completionTokens, latencyMs, firstTokenMs, attempts, finishReason } = call;
  const facts = [
    model,
    `${formatCount(promptTokens)} + ${formatCount(completionTokens)} tokens`,
    `${shortTime(latencyMs)}, first token after ${shortTime(firstTokenMs)}`,
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(finishReason === 'stop' ? [] : [`ended by ${finishReason}`]),
    ...(call.fromCache ? ['from the response cache'] : []),
    ...(call.simulated ? ['simulated'] : []),
  ];
  const prompts =
    call.messages === undefined
      ? ['  prompt not on record']
      : call.messages.map(({ role, content }) => `  ${role}\n${quoted(content)}`);
  const replies = [{ reply: call.reply, reasoning: call.reasoning }, ...call.samples];
  return [
    `Call ${number}: ${callId}  (${facts.join('; ')})`,
    ...prompts,
    ...replies.flatMap(({ reply, reasoning }, sample) => {
      const which = replies.length === 1 ? '' : ` ${sample + 1} of ${replies.length}`;
      return [...(reasoning === '' ? [] : [`  reasoning${which}\n${quoted(reasoning)}`]), `  reply${which}\n${quoted(reply)}`];
    }),
  ].join('\n');
}

function describeProgram({ program, tests, verdict, error, output, result }: ProgramShown, index: number): string {
  return [
    `Program ${index + 1}: ${verdict ?? 'its verdict is not on record'}`,
    quoted(program),
    ...(tests === undefined || tests === '' ? [] : [`  tests\n${quoted(tests)}`]),
    ...(error === undefined || error === '' ? [] : [`  error\n${quoted(error)}`]),
    ...(output === undefined || output === '' ? [] : [`  output\n${quoted(output)}`]),
    ...(result === undefined || result === '' ? [] : [`  result\n${quoted(result)}`]),
  ].join('\n');
}
