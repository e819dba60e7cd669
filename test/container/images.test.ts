import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildImages,
  docker,
  filesOf,
  hardening,
  imageSize,
  images,
  logOf,
  readProject,
  sandboxProfile,
  startedEngine,
} from '../support/cluster/container-engine.ts';

const engine = await startedEngine();
const megabytesAboveBase = 160;
const megabytesOfPackages = 200;

interface Bom {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly purl: string; readonly licenses?: readonly unknown[] }[];
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly name?: string; readonly version: string; readonly dev?: true }>>;
}

// A machine without an engine counts these as skipped.
describe.skipIf(engine === undefined)(`images, on ${engine ?? 'a container engine, of which none runs here'}`, () => {
  beforeAll(buildImages, 600_000);
  const containers: string[] = [];
  afterAll(async () => {
    if (containers.length > 0) await docker('rm', '--force', ...containers);
  });
  const start = async (...words: readonly string[]): Promise<string> => {
    const id = await docker('run', '--detach', '--network', 'none', ...hardening, ...words);
    containers.push(id);
    return id;
  };

  test(`both are at most ${megabytesAboveBase} MB above their base, with at most ${megabytesOfPackages} MB of packages`, async () => {
    const base = await imageSize(images.base);
    for (const image of [images.service, images.sandbox]) {
      const own = await imageSize(image);
      console.info(`${image}: ${own.toFixed(0)} MB, ${(own - base).toFixed(0)} MB above the ${base.toFixed(0)} MB of its base`);
      expect(own - base).toBeLessThan(megabytesAboveBase);
    }
    const packages = Number((await inside(images.service, 'du', '-sm', '/app/node_modules')).split('\t')[0]);
    console.info(`npm ci --omit=dev: ${packages} MB`);
    expect(packages).toBeLessThan(megabytesOfPackages);
  });

  test('an image holds what a service runs with, and no test, source, history, cache or secret', async () => {
    const base = new Set(await filesOf(images.base));
    const added = (await filesOf(images.service)).filter((path) => !base.has(path));
    const ours = /^(app\/(node_modules|dist)\/.|app\/(package\.json|LICENSE|sbom\.cdx\.json)$|usr\/local\/bin\/service$)/;
    expect(added.filter((path) => !ours.test(path))).toEqual([]);
    const own = added.filter((path) => !path.startsWith('app/node_modules/'));
    expect(own).toContain('app/dist/services/executor/main.js');
    expect(own.filter((path) => /\.(ts|map|test\.js|pem|key|env|npmrc)$|\/(test|\.git|\.npm)\//.test(path))).toEqual([]);
    const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', images.sandbox);
    expect(history).not.toMatch(/token|password|secret|_KEY=|npmrc/i);
  });

  test('its list of packages is what it holds, of development none', async () => {
    const bom = JSON.parse(await inside(images.service, 'cat', '/app/sbom.cdx.json')) as Bom;
    const { packages } = JSON.parse(await readProject('package-lock.json')) as Lock;
    const production = Object.entries(packages).flatMap(([path, { name, version, dev }]) =>
      path === '' || dev ? [] : [`${name ?? path.replace(/.*node_modules[/]/, '')}@${version}`],
    );
    const listed = bom.components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', '')));
    expect(listed.toSorted()).toEqual([...new Set(production)].toSorted());
    expect(bom.components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
    expect(bom.metadata.component.name).toBe('scale-search');
  });

  test('its labels say what it is, and it runs as nobody in particular', async () => {
    const config = JSON.parse(await docker('image', 'inspect', '--format', '{{json .Config}}', images.service)) as {
      readonly Labels: Readonly<Record<string, string>>;
      readonly User: string;
      readonly Healthcheck: unknown;
    };
    const said = Object.keys(config.Labels).filter((label) => label.startsWith('org.opencontainers.'));
    const labels = ['description', 'licenses', 'revision', 'source', 'title', 'version'];
    expect(said.toSorted()).toEqual(labels.map((label) => `org.opencontainers.image.${label}`));
    expect(config).toMatchObject({ User: '10001:10001', Healthcheck: expect.anything() });
    expect(config.Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0');
  });

  test('a service ends at once and well when the engine asks it to', async () => {
    const id = await start(images.service, 'simulator');
    await untilLogged(id, '"msg":"running"');
    const beganMs = performance.now();
    await docker('stop', '-t', '60', id);
    const tookMs = performance.now() - beganMs;
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
    console.info(`a service ends ${tookMs.toFixed(0)} ms after SIGTERM`);
    // The engine would kill it after a minute, which a signal that gets lost in a shell would take.
    expect(tookMs).toBeLessThan(50_000);
  });

  test('processes whose parent was killed are buried by the first process of the sandbox', async () => {
    const id = await start(images.sandbox, 'executor');
    const orphan = 'python3 -c "import os, time; os.fork() or os.fork() or (time.sleep(0.2), os._exit(0))"';
    await docker('exec', id, 'sh', '-c', `for each in 1 2 3; do ${orphan}; done; sleep 1`);
    const states = await docker('exec', id, 'sh', '-c', "sed -n 's/^State:\\t//p' /proc/[0-9]*/status");
    expect(states).not.toContain('zombie');
    expect(states).toContain('sleeping');
  });

  test('programs are caged by bubblewrap under the profile of deploy, and by seccomp and landlock under that of the engine', async () => {
    const ours = await isolationWith('--security-opt', `seccomp=${sandboxProfile}`);
    const engines = await isolationWith();
    console.info(`with deploy/sandbox-seccomp.json: ${ours}; with the profile of the engine: ${engines}`);
    expect(ours).toMatch(/^bwrap[+]seccomp[+]landlock, with Python 3/);
    expect(engines).toMatch(/^plain[+]seccomp[+]landlock, with Python 3/);
  });
});

function inside(image: string, command: string, ...words: readonly string[]): Promise<string> {
  return docker('run', '--rm', '--network', 'none', '--entrypoint', command, image, ...words);
}

async function untilLogged(container: string, text: string): Promise<void> {
  while (!(await logOf(container)).includes(text)) {
    expect(await docker('inspect', '--format', '{{.State.Running}}', container), 'the service runs').toBe('true');
  }
}

/** What `scale doctor` says of the sandbox in a container with these options. It finds other things missing there. */
async function isolationWith(...options: readonly string[]): Promise<string> {
  const doctor = ['--entrypoint', 'sh', images.sandbox, '-c', 'service scale doctor --json || true'];
  const report = await docker('run', '--rm', ...hardening, ...options, ...doctor);
  const { checks } = JSON.parse(report) as { readonly checks: readonly { readonly name: string; readonly found: string }[] };
  return checks.find(({ name }) => name === 'sandbox')?.found ?? '';
}
