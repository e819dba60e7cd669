import type { ReportModel } from '../../../domain/report/report-model.ts';
import type { Section } from '../../../shared/document/document.ts';

/** A part of a run's report; undefined where it has nothing to show. A new one is one file here and one line in registry.ts. */
export type RunSection = (report: ReportModel) => Section | undefined;
