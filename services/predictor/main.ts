import { predictorSettings } from '../shared/config/service-settings/service-settings.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { environmentFromParent } from '../shared/settings/environment-from-parent.ts';
import { runWorkerService } from '../shared/worker/run-worker-service.ts';
import { createCompleteWork } from './complete-job.ts';

await environmentFromParent();
await runWorkerService({
  role: 'predictor',
  settings: settingsOrEnd('predictor', () => predictorSettings()),
  kinds: ['propose', 'predict'],
  createWork: createCompleteWork,
});
