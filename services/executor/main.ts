import { codeVerdictKinds } from '../domain/ports.ts';
import { executorSettings } from '../shared/config/service-settings/service-settings.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { systemTiming } from '../shared/lifecycle/timing.ts';
import { createLazySandbox } from '../shared/sandbox/lazy-sandbox.ts';
import { processEnvironment } from '../shared/settings/environment.ts';
import { environmentFromParent } from '../shared/settings/environment-from-parent.ts';
import { createAnswerMetrics, createSandboxMetrics } from '../shared/telemetry/worker-metrics.ts';
import { closingShare, runWorkerService } from '../shared/worker/run-worker-service.ts';
import { startAnswerDesk } from './answer-desk.ts';
import { countPrograms } from './count-programs.ts';
import { createExecuteWork } from './execute-job.ts';
import { lookAtSandbox } from './look-at-sandbox.ts';

await environmentFromParent();
const settings = settingsOrEnd('executor', () => executorSettings());

await runWorkerService({
  role: 'executor',
  settings,
  kinds: ['execute'],
  lookAtSandbox: (signal) => lookAtSandbox({ ...settings.sandbox, environment: processEnvironment() }, signal),
  createWork: async (bus, models, releases, log, metrics, ending) => {
    const code = createLazySandbox({ ...settings.sandbox, environment: processEnvironment() });
    releases.push('the sandbox', () => code.close());
    // A user who asks for isolation wants to hear at once that there is none, not after part of a search has been paid for.
    if (settings.sandbox.minIsolation !== 'plain') await code.open();
    const counted = countPrograms(code, createSandboxMetrics(metrics, codeVerdictKinds));
    if (settings.answersAtOnce > 0) {
      const answers = createAnswerMetrics(metrics, () => desk.inFlight());
      const desk = startAnswerDesk(
        {
          ...{ bus, models, code: counted, atOnce: settings.answersAtOnce, timing: systemTiming, logger: log },
          ...{ drainMs: settings.drainMs * closingShare, ended: answers.ended },
        },
        ending,
      );
      releases.push('the answers under way', desk.drained);
    }
    return createExecuteWork({ bus, models, code: counted, warn: (message) => log.warn(message) });
  },
});
