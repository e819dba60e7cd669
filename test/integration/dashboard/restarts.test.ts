import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import { startRunRequestOf } from '../../../services/cli/runs/run-request.ts';
import type { Dashboard } from '../../../services/dashboard/dashboard-server.ts';
import { openClusterLink } from '../../../services/dashboard/open-cluster-link.ts';
import { readPageFiles } from '../../../services/dashboard/page-files.ts';
import { readRunFile } from '../../../services/shared/config/run-file.ts';
import { type ControlClient, connectControl } from '../../../services/shared/control-client/control-client.ts';
import { findChromium, openBrowser } from '../../support/browser.ts';
import { startTestDashboard } from '../../support/dashboard-client.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';
import { goTo } from '../../support/page-views.ts';

// Two pages of a real browser on a real coordinator, of which each part is restarted. Nobody executes: what moves is what people
// do.

const never = new AbortController().signal;
const token = 'planted-token-of-a-test';
let folder: string;
let nats: TestNatsServer;
let coordinator: ChildService;
let client: ControlClient;
let runId: string;
let port = '0';
let pages: Awaited<ReturnType<typeof readPageFiles>>;
let dashboard: Dashboard;
let closeDashboard = async (): Promise<void> => undefined;

const startCoordinator = async (): Promise<ChildService> =>
  await startChildService(
    {
      ...{ name: 'coordinator', script: mainOf('coordinator'), logFile: join(folder, 'coordinator.log') },
      environment: {
        ...{ PATH: process.env.PATH ?? '', SCALE_NATS_URL: nats.url, SCALE_HEALTH_PORT: '0', SCALE_PARENT_LEASH: 'ipc' },
        ...{ SCALE_LEASE_TTL_MS: '1000', SCALE_CONTROL_PORT: port, SCALE_CONTROL_TOKENS_FILE: join(folder, 'tokens.yaml') },
      },
    },
    never,
  );

/** @param at its port: another one at the same address */
async function startDashboard(signIn: 'link' | 'token', at = 0): Promise<void> {
  const link = openClusterLink({ address: `127.0.0.1:${port}`, token, kind: 'server', name: 'here' });
  dashboard = await startTestDashboard({ ...{ link, signIn, port: at, ...pages }, openToRead: signIn === 'token' });
  closeDashboard = async () => {
    await dashboard.stop(AbortSignal.abort());
    link.close();
  };
}

const restartDashboard = async (signIn: 'link' | 'token'): Promise<void> => {
  const at = Number(new URL(dashboard.url).port);
  await closeDashboard();
  await startDashboard(signIn, at);
};

describe.runIf(findChromium() !== undefined)('a page that is open while what it looks at is restarted', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scale-restarts-'));
    nats = await startTestNatsServer({ storeFolder: join(folder, 'nats') });
    const sha256 = createHash('sha256').update(token).digest('hex');
    await writeFile(join(folder, 'tokens.yaml'), `- { name: test, role: run, sha256: ${sha256} }\n`);
    coordinator = await startCoordinator();
    port = new URL(`http://${coordinator.addresses.control}`).port;
    client = connectControl(`127.0.0.1:${port}`, { token });
    pages = await readPageFiles();
    const file = join(folder, 'run.yaml');
    await writeFile(file, 'name: watched\nbenchmark: { name: sample, limit: 8 }\nsearch: { max_rounds: 4 }\n');
    ({ runId } = await client.startRun(startRunRequestOf(await readRunFile(file), 'http://127.0.0.1:9/v1'), never));
    await startDashboard('token');
  });

  afterAll(async () => {
    await closeDashboard();
    client?.close();
    await coordinator?.stop();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('says what does not answer, shows what it knew, and goes on by itself', { timeout: 300_000 }, async () => {
    await using browser = await openBrowser();
    const context = await browser.newContext();
    const tabs = [await context.newPage(), await context.newPage()];
    const says = async (what: string | RegExp, where = 'body'): Promise<void> => {
      for (const tab of tabs) await expect.poll(() => textOf(tab, where)).toMatch(what);
    };
    for (const [index, tab] of tabs.entries()) {
      await tab.goto(dashboard.url);
      await goTo(tab, index === 0 ? `#/runs/${runId}` : '#/runs');
    }
    await says('live', '.connection');
    await says('running', 'main');

    const paused = async (): Promise<void> => void (await client.pauseRun(runId, 'for lunch', never));
    const resumed = async (): Promise<void> => void (await client.resumeRun(runId, never));
    await coordinator.kill();
    await says(/The cluster does not answer/, '.banner');
    coordinator = await startCoordinator();
    await gone(tabs, '.banner');
    await paused();
    await says('paused', 'main');

    const natsPort = Number(new URL(nats.url).port);
    await nats.kill();
    await says(/The cluster does not answer/, '.banner');
    nats = await startTestNatsServer({ storeFolder: nats.storeFolder, port: natsPort });
    await gone(tabs, '.banner');
    await expect.poll(() => resumed().then(() => 'resumed', String)).toBe('resumed');
    await says('running', 'main');

    const at = Number(new URL(dashboard.url).port);
    await closeDashboard();
    await says('not connected', '.connection');
    await says(/The connection to the server is lost/, '.banner');
    await says('running', 'main');
    await startDashboard('token', at);
    await says('live', '.connection');
    await gone(tabs, '.banner');
    await paused();
    await says('paused', 'main');

    // Another one, that knows nobody: its link is opened in a third tab.
    await restartDashboard('link');
    await says(/nobody is signed in: open the link/, 'main');
    await gone(tabs, '.banner');
    await resumed();
    const third = await context.newPage();
    await third.goto(dashboard.newLink());
    await says('live', '.connection');
    await says('running', 'main');
    for (const tab of tabs) expect(await textOf(tab, 'main')).not.toContain('nobody is signed in');
  });
});

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).allTextContents()).join(' ');
}

async function gone(tabs: readonly Page[], selector: string): Promise<void> {
  for (const tab of tabs) await expect.poll(() => tab.locator(selector).count()).toBe(0);
}
