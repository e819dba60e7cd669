import { runToDocument } from '../../../../services/cli/report/run-to-document.ts';
import type { ReportModel } from '../../../../services/domain/report/report-model.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';
import { writeTerminal } from '../../../../services/shared/document/write-terminal.ts';

/** A run's report in its three forms. */
export const asHtml = (report: ReportModel) => writeHtml(runToDocument(report));
export const asMarkdown = (report: ReportModel) => writeMarkdown(runToDocument(report));
export const asTerminal = (report: ReportModel) => writeTerminal(runToDocument(report));
