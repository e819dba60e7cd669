import { predictorSettings } from '../shared/config/service-settings.ts';
import { runWorkerService } from '../shared/worker/run-worker-service.ts';
import { createCompleteWork } from './complete-job.ts';

await runWorkerService({
  role: 'predictor',
  settings: predictorSettings(),
  kinds: ['propose', 'predict'],
  createWork: createCompleteWork,
});
