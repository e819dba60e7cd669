import { dirname, join } from 'node:path';
import { dataFolderOf } from '../shared/config/data-folder.ts';
import { simulatorSettings } from '../shared/config/service-settings/service-settings.ts';
import { runService } from '../shared/lifecycle/run-service.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { environmentFromParent } from '../shared/settings/environment-from-parent.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';
import { createLogger } from '../shared/telemetry/logger.ts';
import { version } from '../shared/telemetry/version.ts';
import { engineCapacity } from './engine/capacity.ts';
import { parseFaults } from './faults.ts';
import { learnBenchmarks } from './learn-benchmarks.ts';
import { startSimulator } from './start-simulator.ts';

await environmentFromParent();
const settings = settingsOrEnd('simulator', () => {
  const given = simulatorSettings();
  try {
    return { ...given, faults: parseFaults(given.faults) };
  } catch (error) {
    throw new SettingsError('SCALE_SIMULATOR_FAULTS', `SCALE_SIMULATOR_FAULTS: ${(error as Error).message}`);
  }
});
const log = createLogger({ service: 'simulator', version, level: settings.logLevel });

/** For the log: a question with a worked example, and an answer with its steps. */
const usual = { promptTokens: 500, outputTokens: 200 };

await runService({
  name: 'simulator',
  log,
  leash: settings.leash,
  drainWithinMs: settings.drainMs,
  start: async ({ releases, forced }) => {
    const dataFolder = dataFolderOf();
    const { known, recorded, missing } = await learnBenchmarks(
      dataFolder,
      join(dirname(dataFolder), 'recorded'),
      settings.benchmarkFiles,
    );
    log.info({ dataFolder, queries: known.length, recordedDifficulties: recorded, missing }, 'learned the benchmarks');
    const simulator = await startSimulator({
      host: settings.host,
      port: settings.port,
      seed: settings.seed,
      known,
      latency: { timeToFirstTokenMs: settings.firstTokenMs, tokensPerSecond: settings.tokensPerSecond },
      maxSequences: settings.maxSequences,
      ...(settings.engine === 'vllm' ? { engine: settings } : {}),
      faults: settings.faults,
      ...(settings.accessLog === '' ? {} : { accessLog: settings.accessLog }),
      ...(settings.refusalLog === '' ? {} : { refusalLog: settings.refusalLog }),
      maxQueued: settings.maxQueued,
      batches: { delayMs: settings.batchMs },
    });
    if (settings.engine === 'vllm') {
      log.info({ request: usual, capacity: engineCapacity(settings, usual) }, 'what the simulated vLLM gives at its fullest');
    }
    releases.push('the server', () => simulator.stop(forced));
    return { models: simulator.url };
  },
});
