// Prints the last line of scripts/test from vitest's JSON report, and exits with 1 unless all is well.
// Arguments: the report, vitest's exit status, the number of checks that failed before.
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

const [path = '', status = '', checks = ''] = process.argv.slice(2);

const report = readReport(path);
const skipped = report.numPendingTests + report.numTodoTests;
// A file that cannot be loaded has no failed test, nor has an error outside of any test: neither may pass for well.
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length;
const failedTests = report.numFailedTests + brokenFiles;
const failed = Number(checks) + (failedTests === 0 && status !== '0' ? 1 : failedTests);

console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;

function readReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    // vitest ended before it could write one; its status is not 0 then, which counts as one failed.
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}
