import { type DiagnoseResponse, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { capitalised } from '../../shared/document/format.ts';
import type { RunRow } from '../api/run-row.ts';
import type { WhyAnswer } from '../api/why-answer.ts';

type Finding = WhyAnswer['findings'][number];

/** Why a run moves or does not, from what the coordinator sees of the whole deployment. */
export function whyAnswer(row: RunRow, seen: DiagnoseResponse): WhyAnswer {
  const { runId, state } = row;
  const isOpen = state === 'running' || state === 'paused' || state === 'interrupted';
  const findings = isOpen ? [...ownFindings(row, seen), ...workerFindings(runId, seen), ...busFindings(seen)] : [];
  const order: readonly Finding['level'][] = ['stops', 'slows', 'fine'];
  findings.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level));
  return { runId, state, sentence: sentenceOf(row, findings), findings };
}

function sentenceOf({ state, waiting }: RunRow, findings: readonly Finding[]): string {
  if (state === 'completed') return 'The run is over: it has come to its end.';
  if (state === 'cancelled') return 'The run is over: it was cancelled.';
  if (state === 'failed') return 'The run is over: it failed, and its report says why.';
  if (state === 'interrupted') return 'Nothing works on the run: `scale run` with the same file continues it.';
  if (waiting !== undefined) return `It waits: ${waiting.what}. ${capitalised(waiting.until)}.`;
  if (state === 'paused') return 'It is paused until somebody resumes it.';
  const [worst] = findings;
  if (worst?.level === 'stops') return `It does not move: ${worst.text}.`;
  return worst?.level === 'slows' ? `It moves, but slower than it could: ${worst.text}.` : 'It moves, and nothing holds it up.';
}

function ownFindings({ runId, state, waiting }: RunRow, { runs, trouble }: DiagnoseResponse): Finding[] {
  const led = runs.find((run) => run.runId === runId);
  const findings: Finding[] = [];
  if (waiting !== undefined) {
    findings.push({ level: 'stops', subject: 'This run', text: waiting.what, remedy: capitalised(waiting.until) });
  }
  if (trouble !== '') findings.push({ level: 'stops', subject: 'Coordinator', text: trouble });
  else if (led?.leader === 'nobody' && led.status === RunStatus.RUNNING && state !== 'interrupted') {
    const remedy = 'A coordinator takes it up when the lease of the one before has ended, within seconds';
    findings.push({ level: 'stops', subject: 'Coordinator', text: 'no coordinator leads this run', remedy });
  } else if (led !== undefined && led.leader !== 'nobody') {
    const where = led.leader === 'here' ? 'the coordinator that answers leads it' : 'another coordinator leads it';
    findings.push({ level: 'fine', subject: 'Coordinator', text: where });
  }
  return findings;
}

function workerFindings(runId: string, { workers, settled }: DiagnoseResponse): Finding[] {
  const reports = workers.flatMap(({ report }) => report ?? []);
  const findings: Finding[] = [];
  const roles = [
    ['execute', 'Executors', 'no executor is running', 'Start one: an executor takes jobs of every run'],
    ['propose', 'Predictors', 'no predictor is running', 'Start one: it makes the proposals and predictions'],
  ] as const;
  for (const [kind, subject, none, remedy] of roles) {
    const those = reports.filter(({ kinds }) => kinds.includes(kind));
    if (those.length === 0) {
      const heard = settled ? none : `${none}, as far as has been heard: workers report every few seconds`;
      findings.push({ level: settled ? 'stops' : 'slows', subject, text: heard, remedy });
      continue;
    }
    const [slots, busy] = [
      sum(those.map((each) => each.slots)),
      sum(those.flatMap(({ runs }) => runs.map((run) => run.jobsInFlight))),
    ];
    findings.push({ level: 'fine', subject, text: `${those.length} running, with ${busy} of ${slots} slots in use` });
  }
  for (const { worker, condition, runs, beyond } of reports) {
    const trouble = condition?.trouble ?? '';
    if (trouble !== '') findings.push({ level: 'slows', subject: worker, text: trouble });
    const held = runs.find((run) => run.runId === runId && run.jobsHeldUp > 0);
    if (held !== undefined)
      findings.push({ level: 'slows', subject: worker, text: `${held.jobsHeldUp} jobs are held up: ${held.trouble}` });
    const lacking = beyond?.runs.find((run) => run.runId === runId);
    if (lacking === undefined) continue;
    const text = `it leaves this run to others, since it does not know ${lacking.lacks.join(', ')}`;
    findings.push({ level: 'slows', subject: worker, text, remedy: 'Update it' });
  }
  return [...findings, ...endpointFindings(reports.flatMap(({ endpoints }) => endpoints))];
}

function endpointFindings(
  uses: readonly {
    readonly baseUrl: string;
    readonly name?: string | undefined;
    readonly state: string;
    readonly callsInFlight: number;
    readonly lastError: string;
  }[],
): Finding[] {
  return [...Map.groupBy(uses, ({ name, baseUrl }) => name ?? baseUrl)].map(([url, those]): Finding => {
    const subject = `Endpoint ${url}`;
    const bad = those.filter(({ state }) => state !== 'closed');
    const inFlight = sum(those.map(({ callsInFlight }) => callsInFlight));
    if (bad.length === 0) return { level: 'fine', subject, text: `answers, with ${inFlight} calls under way` };
    const error = bad.find(({ lastError }) => lastError !== '')?.lastError ?? `it is ${bad[0]?.state}`;
    return { level: bad.length === those.length ? 'stops' : 'slows', subject, text: error };
  });
}

function busFindings({ streams, streamsTrouble, natsVersion }: DiagnoseResponse): Finding[] {
  if (streamsTrouble !== '') return [{ level: 'stops', subject: 'NATS', text: streamsTrouble }];
  const findings = streams.flatMap(({ stream, missing, bytes, maxBytes, refusesWhenFull }): Finding[] => {
    if (missing) return [{ level: 'stops', subject: `Stream ${stream}`, text: 'it does not exist' }];
    const isFull = maxBytes > 0 && bytes > 0.95 * maxBytes;
    if (!isFull || !refusesWhenFull) return [];
    return [
      { level: 'stops', subject: `Stream ${stream}`, text: 'it is full, and its writers wait', remedy: 'Give it more room' },
    ];
  });
  return findings.length > 0
    ? findings
    : [{ level: 'fine', subject: 'NATS', text: `server ${natsVersion} answers, and no stream is full` }];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
