import { describe, expect, it } from 'vitest';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';

const parse = (...lines: readonly string[]) => parseRunFile(lines.join('\n'), 'my-run.yaml');

describe('parsing a run file', () => {
  it('needs no more than a benchmark', () => {
    const { settings } = parse('benchmark: sample');
    expect(settings).toMatchObject({
      seed: 1,
      benchmark: { name: 'sample', split: 'validate' },
      models: { executor: { endpoint: 'simulated' }, optimizer: { endpoint: 'simulated' } },
      search: { max_rounds: 20, ties: 'newest', convergence: { rounds: 0, top: 3, z: 0 } },
      evaluation: { method: 'few-shot', warm_up_rounds: 0 },
      cluster: { executors: 1, slots: 32 },
    });
  });

  it('turns convergence off by a word, and on by any part of the rule', () => {
    const convergence = (...lines: readonly string[]) => parse('benchmark: sample', ...lines).settings.search.convergence;
    expect(convergence('preset: aflow', 'search: { convergence: off }').rounds).toBe(0);
    expect(convergence('search: { convergence: { rounds: 2 } }')).toEqual({ rounds: 2, top: 3, z: 0 });
    expect(convergence('search: { convergence: { top: 4 } }')).toEqual({ rounds: 5, top: 4, z: 0 });
    expect(convergence('preset: aflow', 'search: { convergence: { z: 1 } }')).toEqual({ rounds: 5, top: 3, z: 1 });
  });

  it.each(['off', 'no', '"false"', '', 'null', '0', '1', '[]'])(
    'takes only true and false for switches of thinking: %s',
    (value) => {
      for (const role of ['executor', 'optimizer'])
        for (const name of ['enable_thinking', 'thinking'])
          expect(() =>
            parse('benchmark: sample', 'models:', `  ${role}:`, '    chat_template_kwargs:', `      ${name}: ${value}`),
          ).toThrow(new RegExp(`my-run\\.yaml:5: models\\.${role}\\.chat_template_kwargs\\.${name} must be true or false`));
    },
  );

  it('keeps what is meant for the chat template as it is', () => {
    const { settings } = parse(
      'benchmark: x',
      'models:',
      '  executor:',
      '    chat_template_kwargs: { enable_thinking: false, n: [1] }',
    );
    expect(settings.models.executor.chat_template_kwargs).toEqual({ enable_thinking: false, n: [1] });
  });

  it('takes anchors from groups whose names begin with x-, and merges them', () => {
    const { settings, written, earlier } = parse(
      'benchmark: sample',
      'x-short: &short { max_rounds: 3, candidates: 2 }',
      'search:',
      '  <<: *short',
      '  candidates: 4',
    );
    expect(settings.search).toMatchObject({ max_rounds: 3, candidates: 4 });
    expect(written).toEqual({ benchmark: 'sample', search: { max_rounds: 3, candidates: 4 } });
    expect(earlier).not.toEqual([]);
    const broken = () => parse('benchmark: sample', 'x-short: &short { max_rounds: 0 }', 'search:', '  <<: *short');
    expect(broken).toThrow(/^my-run\.yaml:3: search\.max_rounds must be a whole number from 1 to 10000, but is 0$/);
  });

  it.each([
    'http://gpu-1/v1/completions',
    'https://api.openai.com/v1/models',
    'https://api.anthropic.com/v1/messages/',
    'http://gpu-1:11434/api/chat',
  ])('takes no address of a call: %s', (address) => {
    expect(() => parse('benchmark: sample', `endpoints: { a: { base_url: "${address}" } }`)).toThrow(
      /endpoints\.a\.base_url must end before the path of a call/,
    );
  });

  it.each([' http://gpu-1/v1', 'http://gpu-1/v1\\n', 'http://unix:/run/x.sock:/v1', 'unix:///run/x.sock'])(
    'takes no address that is none of the web: %s',
    (address) => {
      expect(() => parse('benchmark: sample', `endpoints: { a: { base_url: "${address}" } }`)).toThrow(
        /endpoints\.a\.base_url must be an http or https address/,
      );
    },
  );

  it('takes the address of a service that is called models', () => {
    const parsed = parse('benchmark: sample', 'endpoints: { a: { base_url: "https://x.services.ai.azure.com/models" } }');
    expect(parsed.settings.endpoints.a).toBeDefined();
  });

  it.each([
    ['broken YAML', ['benchmark: [', 'seed: 1'], /^my-run\.yaml:2: not valid YAML: /],
    ['two documents', ['benchmark: x', '---', 'benchmark: y'], /^my-run\.yaml:2: not valid YAML: it holds several documents/],
    ['a key that stands twice', ['seed: 1', 'benchmark: x', 'seed: 2'], /^my-run\.yaml:3: not valid YAML: .*unique/],
    ['a tag that means nothing', ['benchmark: !sample x'], /^my-run\.yaml:1: not valid YAML: .*!sample/],
    [
      'aliases that multiply',
      ['a: &a [1,1,1,1,1,1,1,1,1,1]', 'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]', 'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]'],
      /^my-run\.yaml: not usable YAML: /,
    ],
    ['an empty file', [''], /^my-run\.yaml: the file must be a group of settings, but is empty$/],
    ['a list', ['- benchmark'], /^my-run\.yaml: the file must be a group of settings, but is \["benchmark"\]$/],
    ['no benchmark', ['seed: 1'], /^my-run\.yaml: benchmark is missing: it must be a group of settings$/],
    ['no benchmark name', ['benchmark:', '  limit: 3'], /^my-run\.yaml:1: benchmark\.name is missing: it must be the name/],
    [
      'an unknown setting',
      ['benchmark: x', 'evaluation:', '  warmup_rounds: 3'],
      /^my-run\.yaml:3: evaluation has no setting "warmup_rounds"; did you mean "warm_up_rounds"\?$/,
    ],
    [
      'an unknown group',
      ['benchmark: x', 'serach: {}'],
      /^my-run\.yaml:2: a run file has no setting "serach"; did you mean "search"\?$/,
    ],
    [
      'a setting outside its group',
      ['benchmark: x', 'max_rounds: 3'],
      /^my-run\.yaml:2: a run file has no setting "max_rounds"; did you mean "search\.max_rounds"\?$/,
    ],
    [
      'a setting in another group',
      ['benchmark: x', 'search:', '  method: full'],
      /^my-run\.yaml:\d: search has no setting "method"; did you mean "evaluation\.method"\?$/,
    ],
    [
      'the end of names of two groups',
      ['benchmark: x', 'rounds: 3'],
      /^my-run\.yaml:2: a run file has no setting "rounds"; did you mean "search\.max_rounds" or "evaluation\.warm_up_rounds"\?$/,
    ],
    [
      'an unknown setting of a model',
      ['benchmark: x', 'models:', '  executor:', '    topp: 1'],
      /^my-run\.yaml:4: models\.executor has no setting "topp"; did you mean "top_p"\?$/,
    ],
    [
      'an unknown setting of an endpoint',
      ['benchmark: x', 'endpoints:', '  a: { base_url: "http://a/v1", timeout: 3 }'],
      /^my-run\.yaml:3: endpoints\.a has no setting "timeout"; did you mean "timeout_seconds"\?$/,
    ],
    [
      'an unknown setting of the convergence rule',
      ['benchmark: x', 'search:', '  convergence:', '    round: 5'],
      /^my-run\.yaml:4: search\.convergence has no setting "round"; did you mean "rounds"\?$/,
    ],
    [
      'a number out of range',
      ['benchmark: x', 'search:', '  max_rounds: 0'],
      /^my-run\.yaml:3: search\.max_rounds must be a whole number from 1 to 10000, but is 0$/,
    ],
    [
      'a broken number',
      ['benchmark: x', 'seed: 1.5'],
      /^my-run\.yaml:2: seed must be a whole number from 0 to \d+, but is 1\.5$/,
    ],
    ['a text for a number', ['benchmark: x', 'seed: one'], /^my-run\.yaml:2: seed must be a whole number .*, but is "one"$/],
    [
      'not a number',
      ['benchmark: x', 'search: { lambda: .nan }'],
      /^my-run\.yaml:2: search\.lambda must be a number from 0 to 1, but is null$/,
    ],
    [
      'a ratio of nothing',
      ['benchmark: x', 'evaluation: { few_shot_ratio: 0 }'],
      /^my-run\.yaml:2: evaluation\.few_shot_ratio must be a number above 0 and up to 1, but is 0$/,
    ],
    [
      'an unknown method',
      ['benchmark: x', 'evaluation: { method: guess }'],
      /^my-run\.yaml:2: evaluation\.method must be full, predicted, few-shot, confidence, constant, scale, .* or [a-z-]+, but is "guess"$/,
    ],
    ['an empty group', ['benchmark: x', 'search:'], /^my-run\.yaml:2: search must be a group of settings, but is empty$/],
    [
      'a wrong convergence',
      ['benchmark: x', 'search:', '  convergence: never'],
      /^my-run\.yaml:3: search\.convergence must be `off` or/,
    ],
    [
      'a server in a list of a wrong address',
      ['benchmark: x', 'endpoints:', '  a: { base_url: [http://gpu-1/v1, gpu-2] }'],
      /^my-run\.yaml:3: endpoints\.a\.base_url\.1 must be an http or https address/,
    ],
    [
      'a server that stands in a list twice',
      ['benchmark: x', 'endpoints:', '  a: { base_url: [http://gpu-1/v1, http://gpu-1/v1/] }'],
      /^my-run\.yaml:3: endpoints\.a\.base_url\.1 is the same server as an earlier one, http:\/\/gpu-1\/v1\//,
    ],
    [
      'an empty list of servers',
      ['benchmark: x', 'endpoints:', '  a: { base_url: [] }'],
      /^my-run\.yaml:3: endpoints\.a\.base_url must name a server/,
    ],
    [
      'a wrong limit of a server',
      ['benchmark: x', 'endpoints:', '  a: { base_url: [{ url: http://gpu-1/v1, max_concurrency: 0 }] }'],
      /^my-run\.yaml:3: endpoints\.a\.base_url\.0\.max_concurrency must be a whole number from 1/,
    ],
    [
      'an address that is none',
      ['benchmark: x', 'endpoints:', '  a: { base_url: gpu-1:8000 }'],
      /^my-run\.yaml:3: endpoints\.a\.base_url must be an http or https address/,
    ],
    [
      'an endpoint without an address',
      ['benchmark: x', 'endpoints:', '  a: {}'],
      /^my-run\.yaml:3: endpoints\.a\.base_url is missing: it must be an http or https address/,
    ],
  ])('refuses %s in one sentence', (_what, lines, message) => {
    expect(() => parse(...lines)).toThrow(message);
    expect(() => parse(...lines)).toThrow(expect.objectContaining({ name: 'RunFileError', file: 'my-run.yaml' }));
    expect(() => parse(...lines)).not.toThrow(/\n/);
  });

  it.each(['sk-proj-abcdef0123456789', 'hf_AbCdEfGhIjKl0123', 'AbCdEfGhIjKlMnOpQrStUvWx0123456789'])(
    'refuses the key %s where the name of its variable belongs, and does not repeat it',
    (key) => {
      const lines = ['benchmark: x', 'endpoints:', '  a:', '    base_url: http://a/v1', `    api_key_variable: ${key}`];
      expect(() => parse(...lines)).toThrow(/^my-run\.yaml:5: endpoints\.a\.api_key_variable must be the name of an environment/);
      expect(() => parse(...lines)).not.toThrow(key);
    },
  );

  it('does not repeat a password in an address', () => {
    const lines = ['benchmark: x', 'endpoints:', '  a:', '    base_url: http://me:hunter2@a/v1'];
    expect(() => parse(...lines)).toThrow(/^my-run\.yaml:4: endpoints\.a\.base_url must be an http or https address/);
    expect(() => parse(...lines)).not.toThrow(/hunter2/);
  });
});
