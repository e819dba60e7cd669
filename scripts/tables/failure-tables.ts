// The tables of failures in docs/failures.md: rows come from the code that decides.
import { type FailureKind, failureKinds } from '../../services/domain/failure.ts';
import { classOfKind, type FailureClass, failureClasses, isScored } from '../../services/domain/failure-class.ts';
import { EndpointError, ServerRefusal } from '../../services/shared/models/errors/endpoint-errors.ts';
import { classOfFinishReason, classOfProblem, classOfVerdict } from '../../services/shared/models/errors/failure-class-of.ts';
import { answerOf } from '../../services/shared/models/errors/server-answer.ts';
import { callError } from '../../services/shared/models/refusals/call-error.ts';
import type { EndpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';

const endpoint = { model: 'm', baseUrl: 'http://a/v1', apiKey: undefined, apiKeyVariable: '' } as unknown as EndpointSettings;
/** Answers without a word that would tell more than their status does. */
const statuses = [400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 424, 429, 500, 502, 503, 504, 524, 529];

const tables: Readonly<Record<string, () => readonly string[]>> = {
  classes: () => [
    '| class | counts in the score | kinds |',
    '| --- | --- | --- |',
    ...failureClasses.map((each) => `| ${each} | ${effectOf(each)} | ${kindsOf(each).map(code).join(', ') || '–'} |`),
  ],
  problems: () => [
    '| what is in the way of a call | class while the call is made again |',
    '| --- | --- |',
    ...Object.entries(classOfProblem).map(([problem, each]) => `| ${code(problem)} | ${each} |`),
  ],
  statuses: () => [
    '| HTTP status, without a word that says more | taken for | class while the call is made again | if it is of this one request |',
    '| --- | --- | --- | --- |',
    ...statuses.map(rowOfStatus),
  ],
  replies: () => [
    '| how a reply or a program ends | class of the step that needs it whole |',
    '| --- | --- |',
    ...Object.entries(classOfFinishReason).map(([reason, each]) => `| reply: ${code(reason)} | ${each ?? 'none'} |`),
    ...Object.entries(classOfVerdict).map(([verdict, each]) => `| program: ${code(verdict)} | ${each ?? 'none'} |`),
  ],
};

/** A page's text with its tables as they are now. They stand between two comments, of which the first names the table. */
export function withFailureTables(page: string): string {
  return page.replace(/(<!-- failures: (\w+) -->\n)[\s\S]*?(?=<!-- end of failures -->)/g, (_, mark: string, name: string) => {
    const rows = tables[name];
    if (rows === undefined) throw new RangeError(`there is no table of failures "${name}"`);
    return `${mark}\n${rows().join('\n')}\n\n`;
  });
}

function rowOfStatus(status: number): string {
  const refusal = new ServerRefusal(answerOf(status, new Headers(), ''));
  const error = callError(refusal, {
    endpoint,
    request: undefined,
    redact: (text) => text,
    billed: undefined,
    nowMs: 0,
  });
  if (!(error instanceof EndpointError)) {
    const kind = error?.failure.kind as FailureKind;
    return `| ${status} | ${code(kind)} | – | ${code(kind)}, ${classOfKind[kind]} |`;
  }
  const own = error.ofRequest?.kind;
  return `| ${status} | ${code(error.problem)} | ${classOfProblem[error.problem]} | ${own === undefined ? '–' : `${code(own)}, ${classOfKind[own]}`} |`;
}

function kindsOf(wanted: FailureClass): FailureKind[] {
  return failureKinds.filter((kind) => classOfKind[kind] === wanted);
}

function effectOf(wanted: FailureClass): string {
  const [kind] = kindsOf(wanted);
  if (kind === undefined) return 'as 0';
  return isScored({ failure: { kind, message: '' } }) ? 'as 0' : 'no';
}

function code(name: string): string {
  return `\`${name}\``;
}
