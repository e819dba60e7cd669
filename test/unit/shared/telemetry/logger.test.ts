import { expect, test } from 'vitest';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';

function capture() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(
    { service: 'executor', version: '1.2.3', level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  return { log, lines };
}

test('a line carries service, version, level in words, and the fields of its child logger', () => {
  const { log, lines } = capture();
  log.child({ runId: 'r1' }).info({ jobId: 'j1' }, 'done');
  log.debug('not at this level');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/Z$/),
      service: 'executor',
      version: '1.2.3',
      runId: 'r1',
      jobId: 'j1',
      msg: 'done',
    },
  ]);
});

test('keys, authorization and prompts are never written, nor inside other fields', () => {
  const { log, lines } = capture();
  log.info({ apiKey: 's3cret', endpoint: { headers: { authorization: 's3cret' } }, request: { messages: ['s3cret'] } });
  log
    .child({ call: { prompt: 's3cret' } })
    .error({ err: Object.assign(new Error('refused'), { headers: { authorization: 's3cret' } }) });
  expect(lines).toHaveLength(2);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
  expect(lines[0]).toMatchObject({ apiKey: '[redacted]' });
});

test('an error is written with its causes', () => {
  const { log, lines } = capture();
  log.error({ err: new Error('outer', { cause: new Error('inner') }) });
  expect(lines[0]).toMatchObject({ err: { message: 'outer', cause: { message: 'inner' } } });
});
