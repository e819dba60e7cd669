import { dashboardSettings } from '../shared/config/service-settings/service-settings.ts';
import { serverAccess } from '../shared/control-client/server-access.ts';
import { startHealthServer } from '../shared/lifecycle/health-server.ts';
import { runService } from '../shared/lifecycle/run-service.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { systemTiming } from '../shared/lifecycle/timing.ts';
import { processEnvironment } from '../shared/settings/environment.ts';
import { environmentFromParent } from '../shared/settings/environment-from-parent.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { createMetricsRegistry } from '../shared/telemetry/metrics.ts';
import { version } from '../shared/telemetry/version.ts';
import { startDashboard } from './dashboard-server.ts';
import { followParent, openClusterLink } from './open-cluster-link.ts';
import { readPageFiles } from './page-files.ts';

await environmentFromParent();
const settings = settingsOrEnd('dashboard', () => dashboardSettings());
const log = createLogger({ service: 'dashboard', version, level: settings.logLevel });

await runService({
  name: 'dashboard',
  log,
  leash: settings.leash,
  drainWithinMs: settings.drainMs,
  start: async ({ releases, state, forced }) => {
    const { server, signIn, host, port, origins } = settings;
    const metrics = createMetricsRegistry('dashboard', version);
    const access =
      server === undefined
        ? undefined
        : serverAccess(server, { environment: processEnvironment(), notice: (message) => log.warn(message) });
    const link = openClusterLink(
      access === undefined ? 'the cluster is starting' : { ...access, kind: 'server', name: access.address },
    );
    releases.push('the connection', async () => link.close());
    if (server === undefined) followParent(link);
    const health = await startHealthServer({
      ...{ host: settings.healthHost, port: settings.healthPort, state, metrics },
      checks: { coordinator: async (signal) => void (await link.client().getCache(signal)) },
      checkWithinMs: 2_000,
    });
    releases.use('the health server', health);
    const { files, policy } = await readPageFiles();
    const dashboard = await startDashboard({
      ...{ host, port, origins, link, signIn, files, policy, metrics, timing: systemTiming },
      openToRead: signIn === 'token' && (access?.token !== undefined || access?.tls?.key !== undefined),
      defect: (error) => log.error({ err: error }, 'a page was not answered'),
    });
    releases.push('the pages', () => dashboard.stop(forced));
    if (signIn === 'token') return { page: dashboard.url, health: health.url };
    const tellLink = () => process.send?.({ type: 'link', link: dashboard.newLink() }, undefined, undefined, () => {});
    dashboard.onOpened(tellLink);
    return { page: dashboard.url, link: dashboard.newLink(), health: health.url };
  },
});
