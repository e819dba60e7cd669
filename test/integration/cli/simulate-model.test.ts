import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { startCli } from '../../support/run-cli.ts';

const request = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'qwen3-8b', messages: [{ role: 'user', content: 'What is the time?' }] }),
};

async function answer(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/chat/completions`, request).catch(() => undefined);
  const body = (await response?.json()) as { choices: { message: { content: string } }[] } | undefined;
  return body?.choices[0]?.message.content;
}

async function contextOf(url: string): Promise<number | undefined> {
  const body = (await (await fetch(`${url}/models`)).json()) as { data: { max_model_len: number }[] };
  return body.data[0]?.max_model_len;
}

function childrenOf(pid: number | undefined): number[] {
  const list = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return list.trim().split(/\s+/).map(Number);
}

describe('scale simulate-model', () => {
  it('starts unequal replicas that say the same, with the settings of the environment, and goes on when one is killed', async () => {
    const run = startCli(['simulate-model', '--engine', 'vllm', '--replicas', '8,4@0.5', '--port', '0', '--json'], {
      environment: { SCALE_SIMULATOR_SPEED: '1000', SCALE_SIMULATOR_KV_BLOCKS: '100', SCALE_SIMULATOR_STEP_MS: '1' },
    });
    await run.until(/"urls": \[[^\]]*\]/);
    const { urls } = JSON.parse(run.stdout()) as { urls: string[] };
    expect(urls).toHaveLength(2);
    const answers = await Promise.all(urls.map(answer));
    expect(answers[0]).toBeTruthy();
    expect(answers[1]).toBe(answers[0]);
    expect(await Promise.all(urls.map(contextOf))).toEqual([1600, 1600]);

    const [child] = childrenOf(run.child.pid);
    process.kill(child ?? Number.NaN, 'SIGKILL');
    await run.until('was ended by SIGKILL');
    const left = urls.filter((url) => !run.stderr().includes(url));
    expect(left).toHaveLength(1);
    expect(await answer(left[0] ?? '')).toBe(answers[0]);

    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 0 });
    await expect(fetch(`${left[0]}/models`)).rejects.toThrow();
  });

  it('refuses speeds for an engine that has none, before anything starts', async () => {
    const run = startCli(['simulate-model', '--replicas', '8,4@0.5'], { environment: { SCALE_SIMULATOR_ENGINE: '' } });
    expect(await run.ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--engine vllm') });
  });
});
