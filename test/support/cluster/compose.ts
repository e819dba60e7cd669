import { execFileSync } from 'node:child_process';

/** Whether this machine has docker compose; an engine need not run. */
export function hasCompose(): boolean {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
