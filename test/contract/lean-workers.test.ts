import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');
/** Says on stderr which modules of gRPC and YAML are loaded. */
const witness = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
registerHooks({
  load(url, context, next) {
    if (/node_modules\\/(@grpc\\/grpc-js|yaml)\\//.test(url)) process.stderr.write('loaded ' + url + '\\n');
    return next(url, context);
  },
});
`)}`;

function loadedBy(room: string): Promise<string[]> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    // It ends at once where it does not know the level, after it has loaded everything.
    const settings = { cwd: project, env: { PATH, SCALE_LOG_LEVEL: 'loud' } };
    execFile(process.execPath, ['--import', witness, `services/${room}/main.ts`], settings, (_error, _stdout, stderr) =>
      resolve(stderr.split('\n').filter((line) => line.startsWith('loaded '))),
    );
  });
}

// Workers speak to the bus alone, and most have no file of endpoints: each module more delays the first call of a run.
test.each(['executor', 'predictor'])('a worker loads neither gRPC nor YAML: %s', async (room) => {
  expect(await loadedBy(room)).toEqual([]);
});

test('this would be seen', async () => {
  expect((await loadedBy('coordinator')).join()).toContain('grpc-js');
});
