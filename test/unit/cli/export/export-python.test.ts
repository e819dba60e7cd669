import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportFileAsPython, exportRunAsPython, isWorkflowFile } from '../../../../services/cli/export/export-python.ts';
import type { Provenance } from '../../../../services/cli/export/provenance.ts';
import { pythonText } from '../../../../services/cli/export/python-text.ts';
import { readWorkflowText } from '../../../../services/shared/benchmarks/read-workflow-file.ts';

const workflow = (condition: string) => `workflow: 1
prompts: { class: "Say \\"it\\": {{query.question}}" }
steps:
  - { id: lambda, call: custom, with: { input: "{{query.question}}", instruction: class } }
  - if: ${condition}
    then:
      - { return: "{{lambda.response}}" }
  - return: "{{size(lambda.response)}}"
`;
const inputs = ['question'];
const about: Provenance = {
  ...{ runId: 'gsm8k-1', round: 6, isBest: true, workflowHash: 'abc', score: 0.93, method: 'full' },
  ...{ queries: { executed: 264, all: 264 }, benchmark: 'gsm8k', split: 'validate', scorer: 'aflow', simulated: false },
  model: { model: 'qwen-plus', temperature: 0, topP: null, maxTokens: 1024, chatTemplateKwargs: {}, sendSeed: false },
  ...{ operators: ['custom'], inputs },
};
const parsed = readWorkflowText(workflow('lambda.response == "x"'), 'w', { operators: ['custom'], inputs });
const server = { baseUrl: 'https://models.example/v1', apiKeyVariable: 'MODELS_KEY' };

describe('a workflow written out as a Python file', () => {
  test('says where it is from, what its tokens cost, and where its model is served', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-export-'));
    const price = { model: 'qwen-*', input: 0.4, cachedInput: 0.1, output: 1.2, reasoning: 1.2, batch: 1 };
    const prices = { currency: 'USD', prices: [price], date: '2026-11-01' };
    const { document } = await exportRunAsPython(join(folder.path, 'best.py'), {
      workflow: parsed,
      about,
      prices,
      endpoints: [server],
    });
    const text = await readFile(join(folder.path, 'best.py'), 'utf8');
    for (const said of [
      '# run: gsm8k-1, round 6 (the best)',
      '0.93',
      '264 of 264',
      '# model: qwen-plus',
      'prices: 0.4 in, 1.2 out',
      'USD',
    ])
      expect(text).toContain(said);
    expect(text).toContain('"base_url": os.environ.get("OPENAI_BASE_URL", "https://models.example/v1")');
    expect(text).toContain('os.environ.get("MODELS_KEY") or os.environ.get("OPENAI_API_KEY", "none")');
    // A step whose name is a word of Python has another one there.
    expect(text).toContain('lambda_ = await custom(');
    expect(text).not.toContain('async def sc_ensemble');
    expect(document).toMatchObject({ runId: 'gsm8k-1', runsPrograms: false });
  });

  test('has no address where only the workers of a cluster know it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-export-'));
    const endpoints = [{ baseUrl: 'cluster:', apiKeyVariable: '' }];
    await exportRunAsPython(join(folder.path, 'best.py'), { workflow: parsed, about, prices: undefined, endpoints });
    const text = await readFile(join(folder.path, 'best.py'), 'utf8');
    expect(text).toContain('"base_url": os.environ.get("OPENAI_BASE_URL"),');
    expect(text).toContain('# prices: not known');
  });

  test('takes no name of a field, and nothing that is said of the run, for Python', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-export-'));
    const hostile = '"""\nraise SystemExit(7)\n"""\\N{x} \\';
    const own: Provenance = { ...about, benchmark: 'b\rraise SystemExit(7)', inputs: [hostile, 'class', 'an-swer', 'größe'] };
    const prices = { currency: 'USD\nraise SystemExit(7)', prices: [], date: '\nraise SystemExit(7)' };
    for (const fields of [own.inputs, [hostile]]) {
      const file = join(folder.path, 'best.py');
      await exportRunAsPython(file, { workflow: parsed, about: { ...own, inputs: fields }, prices, endpoints: [] });
      const text = await readFile(file, 'utf8');
      expect(text.match(/^.*raise SystemExit.*$/gm)?.filter((line) => /^\s*raise/.test(line))).toEqual([]);
      expect(text.slice(3, text.indexOf('"""', 3))).toContain('pip install openai');
      expect(text.slice(text.indexOf('"""', 3) + 3)).toMatch(/^\n\n# run: /);
    }
  });

  test('is refused under a name that Python cannot import, and for what has no Python form', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-export-'));
    const found = { workflow: parsed, about, prices: undefined, endpoints: [] };
    for (const name of ['my-workflow.py', '1.py', 'best', 'best.txt', 'class.py', 'openai.py', 'json.py'])
      await expect(exportRunAsPython(join(folder.path, name), found)).rejects.toThrow('such as best_workflow.py');
    const unicode = readWorkflowText(workflow(String.raw`'lambda.response.matches("\\p{L}")'`), 'w', {
      operators: ['custom'],
      inputs,
    });
    await expect(exportRunAsPython(join(folder.path, 'a.py'), { ...found, workflow: unicode })).rejects.toThrow(
      'has no Python form',
    );
    await expect(exportFileAsPython(join(folder.path, 'a.py'), join(folder.path, 'none.yaml'), undefined)).rejects.toThrow(
      'there is no such workflow file',
    );
  });

  test('is of a workflow file where the name is one of a file', () => {
    expect(['best.yaml', 'a/b.yml', 'w.json'].every(isWorkflowFile)).toBe(true);
    expect(['gsm8k', 'gsm8k-1', undefined].some(isWorkflowFile)).toBe(false);
  });

  test('holds every text as it was', () => {
    expect(pythonText('a"b\\c\n\u0000\u2028\u{1f600}')).toBe(String.raw`"a\"b\\c\n\u0000\u2028😀"`);
  });
});
