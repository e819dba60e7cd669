import { describeVerdict } from '../../shared/document/describe-verdict.ts';
import { writeTerminal } from '../../shared/document/write-terminal.ts';
import type { ExitCode } from '../../shared/errors/exit-codes.ts';
import type { Answer } from '../cli.ts';
import { runToDocument } from '../report/run-to-document.ts';
import { shortPath } from '../short-path.ts';
import type { RunArchive } from './archive-run.ts';

/** The end of a command that wrote a report: its summary, and where it is. */
export function answerWithReport(exitCode: ExitCode, { files, report }: RunArchive): Answer {
  const { runId, status } = report.run;
  const lastLine = report.verdict === undefined ? '' : `\n${describeVerdict(report.verdict, status)}`;
  return {
    exitCode,
    document: { runId, status, files, report },
    text: `${writeTerminal(runToDocument(report))}\n\nReport: ${shortPath(files.html)}${lastLine}`,
  };
}
