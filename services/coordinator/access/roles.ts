import { type ControlServiceServer, ControlServiceService } from '../../shared/contracts/generated/scale/v1/control.ts';

/** What a caller may do; each may also do what those before it may. */
export const roles = ['read', 'run', 'admin'] as const;
export type Role = (typeof roles)[number];

type Method = keyof typeof ControlServiceService & keyof ControlServiceServer;

/**
 * The role that each call needs. `read` looks; `run` starts and steers single runs, which costs tokens; `admin` removes what
 * others may still want, or changes what all runs share. A method without an entry does not compile, and would be refused to
 * everyone.
 */
export const roleOfMethod: Readonly<Record<Method, Role>> = {
  listRuns: 'read',
  findRuns: 'read',
  getRun: 'read',
  watchRun: 'read',
  getRunBenchmark: 'read',
  listExecutions: 'read',
  getRound: 'read',
  listMemory: 'read',
  getCache: 'read',
  listWorkers: 'read',
  diagnose: 'read',
  listSweeps: 'read',
  getSweep: 'read',
  watchSweep: 'read',
  listDeadLetters: 'read',
  getCaller: 'read',
  startRun: 'run',
  cancelRun: 'run',
  pauseRun: 'run',
  resumeRun: 'run',
  retryDeadLetter: 'run',
  setShare: 'run',
  setRunLimits: 'run',
  setLabels: 'run',
  keepBenchmark: 'run',
  startSweep: 'run',
  pauseSweep: 'run',
  resumeSweep: 'run',
  cancelSweep: 'run',
  deleteRuns: 'admin',
  // All that everybody has asked and been answered.
  backup: 'admin',
  restore: 'admin',
  forgetMemory: 'admin',
  clearCache: 'admin',
  dropDeadLetter: 'admin',
  listAudit: 'admin',
};

const roleOfPath: ReadonlyMap<string, Role> = new Map(
  Object.entries(roleOfMethod).map(([method, role]) => [ControlServiceService[method as Method].path, role]),
);

/** Probes ask for the health of the service, and have no token. */
const healthPath = '/grpc.health.v1.Health/';

/** @param path e.g. "/scale.v1.ControlService/StartRun" */
export function roleNeededFor(path: string): Role | 'nobody' | 'anyone' {
  if (path.startsWith(healthPath)) return 'anyone';
  return roleOfPath.get(path) ?? 'nobody';
}

export function mayAct(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}
