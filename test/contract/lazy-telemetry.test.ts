import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
/** Says on stderr which parts of OpenTelemetry are loaded, but for its small API, which prom-client always loads. */
const witness = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (/@opentelemetry\\/(?!api\\/)/.test(url)) process.stderr.write('loaded ' + url + '\\n');
    return next(url, context);
  },
});
`)}`;

function loadedBy(script: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string[]> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    const settings = { cwd: project, env: { PATH, ...environment } };
    execFile(process.execPath, ['--import', witness, script, ...args], settings, (_error, _stdout, stderr) =>
      resolve(stderr.split('\n').filter((line) => line.startsWith('loaded '))),
    );
  });
}

test.each([
  ['services/cli/main.ts', ['--help']],
  ['services/cli/main.ts', ['run', '--help']],
  ['services/coordinator/main.ts', []],
  ['services/executor/main.ts', []],
  ['services/predictor/main.ts', []],
])('%s loads no OpenTelemetry SDK while tracing is off', async (script, args) => {
  // A service ends at once where it does not know the level, after it has loaded everything.
  expect(await loadedBy(script, args, { SCALE_LOG_LEVEL: 'loud' })).toEqual([]);
});

test('this would be seen', async () => {
  expect(await loadedBy('services/shared/telemetry/open-telemetry.ts', [], {})).not.toEqual([]);
});
