import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { prepareSearch, replaySearch } from '../../../../services/domain/replay/replay-search.ts';
import { planOf } from '../../../../services/domain/replay/strategy.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { encodeRunLogFile } from '../../../../services/shared/contracts/run-log-file.ts';
import { readRunAsSearch, readRunLog } from '../../../../services/shared/traces/read-run-log.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-log-'));
});
afterAll(() => rm(root, { recursive: true }));

async function logOf(name: string, events: readonly RunEvent[]): Promise<string> {
  const writer = new BinaryWriter();
  for (const event of events) writer.bytes(encodeEvent('run-1', event));
  const path = join(root, name);
  await writeFile(path, writer.finish());
  return path;
}

function finished(method: string) {
  const evaluation = { method, warmUpRounds: 1, repeats: 2, predictionAttempts: 2 };
  return continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 12, search: { maxRounds: 6 }, evaluation }));
}

test('a finished run with full evaluation is a search, with its parents and both repeats', async () => {
  const { state, log } = finished('full');
  const path = await logOf('full.binpb', log);
  expect(await readRunLog(path)).toEqual(state);
  const search = await readRunAsSearch(path);
  const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined);
  expect(search).toMatchObject({ source: 'made-up', name: 'made up', queryCount: 12 });
  expect(search.workflows).toHaveLength(scored.length);
  expect(search.workflows.every(({ repeats }) => repeats.length === 2)).toBe(true);
  expect(search.workflows.map(({ parentRound }) => scored[parentRound - 1]?.round ?? 0)).toEqual(
    scored.map(({ parentRound }) => parentRound),
  );
  const strategy = {
    name: '',
    method: 'full',
    pick: 'argmax',
    warmUpRounds: 0,
    fewShotRatio: 1,
    budget: { share: 1, arrival: 1 },
  };
  const plan = planOf(strategy, state.configuration.evaluation, evaluationMethods);
  expect(replaySearch(prepareSearch(search), plan, 1).evaluations).toHaveLength(scored.length);
});

test('a run that executed only a part of its queries cannot be replayed, and is told why', async () => {
  const path = await logOf('few.binpb', finished('few-shot').log);
  await expect(readRunAsSearch(path)).rejects.toThrow(/few\.binpb: 1 of its \d+ rounds were executed in full/);
});

test('what is no log, or an empty one, is refused with its name', async () => {
  const path = join(root, 'text.binpb');
  await writeFile(path, 'not a log at all');
  await expect(readRunLog(path)).rejects.toThrow(/text\.binpb: record 1 is damaged: .*, or this is not the log of a run;/);
  await expect(readRunLog(await logOf('empty.binpb', []))).rejects.toThrow(/empty\.binpb: is an empty log/);
  await expect(readRunLog(join(root, 'nowhere.binpb'))).rejects.toThrow(/nowhere\.binpb: is not the log of a run: ENOENT/);
});

test('a log with a flipped bit is refused with the file, the record and what to do', async () => {
  const bytes = encodeRunLogFile(finished('full').log.map((event) => encodeEvent('run-1', event)));
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 4;
  const path = join(root, 'flipped.binpb');
  await writeFile(path, bytes);
  await expect(readRunLog(path)).rejects.toThrow(/flipped\.binpb: record \d+ is damaged: its checksum .*; copy the file again/);
});
