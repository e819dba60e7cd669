import { executorSettings } from '../shared/config/service-settings.ts';
import { runWorkerService } from '../shared/worker/run-worker-service.ts';
import { createExecuteWork } from './execute-job.ts';

await runWorkerService({
  role: 'executor',
  settings: executorSettings(),
  kinds: ['execute'],
  createWork: (bus, models) => createExecuteWork({ bus, models }),
});
