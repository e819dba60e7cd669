import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { presetNames, presets } from '../../../../services/shared/config/presets.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-presets-'));
});
afterAll(() => rm(folder, { recursive: true }));

const configurationOf = async (text: string): Promise<RunConfiguration> => {
  const path = join(folder, 'run.yaml');
  await writeFile(path, `benchmark: sample\n${text}`);
  return (await readRunFile(path)).configuration;
};

/** AFlow's values: run.py's defaults and its convergence check. */
const aflowSearch = {
  maxRounds: 20,
  candidates: 4,
  lambda: 0.3,
  alpha: 0.2,
  convergenceRounds: 5,
  convergenceTop: 3,
  convergenceZ: 0,
};

describe('a preset', () => {
  it('paper is SCALE as the paper has it: three warm-up rounds, 3 % of the queries, the product form of Eq 9, no canary', async () => {
    const { search, evaluation } = await configurationOf('preset: paper');
    expect(search).toMatchObject(aflowSearch);
    expect(search).not.toHaveProperty('feedbackTokens');
    for (const ours of ['canary', 'finalPick', 'ties']) expect(search).not.toHaveProperty(ours);
    expect(evaluation).toEqual({
      method: 'scale',
      warmUpRounds: 3,
      fewShotRatio: 0.03,
      bins: 10,
      gamma: 0.1,
      draw: 'once',
      tau: 0.01,
      alphaMax: 0.9,
      alphaForm: 'product',
      predictionAttempts: 2,
      repeats: 1,
    });
  });

  it('aflow executes every workflow in full, without a canary', async () => {
    const { search, evaluation } = await configurationOf('preset: aflow');
    expect(search).toMatchObject(aflowSearch);
    expect(search).not.toHaveProperty('feedbackTokens');
    for (const ours of ['canary', 'finalPick', 'ties']) expect(search).not.toHaveProperty(ours);
    expect(evaluation).toMatchObject({ method: 'full', warmUpRounds: 0, repeats: 1 });
  });

  it('default has a canary, lets the newest of equals be a parent, has no early stop, and is what a file without a preset gets', async () => {
    const plain = await configurationOf('');
    expect(plain.search).toMatchObject({ canary: true, ties: 'newest', convergenceRounds: 0 });
    expect(await configurationOf('preset: default')).toEqual(plain);
  });

  it('comes after what the file itself says, and before the defaults', async () => {
    const { search, evaluation } = await configurationOf(
      'preset: paper\nsearch: { canary: true, convergence: off, final_pick: top }\nevaluation: { tau: 0.2 }',
    );
    expect(search).toMatchObject({ canary: true, convergenceRounds: 0, finalPick: { policy: 'top', topK: 3 }, lambda: 0.3 });
    expect(evaluation).toMatchObject({ tau: 0.2, alphaForm: 'product', warmUpRounds: 3 });
  });

  it('says nothing that the settings do not know', () => {
    for (const preset of presetNames) {
      const { search, evaluation } = parseRunFile(`benchmark: sample\npreset: ${preset}`, '').settings;
      expect(search).toMatchObject(presets[preset].search);
      expect(evaluation).toMatchObject(presets[preset].evaluation);
    }
  });

  it.each([
    ['that there is not', 'preset: papers', /run\.yaml:2: preset must be default, paper or aflow, but is "papers"/],
    ['beside a group that is none', 'preset: paper\nsearch: 3', /run\.yaml:3: search must be a group of settings, but is 3/],
    [
      'beside a wrong setting',
      'preset: aflow\nsearch: { canary: maybe }',
      /search\.canary must be true or false, but is "maybe"/,
    ],
    [
      'beside an unknown policy',
      'search: { final_pick: best }',
      /search\.final_pick must be argmax, top, .* or [a-z-]+, or { policy, .*, but is "best"/,
    ],
    [
      'beside an unknown policy in a group',
      'search: { final_pick: { policy: best } }',
      /search\.final_pick\.policy must be argmax, top, .* or [a-z-]+, but is "best"/,
    ],
    [
      'beside a share above 1',
      'search: { final_pick: { policy: top, share: 2 } }',
      /final_pick\.share must be a number from 0 to 1/,
    ],
  ])('%s is refused in one sentence', async (_what, text, message) => {
    await expect(configurationOf(text)).rejects.toThrow(message);
  });
});
