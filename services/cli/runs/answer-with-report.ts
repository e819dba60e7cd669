import type { Answer } from '../cli.ts';
import type { ExitCode } from '../exit-codes.ts';
import { renderTerminal } from '../report/render-terminal.ts';
import { shortPath } from '../short-path.ts';
import type { RunArchive } from './archive-run.ts';

/** The end of a command that wrote a report: its summary, and where it is. */
export function answerWithReport(exitCode: ExitCode, { files, report }: RunArchive): Answer {
  const { runId, status } = report.run;
  return {
    exitCode,
    document: { runId, status, files, report },
    text: `${renderTerminal(report).trimEnd()}\n\nReport: ${shortPath(files.html)}`,
  };
}
