import { predictorSettings } from '../shared/config/service-settings.ts';
import { settingsOrEnd } from '../shared/lifecycle/settings-or-end.ts';
import { runWorkerService } from '../shared/worker/run-worker-service.ts';
import { createCompleteWork } from './complete-job.ts';

await runWorkerService({
  role: 'predictor',
  settings: settingsOrEnd('predictor', () => predictorSettings()),
  kinds: ['propose', 'predict'],
  createWork: createCompleteWork,
});
