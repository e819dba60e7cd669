import { findPythons } from '../../services/shared/sandbox/find-python.ts';
import { SandboxError } from '../../services/shared/sandbox/sandbox-error.ts';

/** Whether this machine has a Python to run programs with: without one there is no sandbox to test, and its tests are skipped. */
export const isPythonHere: boolean = await findPythons({ environment: process.env }).then(
  () => true,
  (error: unknown) => {
    if (!(error instanceof SandboxError)) throw error;
    console.info(`tests that run Python are skipped: ${error.message}`);
    return false;
  },
);
